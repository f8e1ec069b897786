"""Google's Connectivity Test of an endpoint: makes one, reads its verdict, and deletes it. This writes.

It analyses the configuration from the test VM, or from an address of the endpoint's subnet, and sends nothing. Sources:
https://cloud.google.com/network-intelligence-center/docs/connectivity-tests and the discovery document,
networkmanagement v1 (results, causes of a drop, of an abort).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from ipaddress import IPv4Network

from deployment.values import Json
from live.client import Client
from live.fact import Outcome, fails, holds, unknown
from live.failures import AnswerError, NoAnswerError
from live.reader import Reader
from live.subjects import Endpoint

_TESTS = "networkmanagement.projects.locations.global.connectivityTests"
_OPERATION = "networkmanagement.projects.locations.global.operations.get"
_EVERY, _PATIENCE = 2.0, 120.0  # seconds between two looks, and in all: a test takes a few seconds
_DELIVERED = "the producer's service"


def analysis(endpoint: Endpoint, client: Client, reader: Reader) -> Iterator[Outcome]:
    """The verdict about an endpoint that is there, and a word about a test that could not be deleted.

    Raises:
        AnswerError: where the test cannot be made.
    """
    rule = next((id_ for id_ in endpoint.ids if reader.at(id_)), None)
    source = _source(endpoint, reader)
    if rule is None or source is None:
        return  # told already, or nothing to begin at
    id_ = f"psc-verify-{secrets.token_hex(4)}"
    name = f"projects/{endpoint.project}/locations/global/connectivityTests/{id_}"
    body: Json = {
        "description": "Made by ./psc verify --connectivity, which deletes it.",
        "protocol": "TCP",
        "source": source,
        "destination": {"forwardingRule": rule, "port": endpoint.port},
    }
    parent = name.partition("/connectivityTests/")[0]
    operation = client.call(f"{_TESTS}.create", body, parent=parent, testId=id_)
    try:
        _await(operation, client)
        details = client.call(f"{_TESTS}.get", name=name).get("reachabilityDetails", {})
        yield verdict(details, endpoint)
    finally:
        left = _deleted(name, client)
    yield from [left] if left else []


def _source(endpoint: Endpoint, reader: Reader) -> Json | None:
    """Where the test begins: at the VM, else at an address beside the endpoint's."""
    if endpoint.vm:
        return {"instance": endpoint.vm}
    subnet = reader.at(endpoint.subnet) if endpoint.subnet else None
    if subnet is None:
        return None
    usable = (str(one) for one in list(IPv4Network(subnet["ipCidrRange"]))[2:6])
    address = next(one for one in usable if one != endpoint.address)
    return {"ipAddress": address, "network": _path(subnet["network"]), "projectId": endpoint.project}


def _path(link: str) -> str:
    return link[link.index("projects/") :]


def _await(operation: Json, client: Client) -> None:
    for _ in range(int(_PATIENCE / _EVERY)):
        if operation.get("done"):
            break
        client.wait(_EVERY)
        operation = client.call(_OPERATION, name=operation["name"])
    else:
        raise NoAnswerError(f"the Connectivity Test is not done after {_PATIENCE:.0f} s; try again", _OPERATION)
    if "error" in operation:
        message = " ".join(str(operation["error"].get("message", "no reason given")).split())
        raise AnswerError(f"the Connectivity Test failed: {message}", _OPERATION)


def _deleted(name: str, client: Client) -> Outcome | None:
    try:
        client.call(f"{_TESTS}.delete", name=name)
    except AnswerError as error:
        _, project, *_, id_ = name.split("/")
        command = f"gcloud network-management connectivity-tests delete {id_} --project={project}"
        return fails(f"the Connectivity Test {id_} could not be deleted: {error}", command)
    return None


def verdict(details: Json, endpoint: Endpoint) -> Outcome:
    """What the result of an analysis means."""
    result = str(details.get("result", "RESULT_UNSPECIFIED"))
    ends = [trace["steps"][-1] for trace in details.get("traces", []) if trace.get("steps")]
    if result == "REACHABLE":
        return holds(f"Google's analysis: a packet from {_from(endpoint)} reaches {_DELIVERED}")
    drops = [end["drop"] for end in ends if "drop" in end]
    if drops:
        words, repair = CAUSES.get(str(drops[0].get("cause")), ("is dropped", "see Google's page on drop states"))
        where = f", at {drops[0]['resourceUri']}" if drops[0].get("resourceUri") else ""
        some = "some packets: " if result == "AMBIGUOUS" else ""
        text = f"Google's analysis: {some}a packet from {_from(endpoint)} {words} ({drops[0].get('cause')}{where})"
        return fails(text, repair.format(endpoint=endpoint))
    aborts = [end["abort"] for end in ends if "abort" in end]
    why = str(aborts[0].get("cause")) if aborts else " ".join(str(details.get("error", {}).get("message", "")).split())
    needs = "roles/compute.viewer on both sides' projects" if "PERMISSION" in why else ""
    return unknown(f"Google's analysis does not tell ({result}{f': {why}' if why else ''})", needs)


def _from(endpoint: Endpoint) -> str:
    return endpoint.vm.rpartition("/")[2] if endpoint.vm else "the endpoint's subnet"


# Why a packet is dropped, in our words, and what to do: discovery document, DropInfo.cause, those that can be met here.
CAUSES: dict[str, tuple[str, str]] = {
    "PSC_CONNECTION_NOT_ACCEPTED": (
        "ends at the endpoint, which the producer has not accepted",
        "the producer has to accept {endpoint.project}; ./psc verify of its side says how",
    ),
    "NO_NAT_SUBNETS_FOR_PSC_SERVICE_ATTACHMENT": (
        "ends at the attachment, which has no NAT subnet",
        "the producer adds a range to nat_ranges of the service, and deploys",
    ),
    "LOAD_BALANCER_HAS_NO_PROXY_SUBNET": (
        "ends at the load balancer: its network has no active proxy-only subnet in the region",
        "the producer deploys it, or the network's team makes one",
    ),
    "DROPPED_INSIDE_PSC_SERVICE_PRODUCER": (
        "ends inside the producer's network, which this side may not look into",
        "ask the producer's team for ./psc verify of its side",
    ),
    "PSC_ENDPOINT_ACCESSED_FROM_PEERED_NETWORK": (
        "comes from another network over peering, which endpoints do not answer",
        "give that network an endpoint of its own",
    ),
    "PSC_TRANSITIVITY_NOT_PROPAGATED": (
        "comes over Network Connectivity Center, where the connection is not propagated yet",
        "wait some minutes; else see the hub's propagated connections",
    ),
    "FORWARDING_RULE_REGION_MISMATCH": (
        "comes from another region, where the endpoint does not answer",
        "set global_access of the service and of the endpoint",
    ),
    "FORWARDING_RULE_MISMATCH": (
        "does not fit the endpoint: it takes TCP on the service's port",
        "call the port that the producer publishes",
    ),
    "FIREWALL_RULE": (
        "is stopped by a firewall rule",
        "allow what leaves to {endpoint.address} with a rule of a higher priority",
    ),
    "INSTANCE_NOT_RUNNING": (
        "cannot leave: the VM does not run",
        "gcloud compute instances start {endpoint.vm}",
    ),
    "NO_ROUTE": ("finds no route", "put the route to the endpoint's subnet back"),
    "ROUTE_BLACKHOLE": ("is routed to nowhere", "take away the route that leads to nowhere"),
    "ROUTE_WRONG_NETWORK": ("is routed into another network", "take away the route that leads there"),
}
