"""Each setting by itself: problems with the values that are refused, and settings made of all the others.

So a reader sees in one run what single settings and the rules between settings have to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from config.derivation import fill
from config.name_prefix import front_of, lengthened
from config.problems import KeyPath, KeyPaths, Problem
from config.refusals import fault_of
from config.settings import Settings
from config.settings.section import Section
from config.source import Source

# Taking out what is refused can bring up something else, such as a key that is required; so it is tried again.
_ROUNDS = 6
# More nobody reads, and each looks for what may have been meant.
MOST_PROBLEMS = 500


@dataclass
class Verdict:
    """What became of a file's data.

    `settings` are made of what was not refused, with defaults in the gaps; None when nothing could be made of it.
    `replaced` are the key paths at which they hold something else than the file: no rule can judge the file by these.
    `filled` are the key paths that were derived, each with the one that it follows from.
    """

    settings: Settings | None = None
    problems: list[Problem] = field(default_factory=list)
    replaced: set[KeyPath] = field(default_factory=set)
    filled: dict[KeyPath, KeyPath] = field(default_factory=dict)


def validate(source: Source, environment: str, origins: Mapping[KeyPath, str]) -> Verdict:
    """Try the source's data; `environment` is its name unless it gives another, `origins` are the variables' keys."""
    verdict = Verdict()
    told_by_source = {problem.path for problem in source.problems}
    data = source.data
    for _ in range(_ROUNDS):
        data, filled = fill(data, environment)
        verdict.filled = filled | verdict.filled
        try:
            verdict.settings = Settings.model_validate(data)
            _forget(verdict.settings, verdict.filled)
            return verdict
        except ValidationError as error:
            details = {tuple(part for part in detail["loc"] if part != "[key]"): detail for detail in error.errors()}
        missing = {path for path, detail in details.items() if detail["type"] == "missing"}
        refused = _Refused(verdict, details)
        for path, detail in details.items():
            told = path in told_by_source or (path in missing and path[:-1] in told_by_source)
            if not told and not refused.causes(path):
                where = origins.get(path) or source.where(path)
                fault = fault_of(detail, path, source)
                if path in verdict.filled:
                    fault = lengthened(fault, detail["input"], front_of(data)) or fault
                verdict.problems.append(Problem(where=where, path=path, fault=fault))
            if len(verdict.problems) > MOST_PROBLEMS:
                return verdict
        verdict.replaced |= set(details)
        for path in details:
            verdict.replaced.add(_take_out(data, path, missing=path in missing))
            if verdict.filled.get(path):  # or it would be derived again
                verdict.replaced.add(_take_out(data, verdict.filled[path], missing=False))
        if ("environment",) in details:
            environment = "unnamed"
    return verdict


def _forget(settings: Settings, filled: Iterable[KeyPath]) -> None:
    """What was derived does not count as given, as what has a default does not."""
    for *above, key in filled:
        section: Any = settings
        for part in above:
            section = section.get(part) if isinstance(section, dict) else getattr(section, str(part), None)
        if isinstance(section, Section):
            section.model_fields_set.discard(str(key))


class _Refused:
    """What was refused in this round (`details`) and before."""

    def __init__(self, verdict: Verdict, details: Iterable[KeyPath]) -> None:
        self._filled = verdict.filled
        now = set(details)
        self._before, self._now, self._all = map(KeyPaths, (verdict.replaced, now, verdict.replaced | now))

    def causes(self, path: KeyPath) -> bool:
        """Whether what is wrong at `path` only follows from another value that was refused."""
        if self._before.leads_to(path):
            return True
        if path in self._filled and path and self._now.leads_to(path[:-1]):
            return True  # derived from a key that is none
        cause = self._filled.get(path, ())
        return bool(cause) and self._all.overlaps(cause, without=path)


def _take_out(data: Any, path: KeyPath, *, missing: bool) -> KeyPath:
    """Take the refused value at `path` out of `data`, or the whole list that it stands in; where data changed.

    Where a key is missing, the mapping that lacks it goes. A missing project gets a stand-in: without it a whole side
    would go, and with it everything that refers to it.
    """
    numbers = [index for index, part in enumerate(path) if isinstance(part, int)]
    target = path[: numbers[0]] if numbers else path
    if missing and path[-1] != "project":
        target = path[:-1]
    for part in target[:-1]:
        if not isinstance(data, dict) or part not in data:
            return target
        data = data[part]
    if isinstance(data, dict) and target:
        if missing and target == path:
            data["project"] = f"project-of-{path[-2]}"[:30]
        else:
            data.pop(target[-1], None)
    return target
