"""VPC networks and their subnets."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from deployment.kinds.kind import (
    IN_PROJECT,
    MAP,
    NETWORK_ADMIN,
    NONE,
    REPLACED,
    Grant,
    Kind,
    Noteworthy,
    data_source,
)
from deployment.values import Json

_WITH_ALL_IN_IT = "{name} {surely} replaced ({why}), with everything that stands in it."

NETWORK = Kind(
    type="google_compute_network",
    called="network",
    drawn=False,
    collection="networks",
    import_id="projects/{project}/global/networks/{name}",
    comment="The VPC network of this side, without subnets of its own making.",
    keys={},
    forcing=(
        "name", "project", "auto_create_subnetworks", "description", "internal_ipv6_range", "network_profile", "params",
    ),
    grants=(NETWORK_ADMIN,),
    way_in=NONE,
    replaced=_WITH_ALL_IN_IT,
    destroyed=NONE,
    noteworthy={
        "auto_create_subnetworks": Noteworthy(
            when=False,
            why="On when unset: a subnet in every region, whose ranges overlap those planned here, and VMs may be "
            "started in any of them.",
            seen="provider",
        )
    },
)  # fmt: skip

_PURPOSES = {
    "REGIONAL_MANAGED_PROXY": "Google's Envoy proxies take their addresses here: one such subnet per network and "
    "region.",
    "PRIVATE_SERVICE_CONNECT": "Consumers' addresses are translated into these. It serves one attachment alone. A new "
    "range takes a new name, too: the new subnet is there before the attachment lets go of this one.",
}


def _by_purpose(values: Json) -> str:
    return _PURPOSES.get(values.get("purpose", ""), "")


def _widened(path: str, before: Any, after: Any, values: Json) -> bool:
    """Whether a range grows around the former one, which Google can do; any other range is another subnet."""
    del values
    try:
        return path == "ip_cidr_range" and IPv4Network(str(before)).subnet_of(IPv4Network(str(after)))
    except ValueError:
        return False


SUBNETWORK = Kind(
    type="google_compute_subnetwork",
    called="subnet",
    drawn=False,
    collection="subnetworks",
    import_id=f"{IN_PROJECT}/subnetworks/{{name}}",
    comment=_by_purpose,
    keys={"log_config": {}},
    forcing=(
        "name", "project", "region", "network", "ip_cidr_range", "description", "external_ipv6_prefix",
        "internal_ipv6_prefix", "params", "reserved_internal_range", "resolve_subnet_mask",
    ),
    in_place=_widened,
    fixed=("purpose",),
    grants=(NETWORK_ADMIN,),
    way_in=NONE,
    replaced=_WITH_ALL_IN_IT,
    destroyed=NONE,
    noteworthy={
        "lifecycle.ignore_changes": Noteworthy(
            why="A wider range is an update in place and keeps the name; one elsewhere takes a new name.",
            seen="provider, API; tried",
        )
    },
)  # fmt: skip

EXISTING_SUBNET = data_source("google_compute_subnetwork", "a subnet of others", grants=())
FLOW_LOGS = Kind(
    type="google_network_management_vpc_flow_logs_config",
    called="flow logs",
    drawn=False,
    collection="vpcFlowLogsConfigs",
    import_id="projects/{project}/locations/{location}/vpcFlowLogsConfigs/{vpc_flow_logs_config_id}",
    comment="Flow logs of a subnet that others own: all of its traffic, whoever it is of.",
    keys={"labels": MAP},
    forcing=("project", "location", "vpc_flow_logs_config_id"),
    grants=(
        Grant(name="roles/networkmanagement.admin", why="creates, changes and deletes configurations of flow logs"),
    ),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)

SUBNETWORKS = data_source("google_compute_subnetworks", "subnets that exist", grants=(NETWORK_ADMIN,))
