"""./psc trace as it is typed: over HTTP, with the variables that the google provider takes."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

import sys
from pathlib import Path

from commands import cdk, options
from commands.environment import Environment
from tests.commands.test_verify import there
from tests.live.logs import flow, run
from tests.live.world import World

__all__ = ["there"]
SPAN = ("--since", "2026-11-28T14:03Z", "--until", "2026-11-28T14:05Z")


def trace(*words: str) -> int:
    """Run the command in this process; its exit code."""
    command, args = options.parse(["trace", *words])
    assert command is not None
    return command.run(args, Environment(Path(sys.prefix), cdk.chosen()))


def test_who_called_is_told_out_of_the_logs(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    run(there.cloud, "14:03:07.5")
    flow(there.cloud, "14:03:05", "14:03:10")
    assert trace(*SPAN) == 0
    told = capsys.readouterr().out
    assert "-> test-vm 10.1.0.2:43210 -> psc-endpoint 10.1.0.5:80" in told
    assert told.endswith("trace of tried: 1 request, 14:03:00.000Z to 14:05:00.000Z; the caller of 1 is known\n")
    assert "--config" in told, "the command that switches the log on takes this configuration"


def test_no_request_is_1_and_json_says_so(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert trace(*SPAN, "--json") == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "gaps"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--since", "noon"), "'noon' is no time; give HH:MM"),
        (("nobody", "--since", "1h"), "'nobody' is no service and no endpoint here"),
        (("--stack", "other", "--since", "1h"), "there is no stack other"),
        (("--since", "1h", "--until", "2h"), "--until is before --since"),
    ],
)
def test_what_cannot_be_run_is_2_with_a_sentence(
    words: tuple[str, ...], says: str, there: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trace(*words) == 2
    assert says in capsys.readouterr().err
