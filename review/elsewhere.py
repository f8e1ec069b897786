"""A stack that is gone and a new one that makes the same: by another name it has another state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deployment.comparison import Comparison
from deployment.kinds.kind import NONE
from deployment.stack import Stack
from review.findings import Finding, other
from review.known import View, views
from review.sentence import say

_PLACES = ("region", "location", "zone")


def made_elsewhere(comparisons: Sequence[Comparison]) -> Iterator[Finding]:
    """A finding for each new stack with resources that Google has already, from a stack which is no longer there."""
    gone = [comparison.before for comparison in comparisons if comparison.before and comparison.after is None]
    new = [comparison.after for comparison in comparisons if comparison.after and comparison.before is None]
    for stack in new:
        present = _named(stack)
        for former in gone:
            same = sorted(name for named, name in present.items() if named in _named(former))
            if same:
                detail = say(
                    "{former} is gone and had {names}" + (" and {count} more" if len(same) > 3 else ""),
                    former=former.label,
                    names=", ".join(same[:3]),
                    **({"count": str(len(same) - 3)} if len(same) > 3 else {}),
                )
                yield other("deployed-elsewhere", stack.label, stack.environment, "terraform.backend", detail)


def _named(stack: Stack) -> dict[tuple[str, ...], str]:
    """What Google can have once only, as far as it is known, each with its name."""
    items = views(stack)
    provider = next((item for item in items if item.type == "provider"), None)
    named: dict[tuple[str, ...], str] = {}
    for item in items:
        if item.kind is not None and item.kind.collection != NONE and item.get("name").known:
            place = (_known(item, "project") or _known(provider, "project"), _known(item, *_PLACES))
            named[item.type, *place, item.get("name").text] = item.get("name").text
    return named


def _known(item: View | None, *names: str) -> str:
    return next((item.get(name).text for name in names if item.get(name).known), "") if item else ""
