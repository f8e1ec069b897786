"""Rules about networks: firewall, flow logs, addresses, DNS."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TypeAlias

from deployment.kinds.address import ADDRESS
from deployment.kinds.firewall import FIREWALL
from deployment.kinds.forwarding_rule import FRONTEND
from deployment.kinds.network import NETWORK, SUBNETWORK
from deployment.stack import Stack
from review.known import Value, View, views
from review.rules.attribute import must_be
from review.rules.rule import ERROR, WARNING, Answer, Rule, Subject, finding, fine, rule, undecided
from review.ways_in import allowed, lets_in, protocol_of, sources

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
_FIREWALL = (FIREWALL.type,)


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
    open_ = lets_in(subject.item)
    if open_.absent:
        return fine()
    for source in sources(subject.item):
        network = _network(source)
        if network is not None and not network.is_private and not _within(network) and not _probes(network):
            if open_.unknown:
                return _maybe(source, open_)
            return _reached(source, subject)
    unknown = next((source for source in sources(subject.item) if source.unknown), None)
    return undecided("the source {value} is not known yet", value=unknown) if unknown else fine()


@rule(
    id="firewall-wider-than-iap",
    severity=WARNING,
    kinds=_FIREWALL,
    what="A firewall rule lets in every port, or sources other than Identity-Aware Proxy.",
    why="The test VM is reached through IAP, which checks who connects; other sources and ports come in unchecked.",
    remedy="Give 35.235.240.0/20 as the only source, and only the ports that are used (tcp:22).",
)
def firewall_wider_than_iap(subject: Subject) -> Answer:
    """Another source, or every port; public sources are the other rule's.

    A load balancer's health checks and proxies are its own, on whatever port; without them it serves nobody.
    """
    open_ = lets_in(subject.item)
    if open_.absent:
        return fine()
    for source in sources(subject.item):
        network = _network(source)
        if source.known and (network is None or network.is_private) and not _of_proxies(network, subject):
            return _reached(source, subject) if open_.known else _maybe(source, open_)
    own = all(_probes(network) or _of_proxies(network, subject) for network in map(_network, sources(subject.item)))
    for allow in subject.item.blocks("allow") if open_.known and not own else ():
        protocol = protocol_of(allow)
        every = not allow.list("ports") or any(port.equals("0-65535", "1-65535") for port in allow.list("ports"))
        if protocol.equals("all") or (protocol.equals("tcp", "udp") and every):
            return finding("every port of protocol {protocol} is open", protocol=protocol)
        if protocol.unknown:
            return undecided("the protocol {protocol} is not known yet", protocol=protocol)
    iap = next((source for source in sources(subject.item) if source.known and _is_iap(source)), None)
    return _maybe(iap, open_) if iap and open_.unknown else fine()


def _maybe(source: Value, open_: Value) -> Answer:
    return undecided("{source} may be let in: {value} is not known", source=source, value=open_)


def _is_iap(source: Value) -> bool:
    network = _network(source)
    return network is not None and _within(network)


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


def _reached(source: Value, subject: Subject) -> Answer:
    ports = ", ".join(allowed(subject.item))
    return finding("{source} may connect to {ports}", source=source, ports=ports)


@rule(
    id="no-flow-logs",
    severity=WARNING,
    kinds=(SUBNETWORK.type,),
    what="A subnet with callers in it logs no flows.",
    why="The service sees an address of Google's fabric; only the flow log together with the request log tells which "
    "VM called. Removing log_config does not even switch off logging that is deployed.",
    remedy="Leave flow_logs on for consumers; to switch it off, keep log_config with flow_sampling = 0.",
    setting=("flow_logs",),
)
def no_flow_logs(subject: Subject) -> Answer:
    """Only subnets with senders: proxies, NAT and load balancers' addresses make no flow log of their own."""
    purpose = subject.item.get("purpose")
    sends = purpose.absent or purpose.equals("PRIVATE", "PRIVATE_RFC_1918")
    if sends is None:
        return undecided("the purpose is {value}", value=purpose)
    if not sends or _only_frontends(subject):
        return fine()
    there = subject.item.presence("log_config")
    if there.absent:
        return finding("it has no log_config")
    if there.unknown:
        return undecided("log_config is {value}", value=there)
    sampling = subject.item.blocks("log_config")[0].get("flow_sampling")
    if sampling.equals(0) is None:
        return undecided("flow_sampling is {value}", value=sampling)
    return finding("flow_sampling is 0") if sampling.equals(0) else fine()


def _only_frontends(subject: Subject) -> bool:
    """Whether load balancers' rules stand in a subnet, and nothing that sends of its own."""
    inside = subject.stack.cached(_occupants).get(subject.item.address, [])
    rules = [item for item in inside if item.kind is FRONTEND]
    return bool(rules) and all(item in rules or item.kind is ADDRESS for item in inside)


@lru_cache(maxsize=8)
def _occupants(stack: Stack) -> dict[str, list[View]]:
    """What stands in each subnet, by the subnet's address."""
    occupants: dict[str, list[View]] = {}
    for item in views(stack):
        for holder in (item, *item.blocks("network_interface")) if item.is_resource else ():
            subnet = holder.get("subnetwork").target
            if subnet is not None:
                occupants.setdefault(subnet.address, []).append(item)
    return occupants


automatic_subnets = Rule(
    id="automatic-subnets",
    severity=WARNING,
    kinds=(NETWORK.type,),
    what="A network makes a subnet in every region.",
    why=NETWORK.noteworthy["auto_create_subnetworks"].why,
    remedy="Set auto_create_subnetworks = false.",
    judge=must_be("auto_create_subnetworks", False, otherwise="on"),
)


external_address = Rule(
    id="external-address",
    severity=ERROR,
    kinds=(ADDRESS.type, "google_compute_global_address"),
    what="An address is external.",
    why="address_type is EXTERNAL when unset: the address is on the internet, and no endpoint can use it.",
    remedy='Set address_type = "INTERNAL".',
    judge=must_be("address_type", "INTERNAL"),
)


public_dns_zone = Rule(
    id="public-dns-zone",
    severity=WARNING,
    kinds=("google_dns_managed_zone",),
    what="A DNS zone is public.",
    why="visibility is public when unset: everybody can then read names and addresses of private services.",
    remedy='Set visibility = "private".',
    judge=must_be("visibility", "private"),
)
