"""What guards a resource and is lost: conditions of its lifecycle, and what a replacement goes by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployment.comparison import Comparison
from deployment.stack import Item, blocks, texts
from review.inputs import inputs_of


def lost_guards(former: Item, item: Item, comparison: Comparison) -> Iterator[str]:
    """The parts of a lifecycle of which there is less: conditions that are fewer or hold always, and triggers."""
    for name in ("precondition", "postcondition"):
        was, now = (blocks(one.lifecycle, name) for one in (former, item))
        if len(now) < len(was):
            yield f"lifecycle.{name}"
        if sum(map(_of_nothing, now)) > sum(map(_of_nothing, was)):
            yield f"lifecycle.{name}.condition"
    moved = comparison.after.moved if comparison.after else {}
    old, new = ({str(one) for one in texts(one.lifecycle, "replace_triggered_by")} for one in (former, item))
    if {moved.get(address, address) for address in old} - new:
        yield "lifecycle.replace_triggered_by"


def _of_nothing(condition: dict[str, Any]) -> bool:
    """Whether a condition refers to nothing, so that it can only ever hold or fail."""
    written = condition.get("condition")
    return not inputs_of(written) and not any(own in str(written) for own in ("self.", "each.", "count."))
