"""The simulated cloud: projects, resources, IAM policies and operations, all in memory.

One lock guards everything; whoever answers a request holds it. Time comes from a function that tests replace. Numbers
and fingerprints are counted, never random, so that the same requests give the same cloud.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standin.faults import Faults
from standin.google_error import GoogleError

Json = dict[str, Any]

# Compute Engine's ids have 19 digits, project numbers 12.
_FIRST_ID = 4_000_000_000_000_000_001
_FIRST_PROJECT_NUMBER = 100_000_000_001


@dataclass
class Project:
    """A project; `apis` are the enabled ones, `enabled_at` when each was enabled."""

    id: str
    number: str
    apis: set[str] = field(default_factory=set)
    enabled_at: dict[str, float] = field(default_factory=dict)


@dataclass
class Record:
    """A resource: `body` as its API shows it, `hidden` what only Google knows."""

    path: str
    body: Json
    hidden: Json = field(default_factory=dict)

    @property
    def collection(self) -> str:
        """The collection, such as subnetworks."""
        return self.path.split("/")[-2]

    @property
    def project(self) -> str:
        """The project's id."""
        return self.path.split("/")[1]

    @property
    def scope(self) -> str:
        """`global`, `regions/r` or `zones/z`."""
        return "/".join(self.path.split("/")[2:-2])

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.path.rsplit("/", 1)[1]


@dataclass
class Pending:
    """An operation on its way: its body, its target's path, when it is done, and what then happens."""

    body: Json
    target: str
    done_at: float
    finish: Callable[[], GoogleError | None]
    finished: bool = False


class Store(dict[str, Record]):
    """The resources of one API by path (projects/p/regions/r/subnetworks/s)."""

    def of(self, collection: str, project: str = "") -> Iterator[Record]:
        """The resources of one collection, of one project or of all."""
        for record in list(self.values()):
            if record.collection == collection and project in ("", record.project):
                yield record


class Cloud:
    """Everything that exists. `projects` are ids with their numbers; without any, every id is accepted."""

    def __init__(
        self,
        projects: Mapping[str, str] | None = None,
        *,
        operation_seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.operation_seconds = operation_seconds
        self.faults = Faults()
        self.open = not projects
        self.projects = {name: Project(name, number) for name, number in (projects or {}).items()}
        self.compute = Store()
        self.run = Store()
        self.policies: dict[str, Json] = {}
        self.operations: dict[str, Pending] = {}
        self.connections: dict[str, Any] = {}
        self.buckets: dict[str, Any] = {}
        self.notes: list[Json] = []
        self.stays = False  # outlives whoever started it
        self._ids = itertools.count(_FIRST_ID)

    def new_id(self) -> str:
        """A number that nothing else has."""
        return str(next(self._ids))

    def fingerprint(self) -> str:
        """An opaque value that was never given before; changes with every change of a resource."""
        digest = hashlib.sha256(self.new_id().encode()).digest()[:8]
        return base64.urlsafe_b64encode(digest).decode()

    def timestamp(self) -> str:
        """The present moment as the APIs write it."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "-00:00"

    def zulu(self) -> str:
        """The present moment as the newer APIs write it."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def project(self, name_or_number: str) -> Project:
        """A project by id or number. Raises Google's 403 for one that the caller cannot see."""
        known = self.projects.get(name_or_number) or next(
            (p for p in self.projects.values() if p.number == name_or_number), None
        )
        if known:
            return known
        if not self.open or not re.fullmatch(r"[a-z][-a-z0-9:.]{3,40}", name_or_number):
            raise GoogleError(
                403,
                f"Permission denied on resource project {name_or_number}.",
                details=[
                    {
                        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                        "reason": "CONSUMER_INVALID",
                        "domain": "googleapis.com",
                        "metadata": {"consumer": f"projects/{name_or_number}"},
                    }
                ],
            )
        project = Project(name_or_number, str(_FIRST_PROJECT_NUMBER + len(self.projects)))
        self.projects[name_or_number] = project
        return project

    def note(self, kind: str, text: str) -> None:
        """Something worth telling that was no error: an ignored field, a call that would have left; once each."""
        known = next((note for note in self.notes if note["kind"] == kind and note["text"] == text), None)
        if known:
            known["times"] += 1
        else:
            self.notes.append({"kind": kind, "text": text, "times": 1})

    def start(self, name: str, pending: Pending) -> None:
        """Take up an operation; its time is counted from now."""
        pending.done_at = self.clock() + self.operation_seconds + self.faults.operation_seconds
        self.operations[name] = pending

    def busy(self, target: str) -> bool:
        """Whether an operation on a resource is still under way."""
        return any(not p.finished and p.target == target for p in self.operations.values())

    def finish_all(self) -> None:
        """Finish every operation now, as if its time had come."""
        for pending in self.operations.values():
            pending.done_at = min(pending.done_at, self.clock())
        self.settle()

    def settle(self) -> None:
        """Finish every operation whose time has come, in the order they were started."""
        now = self.clock()
        for name, pending in list(self.operations.items()):
            if not pending.finished and pending.done_at <= now:
                pending.finished = True
                self._finish(name, pending)

    def _finish(self, name: str, pending: Pending) -> None:
        try:
            error = pending.finish()
        except GoogleError as refused:
            error = refused
        body = pending.body
        if name.startswith("compute/"):
            body.update(status="DONE", progress=100, endTime=self.timestamp())
            if error:
                entry = {"code": error.status, "message": error.message}
                body.update(error={"errors": [entry]}, httpErrorStatusCode=error.code, httpErrorMessage=error.reason)
        else:
            body["done"] = True
            if error:
                body.pop("response", None)
                body["error"] = {"code": error.body_code(), "message": error.message}
