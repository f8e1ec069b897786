"""Where a finding is to be shown in a pull request: the line of the configuration that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.files import read
from config.loading import ENVIRONMENTS
from config.problems import ConfigurationError, KeyPath
from config.source import Source
from review.findings import Finding


@dataclass(frozen=True)
class Location:
    """A file of the repository, and a line of it (from 1)."""

    file: str
    line: int


class Locations:
    """The lines of every environment's files; of one that cannot be read, the first of its own file."""

    def __init__(self, checkout: Path, environments: Mapping[str, object] | list[str]) -> None:
        """Read the files of the named environments."""
        self._sources: dict[str, Source] = {}
        for name in environments:
            file = ENVIRONMENTS / f"{name}.yaml"
            try:
                self._sources[name] = read(checkout, checkout / file, file.as_posix())
            except ConfigurationError:
                continue

    def of(self, finding: Finding) -> Location:
        """The place of a finding; the top of the environment's file where no key is known to decide it."""
        environment = finding.environment or "default"
        file = (ENVIRONMENTS / f"{environment}.yaml").as_posix()
        source = self._sources.get(environment)
        if source is None:
            return Location(file, 1)
        for path in _paths(finding, source):
            place = source.places.get(path)
            if place is not None:
                return Location(place.file, place.line or 1)
        return Location(file, 1)


def _paths(finding: Finding, source: Source) -> list[KeyPath]:
    """The key paths that may decide it, the nearest first."""
    setting = finding.by.setting if finding.by else ()
    stack = finding.stack.rpartition("/")[2]
    if finding.rule.startswith("acknowledgement"):
        return [tuple(finding.address.split("."))]
    local = finding.address.rpartition(".")[2].partition("[")[0]
    side: KeyPath = ("producer",) if stack == "producer" else ("consumers", stack)
    owners: list[KeyPath] = [
        path for path in source.places if len(path) == len(side) + 2 and path[: len(side)] == side
        and path[len(side)] in {"services", "endpoints"} and _owns(str(path[-1]), local)
    ]  # fmt: skip
    owners.sort(key=lambda path: -len(str(path[-1])))
    settings: list[KeyPath] = [(*owner, *setting) for owner in owners] if setting else []
    settings += [(*side, *setting), setting] if setting else []
    return [*settings, *owners, side]


def _owns(key: str, local: str) -> bool:
    """Resources of the service `hello` are called hello or hello_something."""
    name = key.replace("-", "_")
    return local == name or local.startswith(f"{name}_")
