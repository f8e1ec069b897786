"""The part of the Logging query language that is evaluated here; what is not understood is refused, never ignored.

Comparisons of a field with a text, a number or a moment (`=`, `!=`, `<`, `<=`, `>`, `>=`), `:` for a text that has
another in it, AND, OR, NOT, parentheses; comparisons next to each other are joined by AND. A field that is missing is
equal to nothing. Texts are compared without regard to case. Source: https://cloud.google.com/logging/docs/view/logging-query-language.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from standin.google_error import GoogleError
from standin.message import Json

Wanted = Callable[[Json], bool]
_TOKEN = re.compile(r'\s*(?:(?P<sign>[()]|[<>!]=|[=<>:])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[\w.@-]+))')
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def matching(text: str) -> Wanted:
    """What tells whether an entry matches a filter. Raises GoogleError for one that is not understood."""
    return _Parser(text).whole() if text.strip() else lambda _: True


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        rest = text.rstrip()
        while rest:
            found = _TOKEN.match(rest)
            if not found:
                raise _refused(rest)
            kind = str(found.lastgroup)
            self._tokens.append((kind, found[kind]))
            rest = rest[found.end() :]

    def whole(self) -> Wanted:
        wanted = self._any()
        if self._tokens:
            raise _refused(self._tokens[0][1])
        return wanted

    def _next(self) -> tuple[str, str]:
        return self._tokens[0] if self._tokens else ("", "")

    def _taken(self, *token: str) -> bool:
        if self._next() == token:
            self._tokens.pop(0)
            return True
        return False

    def _any(self) -> Wanted:
        """OR binds less tightly than AND."""
        parts = [self._all()]
        while self._taken("word", "OR"):
            parts.append(self._all())
        return lambda entry: any(part(entry) for part in parts)

    def _all(self) -> Wanted:
        parts = [self._one()]
        while self._taken("word", "AND") or self._next() not in {("", ""), ("word", "OR"), ("sign", ")")}:
            parts.append(self._one())
        return lambda entry: all(part(entry) for part in parts)

    def _one(self) -> Wanted:
        if self._taken("word", "NOT"):
            refused = self._one()
            return lambda entry: not refused(entry)
        if self._taken("sign", "("):
            inner = self._any()
            if not self._taken("sign", ")"):
                raise _refused("a parenthesis that is not closed")
            return inner
        return self._comparison()

    def _comparison(self) -> Wanted:
        if len(self._tokens) < 3:
            raise _refused(" ".join(text for _, text in self._tokens) or "nothing")
        (kind, path), (_, sign), (of, value) = self._tokens[:3]
        if kind != "word" or sign not in {*_SIGNS, ":"} or of == "sign":
            raise _refused(f"{path} {sign} {value}")
        del self._tokens[:3]
        value = re.sub(r"\\(.)", r"\1", value) if of == "text" else value
        return lambda entry: _compared(_field(entry, path), sign, value)


def _field(entry: Json, path: str) -> Any:
    here: Any = entry
    for part in path.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    return here


def _compared(here: Any, sign: str, value: str) -> bool:
    if sign == ":" and isinstance(here, (dict, list)):
        raise _refused(f"a part of an entry that has {value}")
    if here is None or isinstance(here, (dict, list)):
        return sign == "!="
    if sign == ":":
        return value.lower() in str(here).lower()
    if isinstance(here, bool):
        return _SIGNS[sign](str(here).lower(), value.lower())
    if isinstance(here, (int, float)):
        try:
            return _SIGNS[sign](float(here), float(value))
        except ValueError:
            return sign == "!="
    moments = _moment(here), _moment(value)
    if all(moments):
        return _SIGNS[sign](*moments)
    return _SIGNS[sign](str(here).lower(), value.lower())


def _moment(text: str) -> datetime | None:
    """A moment of RFC 3339; nanoseconds are cut to what Python knows."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)", text)
    return datetime.fromisoformat(f"{found[1]}{found[2] or ''}{found[3].replace('Z', '+00:00')}") if found else None


def _refused(what: str) -> GoogleError:
    return GoogleError(501, f"The stand-in does not understand this part of a filter: {what[:80]}")
