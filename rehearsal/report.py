"""What a rehearsal found: for people in a few lines, for programs as one JSON document (docs/rehearsal.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from deployment.planned_change import PlannedChange
from deployment.terraform import Diagnostic
from rehearsal.connections import Fate

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Step:
    """One plan or apply of one stack. `what`: first deployment, deployment, second plan or destroy."""

    what: str
    stack: str
    ok: bool
    seconds: float
    changes: tuple[PlannedChange, ...] = ()
    refused: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that did not hold, with the step and stack at fault where there is one."""

    kind: str
    message: str
    stack: str = ""


@dataclass
class Report:
    """All of it, in the order in which it happened."""

    environment: str
    provider: str
    former: str = ""
    steps: list[Step] = field(default_factory=list)
    connections: list[Fate] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether everything went as a deployment should."""
        return not self.findings

    def find(self, kind: str, message: str, stack: str = "") -> None:
        """Note a finding."""
        self.findings.append(Finding(kind=kind, message=message, stack=stack))

    def document(self) -> dict[str, Any]:
        """The JSON document; durations are the only part that differs between two runs."""
        return {
            "schema": SCHEMA,
            "held": self.held,
            "environment": self.environment,
            "provider": self.provider,
            "from": self.former or None,
            "steps": [asdict(step) for step in self.steps],
            "connections": [asdict(fate) for fate in self.connections],
            "findings": [asdict(finding) for finding in self.findings],
            "notes": self.notes,
        }

    def lines(self) -> Iterator[str]:
        """The end of the account for people: changes, connections, verdict."""
        for step in self.steps:
            if self.former and step.what != "deployment":
                continue
            for change in step.changes if self.former else ():
                why = f" ({', '.join(change.because)})" if change.because else ""
                yield f"  {step.stack}: {change.action:<9} {change.address}{why}"
        for fate in self.connections:
            status = fate.after.status if fate.after else "gone"
            yield f"  connection {fate.endpoint.rpartition('/')[2]}: {status}, {fate.outcome}"
        yield from (f"  note: {note}" for note in self.notes)
        for finding in self.findings:
            where = f"{finding.stack}: " if finding.stack else ""
            yield f"finding: {where}{finding.message}"
        count = len(self.findings)
        yield "held" if self.held else f"did not hold: {count} finding{'s' if count != 1 else ''}"
