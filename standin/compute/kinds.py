"""What refers to what in Compute Engine: the fields of each kind that hold links, and where they may lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from standin import links

Json = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """A field with a link. `holds`: what it leads to cannot be deleted meanwhile. A literal may stand in its place."""

    field: str
    to: tuple[str, ...]
    holds: bool = True
    literal: bool = False


NETWORK = Reference("network", ("networks",))
SUBNETWORK = Reference("subnetwork", ("subnetworks",))

REFERENCES: Mapping[str, tuple[Reference, ...]] = {
    "networks": (),
    "subnetworks": (NETWORK,),
    "firewalls": (NETWORK,),
    "addresses": (NETWORK, SUBNETWORK),
    "networkEndpointGroups": (NETWORK, SUBNETWORK),
    "healthChecks": (),
    "backendServices": (
        NETWORK,
        Reference("backends[].group", ("networkEndpointGroups", "instanceGroups")),
        Reference("healthChecks[]", ("healthChecks",)),
    ),
    "urlMaps": (
        Reference("defaultService", ("backendServices",)),
        Reference("pathMatchers[].defaultService", ("backendServices",)),
    ),
    "targetHttpProxies": (Reference("urlMap", ("urlMaps",)),),
    "forwardingRules": (
        NETWORK,
        SUBNETWORK,
        Reference("IPAddress", ("addresses",), holds=False, literal=True),
        Reference("target", ("targetHttpProxies", "targetHttpsProxies")),
        Reference("target", ("serviceAttachments",), holds=False),
        Reference("backendService", ("backendServices",)),
    ),
    "serviceAttachments": (
        Reference("targetService", ("forwardingRules",)),
        Reference("producerForwardingRule", ("forwardingRules",), holds=False),
        Reference("natSubnets[]", ("subnetworks",)),
    ),
    "instances": (
        Reference("networkInterfaces[].network", ("networks",)),
        Reference("networkInterfaces[].subnetwork", ("subnetworks",)),
        Reference("disks[].source", ("disks",)),
    ),
    "disks": (),
}

# What a kind is called in messages and in operations' `kind`.
SINGULAR: Mapping[str, str] = {
    "addresses": "address",
    "backendServices": "backendService",
    "disks": "disk",
    "firewalls": "firewall",
    "forwardingRules": "forwardingRule",
    "healthChecks": "healthCheck",
    "instances": "instance",
    "networkEndpointGroups": "networkEndpointGroup",
    "networks": "network",
    "serviceAttachments": "serviceAttachment",
    "subnetworks": "subnetwork",
    "targetHttpProxies": "targetHttpProxy",
    "urlMaps": "urlMap",
}


def found(collection: str, body: Json) -> Iterator[tuple[Reference, Json | list[Any], str | int, str]]:
    """Every link in a body: its reference, the container and key it stands at, and the link itself."""
    for reference in REFERENCES.get(collection, ()):
        for container, key in _places(body, reference.field.split(".")):
            value = container[key]
            if isinstance(value, str) and value and _meant(reference, value):
                yield reference, container, key, value


def _places(node: Any, steps: list[str]) -> Iterator[tuple[Any, Any]]:
    step, rest = steps[0], steps[1:]
    name = step.removesuffix("[]")
    if not isinstance(node, dict) or node.get(name) is None:
        return
    holders: list[tuple[Any, Any]] = [(node, name)]
    if step.endswith("[]"):
        holders = [(node[name], index) for index in range(len(node[name]))]
    for container, key in holders:
        if rest:
            yield from _places(container[key], rest)
        else:
            yield container, key


def _meant(reference: Reference, value: str) -> bool:
    """Whether a value belongs to this reference: `target` may lead to a proxy or to an attachment."""
    if "/" not in value:
        return not reference.literal
    collection = re.sub(r".*/([^/]+)/[^/]+$", r"\1", value)
    return collection in reference.to or (not reference.literal and reference.field != "target")


def held(collection: str, body: Json) -> set[str]:
    """The paths of everything that a resource keeps from being deleted."""
    paths = (links.path_of(link) for reference, _, _, link in found(collection, body) if reference.holds)
    return {path for path in paths if path}
