"""Applies that stop half-way with 409: what is made has the name, the address or the range of what is there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from deployment.comparison import Comparison
from deployment.kinds import KINDS
from deployment.kinds.address import ADDRESS
from deployment.kinds.dns import RECORD_SET
from deployment.kinds.network import FLOW_LOGS, SUBNETWORK
from deployment.stack import Item, Stack
from review.findings import Finding, other
from review.foundations import STATE
from review.known import View
from review.sentence import say

# What no two have at a time; a range and an address are those of a network.
_PLACE = ("project", "region", "zone", "location")
_NAME = ("name", *_PLACE)
_UNIQUE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    **{kind.type: (_NAME,) for kind in KINDS if kind.collection},
    FLOW_LOGS.type: (("vpc_flow_logs_config_id", *_PLACE),),
    ADDRESS.type: (_NAME, ("address", "project", "region", "network", "subnetwork")),
    SUBNETWORK.type: (_NAME, ("ip_cidr_range", "project", "network")),
    RECORD_SET.type: (("name", "type", "managed_zone", "project"),),
}
_Taken: TypeAlias = tuple[str, ...]


class _Owner(NamedTuple):
    """What has a name before the apply, where it will stand, and in which stack; whether it gives the name up."""

    item: Item
    address: str
    comparison: Comparison
    goes: bool


def taken_over(comparisons: Sequence[Comparison]) -> Iterator[Finding]:
    """A finding for each that is made with what something else has, in its own stack or in one deployed with it."""
    made = [(one, item) for one in comparisons for item in _made(one)]
    owners = _owners(comparisons) if made else {}
    for comparison, item in made:
        new = View(item, comparison.stack)
        for what in _UNIQUE[item.type]:
            found = _met(new, what, comparison, owners)
            if found is not None:
                yield _finding(new, what[0], found, comparison)
                break


def _made(comparison: Comparison) -> Iterator[Item]:
    after = comparison.after
    imported = str([item.values for item in after.of("section")]) if after else ""
    for item in after.of(*_UNIQUE) if after else ():
        change = comparison.change(item.address)
        if change and change.action in {"created", "replaced"} and item.address not in imported:
            yield item


def _owners(comparisons: Sequence[Comparison]) -> Mapping[_Taken, list[_Owner]]:
    owners: dict[_Taken, list[_Owner]] = defaultdict(list)
    for comparison in comparisons:
        before, after = comparison.before, comparison.after
        for item in before.of(*_UNIQUE) if before else ():
            address = after.moved.get(item.address, item.address) if after else item.address
            change, later = comparison.change(address), after.items.get(address) if after else None
            for what in _UNIQUE[item.type]:
                kept = {*_taken(later, what, comparison.stack)} if later else set()
                for taken in _taken(item, what, before or comparison.stack):
                    goes = change is not None and change.action in {"destroyed", "replaced", "updated"}
                    goes = goes and not (change and (change.leaves or (change.action == "updated" and taken in kept)))
                    owners[taken].append(_Owner(item, address, comparison, goes))
    return owners


def _taken(item: Item, what: tuple[str, ...], stack: Stack) -> Iterator[_Taken]:
    """What an item takes by these attributes, for each value that the first one may have."""
    view = View(item, stack)
    place = [view.get(name).shown for name in what[1:]]
    yield from ((item.type, *what, choice, *place) for choice in view.get(what[0]).choices)


def _met(
    new: View, what: tuple[str, ...], comparison: Comparison, owners: Mapping[_Taken, Iterable[_Owner]]
) -> _Owner | None:  # fmt: skip
    if new.get(what[0]).evasive:
        return None
    item, stack = comparison.stack.items[new.address], comparison.stack
    others = [one for taken in _taken(item, what, stack) for one in owners.get(taken, ())]
    own = (one for one in others if one.comparison is comparison and one.address != new.address)
    return next(own, None) or next((one for one in others if _meets(one, new, what, comparison)), None)


def _meets(owner: _Owner, new: View, what: tuple[str, ...], comparison: Comparison) -> bool:
    """Whether it is of a stack that is deployed beside this one, or after it, and in a place that both mean."""
    stack = comparison.stack
    same = owner.comparison.source == comparison.source and owner.comparison.stack.environment == stack.environment
    first = owner.goes and any(item.address == f"{STATE}.{owner.comparison.stack.name}" for item in stack.of(STATE))
    certain = new.get("project").known and not any(new.get(name).written for name in what)
    told = comparison.before is None and owner.comparison.after is None  # as made elsewhere
    return owner.comparison is not comparison and same and certain and not first and not told


def _finding(new: View, attribute: str, owner: _Owner, comparison: Comparison) -> Finding:
    stack, theirs = comparison.stack, owner.comparison.stack
    where = owner.item.address
    if owner.comparison is not comparison:
        where = f"{where} in {theirs.label}"
        text = "it is made with the {what} of {old}, which has it until that stack is applied"
    elif owner.goes:
        text = "it is made with the {what} of {old}, which goes in the same apply, in no certain order"
    if not owner.goes:
        text = "it is made with the {what} of {old}, which stays"
    words = say(text, what=attribute, old=where)
    made = other("stops-half-way", stack.label, stack.environment, new.address, words, comparison.source)
    unsure = View(owner.item, owner.comparison.before or theirs).get(attribute).unknown
    return replace(made, undecided=new.get(attribute).unknown or unsure)
