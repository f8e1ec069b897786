"""Networks, and the firewall rules in them."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute.actions import setting
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK
from standin.message import Json


def _complete_network(body: Json) -> None:
    body.setdefault("autoCreateSubnetworks", True)
    routing = body.setdefault("routingConfig", {})
    routing.setdefault("routingMode", "REGIONAL")
    routing.setdefault("bgpBestPathSelectionMode", "LEGACY")
    body.setdefault("mtu", 1460)
    body.setdefault("networkFirewallPolicyEnforcementOrder", "AFTER_CLASSIC_FIREWALL")


def _list_subnets(cloud: Cloud, network: Record, body: Json) -> None:
    subnets = [
        subnet.body["selfLink"]
        for subnet in cloud.compute.of("subnetworks", network.project)
        if links.same(subnet.body["network"], network.path)
    ]
    if subnets:
        body["subnetworks"] = subnets


def _complete_firewall(body: Json) -> None:
    body.setdefault("direction", "INGRESS")
    body.setdefault("priority", 1000)
    body.setdefault("disabled", False)
    body.setdefault("logConfig", {"enable": False})
    sources = any(body.get(field) for field in ("sourceRanges", "sourceTags", "sourceServiceAccounts"))
    if body["direction"] == "INGRESS" and not sources:
        body["sourceRanges"] = ["0.0.0.0/0"]


register(
    Kind(
        "networks",
        "network",
        fingerprints=(),
        numbered_link=True,
        complete=_complete_network,
        derive=_list_subnets,
        actions={"switchToCustomMode": setting(autoCreateSubnetworks=False)},
    ),
    Kind("firewalls", "firewall", (NETWORK,), fingerprints=(), complete=_complete_firewall),
)
