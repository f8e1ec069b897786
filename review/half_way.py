"""Applies that stop half-way, with 400 or 409: what is destroyed is still used, or a front end meets the old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from deployment.comparison import Change, Comparison
from deployment.kinds.address import ADDRESS
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.forwarding_rule import FRONTEND
from deployment.kinds.load_balancer import BACKEND_SERVICE, HTTP_PROXY, HTTPS_PROXY, URL_MAP
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.stack import Item, Stack
from review.beside import Beside
from review.findings import Finding, other
from review.known import Value, View
from review.replacement import overlaps
from review.sentence import say

# What each uses, and Google therefore keeps: by the attributes that name it, those in blocks with a dot.
_USES: Mapping[str, tuple[str, ...]] = {
    SERVICE_ATTACHMENT.type: ("target_service", "nat_subnets"),
    FRONTEND.type: ("target", "backend_service", "ip_address", "subnetwork"),
    BACKEND_SERVICE.type: ("backend.group",),
    URL_MAP.type: ("default_service",),
    HTTP_PROXY.type: ("url_map",),
    HTTPS_PROXY.type: ("url_map", "ssl_policy"),
}


def half_way(comparison: Comparison) -> Iterator[Finding]:
    """A finding for each that is destroyed first although what stays uses it until later."""
    if comparison.before is None or comparison.after is None:
        return
    for user in comparison.after.of(*_USES):
        former, change = comparison.former(user.address), comparison.change(user.address)
        if former is None or (change is not None and change.action in {"replaced", "created"}):
            continue
        for used in _used(View(former, comparison.before), _USES[user.type]):
            yield from _finding(user, used, comparison)
    yield from _fronts_that_meet(comparison)
    yield from _protected(comparison)


def _protected(comparison: Comparison) -> Iterator[Finding]:
    """Services whose deployed protection, which only an apply before takes off, the provider refuses to destroy."""
    before, stack = comparison.before, comparison.stack
    assert before is not None
    for change in comparison.changes:
        former = comparison.former(change.address) if change.action in {"destroyed", "replaced"} else None
        if former is None or former.type != SERVICE.type or change.leaves:
            continue
        protected = View(former, before).get("deletion_protection")
        if protected.absent or protected.equals(True):  # on when unset
            text = "it is destroyed while its deletion_protection is deployed as on: an apply before must take that off"
            yield other("stops-half-way", stack.label, stack.environment, change.address, say(text), comparison.source)


def _fronts_that_meet(comparison: Comparison) -> Iterator[Finding]:
    """Forwarding rules that are made anew at the address and port that the old one has until it goes."""
    before, after = comparison.before, comparison.after
    moved = {one.address for one in comparison.changes if one.action in {"replaced", "created"}}
    for item in after.of(FRONTEND.type) if before and after else ():
        change, former = comparison.change(item.address), comparison.former(item.address)
        if change is None or former is None or change.action != "replaced" or not overlaps(change, item):
            continue
        assert before is not None
        assert after is not None
        old, new = View(former, before), View(item, after)
        address = new.get("ip_address")
        if address.absent or address.later or (address.target and address.target.address in moved):
            continue
        if not any(old.get(name).differs(new.get(name)) for name in _FRONT):
            stack, where = comparison.stack, address.readable
            text = "its replacement is created first, at {where} and the port that the old one has until then"
            yield other("stops-half-way", stack.label, stack.environment, item.address, say(text, where=where),
                        comparison.source)  # fmt: skip


def _used(user: View, attributes: tuple[str, ...]) -> Iterator[View]:
    for attribute in attributes:
        block, _, name = attribute.rpartition(".")
        values: list[Value] = [one.get(name) for one in user.blocks(block)] if block else [*user.list(name)]
        yield from (value.target for value in values if value.target is not None)
        if attribute == "ip_address":
            yield from _reserved(user)


def _reserved(rule: View) -> Iterator[View]:
    """The reserved address that a rule has: a state knows the address itself, and not what reserved it."""
    if rule.get("ip_address").text:
        yield from _addresses(rule.stack).get(tuple(_last(rule, name) for name, _ in _ADDRESSED), ())


@lru_cache(maxsize=16)
def _addresses(stack: Stack) -> Mapping[tuple[str, ...], list[View]]:
    found: dict[tuple[str, ...], list[View]] = defaultdict(list)
    for address in Beside(stack).of(ADDRESS.type):
        found[tuple(_last(address, name) for _, name in _ADDRESSED)].append(address)
    return found


_FRONT = ("ip_address", "ip_protocol", "port_range", "ports", "all_ports", "region", "project")
_ADDRESSED = (("ip_address", "address"), ("region", "region"), ("project", "project"))


def _last(item: View, name: str) -> str:
    return item.get(name).text.rpartition("/")[2]


def _finding(user: Item, used: View, comparison: Comparison) -> Iterator[Finding]:
    after = comparison.after
    assert after is not None
    address = after.moved.get(used.address, used.address)
    change = comparison.change(address)
    if change is None or not used.is_resource:
        return
    # What merely leaves is destroyed before its former user is updated, unless the state says otherwise, which no plan
    # shows; of what the user of today no longer names the code tells by its lifecycle.
    leaves = (
        change.action == "destroyed" and user.type == SERVICE_ATTACHMENT.type and not _kept_until_later(used, change)
    )
    if leaves or (change.action == "replaced" and not change.leaves and not overlaps(change, after.items.get(address))):
        text = "it is destroyed before its replacement exists, and {user} uses it until then"
        if leaves:
            text = "it is destroyed before {user} uses another one"
        stack = comparison.stack
        found = other(
            "stops-half-way", stack.label, stack.environment, address, say(text, user=user.address), comparison.source
        )
        yield replace(found, undecided=leaves and comparison.source == "plan")


def _kept_until_later(used: View, change: Change) -> bool:
    return change.overlaps or used.lifecycle.get("create_before_destroy").equals(True) is True
