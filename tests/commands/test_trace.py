"""./psc trace as it is typed: over HTTP, with the variables that the google provider takes."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from commands import cdk, options
from commands.environment import Environment
from tests.commands.test_verify import there
from tests.conftest import CHECKOUT
from tests.live.logs import flow, run
from tests.live.vm import TOKEN, Vm
from tests.live.world import World

__all__ = ["there"]
SPAN = ("--since", "2026-11-28T14:03Z", "--until", "2026-11-28T14:05Z")


def trace(*words: str) -> int:
    """Run the command in this process; its exit code."""
    command, args = options.parse(["trace", *words])
    assert command is not None
    return command.run(args, Environment(Path(sys.prefix), cdk.chosen()))


@pytest.fixture
def vm(there: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vm]:
    """Its test VM, and what answers it."""
    made = Vm(tmp_path / "vm", there.cloud, monkeypatch)
    yield made
    made.close()


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
        (("--since", "noon"), "'noon' is not a time; give HH:MM"),
        (("nobody", "--since", "1h"), "'nobody' is neither a service nor an endpoint here"),
        (("--stack", "other", "--since", "1h"), "there is no stack other"),
        (("--since", "1h", "--until", "2h"), "--until is before --since"),
        (("--until", "10m"), "--until needs --since"),
        (("--since", "1h", "--script"), "--since and --script do not go together"),
        (("--script", "--answers", "x"), "--script and --answers do not go together"),
        (("--requests", "0"), "--requests takes 1 to 200"),
        (("--requests", "201"), "--requests takes 1 to 200"),
        (("--wait", "2h"), "--wait '2h' is not a time of at most an hour"),
        (("--path", "orders"), "--path is not the path of a URL"),
        (("--answers", "/nowhere/x"), "--answers '/nowhere/x' cannot be read (No such file or directory)"),
        (("--answers", "/dev/null"), "nothing that the script prints came back"),
    ],
)
def test_what_cannot_be_run_is_2_with_a_sentence(
    words: tuple[str, ...], says: str, there: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trace(*words) == 2
    assert says in capsys.readouterr().err


def test_what_is_sent_is_traced_and_progress_is_no_output(
    there: World, vm: Vm, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trace("--requests", "2") == 0
    told = capsys.readouterr()
    assert "sends 2 requests from test-vm to http://10.1.0.5/" in told.err
    assert told.out.startswith("2 requests to http://10.1.0.5/ from test-vm, marked psc-trace/")
    assert told.out.endswith("trace of tried: 2 requests sent, none failed; 2 in the flow log\n")
    assert TOKEN not in told.out + told.err


def test_what_is_sent_as_one_document(there: World, vm: Vm, capsys: pytest.CaptureFixture[str]) -> None:
    vm.answers = [503]
    assert trace("psc-endpoint", "--requests", "2", "--wait", "0s", "--json") == 1
    sent = json.loads(capsys.readouterr().out)["sent"]
    assert (sent["vm"], sent["endpoint"], sent["in_flow_log"]) == ("test-vm", "psc-endpoint", 2)
    assert [one["status"] for one in sent["requests"]] == [503, 503]
    assert sent["requests"][0]["cause"].startswith("the load balancer has nothing to send it to")


def test_a_script_is_all_that_is_printed_and_its_answers_are_taken(
    there: World, vm: Vm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trace("--script", "--requests", "2", "--path", "/orders?page=2") == 0
    printed = capsys.readouterr()
    assert (
        "run it on the VM, save what it prints to a file, and then run here: ./psc trace --answers FILE" in printed.err
    )
    answers = tmp_path / "answers"
    with answers.open("w") as out:
        subprocess.run(["sh"], input=printed.out, stdout=out, text=True, check=True)
    assert [one["path"] for one in vm.seen] == ["/orders?page=2"] * 2
    assert trace("--answers", str(answers)) == 0
    assert "hello: 2 requests" in capsys.readouterr().out
    assert vm.words("gcloud") == []


def test_an_interruption_ends_what_was_started_and_says_nothing(there: World, vm: Vm) -> None:
    child = vm.folder / "child"
    vm.program("gcloud", f"sleep 600 & echo $! > {child}; wait")
    with subprocess.Popen(
        [sys.executable, "-s", "-m", "commands", "trace"],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        for _ in range(1200):
            if child.exists() and child.read_text().strip():
                break
            time.sleep(0.05)
        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=60)
    assert "Traceback" not in errors
    assert started.returncode in {130, -signal.SIGINT}, errors
    sleeping = Path(f"/proc/{child.read_text().strip()}/stat")
    assert not sleeping.exists() or sleeping.read_text().split()[2] == "Z"
