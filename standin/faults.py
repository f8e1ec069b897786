"""Faults on purpose: calls that answer 503 or 429, slow and failing operations, APIs that are not ready at once.

The same sequence of calls meets the same faults: what fails is counted, never drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from standin.google_error import GoogleError
from standin.message import Json

_TEXTS: Mapping[int, str] = {
    429: "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service.",
    503: "The service is currently unavailable.",
}


@dataclass
class Failure:
    """What ends badly.

    `event` and `name` are regular expressions for kind and verb (serviceAttachments.insert) and for the resource;
    `times` says how often (0: always). The rest is Google's answer.
    """

    event: str
    name: str = ".*"
    times: int = 1
    code: int = 500
    message: str = "Internal error. Please try again or contact Google Support."
    status: str = ""
    reason: str = ""

    def error(self) -> GoogleError:
        """The error itself."""
        return GoogleError(self.code, self.message, status=self.status, reason=self.reason)


@dataclass
class Faults:
    """What goes wrong. Everything is off until set.

    `fraction` of the calls whose address matches `calls` answer one of `codes` in turn. Operations take
    `operation_seconds` longer. `operations` fail at their end, `requests` are refused at once. An API that was just
    enabled answers 403 to its next `activation_calls` calls, or for `activation_seconds`. `methods` answer at once,
    also those that only read: of these, `event` is for the method's id (compute.serviceAttachments.get), and `name`
    for its path (projects/p/…).
    """

    fraction: float = 0.0
    calls: str = ".*"
    codes: tuple[int, ...] = (503, 429)
    operation_seconds: float = 0.0
    activation_calls: int = 0
    activation_seconds: float = 0.0
    methods: list[Failure] = field(default_factory=list)
    operations: list[Failure] = field(default_factory=list)
    requests: list[Failure] = field(default_factory=list)
    _due: float = field(default=0.0, repr=False)
    _struck: int = field(default=0, repr=False)
    _activating: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict, repr=False)

    def strike(self, method: str, target: str) -> None:
        """Raise the error that a call is to meet, if it is its turn."""
        if not self.fraction or not re.search(self.calls, f"{method} {target}"):
            return
        self._due += self.fraction
        if self._due >= 1:
            self._due -= 1
            code = self.codes[self._struck % len(self.codes)]
            self._struck += 1
            raise GoogleError(code, _TEXTS.get(code, "Fault on purpose."))

    def answer(self, method: str, path: str) -> None:
        """Raise the error with which a method is to answer, whatever it is asked."""
        failure = _take(self.methods, method, path)
        if failure:
            raise failure.error()

    def refuse(self, event: str, name: str) -> None:
        """Raise the error with which a change is to be refused at once."""
        failure = _take(self.requests, event, name)
        if failure:
            raise failure.error()

    def failure(self, event: str, name: str) -> GoogleError | None:
        """The error with which an operation is to end, or None."""
        failure = _take(self.operations, event, name)
        return failure.error() if failure else None

    def activated(self, project: str, api: str, now: float) -> None:
        """An API was just enabled."""
        if self.activation_calls or self.activation_seconds:
            self._activating[project, api] = (self.activation_calls, now + self.activation_seconds)

    def still_activating(self, project: str, api: str, now: float) -> bool:
        """Whether an enabled API still answers that it is not; counts this call."""
        calls, until = self._activating.get((project, api), (0, now))
        if calls > 0:
            self._activating[project, api] = (calls - 1, until)
        return calls > 0 or now < until

    def configure(self, wanted: Json) -> None:
        """Set some of the faults by their names, as POST /_standin/faults does. Raises ValueError for other names."""
        known = {each.name for each in fields(self) if not each.name.startswith("_")}
        unknown = sorted(set(wanted) - known)
        if unknown:
            raise ValueError(f"unknown fault {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
        for name, value in wanted.items():
            if name in ("methods", "operations", "requests"):
                value = [Failure(**entry) for entry in value]
            setattr(self, name, tuple(value) if name == "codes" else value)

    def shown(self) -> Json:
        """What is set, as plain JSON."""
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}


def _take(failures: list[Failure], event: str, name: str) -> Failure | None:
    for failure in failures:
        if re.fullmatch(failure.event, event) and re.fullmatch(failure.name, name):
            if failure.times:
                failure.times -= 1
                if not failure.times:
                    failures.remove(failure)
            return failure
    return None
