"""docs/trace.md: what it shows is what the command says of these logs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from config.loading import load
from deployment.stack_files import read
from live.trace.report import lines
from live.trace.sending import sent, target
from live.trace.shell import Printed
from live.trace.tracing import chosen, of_ours
from tests.conftest import CHECKOUT, REFERENCE, Synthesized
from tests.live.logs import balanced, flow, run
from tests.live.test_trace import RULE, log_requests, trace
from tests.live.world import World

PAGE = CHECKOUT / "docs" / "trace.md"


@pytest.fixture
def there(synth: Callable[..., Synthesized], tmp_path: object) -> World:
    synth()
    return World(load(REFERENCE, {}).settings, read(tmp_path / "out", "default")).deploy()  # type: ignore[operator]


def shown(name: str) -> list[str]:
    """A transcript of the page, without the numbers that depend on what was made before."""
    return same(PAGE.read_text().split(f"<!-- transcript: {name} -->\n```text\n")[1].split("```")[0])


def same(text: str) -> list[str]:
    return re.sub(r"connection \d+", "connection N", re.sub(r"psc-trace/\w{24}", "psc-trace/ID", text)).splitlines()


def test_the_whole_way(there: World) -> None:
    log_requests(there)
    run(there.cloud, "14:03:07.5")
    balanced(there.cloud, "14:03:07.498")
    flow(there.cloud, "14:03:05", "14:03:10", connection=there.cloud.connections[RULE].id)
    assert shown("whole") == ["$ ./psc trace --since 14:03 --until 14:05", *same("\n".join(lines(trace(there))))]


def test_several_callers(there: World) -> None:
    run(there.cloud, "14:03:07.5")
    flow(there.cloud, "14:03:05", "14:03:10")
    flow(there.cloud, "14:03:06", "14:03:09", source="10.1.0.7", vm="batch-vm", port=50000)
    assert shown("several") == same("\n".join(lines(trace(there))))


def sends(world: World, monkeypatch: pytest.MonkeyPatch, *answers: str) -> str:
    """What is said of 20 requests, of which each was answered so; four are in the flow log."""
    log_requests(world)
    began = int(datetime(2026, 11, 28, 14, 3, 7, tzinfo=UTC).timestamp())

    def shell(_vm: str, script: str, _seconds: float, _told: object) -> Printed:
        id_ = re.findall(r"id=(\w{24})", script)[0]
        said = [f"psc-trace {id_} begin 20"]
        for number, answer in enumerate(answers, 1):
            said.append(f"psc-trace {id_} {number} {began} {answer}".replace("PORT", str(43209 + number)))
            if "200," in answer:
                agent = f"psc-trace/{id_}-{number}"
                run(world.cloud, "14:03:07.5", agent=agent)
                balanced(world.cloud, "14:03:07.498", agent=agent)
                if number % 5 == 1:
                    flow(world.cloud, "14:03:05", "14:03:10", port=43209 + number,
                         connection=world.cloud.connections[RULE].id)  # fmt: skip
        for entry in world.cloud.log_entries:
            entry.get("httpRequest", {})["requestUrl"] = "http://10.1.0.5/"
        return Printed(text="\n".join([*said, f"psc-trace {id_} end"]), why="")

    monkeypatch.setattr("live.trace.shell.run", shell)
    return "\n".join(lines(of_ours("default", sent(target(chosen(world.expected()), ""), 20), 600)))


def test_what_was_sent(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = [f"0 200,10.1.0.2,PORT,0.0{number:02}" for number in range(12, 32)]
    assert shown("sent") == ["$ ./psc trace", *same(sends(there, monkeypatch, *fine))]


def test_what_failed(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told = same(sends(there, monkeypatch, *["28 000,,0,5.001"] * 3))
    assert shown("failed") == told
