"""What every format for people says, in the same order and the same words."""

from __future__ import annotations

from deployment.comparison import Change, Comparison, Difference
from review.findings import Finding
from review.report import Report
from review.sentence import Sentence, say

WORDS = {"created": "added", "destroyed": "removed", "updated": "changed", "left": "left behind"}
OF_RESOURCES = {"updated": "changed", "left": "left behind"}


def headline(report: Report) -> str:
    """One line that says whether there is something to decide."""
    if report.empty:
        return "nothing changes"
    outside = sum(finding.outside for finding in report.findings)
    findings = _count(len(report.findings) - outside, "finding")
    more = f", {outside} of what was done outside Terraform" if outside else ""
    return f"{_count(len(report.decisions), 'point')} to decide, {findings} that this change brings{more}"


def mark(finding: Finding) -> str:
    """What goes before a finding's own words."""
    done = "done outside Terraform: " if finding.outside else ""
    return f"{done}{'it cannot be told: ' if finding.undecided else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def existing(report: Report) -> str:
    """The findings that were there before, in one line; "" when there are none."""
    total = sum(report.existing.values())
    if not total:
        return ""
    parts = ", ".join(_count(number, severity) for severity, number in report.existing.items() if number)
    were, do = ("were", "do") if total > 1 else ("was", "does")
    return f"{_count(total, 'finding')} ({parts}) {were} there before and {do} not count."


def tally(comparison: Comparison) -> Sentence:
    """A stack's changes by number."""
    order = ("created", "updated", "replaced", "destroyed", "moved", "forgotten", "left")
    actions = [change.action for change in comparison.changes if change.of_resource]
    rest = sum(not change.of_resource for change in comparison.changes)
    parts = [f"{actions.count(name)} {OF_RESOURCES.get(name, name)}" for name in order if name in actions]
    parts += [f"{rest} output{'s' if rest > 1 else ''} and settings"] if rest else []
    what = {"code": "code", "plan": "plan against the real state"}[comparison.source]
    return say(f"{{stack}} ({what}): {', '.join(parts)}", stack=comparison.stack.label)


def action(change: Change) -> str:
    """What happens, in a word or two."""
    word = (OF_RESOURCES if change.of_resource else WORDS).get(change.action, change.action)
    return f"{word} (expected)" if change.inferred else word


# How Terraform goes about something new says nothing about what is there afterwards.
_ARRANGEMENT = ("lifecycle", "depends_on")


def told(change: Change) -> list[Difference]:
    """The differences that people are told: of what goes none, of what is new what it will be."""
    if change.action in {"destroyed", "left"}:
        return []
    if change.action == "created":
        return [difference for difference in change.differences if not difference.path.startswith(_ARRANGEMENT)]
    return list(change.differences)


def unknown(report: Report) -> list[tuple[str, str, tuple[str, ...]]]:
    """Stack, address and attributes that somebody wrote and only apply will tell."""
    later = []
    for comparison in report.comparisons:
        for change in comparison.changes:
            written = {difference.path for difference in change.differences}
            attributes = tuple(path for path in change.unknown if path in written)
            if attributes and change.action != "created":
                later.append((comparison.stack.label, change.address, attributes))
    return later


def computed(report: Report) -> int:
    """How many attributes more only apply will tell: those of new resources, and those that the provider computes."""
    every = sum(len(change.unknown) for comparison in report.comparisons for change in comparison.changes)
    return every - sum(len(attributes) for _, _, attributes in unknown(report))
