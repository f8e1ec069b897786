"""Addresses inside networks: which are taken, by whom, and which is the next free one.

In every IPv4 subnet the first two and the last two addresses are reserved
(https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from standin import links
from standin.cloud import Cloud, Record
from standin.google_error import GoogleError

Json = dict[str, Any]


def network_of(cloud: Cloud, body: Json) -> str:
    """The path of the network that a rule, address or interface is in; empty if none is known."""
    network = links.path_of(body.get("network", ""))
    if network:
        return network
    subnet = cloud.compute.get(links.path_of(body.get("subnetwork", "")) or "")
    return (links.path_of(subnet.body["network"]) or "") if subnet else ""


def taken(cloud: Cloud, network: str) -> Iterator[tuple[str, Record]]:
    """Every address in use in a network, with who uses it (reserved address resources are listed apart)."""
    for rule in cloud.compute.of("forwardingRules"):
        if rule.body.get("IPAddress") and network_of(cloud, rule.body) == network:
            yield rule.body["IPAddress"], rule
    for instance in cloud.compute.of("instances"):
        for interface in instance.body.get("networkInterfaces", []):
            if interface.get("networkIP") and network_of(cloud, interface) == network:
                yield interface["networkIP"], instance


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


def next_free(cloud: Cloud, subnet: Record) -> str:
    """The lowest free address of a subnet. Raises the API's error when the range is exhausted."""
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


def subnet_for(cloud: Cloud, project: str, region: str, network: str, ip: str = "") -> Record | None:
    """The ordinary subnet of a region and network, the one holding an address where that is given."""
    for subnet in cloud.compute.of("subnetworks", project):
        if subnet.scope != f"regions/{region}" or not links.same(subnet.body["network"], network):
            continue
        if subnet.body["purpose"] != "PRIVATE":
            continue
        if not ip or ipaddress.ip_address(ip) in ipaddress.ip_network(subnet.body["ipCidrRange"]):
            return subnet
    return None
