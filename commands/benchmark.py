"""`./psc benchmark`: fast synthesis beside an ordinary Python program and a native JavaScript one."""

from __future__ import annotations

from argparse import Namespace

from commands.command import Command
from commands.environment import Environment


def run(args: Namespace, environment: Environment) -> int:
    """Measure; the words go to the benchmark."""
    words: list[str] = args.words
    return environment.run("-m", "benchmarks", *words)


COMMAND = Command(
    name="benchmark",
    summary="measure synthesis; writes docs/performance.md",
    details=(
        "Runs the reference deployment as ordinary Python CDKTF, with fast synthesis, and as native JavaScript, from\n"
        "1 to 1,000 services, checks that all programs write the same output, and writes docs/performance.md and its\n"
        "plot. It takes about a quarter of an hour on a quiet machine, and needs Linux to measure memory."
    ),
    examples=("./psc benchmark", "./psc benchmark --rounds 1 --dry-run"),
    run=run,
    chooses=False,
    passes_on=True,
)
