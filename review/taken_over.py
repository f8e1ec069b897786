"""Applies that stop half-way with 409: what is made has the name, the address or the range of what is there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Network
from typing import NamedTuple, TypeAlias

from deployment.comparison import Comparison
from deployment.kinds import KINDS
from deployment.kinds.address import ADDRESS
from deployment.kinds.dns import RECORD_SET, ZONE
from deployment.kinds.network import FLOW_LOGS, SUBNETWORK
from deployment.stack import Item, Stack, reads
from review.findings import Finding, other
from review.foundations import STATE
from review.known import View
from review.raw_blocks import listed
from review.replacement import overlaps
from review.sentence import say

_RANGE, _HOST, _SEEN_IN = "ip_cidr_range", "dns_name", "private_visibility_config"
# What no two have at a time; a range, an address and a private zone's host are those of a network.
_PLACE = ("project", "region", "zone", "location")
_NAME = ("name", *_PLACE)
_UNIQUE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    **{kind.type: (_NAME,) for kind in KINDS if kind.collection},
    FLOW_LOGS.type: (("vpc_flow_logs_config_id", *_PLACE),),
    ADDRESS.type: (_NAME, ("address", "project", "region", "network", "subnetwork")),
    SUBNETWORK.type: (_NAME, (_RANGE, "project", "network")),
    ZONE.type: (_NAME, (_HOST, "project", _SEEN_IN)),
    RECORD_SET.type: (("name", "type", "managed_zone", "project"),),
}
_NAMES = {"name", "vpc_flow_logs_config_id"}
_Taken: TypeAlias = tuple[str, ...]


class _Owner(NamedTuple):
    """What has a name before the apply, or reads it, where it will stand, in which stack, and whether it lets go."""

    item: Item
    address: str
    comparison: Comparison
    goes: bool


def taken_over(comparisons: Sequence[Comparison]) -> Iterator[Finding]:
    """A finding for each that is made with what something else has, in its own stack or in one deployed with it."""
    made = [(one, *each) for one in comparisons for each in _made(one)]
    owners = _owners(comparisons, sorted({item.type for _, item, _ in made}))
    for comparison, item, unique in made:
        new = View(item, comparison.stack)
        for what in unique:
            found = _met(new, what, comparison, owners)
            if found is not None:
                yield _finding(new, what[0], found, comparison)
                break


def _made(comparison: Comparison) -> Iterator[tuple[Item, Sequence[tuple[str, ...]]]]:
    """What is made, and subnets that grow, with what each then has."""
    after = comparison.after
    imported = {*_imported(after)} if after else set()
    for item in after.of(*_UNIQUE) if after else ():
        change, unique = comparison.change(item.address), _UNIQUE[item.type]
        if change and change.action == "updated":
            changed = {one.attribute for one in change.differences}
            unique = tuple(what for what in unique if what[0] == _RANGE and _RANGE in changed)
        if change and change.action in {"created", "replaced", "updated"} and item.address not in imported:
            yield item, unique


def _imported(stack: Stack) -> Iterator[str]:
    section = stack.items.get("section.import")
    for block in listed(section.values.get("content")) if section else ():
        if isinstance(block, dict):
            yield str(block.get("to")).removeprefix("${").removesuffix("}")


def _owners(comparisons: Sequence[Comparison], types: Sequence[str]) -> Mapping[_Taken, list[_Owner]]:
    owners: dict[_Taken, list[_Owner]] = defaultdict(list)
    for comparison in comparisons:
        before, after = comparison.before, comparison.after
        for item in before.of(*types, *(f"data.{type_}" for type_ in types)) if before else ():
            address = after.moved.get(item.address, item.address) if after else item.address
            change, later = comparison.change(address), after.items.get(address) if after else None
            updated = change is not None and change.action == "updated"
            for what in _UNIQUE[item.type.removeprefix("data.")]:
                kept = {*_taken(later, what, comparison.stack)} if later and updated else set()
                for taken in _taken(item, what, before or comparison.stack):
                    goes = change is not None and change.action in {"destroyed", "replaced", "updated"}
                    goes = goes and not (change and (change.leaves or (updated and taken in kept)))
                    owners[taken].append(_Owner(item, address, comparison, goes))
    return owners


def _taken(item: Item, what: tuple[str, ...], stack: Stack, *, wanted: bool = False) -> Iterator[_Taken]:
    """What an item takes by these attributes, for each value that the first may have; or `wanted`, what it meets."""
    view = View(item, stack)
    if what[0] == _HOST and view.presence(_SEEN_IN).absent:
        return  # public zones have name servers of their own
    place = [view.written_as(name).shown for name in what[1:]]
    choices = _ranges(view, wanted=wanted) if what[0] == _RANGE else view.get(what[0]).choices
    yield from ((item.type.removeprefix("data."), *what, choice, *place) for choice in choices)


def _ranges(subnet: View, *, wanted: bool) -> Iterator[str]:
    """Its range, and each that it is in: of two that overlap, one is in the other."""
    with suppress(ValueError):
        own = IPv4Network(subnet.get(_RANGE).text)
        around = [str(own.supernet(new_prefix=length)) for length in range(own.prefixlen + 1)]
        yield from (f"in {one}" for one in ([own] if wanted else around))
        yield from (around if wanted else [str(own)])


def _met(
    new: View, what: tuple[str, ...], comparison: Comparison, owners: Mapping[_Taken, Iterable[_Owner]]
) -> _Owner | None:  # fmt: skip
    if new.get(what[0]).evasive:
        return None
    item, stack = comparison.stack.items[new.address], comparison.stack
    others = [one for taken in _taken(item, what, stack, wanted=True) for one in owners.get(taken, ())]
    # What a stack makes itself it may read, too.
    others = [one for one in others if not reads(one.item.type)] or others
    change = comparison.change(new.address)
    # A name that it has itself is a rule's to judge: replacement-meets-itself.
    first = change is not None and change.action == "replaced" and overlaps(change, item) and what[0] not in _NAMES
    own = (one for one in others if one.comparison is comparison and (first or one.address != new.address))
    return next(own, None) or next((one for one in others if _meets(one, new, what, comparison)), None)


def _meets(owner: _Owner, new: View, what: tuple[str, ...], comparison: Comparison) -> bool:
    """Whether it is of a stack that is deployed beside this one, or after it, and in a place that both mean."""
    stack = comparison.stack
    same = owner.comparison.source == comparison.source and owner.comparison.stack.environment == stack.environment
    first = owner.goes and any(item.address == f"{STATE}.{owner.comparison.stack.name}" for item in stack.of(STATE))
    certain = new.get("project").known and not any(new.get(name).written for name in what)
    told = comparison.before is None and owner.comparison.after is None  # as made elsewhere
    elsewhere = owner.comparison is not comparison and not reads(owner.item.type)
    return elsewhere and same and certain and not first and not told


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
    if reads(owner.item.type):
        text = "it is made with the {what} of what exists already, as {old} has read it"
    elif owner.comparison is comparison and owner.address == new.address:
        text = "it is made anew first, with the {what} that {old} has until it goes"
    words = say(text, what=attribute, old=where)
    made = other("stops-half-way", stack.label, stack.environment, new.address, words, comparison.source)
    unsure = View(owner.item, owner.comparison.before or theirs).get(attribute).unknown
    return replace(made, undecided=new.get(attribute).unknown or unsure)
