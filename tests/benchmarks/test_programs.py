"""The benchmark compares like with like: its programs write, byte for byte, what this project has synthesized."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.deployment import order, synthesized
from benchmarks.javascript import lay_out
from benchmarks.measuring import written
from benchmarks.programs import Program, fast, native
from tests.conftest import DEFAULT, Synthesized, stacks_in

SIZES = [(1, 1), (3, 2), (2, 3)]


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(scope="module")
def deployments(tmp_path_factory: pytest.TempPathFactory, caches: Path) -> dict[tuple[int, int], Path]:
    folder = tmp_path_factory.mktemp("deployments")
    return {size: synthesized(*size, folder / "-".join(map(str, size)), caches) for size in SIZES}


@pytest.fixture(scope="module")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("javascript")
    lay_out(folder)
    yield folder
    shutil.rmtree(folder)  # 200 MB


@pytest.fixture
def programs(javascript: Path, monkeypatch: pytest.MonkeyPatch) -> list[Program]:
    monkeypatch.setenv("JSII_NODE", os.environ.get("JSII_NODE") or shutil.which("node") or "node")
    return [fast(), native(javascript)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_both_programs_write_what_was_synthesized(
    size: tuple[int, int],
    programs: list[Program],
    deployments: dict[tuple[int, int], Path],
    caches: Path,
    tmp_path: Path,
) -> None:
    for program in programs:
        out = tmp_path / program.name
        command = [*program.command, str(deployments[size]), str(out)]
        environment = program.environment(caches)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), program.name
        assert stacks_in(out) == stacks_in(deployments[size]), program.name
        assert written(out) == written(deployments[size]), program.name


def test_one_of_each_is_the_default_deployment(
    deployments: dict[tuple[int, int], Path], synth: Callable[..., Synthesized]
) -> None:
    assert stacks_in(deployments[1, 1]) == synth(f"{DEFAULT.read_text()}environment: benchmark\n")


@pytest.mark.parametrize(("services", "consumers"), SIZES)
def test_as_many_services_and_consumers_as_asked_for(
    services: int, consumers: int, deployments: dict[tuple[int, int], Path]
) -> None:
    stacks = stacks_in(deployments[services, consumers])
    producer = stacks.pop("producer")["resource"]
    attachments = producer["google_compute_service_attachment"]
    rules = [side["resource"]["google_compute_forwarding_rule"] for side in stacks.values()]
    assert (len(attachments), len(stacks)) == (services, consumers)
    assert sum(map(len, rules)) == max(services, consumers), "every service and every consumer is connected"
    assert all(attachment["consumer_accept_lists"] for attachment in attachments.values())
    ranges = [subnet["ip_cidr_range"] for subnet in producer["google_compute_subnetwork"].values()]
    assert len(set(ranges)) == len(ranges) == services + 2


def test_what_is_referred_to_comes_first() -> None:
    made = order(
        {
            "data": {"google_project": {"p": {"depends_on": ["google_b.b"]}}},
            "resource": {
                "google_a": {"a": {"text": ["at ${data.google_project.p.number} and ${google_c.c.id}"]}},
                "google_b": {"b": {"lifecycle": {"replace_triggered_by": ["google_a.a"]}}},
                "google_c": {"c": {}},
            },
        }
    )
    a, b, c, p = "resource.google_a.a", "resource.google_b.b", "resource.google_c.c", "data.google_project.p"
    assert sorted(made) == sorted([a, b, c, p])
    assert made.index(b) < made.index(p) < made.index(a)
    assert made.index(c) < made.index(a)
