"""Addresses inside networks: which are taken, by whom, and which is the next free one.

In every IPv4 subnet the first two and the last two addresses are reserved
(https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from standin import links
from standin.cloud import Cloud, Record
from standin.compute.kind import KINDS
from standin.compute.references import places
from standin.google_error import GoogleError
from standin.message import Json
from standin.place import Placed


def network_of(cloud: Cloud, body: Json) -> str:
    """The path of the network that a rule, address or interface is in; empty if none is known."""
    network = links.path_of(body.get("network", ""))
    if network:
        return network
    subnet = cloud.compute.linked(body.get("subnetwork"))
    return (links.path_of(subnet.body["network"]) or "") if subnet else ""


def taken(cloud: Cloud, network: str) -> Iterator[tuple[str, Record]]:
    """Every address in use in a network, with who uses it (reserved address resources are listed apart)."""
    for kind in KINDS.values():
        for record in cloud.compute.of(kind.collection) if kind.takes else ():
            for holder, field in places(record.body, kind.takes):
                if holder[field] and network_of(cloud, holder) == network:
                    yield holder[field], record


def reserved(cloud: Cloud, network: str) -> Iterator[tuple[str, Record]]:
    """Every internal address resource in a network."""
    for address in cloud.compute.of("addresses"):
        if address.body.get("addressType") == "INTERNAL" and network_of(cloud, address.body) == network:
            yield address.body.get("address", ""), address


def users(cloud: Cloud, address: Record) -> list[str]:
    """The paths of what uses a reserved address."""
    network = network_of(cloud, address.body)
    if not network:
        return []
    return [user.path for ip, user in taken(cloud, network) if ip == address.body.get("address")]


def unusable(cidr: str) -> set[str]:
    """The reserved addresses of a subnet's range."""
    range_ = ipaddress.ip_network(cidr)
    return {str(range_[0]), str(range_[1]), str(range_[-2]), str(range_[-1])}


def external(cloud: Cloud, version: str = "IPV4") -> str:
    """An external address, from what is for documentation (RFC 5737, RFC 3849): nothing answers there."""
    number = len(cloud.compute)
    return f"2001:db8:0:{number:x}::" if version == "IPV6" else f"192.0.2.{number % 250 + 1}"


def next_free(cloud: Cloud, subnet: Record) -> str:
    """The lowest free IPv4 address of a subnet, empty for one without. Raises the API's error when none is left."""
    if not subnet.body.get("ipCidrRange"):
        return ""
    network = network_of(cloud, subnet.body)
    used = {ip for ip, _ in taken(cloud, network)} | {ip for ip, _ in reserved(cloud, network)}
    used |= unusable(subnet.body["ipCidrRange"])
    for address in ipaddress.ip_network(subnet.body["ipCidrRange"]):
        if str(address) not in used:
            return str(address)
    raise GoogleError(
        400,
        f"IP space of '{subnet.path}' is exhausted.",
        reason="ipSpaceExhausted",
        status="IP_SPACE_EXHAUSTED",
    )


def subnet_of(cloud: Cloud, resource: Placed, body: Json, ip: str = "") -> Record | None:
    """The subnet that a message of a resource names, or else the ordinary one of its region and network.

    With an address it is the ordinary one that holds it.
    """
    named = cloud.compute.linked(body.get("subnetwork"))
    if named:
        return named
    for subnet in cloud.compute.of("subnetworks", resource.project):
        if links.region_of(subnet.scope) != links.region_of(resource.scope) or subnet.body["purpose"] != "PRIVATE":
            continue
        if not links.same(subnet.body["network"], body.get("network", "")):
            continue
        range_ = subnet.body.get("ipCidrRange")
        if not ip or (range_ and ipaddress.ip_address(ip) in ipaddress.ip_network(range_)):
            return subnet
    return None
