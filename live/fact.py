"""What a fact is: one thing that is to hold of a deployed configuration, and how it is found out.

A fact yields an outcome for each thing that it is asked about. What it may not read is caught where facts are asked
(live/verification.py), so that a fact reads as if it might read everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from live.reader import Reader
from live.subjects import Expected

State = Literal["holds", "fails", "unknown", "broken"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a fact. `text` says what is so; `repair` are lines on what to do about it.

    `unknown` is what nobody let us read, `broken` what Google did not answer. `needs` is the role that would help.
    """

    state: State
    text: str
    repair: tuple[str, ...] = ()
    needs: str = ""


def holds(text: str, *hint: str) -> Outcome:
    """It is as it should be; `hint` says what to do should one want it otherwise."""
    return Outcome(state="holds", text=text, repair=hint)


def fails(text: str, *repair: str) -> Outcome:
    """It is not; `repair` says what to do."""
    return Outcome(state="fails", text=text, repair=repair)


def unknown(text: str, needs: str = "") -> Outcome:
    """Nobody lets us find out."""
    return Outcome(state="unknown", text=text, needs=needs)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A fact: its name for programs, what it says in words, what it is asked about, and how it is found out.

    `subjects` picks what the stacks of one side expect; each has a `label`. `judge` reads and yields outcomes.
    """

    name: str
    says: str
    subjects: Callable[[Expected], Iterable[Any]]
    judge: Callable[[Any, Reader], Iterator[Outcome]]
