"""Who can reach what in a stack: accept lists, callers, ingress, firewall, endpoints, external addresses.

What a change opens and closes is the difference of two sets of ways in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from deployment.kinds.kind import ACCEPT, BALANCER, CALL, ENDPOINT, EXTERNAL, FIREWALL, INGRESS, PORT
from deployment.stack import Stack
from review.balancers import behind_balancers, ingress_of, link_of, publishers
from review.callers import callers
from review.firewall_rules import allowed, firewall_rules, lets_in, network_of, reaches, sources, targets
from review.known import Block, Value, View, views
from review.way import ANY_BALANCER, EVERY_PROJECT, EVERYONE, INTERNET, NO_LIMIT, PICKED, WayIn


def ways_in(stack: Stack) -> list[WayIn]:
    """Every way in that a stack opens."""
    opening = [(item, item.kind.way_in) for item in views(stack) if item.kind and item.kind.way_in]
    ways = [way for item, way_in in opening for way in OPENED_BY[way_in](item, stack)]
    return [*(way for way in ways if way.by != FIREWALL), *_together(way for way in ways if way.by == FIREWALL)]


def _together(ways: Iterable[WayIn]) -> Iterator[WayIn]:
    """What several firewall rules let in from one source, as one: what one of them loses, another may still let in."""
    by_key: dict[tuple[str, str, str, str], list[WayIn]] = {}
    for way in ways:
        by_key.setdefault(way.key, []).append(way)
    for same in by_key.values():
        ports = sorted({port for way in same for port in way.measure.split(", ")})
        yield replace(same[0], measure=", ".join(ports))


def _way(by: str, who: str, item: View, measure: str = "") -> WayIn:
    """A way to an item itself."""
    return WayIn(by=by, who=who, what=item.name, measure=measure, address=item.address, thing=item.address)


def _accepted(item: View, stack: Stack) -> Iterator[WayIn]:
    if item.get("connection_preference").equals("ACCEPT_AUTOMATIC"):
        yield _way(ACCEPT, EVERY_PROJECT, item, "any number")
    for entry in item.blocks("consumer_accept_lists"):
        limit = entry.get("connection_limit")
        measure = NO_LIMIT if limit.absent else limit.readable
        who = admitted(entry).readable
        yield _way(ACCEPT, stack.numbers.get(who, who), item, measure)
    for rejected in item.list("consumer_reject_lists"):
        yield _way("reject", rejected.readable, item)


_ADMITTED = ("project_id_or_num", "network_url", "endpoint_url")


def admitted(entry: Block) -> Value:
    """Whom an entry of an accept list is for."""
    return entry.first(*_ADMITTED)


def admits(entries: Iterable[Block]) -> list[str]:
    """By what each entry of an accept list is known to name whom it is for."""
    known = [entry for entry in entries if not entry.unknown]
    return [name for entry in known for name in _ADMITTED if entry.get(name).text or entry.get(name).written]


def _ingress(item: View, _: Stack) -> Iterator[WayIn]:
    ingress = ingress_of(item)
    if ingress.absent or ingress.equals("INGRESS_TRAFFIC_ALL", "all", ""):
        yield _way(INGRESS, INTERNET, item)
    if ingress.equals("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"):
        yield _way(INGRESS, ANY_BALANCER, item)
    if item.get("invoker_iam_disabled").equals(True):
        yield _way(CALL, EVERYONE["allUsers"], item)


def _firewall(item: View, _: Stack) -> Iterator[WayIn]:
    return (way for rule in firewall_rules(item) for way in let_in_by(rule))


def let_in_by(rule: View) -> Iterator[WayIn]:
    """The ways that one firewall rule opens."""
    if not lets_in(rule).known:
        return
    ports = ", ".join(sorted(allowed(rule)))
    for source in sources(rule):
        for reach in reaches(rule, rule.stack):
            yield WayIn(
                by=FIREWALL, who=source.readable, what=reach.name, measure=ports, address=rule.address,
                via=", ".join(sorted(targets(rule))), thing=reach.policy,
            )  # fmt: skip


def _endpoint(item: View, stack: Stack) -> Iterator[WayIn]:
    given = item.get("ip_address")
    if given.target and not given.target.get("address").absent:
        given = given.target.get("address")
    yield WayIn(
        by=ENDPOINT,
        who=network_of(item),
        via=item.name,
        what=link_of(item.get("target").readable, stack),
        measure=PICKED if given.absent else given.readable,
        address=item.address,
    )


def _external(item: View, _: Stack) -> Iterator[WayIn]:
    for interface in item.blocks("network_interface"):
        if interface.presence("access_config").known:
            yield _way(EXTERNAL, INTERNET, item)


def _frontend(item: View, stack: Stack) -> Iterator[WayIn]:
    """The port that a load balancer answers on: callers have it in their URLs."""
    if item.get("load_balancing_scheme").equals("INTERNAL_MANAGED", "INTERNAL"):
        # A state has the one that is not given as an empty text.
        given = [port for port in item.list("port_range") if port.text or port.unknown]
        ports = given or item.list("ports")
        measure = ", ".join("-".join(dict.fromkeys(port.readable.split("-"))) for port in ports)
        what = publishers(stack).get(item.address) or item.name
        yield WayIn(by=PORT, who="", what=what, measure=measure, address=item.address, thing=item.address)


OPENED_BY: Mapping[str, Callable[[View, Stack], Iterator[WayIn]]] = {
    ACCEPT: _accepted,
    BALANCER: behind_balancers,
    CALL: callers,
    ENDPOINT: _endpoint,
    EXTERNAL: _external,
    FIREWALL: _firewall,
    INGRESS: _ingress,
    PORT: _frontend,
}
