"""One run of a program: how long it took, and how much memory all of its processes had at the worst moment."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Often enough to see a peak of a few hundredths of a second, seldom enough not to be in the way.
_SAMPLE_SECONDS = 0.02


class BenchmarkError(Exception):
    """A program failed, or did not write what it was to write."""


@dataclass(frozen=True)
class Run:
    """Seconds on the clock, seconds of processor time of all processes, and a digest of the files written."""

    seconds: float
    processor: float
    written: str


def timed(command: Sequence[str], environment: Mapping[str, str], outdir: Path) -> Run:
    """Run once, with nobody looking.

    Raises:
        BenchmarkError: when it fails.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchmarkError(f"{command[:3]} failed:\n{said.decode(errors='replace')}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, written(outdir))


def peak_memory(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """The largest sum, in MB, of the proportional set sizes (PSS: shared pages are counted once) of all processes.

    Raises:
        BenchmarkError: when the run fails.
    """
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
        peak = 0
        while one.poll() is None:
            peak = max(peak, sum(_pss(pid) for pid in _tree(one.pid)))
            time.sleep(_SAMPLE_SECONDS)
    if one.returncode != 0:
        raise BenchmarkError(f"{command[:3]} failed")
    return peak / 1024


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))
    except OSError:
        return  # it has ended


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except (OSError, ValueError):
        pass  # it has ended
    return 0


def written(outdir: Path) -> str:
    """A digest of every stack's JSON: name and content, byte for byte."""
    digest = hashlib.sha256()
    for path in sorted(outdir.glob("stacks/*/cdk.tf.json")):
        digest.update(f"{path.parent.name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
