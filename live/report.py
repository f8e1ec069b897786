"""What a verification came to: for people in a few lines, for programs as one JSON document (verify.schema.json)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from deployment.line import Line, Style
from deployment.printable import printable
from live.fact import Outcome, State
from live.verification import STATES, Told, Verification

SCHEMA = 1
_MARKS: dict[State, tuple[str, Style]] = {
    "holds": ("ok", "good"),
    "fails": ("FAIL", "bad"),
    "unknown": ("?", "warning"),
    "broken": ("!", "warning"),
}


def document(verification: Verification) -> dict[str, Any]:
    """The JSON document."""
    return {
        "schema": SCHEMA,
        "environment": verification.environment,
        "verdict": ("holds", "fails", "unusable")[verification.code],
        "counts": {state: verification.count(state) for state in STATES},
        "facts": [
            {
                "side": one.side,
                "project": one.project,
                "fact": one.fact,
                "about": one.about,
                "state": one.outcome.state,
                "text": one.outcome.text,
                "repair": list(one.outcome.repair),
                "needs": one.outcome.needs,
            }
            for one in verification.told
        ],
    }


def lines(verification: Verification) -> Iterator[str]:
    """One line per fact, by side, with the repair beneath where it fails; the verdict last."""
    for side, told in groupby(verification.told, key=lambda one: (one.side, one.project)):
        yield Line(f"{side[0]} ({side[1]})", "heading")
        for one in told:
            yield from _lines(one)
    yield Line(verdict(verification), "good" if verification.code == 0 else "bad")


def _lines(told: Told) -> Iterator[str]:
    outcome = told.outcome
    mark, style = _MARKS[outcome.state]
    text = printable(f"{told.about}: {outcome.text}{_needs(outcome)}")
    yield Line(f"  {mark:<4}  {text}", "" if outcome.state == "holds" else style)
    yield from (f"          {printable(line)}" for line in outcome.repair)


def _needs(outcome: Outcome) -> str:
    return f"; needs {outcome.needs}" if outcome.needs else ""


def verdict(verification: Verification) -> str:
    """One sentence: what held, what did not, and what nobody knows."""
    counts = {state: verification.count(state) for state in STATES}
    parts = [f"{_count(counts['holds'], 'fact')} hold{'s' if counts['holds'] == 1 else ''}"]
    parts += [f"{counts['fails']} fail{'s' if counts['fails'] == 1 else ''}"] if counts["fails"] else []
    parts += [f"{counts['unknown']} not known"] if counts["unknown"] else []
    parts += [f"{counts['broken']} could not be found out"] if counts["broken"] else []
    return f"verify of {verification.environment}: {', '.join(parts)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
