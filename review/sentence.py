"""A sentence of ours with values of theirs in it, kept apart until a format knows how to make the values harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from string import Formatter
from typing import Any

from deployment.hidden import SHOWN, Hidden
from deployment.stack import UNKNOWN

# A value as a report shows it: longer ones are conditions, queries and the like, which nobody compares by eye.
_LONGEST = 120
_LONGEST_MESSAGE = 600
_AROUND = 30


@dataclass(frozen=True)
class Sentence:
    """`template` has {name} where a value goes. Templates are written in this project; values may be anybody's.

    Values are kept whole, as two sentences are one only if they are; they are shortened when they are written.
    """

    template: str
    values: tuple[tuple[str, str], ...] = ()
    longest: int = _LONGEST

    def write(self, quoted: Callable[[str], str]) -> str:
        """The sentence with every value passed through a format's `quoted`."""
        known = dict(self.values)
        parts = []
        for text, name, _, _ in Formatter().parse(self.template):
            parts.append(text)
            if name is not None:
                parts.append(quoted(_shortened(known[name], self.longest)))
        return "".join(parts)

    def __str__(self) -> str:
        return self.write(str)


def say(template: str, **values: object) -> Sentence:
    """A sentence; values are turned into text as `whole` does."""
    return Sentence(template, tuple((name, whole(value)) for name, value in values.items()))


def quote(text: str) -> Sentence:
    """A message of others as a sentence of its own: as much of it as says what is wrong."""
    return Sentence("{text}", (("text", text),), longest=_LONGEST_MESSAGE)


def shown(value: Any, limit: int = _LONGEST) -> str:
    """A value as text: short, and never a hidden one."""
    return _shortened(whole(value), limit)


def whole(value: Any) -> str:
    """A value as text, of any length, and never a hidden one."""
    return value if isinstance(value, str) else SHOWN if isinstance(value, Hidden) else _plain(value)


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 20]}… ({len(text)} characters)"


def contrasted(before: Any, after: Any) -> tuple[str, str]:
    """Two values as text, long ones cut to where they differ."""
    old, new = whole(before), whole(after)
    if max(len(old), len(new)) <= _LONGEST:
        return old, new
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    return _window(old, start, end), _window(new, start, end)


def _alike(old: str, new: str) -> int:
    """How many characters both begin with."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))))


def _window(text: str, start: int, end: int) -> str:
    """The part of `text` that differs, with a few words on both sides."""
    first, last = max(0, start - _AROUND), min(len(text), len(text) - end + _AROUND)
    cut = text[first:last]
    if len(cut) > _LONGEST:
        cut = f"{cut[: _LONGEST - 2]}…"
    return f"{'…' if first else ''}{cut}{'…' if last < len(text) and not cut.endswith('…') else ''}"


def _plain(value: Any) -> str:
    if value is UNKNOWN:
        return repr(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=repr)
