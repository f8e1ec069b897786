"""docs/performance.md: the measured table, the plot, and where the time goes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.comparison import Row

FAST, ORDINARY, NATIVE = "fast synthesis", "ordinary Python", "native JavaScript"
_HEAD = """\
# Performance

This page compares a synthesis by `cdktf_fast_synthesis` with the same program as ordinary Python CDKTF and as native
JavaScript. [adr/0006](adr/0006-fast-synthesis.md) says how fast synthesis works and what else was tried,
[adr/0008](adr/0008-fast-synthesis-apart.md) says what each part of it is worth, and
[constructs.md](constructs.md#synthesis-as-fast-as-typescripts) says how to switch it on.

`./psc benchmark` writes this page, which takes about a quarter of an hour on a quiet machine. First it synthesizes the
default configuration, and configurations like it with more services and consumers. From that JSON,
`benchmarks/program.py` and `benchmarks/program.js`, which are alike function by function, make the calls of a program
that is written out: a construct for each resource and output, a struct for each block, an attribute for each reference.
Reading the JSON is part of their time. Each round runs the programs one after the other; a ratio is the median of the
rounds' ratios. In every round, all programs must write the bytes that were synthesized, for the default deployment
those of `./psc synth`. Memory is the largest sum of the proportional set sizes of all of a program's processes.

Native JavaScript is Node alone, without jsii, on the packages that `npm install` would give. The Python bindings
contain the same tarballs that npm downloads, and their modules are in `node_modules` where npm puts them, unchanged
(cdktf's own dependencies are in its tarball). Only files that Node does not load are left out, such as type
declarations.

Seconds differ from machine to machine, and here from minute to minute on a busy machine; compare ratios.
"""


@dataclass(frozen=True)
class Findings:
    """Everything that was measured."""

    machine: str
    rows: Sequence[Row]
    first: Row
    typed: Sequence[float]
    alone: Sequence[float]
    stages: dict[str, float]


def page(found: Findings, closing: str) -> str:
    """The whole page; `closing` is what is written by hand and kept."""
    parts = [_HEAD, f"Measured on {found.machine}.\n", "## Against the goals\n", goals(found), "## All rows\n"]
    parts += [table(found), "![Seconds by number of services](performance.svg)\n", "## Where the time goes\n"]
    parts += [stages(found.stages), closing]
    return "\n".join(parts)


def goals(found: Findings) -> str:
    """The table of goals with what was measured."""
    by_size = {(row.services, row.consumers): row for row in found.rows}
    default, hundred, thousand = by_size[1, 1], by_size[100, 1], by_size[1000, 1]
    faster = default.ratio(ORDINARY, FAST)
    lines = [
        _goal("default, warm: time of ordinary Python", "at most 1/12", f"1/{faster:.1f}", faster >= 12),
        _times("default, warm: time of native JavaScript", default.ratio(FAST, NATIVE), 3),
    ]
    first = found.first.ratio(ORDINARY, FAST)
    lines.append(
        _goal("default, first run: time of ordinary Python's first", "at most 1/4", f"1/{first:.1f}", first >= 4)
    )
    memory = default.memory[ORDINARY] / default.memory[FAST]
    lines.append(_goal("peak memory of ordinary Python", "at most 1/3", f"1/{memory:.1f}", memory >= 3))
    for row in found.rows[1:]:
        plurals = ["" if number == 1 else "s" for number in (row.services, row.consumers)]
        what = f"{row.services:,} service{plurals[0]}, {row.consumers} consumer{plurals[1]}"
        lines.append(_times(f"{what}: time of native JavaScript", row.ratio(FAST, NATIVE), 3))
    for what, growth in (
        ("time", {name: thousand.seconds(name) / hundred.seconds(name) for name in (FAST, NATIVE)}),
        ("memory", {name: thousand.memory[name] / hundred.memory[name] for name in (FAST, NATIVE)}),
    ):
        told = f"{growth[FAST]:.1f} ×, native {growth[NATIVE]:.1f} ×"
        lines.append(
            _goal(f"growth of {what} from 100 to 1,000 services", "native's own", told, growth[FAST] <= growth[NATIVE])
        )
    over = statistics.median(typed - alone for typed, alone in zip(found.typed, found.alone, strict=True))
    lines.append(_goal("`./psc synth` as typed, above main.py", "at most 0.3 s", f"{over:.2f} s", over <= 0.3))
    return "\n".join(["| | goal | measured | |", "|---|---|---|---|", *lines, ""])


def _times(what: str, ratio: float, most: float) -> str:
    return _goal(what, f"at most {most:g} ×", f"{ratio:.2f} ×", ratio <= most)


def _goal(what: str, wanted: str, told: str, met: bool) -> str:
    return f"| {what} | {wanted} | {told} | {'met' if met else '**missed**'} |"


def table(found: Findings) -> str:
    """Seconds, processor seconds and memory of every program and size."""
    lines = ["| services | consumers | program | seconds | processor seconds | MB |", "|---|---|---|---|---|---|"]
    for row in found.rows:
        for name in row.runs:
            memory = f"{row.memory[name]:.0f}" if name in row.memory else ""
            numbers = f"{row.seconds(name):.2f} | {row.processor(name):.2f} | {memory}"
            lines.append(f"| {row.services} | {row.consumers} | {name} | {numbers} |")
    for name in found.first.runs:
        numbers = f"{found.first.seconds(name):.2f} | {found.first.processor(name):.2f} |"
        lines.append(f"| 1 | 1 | {name}, first run | {numbers} |")
    typed, alone = statistics.median(found.typed), statistics.median(found.alone)
    lines += [f"| 1 | 1 | `./psc synth` | {typed:.2f} | | |", f"| 1 | 1 | main.py | {alone:.2f} | | |", ""]
    return "\n".join(lines)


def stages(found: dict[str, float]) -> str:
    """One fast synthesis of the default deployment, stage by stage."""
    calls = found["calls"]
    rows = [f"| {name} | {seconds * 1000:.0f} |" for name, seconds in found.items() if name != "calls"]
    total = sum(seconds for name, seconds in found.items() if name != "calls")
    head = f"One fast synthesis of the default deployment ({calls:.0f} calls to the kernel), in milliseconds:\n"
    return "\n".join([head, "| stage | ms |", "|---|---|", *rows, f"| all | {total * 1000:.0f} |", ""])
