"""Subnets."""

from __future__ import annotations

from ipaddress import ip_network

from standin.cloud import Cloud, Record
from standin.compute.actions import copying
from standin.compute.kind import Kind, register
from standin.compute.purposes import PROXIES
from standin.compute.references import NETWORK
from standin.message import Json, fill

# https://cloud.google.com/vpc/docs/using-flow-logs: what an enabled log has unless it says otherwise.
_FLOW_LOG = {
    "aggregationInterval": "INTERVAL_5_SEC",
    "flowSampling": 0.5,
    "metadata": "INCLUDE_ALL_METADATA",
    "filterExpr": "true",
}


def _complete(body: Json) -> None:
    fill(body, purpose="PRIVATE", allowSubnetCidrRoutesOverlap=False)
    if body["purpose"] in PROXIES:
        fill(body, state="READY")
    else:
        fill(body, stackType="IPV4_ONLY")
    fill(body, privateIpGoogleAccess=False, privateIpv6GoogleAccess="DISABLE_GOOGLE_ACCESS")
    if body["purpose"] not in PROXIES:
        log = {"enable": False, **body.get("logConfig", {})}
        body["logConfig"] = {**_FLOW_LOG, **log} if log["enable"] else log
        body["enableFlowLogs"] = log["enable"]
    if body.get("ipCidrRange"):
        try:
            body["gatewayAddress"] = str(ip_network(body["ipCidrRange"], strict=False)[1])
        except (ValueError, IndexError):
            return  # a rule refuses the range in Google's words


def _demote_others(cloud: Cloud, active: Record) -> None:
    """A backup that is promoted takes over: the former active proxy-only subnet is the backup then.

    Source: https://cloud.google.com/load-balancing/docs/proxy-only-subnets#proxy_only_subnet_change
    """
    if active.body.get("role") != "ACTIVE":
        return
    for other in cloud.compute.of("subnetworks", active.project):
        same = other.scope == active.scope and other.body["network"] == active.body["network"]
        if same and other is not active and other.body.get("role") == "ACTIVE":
            other.body["role"] = "BACKUP"


register(
    Kind(
        "subnetworks",
        (NETWORK,),
        complete=_complete,
        changed=_demote_others,
        actions={
            "setPrivateIpGoogleAccess": copying("privateIpGoogleAccess"),
            "expandIpCidrRange": copying("ipCidrRange"),
        },
    )
)
