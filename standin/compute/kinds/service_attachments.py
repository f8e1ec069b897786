"""Service attachments of Private Service Connect."""

from __future__ import annotations

import hashlib

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import psc
from standin.compute.kind import Kind, register
from standin.compute.references import Reference
from standin.message import Json, fill


def _complete(body: Json) -> None:
    if body.get("producerForwardingRule") and not body.get("targetService"):
        body["targetService"] = body["producerForwardingRule"]
    # The older field is shown beside the newer one.
    body["producerForwardingRule"] = body.get("targetService")
    fill(body, enableProxyProtocol=False, reconcileConnections=False, propagatedConnectionLimit=250)


def _number(cloud: Cloud, attachment: Record) -> None:
    digest = hashlib.sha256(cloud.new_id().encode()).digest()
    high, low = int.from_bytes(digest[:7], "big"), int.from_bytes(digest[7:14], "big")
    attachment.body["pscServiceAttachmentId"] = {"high": str(high), "low": str(low)}


def _tell_endpoints(cloud: Cloud, attachment: Record, body: Json) -> None:
    connected = [
        {
            "status": connection.status,
            "pscConnectionId": connection.id,
            "endpoint": links.full(connection.endpoint),
            "endpointWithId": links.full(connection.numbered_endpoint),
            "consumerNetwork": links.full(connection.network),
        }
        for connection in psc.connections_of(cloud, attachment)
    ]
    if connected:
        body["connectedEndpoints"] = connected


def _tell_addresses(cloud: Cloud, attachment: Record, body: Json) -> None:
    """`showNatIps` of compute.serviceAttachments.get (discovery document): which addresses each endpoint comes from."""
    known = {connection.id: connection.nat_ip for connection in psc.connections_of(cloud, attachment)}
    for endpoint in body.get("connectedEndpoints", []):
        if address := known[endpoint["pscConnectionId"]]:
            endpoint["natIps"] = [address]


register(
    Kind(
        "serviceAttachments",
        (
            Reference("targetService", ("forwardingRules",)),
            Reference("producerForwardingRule", ("forwardingRules",), holds=False),
            Reference("natSubnets[]", ("subnetworks",)),
        ),
        complete=_complete,
        created=_number,
        changed=psc.reconcile,
        deleted=psc.close,
        derive=_tell_endpoints,
        if_asked={"showNatIps": _tell_addresses},
    )
)
