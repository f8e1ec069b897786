"""Measure everything and write docs/performance.md and docs/performance.svg. Run by `./psc benchmark`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparison import Comparison, Row
from benchmarks.measuring import BenchmarkError
from benchmarks.page import FAST, NATIVE, ORDINARY, Findings, page
from benchmarks.plot import svg
from benchmarks.programs import CHECKOUT

_CLOSING = "## What limits it"


def main() -> int:
    """0 when all was measured and written, 1 when a program failed or wrote something else."""
    parser = argparse.ArgumentParser(prog="./psc benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each row (default: 5)")
    parser.add_argument("--dry-run", action="store_true", help="print the page, write nothing")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="psc-benchmark-") as folder:
        try:
            found = measured(Comparison(Path(folder)), chosen.rounds)
        except BenchmarkError as error:
            print(f"psc: {error}", file=sys.stderr)
            return 1
    file = CHECKOUT / "docs" / "performance.md"
    former = file.read_text(encoding="utf-8")
    closing = former[former.index(_CLOSING) :] if _CLOSING in former else ""
    text = page(found, closing)
    print(text)
    if not chosen.dry_run:
        file.write_text(text, encoding="utf-8")
        (CHECKOUT / "docs" / "performance.svg").write_text(plot(found.rows), encoding="utf-8")
    return 0


def measured(comparison: Comparison, rounds: int) -> Findings:
    """All rows; the ordinary program, which takes long, only where a goal compares with it."""
    few = min(rounds, 3)
    rows = [
        comparison.row(1, 1, rounds, with_ordinary=rounds),
        comparison.row(10, 1, rounds, with_ordinary=1),
        comparison.row(100, 1, rounds, with_ordinary=1),
        comparison.row(1000, 1, few),
        comparison.row(1, 100, rounds),
    ]
    typed, alone = comparison.launcher(rounds)
    first = comparison.first_run(few)
    machine = (
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    return Findings(machine, rows, first, typed, alone, comparison.stages(rounds))


def plot(rows: Sequence[Row]) -> str:
    """The rows with one consumer."""
    one = [row for row in rows if row.consumers == 1]
    names = (ORDINARY, FAST, NATIVE)
    return svg({name: {row.services: row.seconds(name) for row in one if row.runs.get(name)} for name in names})


if __name__ == "__main__":
    sys.exit(main())
