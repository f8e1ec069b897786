"""Version, completion and clean."""

from __future__ import annotations

import re
import shutil
import subprocess
from argparse import Namespace
from pathlib import Path

import pytest

from commands import VERSION, clean, version
from commands.environment import Environment
from commands.options import COMMANDS, options_of, parse
from tests.conftest import CHECKOUT

NOWHERE = Environment.__new__(Environment)


def test_the_version_says_what_is_at_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["--version"])[0] is None
    said = capsys.readouterr().out
    assert said.startswith(f"cloudrun-psc {VERSION}\n  cdktf 0.21.0 (locked)\n")
    assert "  google provider ~> 7.45 " in said


def test_a_terraform_that_is_not_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "  Terraform not on PATH" in list(version.lines())


def test_the_changelog_has_the_version() -> None:
    first = re.search(r"^## (\S+)", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] == VERSION


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command_and_option(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert COMMANDS["completion"].run(Namespace(shell=shell), NOWHERE) == 0
    said = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert re.search(rf"\b{name}\b", said)
        for option in options_of(command):
            assert option.lstrip("-") in said
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=said, text=True, check=False).returncode == 0


def test_bash_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environments = tmp_path / "config" / "environments"
    environments.mkdir(parents=True)
    for name in ("default", "staging"):
        (environments / f"{name}.yaml").touch()
    (environments / "$(touch owned).yaml").touch()
    (environments / "a\x1b[31m.yaml").touch()
    (environments / "default.d").mkdir()
    (environments / "default.d" / "team.yaml").touch()
    COMMANDS["completion"].run(Namespace(shell="bash"), NOWHERE)
    script = capsys.readouterr().out
    for words, at, wanted in (
        ("./psc re", 1, "rehearse review"),
        ("./psc review --fo", 2, "--format"),
        ("./psc synth --env d", 3, "default"),
        ('./psc synth --env ""', 3, "default staging"),
    ):
        program = f"{script}\nCOMP_WORDS=({words}); COMP_CWORD={at}; _psc; echo ${{COMPREPLY[@]}}"
        done = subprocess.run(["bash", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == wanted
    assert not (tmp_path / "config" / "environments" / "owned").exists()
    assert not (tmp_path / "owned").exists()


def test_clean_keeps_the_environment_in_use_where_its_folder_is_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real" / "env-1").mkdir(parents=True)
    (tmp_path / "real" / "env").symlink_to("env-1")
    (tmp_path / "link").symlink_to("real")
    monkeypatch.setattr(clean, "HOME", tmp_path / "link")
    assert clean.run(Namespace(all=False), NOWHERE) == 0
    assert (tmp_path / "real" / "env-1").is_dir()


def test_clean_removes_former_environments_and_says_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clean, "HOME", tmp_path)
    for name in ("env-old", "env-new", "node-old", "cache"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 100_000)
    (tmp_path / "env").symlink_to("env-new")
    assert clean.run(Namespace(all=False), NOWHERE) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "env", "env-new"]
    assert capsys.readouterr().out.startswith("removed env-old, node-old (0 MB); ")
    assert clean.run(Namespace(all=True), NOWHERE) == 0
    assert list(tmp_path.iterdir()) == []
