"""Tests with the real Terraform and google provider; skipped in one line where they are not at hand."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from commands.terraform import found
from standin import Standin
from standin.cloud import Cloud
from tests.conftest import DEFAULT
from tests.e2e.by_hand import ten_steps
from tests.e2e.hand import Hand, checked_out
from tests.e2e.live import PROJECTS, Live, copied

Config = dict[str, Any]
# The provider that users get by default; `PSC_TEST_PROVIDER=8.0.0 ./psc test --e2e` tries another one.
CURRENT = os.environ.get("PSC_TEST_PROVIDER", "7.45.0")


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Terraform, or the program that TERRAFORM_BINARY_NAME names."""
    program = found()
    if not program:
        pytest.skip("neither Terraform nor OpenTofu is on PATH")
    return program


@pytest.fixture(scope="session")
def provider(program: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Skips unless a version of the provider can be had."""
    tried: dict[str, bool] = {}

    def require(version: str) -> str:
        if version not in tried:
            folder = tmp_path_factory.mktemp("provider")
            google = {"source": "hashicorp/google", "version": version}
            (folder / "main.tf.json").write_text(json.dumps({"terraform": {"required_providers": {"google": google}}}))
            done = subprocess.run([program, "init", "-input=false"], cwd=folder, capture_output=True, check=False)
            tried[version] = done.returncode == 0
        if not tried[version]:
            pytest.skip(f"the google provider {version} cannot be had")
        return version

    return require


def configuration(base: str) -> Config:
    """A fresh copy of a base configuration: `default`, or a file of tests/e2e/bases."""
    file = DEFAULT
    if base != "default":
        file = Path(__file__).parent / "bases" / f"{base}.yaml"
    loaded: Config = yaml.safe_load(file.read_text())
    return deepcopy(loaded)


@pytest.fixture(scope="session")
def deployed(
    program: str, provider: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Live]]:
    """A base configuration, deployed once per session with a provider version."""
    standing: dict[tuple[str, str], Live] = {}

    def deploy(base: str, version: str) -> Live:
        provider(version)
        if (base, version) not in standing:
            live = Live(tmp_path_factory.mktemp(base) / "live", program)
            outcome = live.deploy(configuration(base) | {"provider_version": version})
            assert outcome.findings == []
            standing[base, version] = live
        return standing[base, version]

    yield deploy
    for live in standing.values():
        live.stop()


@pytest.fixture
def live(deployed: Callable[[str, str], Live], tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """A copy of a deployed base for one test to edit."""
    copies: list[Live] = []

    def copy(base: str = "default", version: str = CURRENT) -> Live:
        copies.append(deployed(base, version).copy(tmp_path / f"live-{len(copies)}"))
        return copies[-1]

    yield copy
    for one in copies:
        one.stop()


@pytest.fixture
def empty(program: str, provider: Callable[[str], str], tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """A cloud with nothing in it, for deployments that go wrong from the start."""
    made: list[Live] = []

    def make(version: str = CURRENT) -> Live:
        provider(version)
        made.append(Live(tmp_path / f"empty-{len(made)}", program))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="session")
def by_gcloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The cloud after the ten steps."""
    with Standin(cloud=Cloud(PROJECTS)) as standin:
        ten_steps(standin, tmp_path_factory.mktemp("gcloud"))
        yield standin.cloud


@pytest.fixture
def hand_of(program: str, tmp_path: Path) -> Iterator[Callable[[Cloud], Hand]]:
    """Somebody with a copy of a cloud, and of this checkout."""
    checkout = checked_out(tmp_path / "checkout")
    with ExitStack() as running:
        yield lambda cloud: Hand(checkout, running.enter_context(Standin(cloud=copied(cloud))), program)


@pytest.fixture
def hand(by_gcloud: Cloud, hand_of: Callable[[Cloud], Hand]) -> Hand:
    """Somebody who took the ten steps, and has the reference configuration."""
    one = hand_of(by_gcloud)
    one.writes(configuration("default"))
    return one
