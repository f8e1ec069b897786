"""Private Service Connect: the life of a connection between an endpoint and a service attachment.

A connection belongs to the attachment itself (its numeric id), not to its name: a new attachment of the same name
starts without connections, and what led to the former one stays CLOSED. The id of a connection never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address

from standin import links
from standin.cloud import Cloud, Record
from standin.message import Json

_INSIDE = frozenset({"ACCEPTED", "NEEDS_ATTENTION"})


@dataclass
class Connection:
    """One endpoint's connection; `status` is PENDING, ACCEPTED, NEEDS_ATTENTION, REJECTED or CLOSED.

    `nat_ip` is the address of the producer's that it comes from; "" while it has none.
    """

    id: str
    endpoint: str
    numbered_endpoint: str
    project: str
    network: str
    attachment_id: str
    attachment: str
    status: str = "PENDING"
    nat_ip: str = ""


def is_endpoint(body: Json) -> bool:
    """Whether a forwarding rule is an endpoint for a published service."""
    return "/serviceAttachments/" in body.get("target", "")


def connect(cloud: Cloud, endpoint: Record) -> None:
    """A new endpoint asks for a connection."""
    attachment = cloud.compute.linked(endpoint.body.get("target"))
    if attachment is None:
        return
    connection = Connection(
        id=cloud.new_id(),
        endpoint=endpoint.path,
        numbered_endpoint=links.path_of(endpoint.body["selfLinkWithId"]) or "",
        project=endpoint.project,
        network=links.path_of(endpoint.body.get("network", "")) or "",
        attachment_id=attachment.body["id"],
        attachment=attachment.path,
    )
    cloud.connections[endpoint.path] = connection
    connection.status = _decide(cloud, attachment.body, connection)
    _translate(cloud, attachment)


def disconnect(cloud: Cloud, endpoint: Record) -> None:
    """An endpoint is gone: its connection disappears from the attachment, and may make room for a waiting one."""
    connection = cloud.connections.pop(endpoint.path, None)
    if connection is None:
        return
    attachment = cloud.compute.get(connection.attachment)
    if attachment and attachment.body["id"] == connection.attachment_id:
        _decide_waiting(cloud, attachment)


def close(cloud: Cloud, attachment: Record) -> None:
    """An attachment is gone: every connection to it is CLOSED for good."""
    for connection in connections_of(cloud, attachment):
        connection.status = "CLOSED"


def reconcile(cloud: Cloud, attachment: Record) -> None:
    """The lists of an attachment changed.

    Without `reconcileConnections` only PENDING connections are looked at again; with it all are. Source: the
    discovery document's description of the field, compute v1 ServiceAttachment.
    """
    if attachment.body.get("reconcileConnections"):
        for connection in connections_of(cloud, attachment):
            connection.status = "PENDING"
    _decide_waiting(cloud, attachment)


def connections_of(cloud: Cloud, attachment: Record) -> list[Connection]:
    """The connections of one attachment, the oldest first."""
    connections = cloud.connections.values()
    own = [connection for connection in connections if connection.attachment_id == attachment.body["id"]]
    return sorted(own, key=lambda connection: int(connection.id))


def _decide_waiting(cloud: Cloud, attachment: Record) -> None:
    for connection in connections_of(cloud, attachment):
        if connection.status == "PENDING":
            connection.status = _decide(cloud, attachment.body, connection)
    _translate(cloud, attachment)


def _translate(cloud: Cloud, attachment: Record) -> None:
    """Give each accepted connection an address of the NAT subnets; one that gets none needs attention.

    One address for each endpoint, and none of them twice (natIpsPerEndpoint is not simulated):
    https://cloud.google.com/vpc/docs/about-vpc-hosted-services#psc-subnets. "The connection has been accepted by the
    producer, but the producer needs to take further action before the forwarding rule can serve traffic" (discovery
    document, compute v1, NEEDS_ATTENTION); that addresses which ran out are such a case is what that page tells.
    """
    inside = [connection for connection in connections_of(cloud, attachment) if connection.status in _INSIDE]
    for connection in connections_of(cloud, attachment):
        if connection.status not in _INSIDE:
            connection.nat_ip = ""
    ranges = list(_nat_ranges(cloud, attachment))
    for connection in inside:
        if not any(connection.nat_ip and ip_address(connection.nat_ip) in range_ for range_ in ranges):
            used = {other.nat_ip for other in inside}
            connection.nat_ip = next((address for address in _usable(ranges) if address not in used), "")
        connection.status = "ACCEPTED" if connection.nat_ip else "NEEDS_ATTENTION"


def _nat_ranges(cloud: Cloud, attachment: Record) -> Iterator[IPv4Network]:
    for link in attachment.body.get("natSubnets", []):
        subnet = cloud.compute.linked(link)
        if subnet and subnet.body.get("ipCidrRange"):
            yield IPv4Network(subnet.body["ipCidrRange"])


def _usable(ranges: list[IPv4Network]) -> Iterator[str]:
    """The addresses that can be used: https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet."""
    for range_ in ranges:
        yield from (str(range_[number]) for number in range(2, range_.num_addresses - 2))


def _decide(cloud: Cloud, attachment: Json, connection: Connection) -> str:
    if attachment.get("connectionPreference") == "ACCEPT_AUTOMATIC":
        return "ACCEPTED"
    mine = _names(cloud, connection)
    if any(_same_consumer(entry) in mine for entry in attachment.get("consumerRejectLists", [])):
        return "REJECTED"
    for entry in attachment.get("consumerAcceptLists", []):
        who = entry.get("projectIdOrNum") or entry.get("networkUrl") or entry.get("endpointUrl") or ""
        if _same_consumer(who) not in mine:
            continue
        accepted = sum(
            1
            for other in cloud.connections.values()
            if other.attachment_id == connection.attachment_id
            and other.status in _INSIDE
            and other is not connection
            and _same_consumer(who) in _names(cloud, other)
        )
        # An endpoint's own entry has no limit: it stands for exactly one connection.
        limit = int(entry.get("connectionLimit", 0)) or (1 if entry.get("endpointUrl") else 0)
        return "ACCEPTED" if accepted < limit else "PENDING"
    return "PENDING"


def _names(cloud: Cloud, connection: Connection) -> set[str]:
    """Everything an entry of a list may call this consumer by; an endpoint by its number alone.

    Source: https://cloud.google.com/vpc/docs/about-controlling-access-published-services (ID-based URI).
    """
    project = cloud.project(connection.project)
    network = connection.network
    named = {network, connection.numbered_endpoint} - {""}
    numbered = {link.replace(f"projects/{project.id}/", f"projects/{project.number}/") for link in named}
    return {project.id, project.number} | named | numbered


def _same_consumer(entry: str) -> str:
    return links.path_of(entry) or entry
