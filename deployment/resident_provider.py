"""A google provider that stays: one process for many runs of Terraform, each of which would start one of its own.

Terraform starts the provider at every plan, show and apply, which takes longer than most of them have to do. Started
with `-debug`, a provider waits for whoever attaches itself, and prints what the variable TF_REATTACH_PROVIDERS needs
for that (https://developer.hashicorp.com/terraform/plugin/debugging). Terraform configures it anew at each run, so that
one may serve stacks of different projects after each other, never at the same time.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from deployment import leash
from deployment.registries import GOOGLE

VARIABLE = "TF_REATTACH_PROVIDERS"
_ANSWER = re.compile(rf"{VARIABLE}='(\{{.*\}})'")
# Seconds: how long one may take to come up, or to go (it takes one at most); how long its end may go unnoticed.
_PATIENCE = 30
_MOMENT = 0.2


class NotResidentError(Exception):
    """The provider does not stay; the message says why."""


class ResidentProvider:
    """A running provider; `build` is its program. It ends with this process, whatever becomes of that."""

    def __init__(self, build: Path, variables: Mapping[str, str]) -> None:
        """Start it.

        Raises:
            NotResidentError: when it does not come up, or says something that is not known.
        """
        command = [sys.executable, "-I", "-S", str(Path(leash.__file__)), str(build), "-debug"]
        self.build = build
        self.proven = False  # whether Terraform has run with it
        self._process = subprocess.Popen(
            command,
            # It takes a token that is also the name of a file or folder for that: it starts where nothing stands.
            cwd=variables.get("HOME"),
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is for us: Terraform still needs the provider while it stops
        )
        try:
            ((_, how),) = json.loads(self._answer()).items()
            # The same process by the name that either program has for it.
            self.variables: Mapping[str, str] = {VARIABLE: json.dumps(dict.fromkeys(GOOGLE, how))}
        except BaseException:
            self.end()
            raise

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def soon_gone(self) -> bool:
        """Whether it has ended, or ends at this moment: Terraform may notice before we do."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_MOMENT)
        return not self.alive

    def end(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self._process.stdout, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=_PATIENCE)
        except queue.Empty:
            answer = ""
        if not _fits(answer):
            raise NotResidentError("it does not answer as a provider that can stay")
        return answer


def _listen(output: Iterable[str], answers: queue.SimpleQueue[str]) -> None:
    """Pass on the answer, and read on to the end: a full pipe would stop the provider."""
    with contextlib.suppress(ValueError):  # closed while we read
        for line in output:
            if match := _ANSWER.search(line):
                answers.put(match[1])
    answers.put("")


def _fits(answer: str) -> bool:
    try:
        ((address, how),) = json.loads(answer).items()
        return address in GOOGLE and how["Protocol"] == "grpc" and bool(how["Addr"]["String"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
