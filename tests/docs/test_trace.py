"""docs/trace.md: what it shows is what the command says of these logs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from config.loading import load
from deployment.stack_files import read
from live.trace.report import lines
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
    return re.sub(r"connection \d+", "connection N", text).splitlines()


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
