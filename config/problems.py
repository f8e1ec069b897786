"""What is wrong with a configuration: all of it at once, each with place, value, what is allowed and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cloudrun_psc.rules.faults import Fault

# The keys and list indices that lead to a setting.
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One refused place: `where` is FILE:LINE or an environment variable, `path` the keys that lead there."""

    where: str
    path: KeyPath
    fault: Fault

    def __str__(self) -> str:
        key = dotted(self.path)
        return ": ".join(part for part in (self.where, key, self.fault.sentence()) if part)


class ConfigurationError(Exception):
    """The configuration cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems in the order in which a reader meets them."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    def report(self) -> str:
        """All problems, a line each, and how many there are."""
        count = len(self.problems)
        return f"{self}\n{count} problem{'s' if count > 1 else ''}; nothing was written"


def dotted(path: KeyPath) -> str:
    """A key path as people write it: consumers.consumer.endpoints.psc-endpoint.address or services.hello.reject[0]."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{printable(part)}" if text else printable(part)
    return text


class KeyPaths:
    """A set of key paths, for questions that are asked for each of very many."""

    def __init__(self, paths: Iterable[KeyPath]) -> None:
        """Take the paths, which stay as they are."""
        self._paths = frozenset(paths)
        self._begun = Counter(beginning for path in self._paths for beginning in beginnings(path))

    def leads_to(self, path: KeyPath) -> bool:
        """Whether one of them is `path` or leads to it."""
        return any(beginning in self._paths for beginning in beginnings(path))

    def overlaps(self, path: KeyPath, without: KeyPath | None = None) -> bool:
        """Whether one of them, `without` aside, is `path`, leads to it or lies below it."""
        own = without in self._paths and without is not None and without[: len(path)] == path
        return self._begun[path] > own or any(
            beginning in self._paths and beginning != without for beginning in beginnings(path)
        )


def beginnings(path: KeyPath) -> Iterator[KeyPath]:
    """The paths that lead to `path`, itself included."""
    return (path[:length] for length in range(len(path) + 1))


def printable(text: str, limit: int = 60) -> str:
    """A key as it can stand in one line of a message."""
    plain = text if text and text.isprintable() else repr(text)
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
