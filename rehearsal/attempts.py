"""A plan with its apply, of one stack: tried, and told as a step, a line and findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from deployment.account import Finding, Step
from deployment.diagnostics import Diagnostic
from deployment.output_folder import StackFolder
from deployment.planned import Applied, Planned
from rehearsal.copies import protected, unprotect

_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")


class Terraform(Protocol):
    """What a rehearsal wants of Terraform."""

    def plan(self, stack: StackFolder) -> Planned:
        """Plan a stack."""

    def deploy(self, stack: StackFolder) -> tuple[Planned, Applied | None]:
        """Plan a stack, and apply what there is to do."""

    def destroy(self, stack: StackFolder) -> tuple[Planned, Applied | None]:
        """Destroy a stack in one command."""

    def side_by_side(self, work: Callable[[_Argument], _Result], arguments: Iterable[_Argument]) -> Iterator[_Result]:
        """The results of `work`, in the order of the arguments."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What was planned for a stack and applied to it, and the time that it took."""

    stack: StackFolder
    seconds: float
    planned: Planned
    applied: Applied | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing was refused."""
        return self.planned.ok and (self.applied is None or self.applied.ok)

    @property
    def _said(self) -> tuple[Diagnostic, ...]:
        return (*self.planned.diagnostics, *(self.applied.diagnostics if self.applied else ()))

    def step(self, what: str) -> Step:
        """As the account has it."""
        return Step(
            what=what,
            stack=self.stack.name,
            ok=self.ok,
            seconds=round(self.seconds, 1),
            changes=self.planned.changes,
            refused=tuple(said for said in self._said if said.severity == "error"),
            warnings=tuple(said for said in self._said if said.severity != "error"),
        )

    def summary(self) -> str:
        """What happens, in a few words."""
        if not self.planned.ok:
            return "refused at plan"
        counts = {
            action: sum(change.action == action for change in self.planned.changes)
            for action in ("created", "updated", "replaced", "destroyed", "moved")
        }
        text = ", ".join(f"{count} {action}" for action, count in counts.items() if count) or "nothing to do"
        return text if self.ok else f"{text}: REFUSED"

    def findings(self, what: str) -> Iterator[Finding]:
        """What was refused."""
        when = "apply" if self.planned.ok else "plan"
        for refused in self.step(what).refused:
            message = f"{what} refused at {when}: {_sentence(refused)}"
            yield Finding(kind="refused", message=message, stack=self.stack.name)


def _sentence(diagnostic: Diagnostic) -> str:
    where = f"{diagnostic.address}: " if diagnostic.address else ""
    detail = " ".join(diagnostic.detail.split())
    return f"{where}{diagnostic.summary}{f': {detail}' if detail and detail != diagnostic.summary else ''}"


def plan(terraform: Terraform, stack: StackFolder) -> Attempt:
    """Plan and leave it at that."""
    started = time.monotonic()
    planned = terraform.plan(stack)
    return Attempt(stack=stack, seconds=time.monotonic() - started, planned=planned)


def deploy(terraform: Terraform, stack: StackFolder) -> Attempt:
    """Plan and apply."""
    started = time.monotonic()
    planned, applied = terraform.deploy(stack)
    return Attempt(stack=stack, seconds=time.monotonic() - started, planned=planned, applied=applied)


def destroy(terraform: Terraform, stack: StackFolder) -> list[Attempt]:
    """Destroy, after another deployment without protection where there is any."""
    attempts = []
    if protected(stack):
        unprotect(stack)
        attempts.append(deploy(terraform, stack))
    started = time.monotonic()
    planned, applied = terraform.destroy(stack)
    return [*attempts, Attempt(stack=stack, seconds=time.monotonic() - started, planned=planned, applied=applied)]
