"""What guards a resource and is lost: conditions of its lifecycle, and what a replacement goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from deployment.comparison import Comparison, leaves
from deployment.kinds.terraform import RECORD
from deployment.stack import Item, blocks, texts
from review.inputs import inputs_of


def lost_guards(former: Item, item: Item, comparison: Comparison) -> Iterator[str]:
    """The parts of a lifecycle that guard less: conditions that are fewer or always hold, triggers, what is kept."""
    for name in ("precondition", "postcondition"):
        was, now = ([*blocks(one.values if one.type == "output" else one.lifecycle, name)] for one in (former, item))
        if item.type == RECORD.type:
            was = [one for one in was if one in now or not _about_what_changes(one, former, item)]
        if len(now) < len(was):
            yield f"lifecycle.{name}"
        if sum(map(_of_nothing, now)) > sum(map(_of_nothing, was)):
            yield f"lifecycle.{name}.condition"
    moved = comparison.after.moved if comparison.after else {}
    old, new = ({str(one) for one in texts(one.lifecycle, "replace_triggered_by")} for one in (former, item))
    if {moved.get(address, address) for address in old} - new:
        yield "lifecycle.replace_triggered_by"
    if item.type == RECORD.type:
        old, new = ({str(one) for one in texts(one.lifecycle, "ignore_changes")} for one in (former, item))
        # One that is another now may keep more; one that stays no longer tells what goes by it.
        more = set() if comparison.change(item.address) else new - old
        if (old - new | more) - _changed_inputs(former, item):
            yield "lifecycle.ignore_changes"


def _about_what_changes(condition: dict[str, Any], former: Item, record: Item) -> bool:
    """Whether a record's condition is about nothing but values of it that are others now: it goes with those."""
    asked = set(re.findall(r"\bself\.(input\.\w+)", str(condition.get("condition"))))
    return bool(asked) and asked <= _changed_inputs(former, record)


def _changed_inputs(former: Item, record: Item) -> set[str]:
    given, present = (dict(leaves(one.values.get("input"), "input")) for one in (former, record))
    whole = {"input"} if bool(given) != bool(present) else set()
    return whole | {
        one for one in given.keys() | present.keys() if given.get(one) != present.get(one) and one != "input"
    }


def _of_nothing(condition: dict[str, Any]) -> bool:
    """Whether a condition refers to nothing, so that it can only ever hold or fail."""
    written = condition.get("condition")
    return not inputs_of(written) and not any(own in str(written) for own in ("self.", "each.", "count."))
