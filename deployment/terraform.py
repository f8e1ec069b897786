"""The one way to start Terraform, or OpenTofu: in a folder, with the variables that are given and no others."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deployment.unusable import UnusableError
from deployment.values import Json

PLAN = "rehearsal.tfplan"
# What `plan -detailed-exitcode` ends with where there is something to do.
SOMETHING_TO_DO = 2
# How long Terraform may take to stop by itself, seconds.
_PATIENCE = 10


@dataclass(frozen=True, kw_only=True)
class Done:
    """A command that has ended: its exit code and what it wrote; `program` is what people type to start it."""

    program: str
    code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """Everything that it said, for people."""
        return [line for line in (self.output + self.errors).splitlines() if line.strip()]

    def document(self) -> Json:
        """The JSON document that it wrote. OpenTofu's warnings stand in front of it, of a CLI configuration for one.

        Raises:
            UnusableError: when there is none.
        """
        begin = re.search(r"^\{", self.output, re.MULTILINE)
        try:
            document: Json = json.loads(self.output[begin.start() :] if begin else "")
        except ValueError as error:
            raise UnusableError(f"{self.program} wrote no JSON:", *self.lines) from error
        return document


ProgramName = Literal["terraform", "tofu"]


class Terraform:
    """The program. `seconds` is how long its commands took by now, by their names."""

    def __init__(self, program: str, patience: float = _PATIENCE) -> None:
        """`program` is its path; `patience` is how long it may take to stop by itself, seconds."""
        self.program, self._patience = program, patience
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._ended = False

    @property
    def name(self) -> ProgramName:
        """What people type: `terraform`, or `tofu`."""
        return "tofu" if "tofu" in Path(self.program).name else "terraform"

    def version(self, variables: Mapping[str, str]) -> str:
        """Which one it is.

        Raises:
            UnusableError: when it does not tell.
        """
        done = self._run(Path.cwd(), variables, "version", "-json")
        try:
            return str(done.document()["terraform_version"])
        except (UnusableError, KeyError) as error:
            raise UnusableError(f"{self.program} does not tell its version") from error

    def init(self, folder: Path, variables: Mapping[str, str], *words: str) -> Done:
        """Prepare a folder: provider and backend."""
        return self._run(folder, variables, "init", "-input=false", "-no-color", *words)

    def validate(self, folder: Path, variables: Mapping[str, str]) -> Done:
        """Whether what stands in a folder is valid."""
        return self._run(folder, variables, "validate", "-no-color")

    def lock_providers(
        self, folder: Path, variables: Mapping[str, str], platforms: Sequence[str], mirror: Path | None = None
    ) -> Done:
        """Write the folder's lock file for all of these platforms, from the registry or a local mirror."""
        words = [f"-platform={platform}" for platform in platforms]
        if mirror:
            words.insert(0, f"-fs-mirror={mirror}")
        return self._run(folder, variables, "providers", "lock", "-no-color", *words)

    def plan(self, folder: Path, variables: Mapping[str, str], targets: Iterable[str] = ()) -> Done:
        """Plan, and keep the plan in the folder for `show` and `apply`; ends with SOMETHING_TO_DO, or 0.

        `targets` are the addresses that are planned alone, with what they need; everything where none is given.
        """
        words = ["-input=false", "-json", "-detailed-exitcode", f"-out={PLAN}", *(f"-target={one}" for one in targets)]
        return self._run(folder, variables, "plan", *words)

    def show(self, folder: Path, variables: Mapping[str, str]) -> Done:
        """The kept plan as JSON."""
        return self._run(folder, variables, "show", "-json", PLAN)

    def apply(self, folder: Path, variables: Mapping[str, str]) -> Done:
        """Apply the kept plan."""
        return self._run(folder, variables, "apply", "-input=false", "-json", PLAN)

    def destroy(self, folder: Path, variables: Mapping[str, str]) -> Done:
        """Plan the destruction of everything and apply that, in one command."""
        return self._run(folder, variables, "apply", "-destroy", "-auto-approve", "-input=false", "-json")

    def end(self) -> None:
        """Ask whatever runs to stop as Ctrl-C would, and then end it; nothing is started after that."""
        with self._lock:
            self._ended = True
            running = list(self._running)
        for number in (signal.SIGINT, signal.SIGKILL):
            for process in running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            for process in running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=self._patience)

    def _run(self, folder: Path, variables: Mapping[str, str], *words: str) -> Done:
        started = time.monotonic()
        process = self._start(folder, variables, words)
        try:
            output, errors = process.communicate()
        except BaseException:
            self.end()
            raise
        finally:
            with self._lock:
                self._running.discard(process)
                self.seconds[words[0]] += time.monotonic() - started
        return Done(program=self.name, code=process.returncode, output=output, errors=errors)

    def _start(self, folder: Path, variables: Mapping[str, str], words: Sequence[str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._ended:
                raise UnusableError("interrupted")
            process = subprocess.Popen(
                [self.program, *words],
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,  # a group of its own, so that its providers end with it
            )
            self._running.add(process)
        return process
