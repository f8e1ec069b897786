"""./psc cdktf gives the CLI all it needs, and asks for Terraform only where Terraform is run."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from commands import cdktf
from commands.building import BuildError
from commands.cdk import CDKTF
from commands.environment import Environment
from deployment.terraform import Terraform
from tests.conftest import CHECKOUT


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "env", CDKTF)


@pytest.fixture
def given() -> list[dict[str, str]]:
    """The variables of each run of the CLI."""
    return []


@pytest.fixture
def started(given: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    calls: list[list[str]] = []

    def run(command: list[str], variables: dict[str, str]) -> int:
        calls.append(command[2:])
        given.append(variables)
        return 7

    monkeypatch.setattr(cdktf, "_installed", lambda environment: Path("cdktf"))
    monkeypatch.setattr(cdktf, "run_in_checkout", run)
    monkeypatch.setattr("shutil.which", lambda name: None)  # no Terraform
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "")  # what the command leaves behind is undone
    return calls


def test_the_cli_finds_a_python_on_a_machine_that_has_only_python3_11(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    path = cdktf.variables(environment)["PATH"].split(os.pathsep)
    assert path[-2:] == ["/nowhere", str(environment.home / "bin")]


def test_the_cli_does_not_ask_the_machines_own_pip_for_cdktf(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISABLE_VERSION_CHECK", raising=False)
    assert cdktf.variables(environment)["DISABLE_VERSION_CHECK"] == "true"


@pytest.mark.parametrize("words", [["list"], ["synth"], ["deploy", "--help"], ["--version"], ["misspelt"], []])
def test_words_without_terraform_need_none(
    words: list[str], environment: Environment, started: list[list[str]]
) -> None:
    assert cdktf.run(Namespace(words=words), environment) == 7
    assert started == [words or ["--help"]]


@pytest.mark.parametrize("word", ["deploy", "apply", "diff", "plan", "destroy", "output", "outputs"])
def test_without_terraform_nothing_is_started(word: str, environment: Environment, started: list[list[str]]) -> None:
    with pytest.raises(BuildError, match=r"Terraform 1\.5 or newer, or OpenTofu, is needed on PATH"):
        cdktf.run(Namespace(words=[word, "producer"]), environment)
    assert started == []


@pytest.mark.parametrize("words", [["synth"], ["list"]])
def test_a_configuration_that_cannot_be_used_is_told_at_once_with_our_exit_code(
    words: list[str],
    environment: Environment,
    started: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REGION", "tokyo")
    assert cdktf.run(Namespace(words=words), environment) == 2
    assert started == []
    said = capsys.readouterr()
    assert said.err.startswith("REGION: region: 'tokyo' is not a region; ")
    assert said.err.endswith("1 problem; nothing was written\n")
    assert said.out == ""


@pytest.mark.parametrize("words", [["deploy", "producer", "--auto-approve"], ["list"]])
def test_notes_are_told_here_and_not_by_the_cli_as_errors(
    words: list[str],
    environment: Environment,
    started: list[list[str]],
    given: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    file = tmp_path / "tried.yaml"
    file.write_text("producer: {project: producer-project}\n")
    monkeypatch.setenv("PSC_CONFIG", str(file))
    monkeypatch.setenv("PRODUCER_PROJECT", "another-project")
    monkeypatch.setattr(cdktf, "require_terraform", lambda: Terraform("/bin/terraform"))
    assert cdktf.run(Namespace(words=words), environment) == 7
    assert started == [words]
    won = f"note: PRODUCER_PROJECT=another-project wins over producer.project: producer-project of {file}"
    assert won in capsys.readouterr().err.splitlines()
    app = [sys.executable, str(CHECKOUT / "main.py")]
    variables = os.environ | {"CDKTF_OUTDIR": str(tmp_path / "out"), "PSC_NOTES_TOLD": given[0]["PSC_NOTES_TOLD"]}
    done = subprocess.run(app, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_step_of_the_clis_spinner_is_no_line_of_a_log(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert cdktf.variables(environment)["CI"] == "true"
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert "CI" not in cdktf.variables(environment), "its question would not be shown"


@pytest.mark.parametrize("words", [["synth", "--help"], ["synth", "--app=true"], ["synth", "-a", "true"], ["help"]])
def test_help_and_other_apps_do_not_need_our_configuration(
    words: list[str], environment: Environment, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION", "tokyo")
    assert cdktf.run(Namespace(words=words), environment) == 7


@pytest.mark.parametrize("word", ["deploy", "apply", "destroy"])
def test_without_a_terminal_nobody_is_asked(
    word: str, environment: Environment, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cdktf, "require_terraform", lambda: Terraform("/bin/terraform"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(BuildError, match=f"cdktf {word} asks before it changes anything: without a terminal, add"):
        cdktf.run(Namespace(words=[word, "producer"]), environment)
    assert started == []
    assert cdktf.run(Namespace(words=[word, "producer", "--auto-approve", "--skip-synth"]), environment) == 7
