"""Firewall rules, of a network or of a firewall policy: whom each lets in, where, and to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from deployment.kinds.firewall import ASSOCIATIONS, POLICIES, WITH_RULES
from deployment.stack import Stack
from review.known import Block, Value, View
from review.policy_rules import as_firewall_rules

EVERY_PORT, EVERY_ADDRESS = "every port", "0.0.0.0/0"
# https://cloud.google.com/firewall/docs/firewalls#priority_order_for_firewall_rules
_PRIORITY = "1000"
# https://cloud.google.com/firewall/docs/firewalls#protocols_and_ports
_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "50": "esp", "51": "ah", "94": "ipip", "132": "sctp"}
# By which of its attributes a rule or an association may name a policy.
_NAMES = ("name", "short_name", "firewall_policy_id", "network_firewall_policy_id", "policy_id")


class Reach(NamedTuple):
    """Where a rule holds: in a network, or wherever a policy is associated; then `policy` tells policies apart."""

    name: str
    policy: str = ""


def firewall_rules(item: View) -> list[View]:
    """The rules that an item holds, those of firewall policies with the attributes of a google_compute_firewall."""
    return item.translated(as_firewall_rules)


def reaches(rule: View, stack: Stack) -> list[Reach]:
    """Where a rule holds: its network, or what its policy is associated with; the policy if that stands elsewhere."""
    if rule.get("firewall_policy").absent:
        return [Reach(network_of(rule))]
    if rule.list("target_resources"):
        return [Reach(_called(one)) for one in rule.list("target_resources")]
    policy = policy_of(rule)
    name = policy.name if policy else rule.get("firewall_policy").readable.rpartition("/")[2]
    of = policy.address if policy else name
    return [Reach(place) for place in _associated(stack).get(of, ())] or [Reach(name, policy=of)]


def _called(network: Value) -> str:
    return network.target.name if network.target else network.readable.rpartition("/")[2]


def holder(rule: View) -> View | None:
    """The network or the policy that a rule stands in, if it is in the stack."""
    if rule.get("firewall_policy").absent:
        return rule.get("network").target
    return policy_of(rule)


def policy_of(item: View) -> View | None:
    """The policy of the stack that an item names, or that it is."""
    named = _named(item)
    address = item.address if item.type in WITH_RULES else _policies(item.stack).get(named.text.rpartition("/")[2])
    found = item.stack.items.get(address) if address else None
    return named.target or (View(found, item.stack) if found else None)


def _named(item: View) -> Value:
    return item.first("firewall_policy", "policy_id")


@lru_cache(maxsize=8)
def _policies(stack: Stack) -> Mapping[str, str]:
    """The addresses of policies by whatever a rule may name them by."""
    named: dict[str, str] = {}
    for item in stack.of(*POLICIES):
        for name in _NAMES:
            text = View(item, stack).get(name).text
            if text:
                named.setdefault(text, item.address)
    return named


@lru_cache(maxsize=8)
def _associated(stack: Stack) -> Mapping[str, list[str]]:
    """What each policy is associated with, networks and folders, by its address, or by its name from elsewhere."""
    associated: dict[str, list[str]] = {}
    for item in stack.of(*ASSOCIATIONS):
        view = View(item, stack)
        named, place = _named(view), view.first("attachment_target", "attachment_id")
        policy = policy_of(view)
        of = policy.address if policy else named.readable.rpartition("/")[2]
        associated.setdefault(of, []).append(place.target.name if place.target else _shortened(place.readable))
    return associated


def _shortened(place: str) -> str:
    """A network's name, or a folder or organization with what it is."""
    return place.rpartition("/")[2] if "/networks/" in place else place


def network_of(item: View) -> str:
    """What people call the network that something belongs to."""
    network = item.get("network")
    return network.target.name if network.target else network.readable


def targets(item: View) -> frozenset[str]:
    """The tags and accounts of the VMs that a firewall rule is limited to; none is every VM of the network."""
    named = (*item.list("target_tags"), *item.list("target_service_accounts"))
    return frozenset(target.readable for target in named)


def allowed(item: View, name: str = "allow") -> list[str]:
    """What a firewall rule lets through, denies or hands on, as PROTOCOL:PORTS."""
    return [
        f"{protocol_of(block).readable}:{ports.readable}"
        for block in item.blocks(name)
        for ports in block.list("ports") or (block.given(EVERY_PORT),)
    ]


def protocol_of(block: Block) -> Value:
    """The protocol as the API keeps it: names in lower case, and in place of numbers where there is one."""
    protocol = block.get("protocol")
    known = protocol.text.lower()
    return block.given(_PROTOCOLS.get(known, known)) if protocol.known else protocol


def lets_in(item: View) -> Value:
    """Whether a firewall rule lets anything in: known where it does, absent where not, else what is not known."""
    direction, disabled, allow = item.get("direction"), item.get("disabled"), item.presence("allow")
    if direction.equals("EGRESS") or disabled.equals(True) or allow.absent:
        return item.given(None)
    unknown = [value for value in (direction, allow) if value.unknown]
    if disabled.equals(True) is None:
        unknown.append(disabled)
    return unknown[0] if unknown else allow


def sources(item: View) -> tuple[Value, ...]:
    """Where a firewall rule lets traffic in from, any of them; the API takes every address when nothing is given."""
    other = (*item.list("source_tags"), *item.list("source_service_accounts"))
    groups = tuple(_grouped(item.list("source_address_groups")))
    return (*item.list("source_ranges"), *groups, *other) or (item.given(EVERY_ADDRESS),)


def _grouped(groups: tuple[Value, ...]) -> Iterator[Value]:
    """The addresses of a group that stands in the stack; else the group."""
    for group in groups:
        members = group.target.list("items") if group.target else ()
        yield from members or (group,)


def decides(item: View, *outcomes: str) -> bool:
    """Whether a rule decides so about what it applies to."""
    return any(not item.presence(name).absent for name in outcomes) and item.get("disabled").equals(True) is not True


def priority_of(item: View) -> Value:
    """Its priority, or what Google takes where none is given."""
    given = item.get("priority")
    return item.given(_PRIORITY) if given.absent else given


def may_exceed(one: Value, other: Value) -> bool:
    """Whether a priority is a greater number, or nobody can tell although it is written otherwise."""
    if one.number is None or other.number is None:
        return one.readable != other.readable
    return one.number > other.number
