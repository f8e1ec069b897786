"""Producers of others: the attachments that endpoints point at and no stack here makes, with what they stand on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cloudrun_psc.rules import connections
from cloudrun_psc.rules.defaults import CONNECTION_LIMIT
from deployment.stack import provider_project
from deployment.values import Json

# With the project's id: who is given a number alone is not found by a path of the stand-in.
_ATTACHMENT = re.compile(rf"(?!projects/[0-9]+/){connections.SERVICE_ATTACHMENT}")
_INTERNAL = {"loadBalancingScheme": "INTERNAL"}


@dataclass
class _Wanted:
    consumers: set[str] = field(default_factory=set)
    global_access: bool = False


def producers(contents: Iterable[Json]) -> Json:
    """Resources by their paths, each behind what it stands on: a passthrough load balancer that accepts the consumers.

    Whether the real producer accepts them, and on which port it answers, is not known here.
    """
    made: Json = {}
    for number, (link, wanted) in enumerate(sorted(_wanted(contents).items())):
        project, region = link.split("/")[1], link.split("/")[3]
        network, place = f"projects/{project}/global/networks/existing-producer", f"projects/{project}/regions/{region}"
        balancers, nat = (f"{place}/subnetworks/existing-{what}-{number}" for what in ("balancers", "nat"))
        rule, backend = f"{place}/forwardingRules/existing-{number}", f"{place}/backendServices/existing-{number}"
        accepted = [{"projectIdOrNum": one, "connectionLimit": CONNECTION_LIMIT} for one in sorted(wanted.consumers)]
        made |= {
            network: {"autoCreateSubnetworks": False},
            balancers: {"network": network, "ipCidrRange": f"172.16.{number}.0/25"},
            nat: {"network": network, "ipCidrRange": f"172.16.{number}.128/25", "purpose": "PRIVATE_SERVICE_CONNECT"},
            backend: {**_INTERNAL, "protocol": "TCP"},
            rule: {
                **_INTERNAL,
                "IPProtocol": "TCP",
                "ports": ["80"],
                "network": network,
                "subnetwork": balancers,
                "backendService": backend,
                "allowGlobalAccess": wanted.global_access,
            },
            link: {
                "targetService": rule,
                "natSubnets": [nat],
                "connectionPreference": "ACCEPT_MANUAL",
                "consumerAcceptLists": accepted,
            },
        }
    return {path: {"name": path.rpartition("/")[2], **body} for path, body in made.items()}


def _wanted(contents: Iterable[Json]) -> dict[str, _Wanted]:
    wanted: dict[str, _Wanted] = {}
    contents = list(contents)
    ours = {link for content in contents for link in _made(content)}
    for content in contents:
        for values in content.get("resource", {}).get("google_compute_forwarding_rule", {}).values():
            target = values.get("target")
            if not isinstance(target, str) or not _ATTACHMENT.fullmatch(connections.plain(target)):
                continue
            one = wanted.setdefault(connections.plain(target), _Wanted())
            one.consumers.add(str(values.get("project", provider_project(content))))
            one.global_access |= values.get("allow_psc_global_access") is True
    return {link: one for link, one in wanted.items() if link not in ours}


def _made(content: Json) -> Iterator[str]:
    for values in content.get("resource", {}).get("google_compute_service_attachment", {}).values():
        place = f"projects/{values.get('project', provider_project(content))}/regions/{values.get('region')}"
        yield f"{place}/serviceAttachments/{values.get('name')}"
