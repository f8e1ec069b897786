"""What was read from an environment's files: its data, and where each part of it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cloudrun_psc.rules.faults import Fault
from config.problems import KeyPath, Problem


class Place(NamedTuple):
    """Where something stands: a file as messages call it, and a line of it (from 1), or none for all of it."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass
class Source:
    """An environment's data; `places` says where each key path stands, `name` is how messages call its own file.

    `files` are all that it was read from, its own first. `written` keeps how numbers and the like stand there: 0123 is
    83 once it is data. `size` and `entries` count what was read.
    """

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    written: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    size: int = 0
    entries: int = 0

    def where(self, path: KeyPath) -> str:
        """FILE:LINE of a key path, or of the nearest key above it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return str(self.places[path[:length]])
        return self.name

    def refuse(self, place: Place, path: KeyPath, fault: Fault) -> None:
        """Note a problem of the files themselves."""
        self.problems.append(Problem(where=str(place), path=path, fault=fault))
