"""Networks, the firewall rules in them, and what a producer's VMs join them by."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import auto_mode
from standin.compute.actions import setting
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, Reference
from standin.message import Json, fill


def _complete_network(body: Json) -> None:
    fill(body, autoCreateSubnetworks=True, routingConfig={})
    fill(body, networkFirewallPolicyEnforcementOrder="AFTER_CLASSIC_FIREWALL")
    fill(body["routingConfig"], routingMode="REGIONAL", bgpBestPathSelectionMode="LEGACY")


def _list_subnets(cloud: Cloud, network: Record, body: Json) -> None:
    subnets = [
        subnet.body["selfLink"]
        for subnet in cloud.compute.of("subnetworks", network.project)
        if links.same(subnet.body["network"], network.path)
    ]
    if subnets:
        body["subnetworks"] = subnets


def _complete_firewall(body: Json) -> None:
    fill(body, direction="INGRESS", priority=1000, disabled=False, logConfig={"enable": False})
    sources = any(body.get(field) for field in ("sourceRanges", "sourceTags", "sourceServiceAccounts"))
    if body["direction"] == "INGRESS" and not sources:
        body["sourceRanges"] = ["0.0.0.0/0"]


def _tell_network(cloud: Cloud, _: Record, body: Json) -> None:
    """A network attachment is in the network of its subnets."""
    if subnet := cloud.compute.linked(next(iter(body.get("subnetworks", [])), "")):
        body["network"] = subnet.body["network"]


register(
    Kind(
        "networks",
        fingerprints=(),
        numbered_link=True,
        complete=_complete_network,
        created=auto_mode.create_subnets,
        parts=auto_mode.subnets_of,
        derive=_list_subnets,
        actions={"switchToCustomMode": setting(autoCreateSubnetworks=False)},
    ),
    Kind(
        "networkAttachments", (Reference("subnetworks[]", ("subnetworks",)),), numbered_link=True, derive=_tell_network
    ),
    Kind("firewalls", (NETWORK,), fingerprints=(), complete=_complete_firewall),
)
