"""Reserved addresses."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import addressing
from standin.compute.actions import set_labels
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, SUBNETWORK
from standin.message import Json, fill


def _complete(body: Json) -> None:
    fill(body, addressType="EXTERNAL", networkTier="PREMIUM")
    if body["addressType"] == "EXTERNAL":
        fill(body, ipVersion="IPV4")
    elif body.get("purpose") == "VPC_PEERING":
        fill(body, prefixLength=16)
    else:
        fill(body, purpose="GCE_ENDPOINT")


def _reserve(cloud: Cloud, record: Record) -> None:
    body = record.body
    if body["addressType"] == "EXTERNAL":
        body.setdefault("address", addressing.external(cloud, body["ipVersion"]))
        if body["ipVersion"] == "IPV6":
            fill(body, prefixLength=96)
        return
    if record.scope == "global":
        fill(body, address=_somewhere(cloud, body))
        return
    subnet = addressing.subnet_of(cloud, record, body, body.get("address", ""))
    if subnet:
        body.setdefault("subnetwork", subnet.body["selfLink"])
        if not body.get("address"):
            body["address"] = addressing.next_free(cloud, subnet)


def _somewhere(cloud: Cloud, body: Json) -> str:
    """An address, or the first one of a range, for what is in a network and in no subnet of it."""
    taken = {ip for ip, _ in addressing.reserved(cloud, addressing.network_of(cloud, body))}
    return next(ip for ip in (f"10.{number}.0.0" for number in range(20, 120)) if ip not in taken)


def _tell_users(cloud: Cloud, record: Record, body: Json) -> None:
    users = addressing.users(cloud, record)
    body["status"] = "IN_USE" if users else "RESERVED"
    if users:
        body["users"] = [links.full(path) for path in users]


register(
    Kind(
        "addresses",
        (NETWORK, SUBNETWORK),
        singular="address",
        fingerprints=("labelFingerprint",),
        not_inserted=("labels",),
        complete=_complete,
        created=_reserve,
        derive=_tell_users,
        actions={"setLabels": set_labels},
    )
)
