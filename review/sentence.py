"""A sentence of ours with values of theirs in it, kept apart until a format knows how to make the values harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from review.hidden import SHOWN, Hidden

# A value as a report shows it: longer ones are conditions, queries and the like, which nobody compares by eye.
_LONGEST = 120


@dataclass(frozen=True)
class Sentence:
    """`template` has {name} where a value goes. Templates are written in this project; values may be anybody's."""

    template: str
    values: tuple[tuple[str, str], ...] = ()

    def write(self, quoted: Callable[[str], str]) -> str:
        """The sentence with every value passed through a format's `quoted`."""
        known = dict(self.values)
        parts = []
        for text, name, _, _ in Formatter().parse(self.template):
            parts.append(text)
            if name is not None:
                parts.append(quoted(known[name]))
        return "".join(parts)

    def __str__(self) -> str:
        return self.write(str)


def say(template: str, **values: object) -> Sentence:
    """A sentence; values are turned into text as `shown` does."""
    return Sentence(template, tuple((name, shown(value)) for name, value in values.items()))


def shown(value: Any, limit: int = _LONGEST) -> str:
    """A value as text: short, and never a hidden one."""
    text = value if isinstance(value, str) else SHOWN if isinstance(value, Hidden) else _plain(value)
    return text if len(text) <= limit else f"{text[: limit - 20]}… ({len(text)} characters)"


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=lambda inner: repr(inner))
