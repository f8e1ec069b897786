"""The resident providers of a rehearsal: lent to one run of Terraform at a time, and ended with it."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deployment.resident_provider import NotResidentError, ResidentProvider

Tell = Callable[[str], None]


class ResidentPool:
    """Up to `width` residents of each build of the provider, started when they are wanted."""

    def __init__(self, variables: Mapping[str, str], width: int, tell: Tell) -> None:
        """`variables` are those that they run with; `tell` gets a line when there can be none."""
        self._variables, self._width, self._tell = variables, width, tell
        self._changed = threading.Condition()
        self._idle: dict[Path, list[ResidentProvider]] = defaultdict(list)
        self._count: Counter[Path] = Counter()
        self._refused: set[Path] = set()
        self._told = self._ended = False

    @contextmanager
    def lent(self, build: Path | None) -> Iterator[ResidentProvider | None]:
        """A resident for one run of Terraform, or None where the provider is to be started in the ordinary way."""
        resident = self._take(build) if build else None
        try:
            yield resident
        finally:
            if resident:
                self._give_back(resident)

    def prepare(self, build: Path | None) -> None:
        """Start one more in the background, if one more may be wanted."""
        if build and self._may_start(build):
            threading.Thread(target=self._start_idle, args=(build,), daemon=True).start()

    def refuse(self, resident: ResidentProvider, reason: str) -> None:
        """Take the ordinary way with what this is a process of, from now on."""
        self._refuse(resident.build, reason if resident.alive else "one that was to stay ended by itself")

    def tell_once(self, reason: str) -> None:
        """Say why there is no resident, the first time."""
        with self._changed:
            if self._told:
                return
            self._told = True
        self._tell(f"the google provider is started anew at every step: {reason}")

    def end(self) -> None:
        """End all of them."""
        with self._changed:
            self._ended = True
            idle = [resident for residents in self._idle.values() for resident in residents]
            self._idle.clear()
            self._changed.notify_all()
        for resident in idle:
            resident.end()

    def _take(self, build: Path) -> ResidentProvider | None:
        resident: ResidentProvider | None = None
        with self._changed:
            self._changed.wait_for(lambda: self._answers(build))
            if self._ended or build in self._refused:
                return None
            if self._idle[build]:
                resident = self._idle[build].pop()
            else:
                self._count[build] += 1
        if resident is None:
            return self._started(build)
        if not resident.alive:
            self.refuse(resident, "")
            return None
        return resident

    def _answers(self, build: Path) -> bool:
        """Whether there is one, may be one more, or will be none."""
        return bool(self._ended or build in self._refused or self._idle[build] or self._count[build] < self._width)

    def _refuse(self, build: Path, reason: str) -> None:
        with self._changed:
            self._refused.add(build)
            self._changed.notify_all()
        self.tell_once(reason)

    def _give_back(self, resident: ResidentProvider) -> None:
        with self._changed:
            if not self._ended:
                self._idle[resident.build].append(resident)
                self._changed.notify()
                return
        resident.end()

    def _may_start(self, build: Path) -> bool:
        with self._changed:
            if self._ended or build in self._refused or self._count[build] >= self._width:
                return False
            self._count[build] += 1
            return True

    def _start_idle(self, build: Path) -> None:
        resident = self._started(build)
        if resident:
            self._give_back(resident)

    def _started(self, build: Path) -> ResidentProvider | None:
        try:
            return ResidentProvider(build, self._variables)
        except (NotResidentError, OSError) as error:
            self._refuse(build, str(error))
            return None
