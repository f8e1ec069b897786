"""./psc verify as it is typed: over HTTP, with the variables that the google provider takes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from commands import cdk, options
from commands.environment import Environment
from config.loading import load
from standin import Standin, environment
from tests.conftest import DEFAULT, REFERENCE
from tests.live.world import World


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """The reference deployment, in a cloud to which all variables lead."""
    world = World(load(REFERENCE, {}).settings, {}).deploy()
    with Standin(cloud=world.cloud) as standin:
        for name, value in environment(standin.url).items():
            monkeypatch.setenv(name, value)
        file = tmp_path / "tried.yaml"
        file.write_text(DEFAULT.read_text())
        monkeypatch.setenv("PSC_CONFIG", str(file))
        monkeypatch.delenv("PSC_ENV", raising=False)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield world


def verify(*words: str) -> int:
    """Run the command in this process; its exit code."""
    command, args = options.parse(["verify", *words])
    assert command is not None
    return command.run(args, Environment(Path(sys.prefix), cdk.chosen()))


def test_what_is_deployed_as_configured_is_0(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify() == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "verify of tried: 13 facts hold"
    assert len(told) == 16, "two headings, a line for each fact, and the verdict"


def test_what_is_not_is_1(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    there.cloud.policies.clear()
    assert verify("--stack", "producer") == 1
    told = capsys.readouterr().out
    assert "-compute@developer.gserviceaccount.com may not call" in told
    assert "tried.yaml deploy producer grants it anew" in told, "the command that takes this configuration"
    assert "consumer (" not in told


def test_json_is_one_document(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify("--json", "--stack", "consumer", "--connectivity") == 0
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["counts"] == {"holds": 2, "fails": 0, "unknown": 1, "broken": 0}
    assert "a Connectivity Test is made for each endpoint, in its project, and deleted again" in told.err


@pytest.mark.parametrize(
    ("words", "variables", "says"),
    [
        (("--stack", "other"), {}, "there is no stack other; there are consumer, producer"),
        ((), {"GOOGLE_COMPUTE_CUSTOM_ENDPOINT": "http://127.0.0.1:1/compute/v1/"}, "127.0.0.1:1 cannot be reached"),
        ((), {"GOOGLE_OAUTH_ACCESS_TOKEN": "", "GOOGLE_CREDENTIALS": "{}"}, "there are no credentials"),
        ((), {"PSC_CONFIG": "/nowhere.yaml"}, "/nowhere.yaml"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_2_with_a_sentence(
    words: tuple[str, ...],
    variables: dict[str, str],
    says: str,
    there: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert verify(*words) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert "Traceback" not in told.err
    assert not told.out
