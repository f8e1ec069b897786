"""What a plan and an apply came to."""

from __future__ import annotations

from dataclasses import dataclass

from deployment.diagnostics import Diagnostic, diagnostics, messages
from deployment.planned_change import PlannedChange, change_of
from deployment.terraform import SOMETHING_TO_DO, Done

# What the messages of a plan call what an apply does; a move alone is no change of the cloud.
_WORK = frozenset({"create", "update", "replace", "delete"})


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


def planned(done: Done, shown: Done | None = None) -> Planned:
    """What `plan` did; `shown` is the plan as JSON, wanted where there is something to do."""
    said = diagnostics(done.output, done.errors)
    if done.code not in (0, SOMETHING_TO_DO):
        return Planned(ok=False, diagnostics=said)
    if shown is None:
        return Planned(ok=True, diagnostics=said)
    plan = shown.document()
    entries = plan.get("resource_changes", [])
    changes = tuple(change for entry in entries if (change := change_of(entry)) is not None)
    outputs = tuple(name for name, change in plan.get("output_changes", {}).items() if change["actions"] != ["no-op"])
    return Planned(ok=True, changes=changes, outputs=outputs, diagnostics=said)


def applied(done: Done) -> Applied:
    """What `apply` did."""
    return Applied(ok=done.code == 0, diagnostics=diagnostics(done.output, done.errors))


def was_planned(done: Done) -> bool:
    """Whether a command that plans and applies got as far as a plan."""
    return any(message.get("type") == "change_summary" for message in messages(done.output))


def destroyed(done: Done) -> tuple[Planned, Applied | None]:
    """What a destruction in one command did; of the changes its messages tell the addresses alone."""
    told = diagnostics(done.output, done.errors)
    if not was_planned(done):
        return Planned(ok=False, diagnostics=told), None
    addresses = sorted(  # Terraform tells them as it comes across them
        message["change"]["resource"]["addr"]
        for message in messages(done.output)
        if message.get("type") == "planned_change" and message["change"]["action"] == "delete"
    )
    changes = tuple(PlannedChange(address=address, action="destroyed") for address in addresses)
    return Planned(ok=True, changes=changes), Applied(ok=done.code == 0, diagnostics=told)


def has_work(done: Done) -> bool:
    """Whether a plan's messages alone tell that there is something to apply; the plan itself has the last word."""
    for message in messages(done.output):
        if message.get("type") == "planned_change" and message["change"]["action"] in _WORK:
            return True
        if message.get("type") == "outputs":
            return any(output.get("action", "noop") != "noop" for output in message["outputs"].values())
    return False
