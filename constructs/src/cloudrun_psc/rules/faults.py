"""What is wrong with a value, said once and used twice: by the constructs and by whoever reads a configuration.

A rule is a pure function that returns a `Fault` or None. It never raises and knows nothing of constructs or files:
`refuse` puts the construct's path in front, a configuration loader puts file, line and key there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One refused value: `wrong` in the caller's words, what is `allowed`, and the `remedy` (what to do)."""

    wrong: str
    allowed: str = ""
    remedy: str = ""

    def sentence(self) -> str:
        """All parts in one line."""
        parts = [self.wrong, f"allowed: {self.allowed}" if self.allowed else "", self.remedy]
        return "; ".join(part for part in parts if part)


def shown(value: object, limit: int = 80) -> str:
    """A value as messages show it: quoted, control characters escaped, and never longer than `limit` characters."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def mismatch(value: str, pattern: str, what: str, allowed: str, remedy: str) -> Fault | None:
    """The fault of a value that does not match `pattern` as a whole; `what` it is not, with its article."""
    if re.fullmatch(pattern, value):
        return None
    return Fault(wrong=f"{shown(value)} is not {what}", allowed=allowed, remedy=remedy)


def refuse(path: str, faults: Iterable[tuple[str, Fault | None]]) -> None:
    """Raise one ValueError for all faults of a construct, each behind the construct's path and argument.

    Raises:
        ValueError: when at least one of the pairs (argument, fault) holds a fault.
    """
    sentences = [f"{path}: {argument}: {fault.sentence()}" for argument, fault in faults if fault is not None]
    if sentences:
        raise ValueError("\n".join(sentences))
