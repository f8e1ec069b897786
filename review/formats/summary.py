"""A line for each resource that changes, for a job's log or a first look; the last line says the result."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.comparison import Change
from deployment.line import Line, style_of
from deployment.printable import printable
from review.formats.terminal import result
from review.formats.wording import action, headline, listed, told
from review.report import Report
from review.rules.rule import WARNING

# More attributes than this say no more than their number.
_MOST = 3


def text(report: Report, fail_on: str = WARNING) -> str:
    """All of it."""
    return "\n".join(lines(report, fail_on)) + "\n"


def lines(report: Report, fail_on: str = WARNING) -> Iterator[str]:
    """Line by line."""
    for stack in listed(report):
        for change, where in stack.changes:
            if change.of_resource:
                said = f"{printable(stack.stack)}: {action(change, where)} {printable(change.address)}{_what(change)}"
                yield Line(said, style_of(change.action))
        rest = sum(not change.of_resource for change, _ in stack.changes)
        if rest:
            yield f"{printable(stack.stack)}: {rest} output{'s' if rest > 1 else ''} and settings"
    yield Line(headline(report), "heading")
    yield result(report, fail_on)


def _what(change: Change) -> str:
    """What forces it, or which attributes change."""
    if change.action == "replaced" and change.because:
        return f" because of {printable('; '.join(change.because))}"
    if change.action != "updated":
        return ""
    attributes = list(dict.fromkeys(difference.attribute for difference in told(change)))
    more = f" and {len(attributes) - _MOST} more" if len(attributes) > _MOST else ""
    return f": {printable(', '.join(attributes[:_MOST]))}{more}"
