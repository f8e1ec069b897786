"""Terraform, run in a stack's folder: plans as data, errors as data."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deployment.output_folder import StackFolder
from deployment.planned_change import PlannedChange, change_of
from deployment.unusable import UnusableError

PLAN = "rehearsal.tfplan"


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """An error or warning of Terraform's: the resource it is about, its heading, and the text."""

    severity: str
    address: str
    summary: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan: its changes, and what Terraform said. Not `ok`: it was refused and nothing was touched."""

    ok: bool
    changes: tuple[PlannedChange, ...] = ()
    outputs: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do (moved addresses aside: those are state, not cloud)."""
        return self.ok and not self.outputs and all(change.action == "moved" for change in self.changes)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """An apply: whether it went through, and what was refused on the way."""

    ok: bool
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass
class Terraform:
    """The program, and the two sets of variables that it runs with."""

    program: str
    init_variables: Mapping[str, str]
    variables: Mapping[str, str]
    _ready: dict[Path, tuple[str, str]] = field(default_factory=dict)

    def init(self, stack: StackFolder) -> None:
        """Prepare a stack's folder, once for each backend, provider version and lock file.

        Raises:
            UnusableError: when the provider cannot be had; the message is Terraform's own.
        """
        folder = stack.folder
        if self._ready.get(folder) == init_settings(stack):
            return
        # The backend is configured with the clean variables: init for a bucket talks to it.
        first = self._run(folder, ["init", "-input=false", "-no-color", "-backend=false"], self.init_variables)
        if first.returncode != 0:
            said = "\n".join(line for line in (first.stdout + first.stderr).splitlines() if line.strip())
            raise UnusableError(f"terraform init failed:\n{said}")
        # The provider is here now; `-plugin-dir` keeps the second init from looking elsewhere.
        plugins = folder / ".terraform" / "providers"
        second = self._run(
            folder, ["init", "-input=false", "-no-color", "-reconfigure", f"-plugin-dir={plugins}"], self.variables
        )
        if second.returncode != 0:
            raise UnusableError(f"terraform init failed:\n{(second.stdout + second.stderr).strip()}")
        self._ready[folder] = init_settings(stack)

    def plan(self, stack: StackFolder, *, destroy: bool = False) -> Planned:
        """Plan and keep the plan in the stack's folder for `apply`."""
        self.init(stack)
        folder = stack.folder
        command = ["plan", "-input=false", "-json", f"-out={PLAN}", *(["-destroy"] if destroy else [])]
        done = self._run(folder, command, self.variables)
        said = _diagnostics(done.stdout, done.stderr)
        if done.returncode != 0:
            return Planned(ok=False, diagnostics=said)
        shown = self._run(folder, ["show", "-json", PLAN], self.variables)
        plan = json.loads(shown.stdout)
        changes = tuple(change for one in plan.get("resource_changes", []) if (change := change_of(one)) is not None)
        outputs = tuple(
            name for name, change in plan.get("output_changes", {}).items() if change["actions"] != ["no-op"]
        )
        return Planned(ok=True, changes=changes, outputs=outputs, diagnostics=said)

    def apply(self, stack: StackFolder) -> Applied:
        """Apply the plan that `plan` left."""
        done = self._run(stack.folder, ["apply", "-input=false", "-json", PLAN], self.variables)
        return Applied(ok=done.returncode == 0, diagnostics=_diagnostics(done.stdout, done.stderr))

    def _run(self, folder: Path, words: list[str], variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        command = [self.program, *words]
        with subprocess.Popen(
            command,
            cwd=folder,
            env=dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a group of its own, so that its providers end with it
        ) as process:
            try:
                output, errors = process.communicate()
            except BaseException:
                _end(process)
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, errors)


def init_settings(stack: StackFolder) -> tuple[str, str]:
    """What `terraform init` goes by in a stack's folder: backend and providers, and the lock file."""
    return json.dumps(stack.content()["terraform"], sort_keys=True), stack.lock()


def _end(process: subprocess.Popen[str]) -> None:
    """Ask Terraform to stop as Ctrl-C would; after that, end it and its providers."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)


def _diagnostics(lines: str, errors: str) -> tuple[Diagnostic, ...]:
    found = []
    for line in lines.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("type") == "diagnostic":
            said = entry["diagnostic"]
            found.append(
                Diagnostic(
                    severity=said["severity"],
                    address=said.get("address", ""),
                    summary=said["summary"],
                    detail=said.get("detail", ""),
                )
            )
    if not found and errors.strip():
        found.append(Diagnostic(severity="error", address="", summary=errors.strip().splitlines()[0], detail=errors))
    return tuple(found)
