"""What every format for people says, in the same order and the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deployment.comparison import Change, Comparison, Difference
from review.findings import Finding
from review.report import Report
from review.rules.rule import SEVERITIES, WARNING
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


def verdict(report: Report, fail_on: str = WARNING) -> str:
    """The exit code in words, as --fail-on decides it."""
    worst = SEVERITIES.index(fail_on)
    count = sum(SEVERITIES.index(finding.severity) <= worst for finding in report.findings)
    what = _count(count, "finding") if count else "nothing"
    return f"exit code {1 if count else 0}: {what} at or above --fail-on {fail_on}"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """All that changes in a stack: of what code and plan both tell, as the plan has it, for it saw the real state.

    `where` says of each change which of the two alone tells it; "" where both do, or there is just one.
    """

    stack: str
    sources: tuple[str, ...]
    changes: tuple[tuple[Change, str], ...]


def listed(report: Report) -> list[Listed]:
    """Each stack in which something changes."""
    by_stack: dict[str, dict[str, Comparison]] = {}
    for comparison in report.comparisons:
        by_stack.setdefault(comparison.stack.label, {})[comparison.source] = comparison
    made = [
        Listed(stack=label, sources=tuple(known), changes=tuple(_changes(known))) for label, known in by_stack.items()
    ]
    return [one for one in made if one.changes]


def _changes(known: Mapping[str, Comparison]) -> Iterator[tuple[Change, str]]:
    told = {source: {change.address: change for change in one.changes} for source, one in known.items()}
    code, plan = told.get("code", {}), told.get("plan", {})
    for address in sorted(code.keys() | plan.keys()):
        change = plan.get(address) or code[address]
        alone = len(known) > 1 and (address in code) != (address in plan) and change.of_resource
        yield change, f"in the {'plan' if address in plan else 'code'} alone" if alone else ""


def tally(stack: Listed) -> Sentence:
    """A stack's changes by number."""
    order = ("created", "updated", "replaced", "destroyed", "moved", "forgotten", "left")
    actions = [change.action for change, _ in stack.changes if change.of_resource]
    rest = len(stack.changes) - len(actions)
    parts = [f"{actions.count(name)} {OF_RESOURCES.get(name, name)}" for name in order if name in actions]
    parts += [f"{rest} output{'s' if rest > 1 else ''} and settings"] if rest else []
    words = {"code": "code", "plan": "plan against the real state"}
    what = " and ".join(words[source] for source in stack.sources)
    return say(f"{{stack}} ({what}): {', '.join(parts)}", stack=stack.stack)


def action(change: Change, where: str = "") -> str:
    """What happens, in a word or two."""
    word = (OF_RESOURCES if change.of_resource else WORDS).get(change.action, change.action)
    return f"{word}{' (expected)' if change.inferred else ''}{f', {where}' if where else ''}"


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
