"""The reference deployment as it stands in the stand-in's cloud, asked over HTTP by a client of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from deployment.stack import Stack
from deployment.stack_files import read
from standin import Standin, environment


@pytest.fixture
def standin() -> Iterator[Standin]:
    """A stand-in on loopback in which every project exists."""
    with Standin() as running:
        yield running


@pytest.fixture
def variables(standin: Standin) -> dict[str, str]:
    """What sends clients there."""
    return environment(standin.url)


@pytest.fixture
def stacks(synth: Callable[..., object], tmp_path: Path) -> Callable[..., dict[str, Stack]]:
    """The stacks of a configuration (the reference one) as commands read them."""

    def run(yaml: str | None = None, environment: str = "default") -> dict[str, Stack]:
        synth(yaml)
        return read(tmp_path / "out", environment)

    return run
