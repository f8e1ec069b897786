"""Stacks of configurations, and clouds in which they are deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from config.loading import load
from deployment.stack import Stack
from deployment.stack_files import read
from standin import Standin, environment
from tests.conftest import REFERENCE
from tests.live.world import World


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

    def run(yaml: str | None = None) -> dict[str, Stack]:
        synth(yaml)
        return read(tmp_path / "out", "default")

    return run


@pytest.fixture
def world(stacks: Callable[..., dict[str, Stack]], tmp_path: Path) -> Callable[..., World]:
    """A cloud in which nothing of a configuration (the reference one) is deployed yet."""

    def run(yaml: str | None = None) -> World:
        named = stacks(yaml)
        variables = {"PSC_CONFIG": str(tmp_path / "tried.yaml")} if yaml is not None else {}
        return World(load(REFERENCE, variables).settings, named)

    return run
