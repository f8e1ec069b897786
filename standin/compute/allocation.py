"""What a new resource is given when it is created: addresses, disks, connections; and what goes with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from standin import links, psc
from standin.cloud import Cloud, Record
from standin.compute import addressing, catalog
from standin.compute.completion import is_endpoint
from standin.google_error import invalid

Json = dict[str, Any]


def created(cloud: Cloud, record: Record) -> None:
    """Give a new resource what it needs."""
    give = _CREATED.get(record.collection)
    if give:
        give(cloud, record)


def deleted(cloud: Cloud, record: Record) -> None:
    """Take away what goes with a resource that is gone."""
    if record.collection == "serviceAttachments":
        psc.close(cloud, record)
    elif record.collection == "forwardingRules":
        psc.disconnect(cloud, record)
    elif record.collection == "instances":
        for disk in record.body.get("disks", []):
            if disk.get("autoDelete"):
                cloud.compute.pop(links.path_of(disk["source"]) or "", None)


def _address(cloud: Cloud, record: Record) -> None:
    body = record.body
    if body["addressType"] == "EXTERNAL":
        # 192.0.2.0/24 is for documentation (RFC 5737): nothing answers there.
        body.setdefault("address", f"192.0.2.{len(cloud.compute) % 250 + 1}")
        return
    subnet = cloud.compute.get(links.path_of(body.get("subnetwork", "")) or "")
    if subnet is None and links.path_of(body.get("network", "")):
        subnet = addressing.subnet_for(
            cloud, record.project, links.region_of(record.scope), body["network"], body.get("address", "")
        )
    if subnet:
        body.setdefault("subnetwork", subnet.body["selfLink"])
        if not body.get("address"):
            body["address"] = addressing.next_free(cloud, subnet)


def _forwarding_rule(cloud: Cloud, record: Record) -> None:
    body = record.body
    reserved = cloud.compute.get(links.path_of(body.get("IPAddress", "")) or "")
    if reserved:
        body["IPAddress"] = reserved.body["address"]
    elif not body.get("IPAddress"):
        _give_address(cloud, record)
    if not is_endpoint(body) and body.get("subnetwork") and not body.get("network"):
        body["network"] = links.full(addressing.network_of(cloud, body))
    attachment = cloud.compute.get(links.path_of(body.get("target", "")) or "")
    if is_endpoint(body) and attachment:
        psc.connect(cloud, record, attachment)


def _give_address(cloud: Cloud, record: Record) -> None:
    subnet = cloud.compute.get(links.path_of(record.body.get("subnetwork", "")) or "")
    network = links.path_of(record.body.get("network", "")) or ""
    if subnet is None and network:
        subnet = addressing.subnet_for(cloud, record.project, links.region_of(record.scope), network)
    if subnet:
        record.body["IPAddress"] = addressing.next_free(cloud, subnet)
        record.body.setdefault("subnetwork", subnet.body["selfLink"])


def _service_attachment(cloud: Cloud, record: Record) -> None:
    digest = hashlib.sha256(cloud.new_id().encode()).digest()
    high, low = int.from_bytes(digest[:7], "big"), int.from_bytes(digest[7:14], "big")
    record.body["pscServiceAttachmentId"] = {"high": str(high), "low": str(low)}


def _instance(cloud: Cloud, record: Record) -> None:
    body = record.body
    body["zone"] = links.full(f"projects/{record.project}/{record.scope}")
    for index, interface in enumerate(body.get("networkInterfaces", [])):
        _interface(cloud, record, interface, index)
    for index, disk in enumerate(body.get("disks", [])):
        _disk(cloud, record, disk, index)
    for key in ("metadata", "tags"):
        body[key]["fingerprint"] = cloud.fingerprint()
    number = cloud.project(record.project).number
    for account in body.get("serviceAccounts", []):
        if account.get("email", "default") in ("default", ""):
            account["email"] = f"{number}-compute@developer.gserviceaccount.com"


def _interface(cloud: Cloud, record: Record, interface: Json, index: int) -> None:
    subnet = cloud.compute.get(links.path_of(interface.get("subnetwork", "")) or "")
    if subnet is None:
        region = links.region_of(record.scope)
        subnet = addressing.subnet_for(cloud, record.project, region, interface.get("network", ""))
    if subnet is None:
        raise invalid(
            "resource.networkInterfaces[0].subnetwork",
            "",
            "Network interface must specify a subnet if the network resource is in custom subnet mode.",
        )
    interface["subnetwork"] = subnet.body["selfLink"]
    interface["network"] = subnet.body["network"]
    interface.setdefault("networkIP", addressing.next_free(cloud, subnet))
    interface.setdefault("stackType", "IPV4_ONLY")
    interface.update(kind="compute#networkInterface", name=f"nic{index}", fingerprint=cloud.fingerprint())
    for access in interface.get("accessConfigs", []):
        access.setdefault("natIP", f"192.0.2.{len(cloud.compute) % 250 + 1}")
        access.setdefault("networkTier", "PREMIUM")


def _disk(cloud: Cloud, record: Record, disk: Json, index: int) -> None:
    wanted = disk.pop("initializeParams", None) or {}
    disk.setdefault("type", "PERSISTENT")
    disk.setdefault("mode", "READ_WRITE")
    disk.setdefault("interface", "SCSI")
    disk.setdefault("autoDelete", False)
    disk.setdefault("boot", index == 0)
    disk.setdefault("deviceName", f"persistent-disk-{index}")
    disk.update(kind="compute#attachedDisk", index=index)
    if disk.get("source"):
        return
    image = links.path_of(wanted.get("sourceImage", ""), record.project) or ""
    parts = image.split("/")
    actual = catalog.image_path(parts[1], parts[-1]) if len(parts) > 4 else ""
    name = wanted.get("diskName") or (record.name if index == 0 else f"{record.name}-{index}")
    path = f"projects/{record.project}/{record.scope}/disks/{name}"
    kind = wanted.get("diskType", "").rsplit("/", 1)[-1] or "pd-standard"
    size = str(wanted.get("diskSizeGb") or 10)
    cloud.compute[path] = Record(
        path,
        {
            "kind": "compute#disk",
            "id": cloud.new_id(),
            "name": name,
            "selfLink": links.full(path),
            "creationTimestamp": cloud.timestamp(),
            "zone": record.body["zone"],
            "sizeGb": size,
            "type": links.full(f"projects/{record.project}/{record.scope}/diskTypes/{kind}"),
            "status": "READY",
            "sourceImage": links.full(actual),
            "labelFingerprint": cloud.fingerprint(),
            "labels": wanted.get("labels", {}),
            "physicalBlockSizeBytes": "4096",
        },
    )
    disk["source"] = links.full(path)
    disk["diskSizeGb"] = size
    disk["shieldedInstanceInitialState"] = {}


_CREATED: Mapping[str, Callable[[Cloud, Record], None]] = {
    "addresses": _address,
    "forwardingRules": _forwarding_rule,
    "serviceAttachments": _service_attachment,
    "instances": _instance,
}


def changed(cloud: Cloud, record: Record) -> None:
    """What follows from a change of a resource."""
    if record.collection == "serviceAttachments":
        psc.reconcile(cloud, record)
    elif record.collection == "subnetworks" and record.body.get("role") == "ACTIVE":
        _demote_others(cloud, record)


def _demote_others(cloud: Cloud, active: Record) -> None:
    """A backup that is promoted takes over: the former active proxy-only subnet is the backup then.

    Source: https://cloud.google.com/load-balancing/docs/proxy-only-subnets#proxy_only_subnet_change
    """
    for other in cloud.compute.of("subnetworks", active.project):
        same = other.scope == active.scope and other.body["network"] == active.body["network"]
        if same and other is not active and other.body.get("role") == "ACTIVE":
            other.body["role"] = "BACKUP"
