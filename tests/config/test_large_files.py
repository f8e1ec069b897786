"""Large files are read or refused at once, with messages that can be read: no work grows faster than the file.

There is no clock here. A megabyte of one of these (PSC_FUZZ_ROUNDS=10) took minutes when a step was quadratic.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import load
from config.problems import ConfigurationError, Problem
from config.validation import MOST_PROBLEMS
from config.yaml_source import LARGEST_BYTES
from tests.conftest import REFERENCE

_SIZE = min(100_000 * int(os.environ.get("PSC_FUZZ_ROUNDS", "1")), LARGEST_BYTES - 1000)
_BEGIN = "producer:\n  project: a-producer\n  services:\n"


def _lines(line: Callable[[int], str], begin: str = "", size: int = _SIZE) -> str:
    number = size // len(line(10_000).encode())
    return begin + "".join(line(at) for at in range(number))


WHOLE = {
    "unknown keys": _lines(lambda at: f"kind{at:05}: 1\n"),
    "near-miss keys": _lines(lambda at: f"    s{at:05}: {{scalin: {{}}, imag: a}}\n", _BEGIN),
    "accept entries": _lines(
        lambda at: f"        project-{at:05}: 1\n",
        f"{_BEGIN}    hello:\n      accept:\n",
    ),
    "accept entries of two kinds": _lines(
        lambda at: f"        {('project-{}', 'projects/project-{}/global/networks/a')[at % 2].format(at)}: 1\n",
        f"{_BEGIN}    hello:\n      accept:\n",
    ),
    "a decimal number": f"region: {'1' * _SIZE}\n",
    "a hexadecimal number": f"region: 0x{'f' * _SIZE}\n",
    "a sexagesimal number": f"region: 1{':11' * (_SIZE // 3)}\n",
    "many provider versions": f"provider_version: '>= 7.0{', != 7.1' * (_SIZE // 8)}'\n{_BEGIN}    hello: {{}}\n",
    "a long provider version": f"provider_version: '7.{'1' * _SIZE}'\n{_BEGIN}    hello: {{}}\n",
    "a long URL": f"{_BEGIN}    hello:\n      audiences: [\"http://{'a' * _SIZE}\"]\n",
    "reject entries": _lines(lambda at: f"        - project-{at:05}\n", f"{_BEGIN}    hello:\n      reject:\n"),
    "invokers": _lines(
        lambda at: f"        - a{at:05}@project.iam.gserviceaccount.com\n", f"{_BEGIN}    hello:\n      invokers:\n"
    ),
    "services on one NAT range": _lines(lambda at: f"    s{at:05}: {{nat_ranges: [10.0.3.0/24]}}\n", _BEGIN),
    "services with one address": _lines(lambda at: f"    s{at:05}: {{address: 10.0.1.9}}\n", _BEGIN),
    "consumers without a project": _lines(lambda at: f"  c{at:05}: {{endpoints: {{e: {{}}}}}}\n", "consumers:\n"),
    "endpoints of unknown services": _lines(
        lambda at: f"      e{at:05}: {{service: none}}\n",
        f"{_BEGIN}    hello: {{}}\nconsumers:\n  c:\n    project: a-consumer\n    endpoints:\n",
    ),
    "entries beside as many consumers": _lines(
        lambda at: f"        d{at:05}-x: 1\n",
        "consumers:\n" + "".join(f"  c{at:05}-x: {{project: project-{at}}}\n" for at in range(_SIZE // 100))
        + f"{_BEGIN}    hello:\n      accept:\n",
        _SIZE // 4,
    ),
    "endpoints and as many services": _lines(
        lambda at: f"      e{at:05}: {{service: t{at:05}-x}}\n",
        _BEGIN + "".join(f"    s{at:05}-x: {{}}\n" for at in range(_SIZE // 100))
        + "consumers:\n  c:\n    project: a-consumer\n    endpoints:\n",
        _SIZE // 10,
    ),
    "wrong values": _lines(lambda at: f"    s{at:05}: {{image: [1, 2]}}\n", _BEGIN),
    "duplicate keys": _lines(lambda at: "region: europe-west1\n"),
    "empty values": _lines(lambda at: "-\n", "a:\n"),
}  # fmt: skip


# In a larger file they are too many.
_ACCEPTED = {"accept entries", "entries beside as many consumers"} if _SIZE == 100_000 else set()


@pytest.mark.parametrize("kind", WHOLE)
def test_a_large_file_is_accepted_or_refused_with_messages_that_can_be_read(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text(WHOLE[kind])
    problems: tuple[Problem, ...] = ()
    try:
        load(REFERENCE, {"PSC_CONFIG": str(file)})
    except ConfigurationError as error:
        problems = error.problems
    assert len(problems) <= MOST_PROBLEMS + 1
    assert all(str(problem).isprintable() and len(str(problem)) < 1000 for problem in problems)
    assert bool(problems) == (kind not in _ACCEPTED)
