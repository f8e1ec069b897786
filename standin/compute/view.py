"""How a resource looks from outside: the stored body and what follows from other resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from standin import links, psc
from standin.cloud import Cloud, Record
from standin.compute import addressing
from standin.compute.completion import is_endpoint

Json = dict[str, Any]


def show(cloud: Cloud, record: Record) -> Json:
    """The body as the API answers it."""
    body = deepcopy(record.body)
    derive = _DERIVED.get(record.collection)
    if derive:
        derive(cloud, record, body)
    return body


def _network(cloud: Cloud, record: Record, body: Json) -> None:
    subnets = [
        subnet.body["selfLink"]
        for subnet in cloud.compute.of("subnetworks", record.project)
        if links.same(subnet.body["network"], record.path)
    ]
    if subnets:
        body["subnetworks"] = subnets


def _address(cloud: Cloud, record: Record, body: Json) -> None:
    users = addressing.users(cloud, record)
    body["status"] = "IN_USE" if users else "RESERVED"
    if users:
        body["users"] = [links.full(path) for path in users]


def _forwarding_rule(cloud: Cloud, record: Record, body: Json) -> None:
    connection = cloud.connections.get(record.path)
    if is_endpoint(body) and connection:
        body["pscConnectionId"] = connection.id
        body["pscConnectionStatus"] = connection.status


def _service_attachment(cloud: Cloud, record: Record, body: Json) -> None:
    connected = [
        {
            "status": connection.status,
            "pscConnectionId": connection.id,
            "endpoint": links.full(connection.endpoint),
            "consumerNetwork": links.full(connection.network),
        }
        for connection in psc.of(cloud, record)
    ]
    if connected:
        body["connectedEndpoints"] = connected


def _disk(cloud: Cloud, record: Record, body: Json) -> None:
    users = [
        instance.body["selfLink"]
        for instance in cloud.compute.of("instances", record.project)
        if any(links.same(disk.get("source", ""), record.path) for disk in instance.body.get("disks", []))
    ]
    if users:
        body["users"] = users


_DERIVED: Mapping[str, Callable[[Cloud, Record, Json], None]] = {
    "networks": _network,
    "addresses": _address,
    "forwardingRules": _forwarding_rule,
    "serviceAttachments": _service_attachment,
    "disks": _disk,
}
