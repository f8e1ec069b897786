"""What every format for people says, in the same order and the same words."""

from __future__ import annotations

from review.comparison import Change, Comparison, Difference
from review.report import Report
from review.sentence import Sentence, say

WORDS = {"created": "added", "destroyed": "removed", "updated": "changed"}
SOURCES = {"code": "the code", "plan": "the plan", "rehearsal": "the rehearsal"}


def headline(report: Report) -> str:
    """One line that says whether there is something to decide."""
    if report.empty:
        return "nothing changes"
    findings = _count(len(report.findings), "finding")
    return f"{_count(len(report.decisions), 'point')} to decide, {findings} that this change brings"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def existing(report: Report) -> str:
    """The findings that were there before, in one line; "" when there are none."""
    total = sum(report.existing.values())
    if not total:
        return ""
    parts = ", ".join(_count(number, severity) for severity, number in report.existing.items() if number)
    return f"{_count(total, 'finding')} ({parts}) stood there before and {'do' if total > 1 else 'does'} not count."


def tally(comparison: Comparison) -> Sentence:
    """A stack's changes by number."""
    order = ("created", "updated", "replaced", "destroyed", "moved")
    actions = [one.action for one in comparison.changes if one.of_resource]
    rest = sum(not one.of_resource for one in comparison.changes)
    parts = [f"{actions.count(one)} {WORDS.get(one, one)}" for one in order if one in actions]
    parts += [f"{rest} output{'s' if rest > 1 else ''} and settings"] if rest else []
    what = {"code": "code", "plan": "plan against the real state"}[comparison.source]
    return say("{stack} ({what}): {parts}", stack=comparison.stack.label, what=what, parts=", ".join(parts))


def action(change: Change) -> str:
    """What happens, in a word or two."""
    word = (
        change.action
        if change.of_resource and change.action in {"created", "destroyed"}
        else WORDS.get(change.action, change.action)
    )
    return f"{word} (expected)" if change.inferred else word


# How Terraform goes about something new says nothing about what is there afterwards.
_ARRANGEMENT = ("lifecycle", "depends_on")


def told(change: Change) -> list[Difference]:
    """The differences that people are told: of what goes none, of what is new what it will be."""
    if change.action == "destroyed":
        return []
    if change.action == "created":
        return [one for one in change.differences if not one.path.startswith(_ARRANGEMENT)]
    return list(change.differences)


def unknown(report: Report) -> list[tuple[str, str, tuple[str, ...]]]:
    """Stack, address and attributes that only apply will tell; a new resource's are left out, as all are."""
    return [
        (one.stack.label, change.address, change.unknown)
        for one in report.comparisons
        for change in one.changes
        if change.unknown and change.action in {"updated", "replaced"}
    ]


def newly_unknown(report: Report) -> int:
    """How many attributes of new resources only apply will tell."""
    return sum(
        len(change.unknown) for one in report.comparisons for change in one.changes if change.action == "created"
    )  # fmt: skip
