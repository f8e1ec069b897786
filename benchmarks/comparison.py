"""The measurements: each row of the page, its programs run in turn so that a slow moment of the machine hits all."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.deployment import synthesized
from benchmarks.javascript import lay_out
from benchmarks.measuring import BenchmarkError, Run, peak_memory, timed, written
from benchmarks.programs import CHECKOUT, HERE, Program, fast, native, ordinary, project


@dataclass(frozen=True)
class Row:
    """One comparison: the runs of each program by name, in the order of the rounds; memory in MB."""

    services: int
    consumers: int
    runs: dict[str, list[Run]]
    memory: dict[str, float]

    def seconds(self, name: str) -> float:
        """The median time of a program."""
        return statistics.median(run.seconds for run in self.runs[name])

    def processor(self, name: str) -> float:
        """The median processor time of a program's processes."""
        return statistics.median(run.processor for run in self.runs[name])

    def ratio(self, one: str, other: str) -> float:
        """The median over the rounds of `one`'s time divided by `other`'s in the same round."""
        pairs = zip(self.runs[one], self.runs[other], strict=False)
        return statistics.median(first.seconds / second.seconds for first, second in pairs)


class Comparison:
    """Runs programs in a temporary folder, with caches that are filled once."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._caches = folder, folder / "caches"
        lay_out(folder / "javascript")
        self._synthesized: dict[tuple[int, int], Path] = {}
        self.ordinary, self.fast, self.native = ordinary(), fast(), native(folder / "javascript")

    def row(self, services: int, consumers: int, rounds: int, with_ordinary: int = 0, *, memory: bool = True) -> Row:
        """Measure one deployment; `with_ordinary` of the rounds include the ordinary program.

        Raises:
            BenchmarkError: when a program fails, or writes other bytes than the others and this project.
        """
        deployment = self._deployment(services, consumers)
        programs = [self.native, self.fast] + ([self.ordinary] if with_ordinary else [])
        row = Row(services, consumers, {program.name: [] for program in programs}, {})
        for program in programs:
            self._run(program, deployment)  # fills the caches
        for number in range(rounds):
            present = [one for one in programs if one is not self.ordinary or number < with_ordinary]
            for program in present if number % 2 else present[::-1]:
                row.runs[program.name].append(self._run(program, deployment))
            _say(f"  {services} services, {consumers} consumers: round {number + 1} of {rounds}")
        for program in programs if memory else []:
            command = [*program.command, str(deployment), str(self._outdir())]
            row.memory[program.name] = peak_memory(command, program.environment(self._caches))
        return row

    def first_run(self, rounds: int) -> Row:
        """The default deployment with nothing prepared but what installing leaves: packages and their bytecode."""
        row, deployment = Row(1, 1, {self.fast.name: [], self.ordinary.name: []}, {}), self._deployment(1, 1)
        for number in range(rounds):
            for program in (self.fast, self.ordinary)[:: -1 if number % 2 else 1]:
                empty = Path(tempfile.mkdtemp(dir=self._folder))
                row.runs[program.name].append(self._run(program, deployment, empty))
                shutil.rmtree(empty)
            _say(f"  first run: round {number + 1} of {rounds}")
        return row

    def launcher(self, rounds: int) -> tuple[list[float], list[float]]:
        """`./psc synth` as typed and main.py alone, in pairs; sees that both write what the programs were given."""
        alone = project()
        typed = Program("./psc synth", (str(CHECKOUT / "psc"), "synth"), caches=alone.caches)
        outdir = CHECKOUT / "cdktf.out"
        found: dict[str, list[float]] = {alone.name: [], typed.name: []}
        expected = written(self._deployment(1, 1))
        for number in range(rounds + 1):
            for program in (alone, typed)[:: -1 if number % 2 else 1]:
                run = timed(program.command, program.environment(self._caches), outdir)
                if number:
                    found[program.name].append(run.seconds)
                if run.written != expected:
                    raise BenchmarkError(f"{program.name} does not write what the programs were given")
        return found[typed.name], found[alone.name]

    def stages(self, rounds: int) -> dict[str, float]:
        """The stages of one fast synthesis of the default deployment, medians in seconds, the exit included."""
        found: list[dict[str, float]] = []
        deployment = self._deployment(1, 1)
        for _ in range(rounds):
            started = time.time()
            command = [sys.executable, str(HERE / "stages.py"), str(started), str(deployment), str(self._outdir())]
            environment = self.fast.environment(self._caches)
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            told = json.loads(done.stdout)
            told["the end: both processes tidy up"] = time.time() - told.pop("ended")
            found.append(told)
        return {name: statistics.median(one[name] for one in found) for name in found[0]}

    def _deployment(self, services: int, consumers: int) -> Path:
        """Synthesized when it is first asked for."""
        size = services, consumers
        if size not in self._synthesized:
            folder = self._folder / f"{services}-{consumers}"
            self._synthesized[size] = synthesized(services, consumers, folder, self._caches)
        return self._synthesized[size]

    def _run(self, program: Program, deployment: Path, caches: Path | None = None) -> Run:
        outdir = self._outdir()
        command = [*program.command, str(deployment), str(outdir)]
        run = timed(command, program.environment(caches or self._caches), outdir)
        if run.written != written(deployment):
            raise BenchmarkError(
                f"{program.name} does not write what this project has synthesized; is there something in the default "
                "deployment that benchmarks/program.py or program.js does not know?"
            )
        return run

    def _outdir(self) -> Path:
        outdir = self._folder / "out"
        shutil.rmtree(outdir, ignore_errors=True)
        return outdir


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
