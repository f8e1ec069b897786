"""What guards a resource and is lost: conditions of its lifecycle, and what a replacement goes by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployment.comparison import Comparison, leaves
from deployment.kinds.terraform import RECORD
from deployment.stack import Item, blocks, texts
from review.inputs import inputs_of


def lost_guards(former: Item, item: Item, comparison: Comparison) -> Iterator[str]:
    """The parts of a lifecycle that guard less: conditions that are fewer or always hold, triggers, what is kept."""
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
    if item.type == RECORD.type and not _records_as_before(former, item):
        yield "lifecycle.ignore_changes"


def _records_as_before(former: Item, record: Item) -> bool:
    """Whether a record keeps what it kept of what it was first given, apart from values that are others now."""
    old, new = ({str(one) for one in texts(one.lifecycle, "ignore_changes")} for one in (former, record))
    given, present = (dict(leaves(one.values.get("input"), "input")) for one in (former, record))
    return all(one.startswith("input.") and given.get(one) != present.get(one) for one in old ^ new)


def _of_nothing(condition: dict[str, Any]) -> bool:
    """Whether a condition refers to nothing, so that it can only ever hold or fail."""
    written = condition.get("condition")
    return not inputs_of(written) and not any(own in str(written) for own in ("self.", "each.", "count."))
