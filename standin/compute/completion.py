"""What Google fills in when a resource is created, by kind. Pure: looks at nothing but the body and its place."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]


def _network(body: Json) -> None:
    body.setdefault("autoCreateSubnetworks", True)
    routing = body.setdefault("routingConfig", {})
    routing.setdefault("routingMode", "REGIONAL")
    routing.setdefault("bgpBestPathSelectionMode", "LEGACY")
    body.setdefault("mtu", 1460)
    body.setdefault("networkFirewallPolicyEnforcementOrder", "AFTER_CLASSIC_FIREWALL")


def _subnetwork(body: Json) -> None:
    body.setdefault("purpose", "PRIVATE")
    body.setdefault("privateIpGoogleAccess", False)
    body.setdefault("privateIpv6GoogleAccess", "DISABLE_GOOGLE_ACCESS")
    body.setdefault("stackType", "IPV4_ONLY")
    body.setdefault("allowSubnetCidrRoutesOverlap", False)
    if not body["purpose"].endswith("_MANAGED_PROXY"):
        log = {"enable": False, **body.get("logConfig", {})}
        if log["enable"]:
            # https://cloud.google.com/vpc/docs/using-flow-logs: what an enabled log has unless it says otherwise.
            log = {
                "aggregationInterval": "INTERVAL_5_SEC",
                "flowSampling": 0.5,
                "metadata": "INCLUDE_ALL_METADATA",
                "filterExpr": "true",
                **log,
            }
        body["logConfig"] = log
        body["enableFlowLogs"] = log["enable"]
    if body.get("ipCidrRange"):
        try:
            body["gatewayAddress"] = str(ipaddress.ip_network(body["ipCidrRange"], strict=False)[1])
        except (ValueError, IndexError):
            return  # a rule refuses the range in Google's words


def _address(body: Json) -> None:
    body.setdefault("addressType", "EXTERNAL")
    body.setdefault("networkTier", "PREMIUM")
    body.setdefault("ipVersion", "IPV4") if body["addressType"] == "EXTERNAL" else None
    if body["addressType"] == "INTERNAL":
        body.setdefault("purpose", "GCE_ENDPOINT")


def _firewall(body: Json) -> None:
    body.setdefault("direction", "INGRESS")
    body.setdefault("priority", 1000)
    body.setdefault("disabled", False)
    body.setdefault("logConfig", {"enable": False})
    if body["direction"] == "INGRESS" and not any(
        body.get(k) for k in ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    ):
        body["sourceRanges"] = ["0.0.0.0/0"]


def _backend_service(body: Json) -> None:
    body.setdefault("protocol", "HTTP")
    body.setdefault("timeoutSec", 30)
    body.setdefault("sessionAffinity", "NONE")
    body.setdefault("affinityCookieTtlSec", 0)
    body.setdefault("loadBalancingScheme", "EXTERNAL")
    body.setdefault("connectionDraining", {"drainingTimeoutSec": 0})
    body.setdefault("portName", "http")
    for backend in body.get("backends", []):
        backend.setdefault("balancingMode", "UTILIZATION")
        backend.setdefault("capacityScaler", 1.0)


def _forwarding_rule(body: Json) -> None:
    body.setdefault("networkTier", "PREMIUM")
    if is_endpoint(body):
        body.pop("loadBalancingScheme", None)
        body.setdefault("serviceDirectoryRegistrations", [{"namespace": "goog-psc-default"}])
        body.setdefault("allowPscGlobalAccess", False)
        return
    body.setdefault("loadBalancingScheme", "EXTERNAL")
    body.setdefault("IPProtocol", "TCP")
    if body["loadBalancingScheme"].startswith("INTERNAL"):
        body.setdefault("allowGlobalAccess", False)
    if body.get("portRange") and "-" not in body["portRange"]:
        body["portRange"] = f"{body['portRange']}-{body['portRange']}"
    if body["loadBalancingScheme"] == "INTERNAL_MANAGED" and len(body.get("ports", [])) == 1:
        port = body.pop("ports")[0]
        body["portRange"] = f"{port}-{port}"


def _service_attachment(body: Json) -> None:
    if body.get("producerForwardingRule") and not body.get("targetService"):
        body["targetService"] = body["producerForwardingRule"]
    # The older field is shown beside the newer one.
    body["producerForwardingRule"] = body.get("targetService")
    body.setdefault("enableProxyProtocol", False)
    body.setdefault("reconcileConnections", False)
    body.setdefault("propagatedConnectionLimit", 250)


def _neg(body: Json) -> None:
    body.setdefault("size", 0)


def _instance(body: Json) -> None:
    body.setdefault("canIpForward", False)
    body.setdefault("deletionProtection", False)
    body.setdefault("startRestricted", False)
    for key in ("metadata", "tags"):
        body.setdefault(key, {})
    body["metadata"]["kind"] = "compute#metadata"
    scheduling = body.setdefault("scheduling", {})
    for key, value in (
        ("onHostMaintenance", "MIGRATE"),
        ("automaticRestart", True),
        ("preemptible", False),
        ("provisioningModel", "STANDARD"),
    ):
        scheduling.setdefault(key, value)
    body.setdefault(
        "shieldedInstanceConfig", {"enableSecureBoot": False, "enableVtpm": True, "enableIntegrityMonitoring": True}
    )
    body.setdefault("shieldedInstanceIntegrityPolicy", {"updateAutoLearnPolicy": True})
    body.setdefault("confidentialInstanceConfig", {"enableConfidentialCompute": False})
    body.setdefault("status", "RUNNING")
    body["cpuPlatform"] = "Intel Broadwell"


_FILL: Mapping[str, Callable[[Json], None]] = {
    "networks": _network,
    "subnetworks": _subnetwork,
    "addresses": _address,
    "firewalls": _firewall,
    "backendServices": _backend_service,
    "forwardingRules": _forwarding_rule,
    "serviceAttachments": _service_attachment,
    "networkEndpointGroups": _neg,
    "instances": _instance,
}


def fill(collection: str, body: Json) -> None:
    """Add what Google adds to a resource of this kind, in place."""
    complete = _FILL.get(collection)
    if complete:
        complete(body)


def is_endpoint(body: Json) -> bool:
    """Whether a forwarding rule is a Private Service Connect endpoint for a published service."""
    return "/serviceAttachments/" in body.get("target", "")
