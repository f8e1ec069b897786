"""What is typed behind ./psc: found, explained, or refused in one line that says what to type instead."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from commands.environment import CHECKOUT
from commands.options import COMMANDS, UsageError, parse


@pytest.fixture(autouse=True)
def _own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("PSC_ENV", "PSC_CONFIG"):
        monkeypatch.setenv(variable, "")  # so that what `parse` sets is undone afterwards
        monkeypatch.delenv(variable)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["synht"], "unknown command 'synht'; did you mean 'synth'?"),
        (["help", "synht"], "unknown command 'synht'; did you mean 'synth'?"),
        (["xyzzy"], "unknown command 'xyzzy'; the commands are init, synth, "),
        (["deploy"], "'deploy' is a command of the cdktf CLI: use `./psc cdktf deploy producer consumer`"),
        (["plan", "producer"], "'plan' is a command of the cdktf CLI: use `./psc cdktf diff producer`"),
        (["--env", "staging", "synth"], "--env must come after a command, as in `./psc synth --env NAME`; "),
        (["synth", "--evn", "x"], "unrecognized arguments: --evn x; `./psc synth --help` explains it"),
        (["synth", "--en", "x"], "unrecognized arguments: --en x; "),
        (["synth", "extra"], "unrecognized arguments: extra; "),
        (["synth", "--env"], "argument --env: expected one argument; "),
        (["synth", "--env="], "--env is empty; give a value, or leave it out"),
        (["synth", "--env", "a\nb"], r"'a\nb' has a line break; give a value of one line"),
        (["review", "--plan", "x\r::error::y"], r"'x\r::error::y' has a line break; "),
        (["handover", "a\nb"], r"'a\nb' has a line break; "),
        (["synth", "--env=--"], "'--env=--': -- is no value; give one, or leave the option out"),
        (["review", "--plan=--"], "'--plan=--': -- is no value; "),
        (["init", "x", "--consumer=--"], "'--consumer=--': -- is no value; "),
        (["synth", "--config", " "], "--config is empty; give a value, or leave it out"),
        (["synth", "--env", "a", "--config", "b"], "--env and --config exclude each other; give one of them"),
        (["config", "--json", "--schema"], "argument --schema: not allowed with argument --json; "),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(words)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([name, "--help"], [name, "-h"], ["help", name]):
        assert parse(words)[0] is None
        said = capsys.readouterr().out
        assert said.startswith(f"usage: ./psc {name} [options]")
        assert f"examples:\n  ./psc {name}" in said


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"], ["help"]])
def test_without_a_command_there_is_an_overview(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(words)[0] is None
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)
    assert "./psc synth" in said


def test_an_environment_or_file_wins_over_both_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PSC_CONFIG", "other.yaml")
    parse(["synth", "--env", "staging"])
    assert (os.environ.get("PSC_ENV"), os.environ.get("PSC_CONFIG")) == ("staging", None)
    monkeypatch.chdir(tmp_path)
    parse(["config", "--config", "ours.yaml"])
    assert os.environ.get("PSC_ENV") is None
    assert os.environ["PSC_CONFIG"] == str(tmp_path / "ours.yaml")
    monkeypatch.chdir(CHECKOUT / "config")
    parse(["config", "--config", "environments/../environments/default.yaml"])
    assert os.environ["PSC_CONFIG"] == "config/environments/default.yaml"


def test_a_file_is_found_from_where_one_stands(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("producer: {project: producer-project}\nregion: us-east9\n")
    variables = {key: value for key, value in os.environ.items() if key not in ("PSC_ENV", "PSC_CONFIG", "REGION")}
    for words, more in ((["--config", "ours.yaml"], {}), ([], {"PSC_CONFIG": "ours.yaml"})):
        done = subprocess.run(
            [CHECKOUT / "psc", "config", *words],
            cwd=tmp_path,
            env=variables | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert f"# {tmp_path}/ours.yaml:2" in done.stdout


def test_our_options_are_never_passed_on_to_cdktf_wherever_they_stand() -> None:
    """It ignores what it does not know: `deploy --env staging` would deploy the default environment."""
    for words in (
        ["--env", "staging", "deploy", "producer", "--auto-approve"],
        ["deploy", "--env=staging", "producer", "--auto-approve"],
        ["deploy", "producer", "--auto-approve", "--env", "staging"],
    ):
        _, args = parse(["cdktf", *words])
        assert args.words == ["deploy", "producer", "--auto-approve"]
        assert os.environ.pop("PSC_ENV") == "staging"
    with pytest.raises(UsageError, match="argument --env: expected one argument"):
        parse(["cdktf", "deploy", "--env"])
    _, args = parse(["cdktf", "deploy", "--help"])
    assert args.words == ["deploy", "--help"]
    _, args = parse(["cdktf", "deploy", "--", "--env"])
    assert args.words == ["deploy", "--", "--env"]


def test_words_for_pytest_are_all_its_own() -> None:
    _, args = parse(["test", "--env", "x", "--config", "-k", "a b"])
    assert args.words == ["--env", "x", "--config", "-k", "a b"]
