"""A provider that stays: it is asked how to attach to it, and ends with whoever started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployment import leash
from deployment.resident_pool import ResidentPool
from deployment.resident_provider import NotResidentError, ResidentProvider
from tests.deployment.programs import ANSWER, STAYING, program


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def started(home: Path) -> list[int]:
    return [int(file.name.partition("-")[2]) for file in home.glob("provider-*")]


def runs(number: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    stat = Path(f"/proc/{number}/stat")
    try:
        os.kill(number, 0)
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}


@pytest.fixture
def home(variables: dict[str, str]) -> Path:
    return Path(variables["HOME"])


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return program(tmp_path / "provider", STAYING)


def test_terraform_is_told_how_to_attach_and_the_provider_goes_when_it_is_ended(
    build: Path, home: Path, variables: dict[str, str]
) -> None:
    resident = ResidentProvider(build, variables)
    (number,) = started(home)
    told = json.loads(resident.variables["TF_REATTACH_PROVIDERS"])
    ((_, how),) = json.loads(ANSWER).items()
    assert told == {f"registry.{host}/hashicorp/google": how for host in ("terraform.io", "opentofu.org")}
    assert resident.alive
    assert runs(number)
    resident.end()
    assert not resident.alive
    until(lambda: not runs(number))


OTHERS = {
    "an option that is not known": "import sys; sys.exit(2)",
    "nothing said": "print('This binary is a plugin.')",
    "another provider": f"print('''TF_REATTACH_PROVIDERS='{ANSWER.replace('/google', '/random')}' ''')",
    "another protocol": f"print('''TF_REATTACH_PROVIDERS='{ANSWER.replace('grpc', 'netrpc')}' ''')",
    "no JSON": "print('''TF_REATTACH_PROVIDERS='{...}' ''')",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_whatever_answers_otherwise_does_not_stay(text: str, tmp_path: Path, variables: dict[str, str]) -> None:
    with pytest.raises(NotResidentError, match="does not answer as a provider that can stay"):
        ResidentProvider(program(tmp_path / "other", text), variables)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
def test_it_ends_with_whoever_started_it_however_that_ends(
    number: int, build: Path, home: Path, variables: dict[str, str]
) -> None:
    text = (
        f"import subprocess, sys, time\nsubprocess.Popen({[sys.executable, leash.__file__, str(build), '-debug']!r}, "
    )
    text += "stdin=subprocess.PIPE, start_new_session=True)\ntime.sleep(600)"
    parent = subprocess.Popen(
        [sys.executable, "-c", text], cwd=home, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until(lambda: bool(started(home)))
    (provider,) = started(home)
    parent.send_signal(number)
    parent.wait()
    until(lambda: not runs(provider))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def pool(variables: dict[str, str], told: list[str]) -> Iterator[ResidentPool]:
    made = ResidentPool(variables, 2, told.append)
    yield made
    made.end()


def test_one_serves_many_runs_after_each_other(pool: ResidentPool, build: Path, home: Path) -> None:
    with pool.lent(build) as first:
        assert first
    with pool.lent(build) as second:
        assert second is first
    assert len(started(home)) == 1


def test_two_runs_at_a_time_never_share_one_and_a_third_waits(pool: ResidentPool, build: Path, home: Path) -> None:
    third: list[ResidentProvider | None] = []

    def borrow() -> None:
        with pool.lent(build) as resident:
            third.append(resident)

    with pool.lent(build) as first:
        with pool.lent(build) as second:
            assert first is not second
            waiting = threading.Thread(target=borrow)
            waiting.start()
            time.sleep(0.1)
            assert third == []
        waiting.join(timeout=30)
        assert third == [second]
    assert len(started(home)) == 2


def test_one_more_is_prepared_and_no_more_than_are_wanted(pool: ResidentPool, build: Path, home: Path) -> None:
    for _ in range(5):
        pool.prepare(build)
    until(lambda: len(started(home)) == 2)
    with pool.lent(build) as first, pool.lent(build) as second:
        assert first is not second
    assert len(started(home)) == 2


def test_a_build_that_does_not_stay_is_tried_once_and_told_once(
    pool: ResidentPool, tmp_path: Path, told: list[str]
) -> None:
    other = program(tmp_path / "other", "raise SystemExit(2)")
    for _ in range(2):
        with pool.lent(other) as resident:
            assert resident is None
    pool.tell_once("again")
    assert told == ["the google provider is started anew at every step: it does not answer as a provider that can stay"]


def test_one_that_ended_by_itself_is_not_lent_again(
    pool: ResidentPool, build: Path, home: Path, told: list[str]
) -> None:
    with pool.lent(build) as resident:
        assert resident
    os.kill(started(home)[0], signal.SIGKILL)
    until(lambda: not resident.alive)
    with pool.lent(build) as other:
        assert other is None
    assert told == ["the google provider is started anew at every step: one that was to stay ended by itself"]


def test_nothing_is_left_when_the_pool_ends(pool: ResidentPool, build: Path, home: Path) -> None:
    with pool.lent(build) as resident:
        pool.prepare(build)
        until(lambda: len(started(home)) == 2)
        pool.end()
        assert resident
        assert resident.alive, "whoever has it gives it back first"
    until(lambda: not any(runs(number) for number in started(home)))
    with pool.lent(build) as late:
        assert late is None
