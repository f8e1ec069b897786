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

from standin import links
from standin.faults import Faults
from standin.google_error import GoogleError, detail
from standin.message import Json
from standin.place import Placed

# Compute Engine's ids have 19 digits, project numbers 12.
_FIRST_ID = 4_000_000_000_000_000_001
_FIRST_PROJECT_NUMBER = 100_000_000_001


@dataclass
class Project:
    """A project; `apis` are the enabled ones."""

    id: str
    number: str
    apis: set[str] = field(default_factory=set)

    @property
    def default_account(self) -> str:
        """The service account that Compute Engine makes for the project."""
        return f"{self.number}-compute@developer.gserviceaccount.com"


@dataclass
class Record(Placed):
    """A resource: `body` is what its API stores of it."""

    path: str
    body: Json


@dataclass
class Pending:
    """An operation on its way: its body, its target's path, what happens at its end, and when that is."""

    body: Json
    target: str
    finish: Callable[[], GoogleError | None]
    done_at: float = 0.0
    finished: bool = False


class Store(dict[str, Record]):
    """The resources of one API by path (projects/p/regions/r/subnetworks/s)."""

    def of(self, collection: str, project: str = "") -> Iterator[Record]:
        """The resources of one collection, of one project or of all."""
        for record in list(self.values()):
            if record.collection == collection and project in ("", record.project):
                yield record

    def linked(self, link: str | None) -> Record | None:
        """The resource that a link leads to, if it exists."""
        return self.get(links.path_of(link or "") or "")


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
        # Paths of what would be taken to exist, had it not been made here and deleted.
        self.gone: set[str] = set()
        self.run = Store()
        self.dns = Store()
        self.flow_logs = Store()
        self.connectivity_tests = Store()
        self.certificates = Store()
        self.accounts: dict[str, Json] = {}
        # By path; one that was deleted stays as None, for what nobody made or deleted is taken to exist.
        self.secrets: dict[str, Any] = {}
        self.policies: dict[str, Json] = {}
        self.operations: dict[str, Pending] = {}
        self.connections: dict[str, Any] = {}
        # Shared VPC: of each service project its host.
        self.service_projects: dict[str, str] = {}
        self.buckets: dict[str, Any] = {}
        self.bucket_settings: dict[str, Json] = {}
        self.notes: list[Json] = []
        self.log_entries: list[Json] = []
        # The kinds that were changed, and the rules that were asked.
        self.judged: dict[str, set[str]] = {"kinds": set(), "rules": set()}
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

    def known_project(self, name_or_number: str) -> Project | None:
        """A project by id or number, if there is one."""
        by_number = (project for project in self.projects.values() if project.number == name_or_number)
        return self.projects.get(name_or_number) or next(by_number, None)

    def project(self, name_or_number: str) -> Project:
        """A project by id or number. Raises Google's 403 for one that the caller cannot see."""
        if known := self.known_project(name_or_number):
            return known
        if not self.open or not re.fullmatch(r"[a-z][-a-z0-9:.]{3,40}", name_or_number):
            consumer = {"consumer": f"projects/{name_or_number}"}
            info = detail("ErrorInfo", reason="CONSUMER_INVALID", domain="googleapis.com", metadata=consumer)
            raise GoogleError(403, f"Permission denied on resource project {name_or_number}.", details=[info])
        project = Project(name_or_number, str(_FIRST_PROJECT_NUMBER + len(self.projects)))
        self.projects[name_or_number] = project
        return project

    def given(self, number: str) -> Project:
        """A project that somebody knows by its number, with Compute Engine enabled, as it was before the first call."""
        project = self.known_project(number) or Project(f"project-{number}", number)
        project.apis.add("compute.googleapis.com")
        self.projects[project.id] = project
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
        return any(not pending.finished and pending.target == target for pending in self.operations.values())

    def finish(self, name: str) -> None:
        """Finish one operation now, as if its time had come: simulated time is not slept."""
        if pending := self.operations.get(name):
            pending.done_at = min(pending.done_at, self.clock())
            self.settle()

    def finish_all(self) -> None:
        """Finish every operation now."""
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
