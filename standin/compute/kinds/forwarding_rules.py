"""Forwarding rules: of load balancers, and Private Service Connect endpoints."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import addressing, psc
from standin.compute.actions import copying, end_testing, set_labels
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, SUBNETWORK, Reference
from standin.message import Json, fill

# Everything but a service attachment that a rule may lead to.
_TARGETS = (
    "targetHttpProxies",
    "targetHttpsProxies",
    "targetGrpcProxies",
    "targetTcpProxies",
    "targetSslProxies",
    "targetPools",
    "targetInstances",
)
# The bundles of Google's APIs that a global endpoint leads to. Compute v1 discovery document, ForwardingRule.target.
_BUNDLES = ("all-apis", "vpc-sc")


def _complete(body: Json) -> None:
    fill(body, networkTier="PREMIUM")
    if body.get("target") in _BUNDLES:
        body.pop("loadBalancingScheme", None)
        return
    if psc.is_endpoint(body):
        body.pop("loadBalancingScheme", None)
        directory = {"namespace": "goog-psc-default"}
        fill(body, serviceDirectoryRegistrations=[directory], allowPscGlobalAccess=False)
        return
    fill(body, loadBalancingScheme="EXTERNAL", IPProtocol="TCP")
    end_testing(body, "externalManagedBackendBucketMigration")
    if body["loadBalancingScheme"] == "INTERNAL":
        fill(body, allowGlobalAccess=False)
    if body.get("portRange") and "-" not in body["portRange"]:
        body["portRange"] = f"{body['portRange']}-{body['portRange']}"
    if body["loadBalancingScheme"] == "INTERNAL_MANAGED" and len(body.get("ports", [])) == 1:
        port = body.pop("ports")[0]
        body["portRange"] = f"{port}-{port}"


def _place(cloud: Cloud, rule: Record) -> None:
    """Give a new rule its address and network, and a new endpoint its connection."""
    body = rule.body
    reserved = cloud.compute.linked(body.get("IPAddress"))
    if reserved:
        body["IPAddress"] = reserved.body["address"]
    elif not body.get("IPAddress") and (subnet := addressing.subnet_of(cloud, rule, body)):
        body["IPAddress"] = addressing.next_free(cloud, subnet)
        body.setdefault("subnetwork", subnet.body["selfLink"])
    if psc.is_endpoint(body):
        psc.connect(cloud, rule)
    elif body.get("subnetwork") and not body.get("network"):
        body["network"] = links.full(addressing.network_of(cloud, body))


def _tell_connection(cloud: Cloud, rule: Record, body: Json) -> None:
    connection = cloud.connections.get(rule.path)
    if body.get("target") in _BUNDLES:
        body |= {"pscConnectionId": body["id"], "pscConnectionStatus": "ACCEPTED"}
    if psc.is_endpoint(body) and connection:
        body["pscConnectionId"] = connection.id
        body["pscConnectionStatus"] = connection.status


register(
    Kind(
        "forwardingRules",
        (
            NETWORK,
            SUBNETWORK,
            Reference("IPAddress", ("addresses",), holds=False, literal=True),
            Reference("target", _TARGETS, literal=True),
            Reference("target", ("serviceAttachments",), holds=False),
            Reference("backendService", ("backendServices",)),
        ),
        fingerprints=("fingerprint", "labelFingerprint"),
        not_inserted=("labels",),
        numbered_link=True,
        takes="IPAddress",
        complete=_complete,
        created=_place,
        deleted=psc.disconnect,
        derive=_tell_connection,
        actions={"setLabels": set_labels, "setTarget": copying("target")},
    )
)
