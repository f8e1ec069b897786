"""Rules about firewalls: whom the rules of networks and of firewall policies let in."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from deployment.kinds.firewall import FIREWALL, POLICY_RULES, WITH_RULES
from deployment.kinds.network import SUBNETWORK
from review.firewall_rules import allowed, firewall_rules, lets_in, protocol_of, sources, targets
from review.known import Value, View
from review.policy_rules import FROM_INTERNET
from review.rules.rule import ERROR, WARNING, Answer, Subject, finding, rule, together, undecided

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
# Where Identity-Aware Proxy connects from: https://cloud.google.com/iap/docs/using-tcp-forwarding#create-firewall-rule
IAP = ipaddress.IPv4Network("35.235.240.0/20")
# Where Google's health checks and the proxies of its external load balancers connect from, and nobody else:
# https://cloud.google.com/load-balancing/docs/health-checks#firewall_rules
PROBES = tuple(
    map(
        ipaddress.ip_network,
        ("130.211.0.0/22", "35.191.0.0/16", "209.85.152.0/22", "209.85.204.0/22", "2600:2d00:1:b029::/64",
         "2600:2d00:1:1::/64", "2600:1901:8001::/48"),
    )
)  # fmt: skip
EVERY = ("0-65535", "1-65535")
# Of more, which a rule hardly has, any other one makes a finding new: each would be a part beside each source.
_MOST_PORTS = 50
_FIREWALL = (FIREWALL.type, *POLICY_RULES, *WITH_RULES)


@rule(
    id="firewall-open-to-internet",
    severity=ERROR,
    kinds=_FIREWALL,
    what="A firewall rule lets the internet in.",
    why="A VM that ever gets an external address is then open to everybody; nothing in this design needs it.",
    remedy="Let in only Identity-Aware Proxy (35.235.240.0/20), or name the ranges that you mean.",
)
def firewall_open_to_internet(subject: Subject) -> Answer:
    """Any range that holds public addresses, other than IAP's and health checks'. No source means every address."""
    return _worst(subject, _open_to_internet)


def _worst(subject: Subject, judge: Callable[[View, Subject], Iterable[Answer]]) -> Answer:
    """The answers for the rules of an item, a finding first."""
    return together(answer for rule_ in firewall_rules(subject.item) for answer in judge(rule_, subject))


def _open_to_internet(item: View, _: Subject) -> Iterator[Answer]:
    open_ = lets_in(item)
    if open_.absent:
        return
    ports = allowed(item)
    for source in sources(item):
        if _public(source):
            yield _maybe(source, open_) if open_.unknown else _reached(source, item, ports)
        elif source.unknown:
            yield undecided("the source {value} is not known yet", value=source)


def _public(source: Value) -> bool:
    """Whether it holds public addresses, other than those of Identity-Aware Proxy and of health checks."""
    network = _network(source)
    public = network is not None and not network.is_private and not _within(network) and not _probes(network)
    return public or source.text.startswith(FROM_INTERNET)


@rule(
    id="firewall-wider-than-iap",
    severity=WARNING,
    kinds=_FIREWALL,
    what="A firewall rule lets in every port, or sources other than Identity-Aware Proxy.",
    why="The test VM is reached through IAP, which checks who connects; other sources and ports come in unchecked.",
    remedy="Give 35.235.240.0/20 as the only source, and only the ports that are used (tcp:22).",
)
def firewall_wider_than_iap(subject: Subject) -> Answer:
    """Another source, or every port; public sources are the other rule's, and any other if nobody can tell of it.

    A load balancer's health checks and proxies are its own, on whatever port; without them it serves nobody.
    """
    return _worst(subject, _wider_than_iap)


def _wider_than_iap(item: View, subject: Subject) -> Iterator[Answer]:
    open_ = lets_in(item)
    if open_.absent:
        return
    ports = allowed(item)
    for source in (source for source in sources(item) if source.known and not _public(source)):
        if open_.unknown:
            yield _maybe(source, open_)
        elif not _usual(source, item, subject):
            yield _reached(source, item, ports)
    own = all(_probes(network) or _of_proxies(network, subject) for network in map(_network, sources(item)))
    yield from _every_port(item) if open_.known and not own else ()


def _usual(source: Value, item: View, subject: Subject) -> bool:
    """Whether a source that is not public is IAP's, a load balancer's own, or as narrow as a tag can be."""
    network = _network(source)
    if network is None:
        return _narrow(item)
    return not network.is_private or _of_proxies(network, subject)


def _every_port(item: View) -> Iterator[Answer]:
    for allow in item.blocks("allow"):
        protocol = protocol_of(allow)
        every = not allow.list("ports") or any(port.equals(*EVERY) for port in allow.list("ports"))
        if protocol.equals("all") or (protocol.equals("tcp", "udp") and every):
            yield finding("every port of protocol {protocol} is open", protocol=protocol)
        elif protocol.unknown:
            yield undecided("the protocol {protocol} is not known yet", protocol=protocol)
        for port in allow.list("ports"):
            if port.unknown:
                yield undecided("the ports {ports} are not known yet", ports=port)


def _narrow(item: View) -> bool:
    """Whether a rule is for some VMs and some ports: with a tag or an account as source it can be no narrower."""
    ports = [port for allow in item.blocks("allow") for port in allow.list("ports") or (allow.given(None),)]
    return bool(targets(item)) and all(port.known and port.text not in EVERY for port in ports)


def _maybe(source: Value, open_: Value) -> Answer:
    return undecided("{source} may be let in: {value} is not known", source=source, value=open_)


def _network(source: Value) -> _Network | None:
    try:
        return ipaddress.ip_network(source.text, strict=False)
    except ValueError:
        return None  # a tag or an account


def _probes(network: _Network | None) -> bool:
    return network is not None and any(
        network.version == known.version and network.subnet_of(known)  # type: ignore[arg-type]
        for known in PROBES
    )


def _of_proxies(network: _Network | None, subject: Subject) -> bool:
    """Whether it lies in a proxy-only subnet of the stack, where nothing but load balancers' proxies can be."""
    ranges = (
        _network(subnet.get("ip_cidr_range"))
        for subnet in subject.stack.of(SUBNETWORK.type)
        if subnet.get("purpose").equals(
            "REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER"
        )
    )
    return network is not None and any(
        known is not None and network.version == known.version and network.subnet_of(known)  # type: ignore[arg-type]
        for known in ranges
    )


def _within(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return isinstance(network, ipaddress.IPv4Network) and network.subnet_of(IAP)


def _reached(source: Value, item: View, ports: list[str]) -> Answer:
    of_many, name = (" ({name})", {"name": item.name}) if item.type in WITH_RULES else ("", {})

    def to(port: str) -> Answer:
        return finding(f"{{source}} may connect to {{ports}}{of_many}", source=source, ports=port, **name)

    together_ = ", ".join(ports)
    return together(map(to, ports if len(ports) <= _MOST_PORTS else [together_]), to(together_))
