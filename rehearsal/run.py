"""The rehearsal itself: deploy, deploy again, look, destroy, look again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from deployment.output_folder import StackFolder, buckets, local_states
from deployment.planned_change import PlannedChange
from deployment.terraform import Applied, Diagnostic, Planned, Terraform
from rehearsal.connections import Connection, connections, fates
from rehearsal.copies import protected, put, unprotect
from rehearsal.reach import obstacles
from rehearsal.report import Report, Step

Tell = Callable[[str], None]
# The provider asks at its start who it is running as, at a fixed address, and goes on without an answer
# (google/transport/config.go, GetCurrentUserEmail). The proxy variables keep that on this machine too.
_ASKED_BY_PROVIDER = frozenset({"openidconnect.googleapis.com:443"})
FIRST, NEXT, SECOND, DESTROY = "first deployment", "deployment", "second plan", "destroy"


class Cloud(Protocol):
    """What a rehearsal wants of the stand-in, wherever that runs."""

    def state(self) -> dict[str, Any]:
        """Everything that exists."""

    def make_bucket(self, name: str) -> None:
        """Make a state bucket."""


class Rehearsal:
    """One rehearsal in one folder against one cloud; its report grows as it goes."""

    def __init__(self, folder: Path, cloud: Cloud, terraform: Terraform, report: Report, tell: Tell) -> None:
        """`folder` is empty; `tell` gets a line per step."""
        self._folder, self._cloud, self._terraform = folder, cloud, terraform
        self.report, self._tell = report, tell
        self._standing: list[StackFolder] = []
        self._states: dict[str, str] = {}
        self._renamed: dict[str, str] = {}
        self._touched: set[str] = set()

    def deploy(self, stacks: list[StackFolder], what: str = FIRST) -> bool:
        """Deploy the stacks in order; what is refused is a finding, and ends it as it would end a real deployment."""
        for bucket in sorted(buckets(stacks)):
            self._cloud.make_bucket(bucket)
        self._states = local_states(stacks)
        for stack in stacks:
            here = put(stack, self._folder, self._states)
            self._standing = [one for one in self._standing if one.name != stack.name] + [here]
            if not self._apply(here, what):
                return False
        return True

    def take_over(self, standing: list[StackFolder]) -> None:
        """Go on from what an earlier rehearsal deployed in this folder and cloud."""
        self._states = local_states(standing)
        self._standing = [StackFolder(stack.name, self._folder / stack.name, stack.needs) for stack in standing]

    def edit(self, present: list[StackFolder]) -> bool:
        """Deploy `present` over what stands, as a merge would; tells each connection's fate."""
        before = connections(self._cloud.state())
        self._renamed, self._touched = {}, set()
        gone = [one for one in self._standing if one.name not in {stack.name for stack in present}]
        for stack in reversed(gone):
            # A consumer that leaves is destroyed first, by its own team or by `cdktf destroy`.
            self._destroy_one(stack)
        went = self.deploy(present, NEXT)
        self._compare(before)
        return went

    def settle(self) -> None:
        """A second plan of everything must be empty."""
        for stack in self._standing:
            started = time.monotonic()
            planned = self._terraform.plan(stack)
            self._step(SECOND, stack, planned.ok, started, planned)
            if planned.ok and not planned.empty:
                changed = [
                    f"{change.address} is {change.action}" for change in planned.changes if change.action != "moved"
                ]
                changed += [f"output {name} changes" for name in planned.outputs]
                self.report.find("unsettled", f"a second plan is not empty: {'; '.join(changed)}", stack.name)

    def look(self) -> None:
        """Connections, and whether requests would arrive."""
        state = self._cloud.state()
        if not self.report.former:
            self._compare({})
        for obstacle in obstacles(state):
            self.report.find("unreachable", obstacle)
        for note in state["notes"]:
            if note["kind"] == "left" and note["text"] not in _ASKED_BY_PROVIDER:
                self.report.find("left", f"a call wanted to leave the machine: {note['text']}")

    def destroy(self) -> None:
        """Destroy everything, consumers first; nothing may be left."""
        for stack in reversed(list(self._standing)):
            if protected(stack):
                self.report.notes.append(f"{stack.name}: deletion protection was lifted for the destroy")
                unprotect(stack)
                self._apply(stack, DESTROY)
            self._destroy_one(stack)
        state = self._cloud.state()
        left = [*state["compute"], *state["run"]]
        if left:
            self.report.find("left over", f"after destroy there still is: {', '.join(left)}")

    def _destroy_one(self, stack: StackFolder) -> None:
        if self._apply(stack, DESTROY, destroy=True):
            self._standing = [one for one in self._standing if one.name != stack.name]

    def _apply(self, stack: StackFolder, what: str, *, destroy: bool = False) -> bool:
        started = time.monotonic()
        planned = self._terraform.plan(stack, destroy=destroy)
        applied = self._terraform.apply(stack) if planned.ok and not planned.empty else None
        ok = planned.ok and (applied is None or applied.ok)
        self._step(what, stack, ok, started, planned, applied)
        self._remember(planned.changes)
        return ok

    def _step(
        self, what: str, stack: StackFolder, ok: bool, started: float, planned: Planned, applied: Applied | None = None
    ) -> None:
        said = (*planned.diagnostics, *(applied.diagnostics if applied else ()))
        refused = tuple(one for one in said if one.severity == "error")
        warnings = tuple(one for one in said if one.severity != "error")
        seconds = time.monotonic() - started
        step = Step(what=what, stack=stack.name, ok=ok, seconds=round(seconds, 1), changes=planned.changes,
                    refused=refused, warnings=warnings)  # fmt: skip
        self.report.steps.append(step)
        self._tell(f"{what}: {stack.name}: {_summary(planned, ok)} ({seconds:.0f} s)")
        for one in refused:
            when = "apply" if planned.ok else "plan"
            self.report.find("refused", f"{what} refused at {when}: {_sentence(one)}", stack.name)

    def _remember(self, changes: tuple[PlannedChange, ...]) -> None:
        for change in changes:
            if change.former_name and change.name and change.former_name != change.name:
                self._renamed[change.former_name] = change.name
            if change.action in {"replaced", "destroyed"} and change.name:
                self._touched.add(change.name)
                self._touched.add(change.former_name or change.name)

    def _compare(self, before: dict[str, Connection]) -> None:
        """Fates against `before`; a connection that its own side did not touch must be kept."""
        after = connections(self._cloud.state())
        paths = {old: old.rpartition("/")[0] + "/" + self._renamed[old.rpartition("/")[2]]
                 for old in before if old.rpartition("/")[2] in self._renamed}  # fmt: skip
        self.report.connections = fates(before, after, paths)
        for fate in self.report.connections:
            name = fate.endpoint.rpartition("/")[2]
            status = fate.after.status if fate.after else "gone"
            if fate.outcome in {"lost", "waiting"}:
                self.report.find("connection", f"the connection of {name} is {status}, not ACCEPTED ({fate.outcome})")
            elif fate.outcome == "restored" and name not in self._touched:
                self.report.find("connection", f"the connection of {name} was interrupted from the other side")


def _summary(planned: Planned, ok: bool) -> str:
    if not planned.ok:
        return "refused at plan"
    counts = {
        action: sum(change.action == action for change in planned.changes)
        for action in ("created", "updated", "replaced", "destroyed", "moved")
    }
    text = ", ".join(f"{count} {action}" for action, count in counts.items() if count) or "nothing to do"
    return text if ok else f"{text}: REFUSED"


def _sentence(diagnostic: Diagnostic) -> str:
    where = f"{diagnostic.address}: " if diagnostic.address else ""
    detail = " ".join(diagnostic.detail.split())
    return f"{where}{diagnostic.summary}{f': {detail}' if detail and detail != diagnostic.summary else ''}"
