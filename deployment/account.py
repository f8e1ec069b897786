"""What became of a deployment that was tried: its steps, its connections, and what did not hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployment.diagnostics import Diagnostic
from deployment.planned_change import PlannedChange

FIRST, NEXT, SECOND, DESTROY = "first deployment", "deployment", "second plan", "destroy"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One plan of one stack, with its apply. `what`: first deployment, deployment, second plan or destroy."""

    what: str
    stack: str
    ok: bool
    seconds: float
    changes: tuple[PlannedChange, ...] = ()
    refused: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One endpoint's PSC connection as the cloud has it."""

    id: str
    status: str
    attachment: str


@dataclass(frozen=True, kw_only=True)
class Fate:
    """A connection before and after an edit. `outcome`: kept, restored, lost, new, removed or waiting.

    `endpoint` is the endpoint's path in the cloud, `stack` the consumer whose it is; "" where no stack has it.
    """

    endpoint: str
    outcome: str
    before: Connection | None
    after: Connection | None
    stack: str = ""

    @property
    def endpoint_name(self) -> str:
        """The endpoint's own name, which those of other consumers may have too."""
        return self.endpoint.rpartition("/")[2]

    @property
    def name(self) -> str:
        """What the connection is called: CONSUMER/ENDPOINT."""
        return f"{self.stack}/{self.endpoint_name}" if self.stack else self.endpoint_name

    @property
    def status(self) -> str:
        """How it stands in the end."""
        return self.after.status if self.after else "gone"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that did not hold, with the stack at fault where there is one."""

    kind: str
    message: str
    stack: str = ""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A rule of the stand-in that was asked, what it says, and what its sources leave open."""

    rule: str
    says: str
    doubt: str


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a verdict rests on: kinds of resources, of which Google's own tests pass or do not, and rules in doubt."""

    proven: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    in_doubt: tuple[Doubt, ...] = ()


@dataclass
class Account:
    """All of it, in the order in which it happened. `former` is what was deployed before, "" where nothing was."""

    environment: str
    provider: str
    former: str = ""
    steps: list[Step] = field(default_factory=list)
    connections: list[Fate] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ground: Ground = Ground()

    @property
    def held(self) -> bool:
        """Whether everything went as a deployment should."""
        return not self.findings

    @property
    def deployments(self) -> list[Step]:
        """The steps that deployed what was to be tried: the edit, or the first deployment where nothing was before."""
        return [step for step in self.steps if step.what == (NEXT if self.former else FIRST)]

    def find(self, kind: str, message: str, stack: str = "") -> None:
        """Note a finding."""
        self.findings.append(Finding(kind=kind, message=message, stack=stack))
