"""VMs, and the disks that are made with them."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import addressing, catalog
from standin.compute.actions import copying, merging, refuse_stale, set_labels, setting
from standin.compute.kind import Action, Kind, register
from standin.compute.references import Reference
from standin.google_error import invalid
from standin.message import Json, fill


def _complete(body: Json) -> None:
    fill(body, canIpForward=False, deletionProtection=False, startRestricted=False, status="RUNNING")
    fill(body, metadata={}, tags={}, scheduling={}, confidentialInstanceConfig={"enableConfidentialCompute": False})
    fill(body["scheduling"], onHostMaintenance="MIGRATE", automaticRestart=True, preemptible=False)
    fill(body["scheduling"], provisioningModel="STANDARD")
    shielded = {"enableSecureBoot": False, "enableVtpm": True, "enableIntegrityMonitoring": True}
    fill(body, shieldedInstanceConfig=shielded, shieldedInstanceIntegrityPolicy={"updateAutoLearnPolicy": True})
    body["metadata"]["kind"] = "compute#metadata"
    body["cpuPlatform"] = "Intel Broadwell"


def _resolve_machine_type(project: str, body: Json) -> None:
    if body.get("machineType"):
        path = links.path_of(body["machineType"], project) or ""
        catalog.check_machine_type(path)
        body["machineType"] = links.full(path)


def _equip(cloud: Cloud, vm: Record) -> None:
    """Give a new VM its interfaces' addresses, its disks and its account."""
    body = vm.body
    body["zone"] = links.full(f"projects/{vm.project}/{vm.scope}")
    for index, interface in enumerate(body.get("networkInterfaces", [])):
        _connect(cloud, vm, interface, index)
    for index, disk in enumerate(body.get("disks", [])):
        _attach(cloud, vm, disk, index)
    for field in ("metadata", "tags"):
        body[field]["fingerprint"] = cloud.fingerprint()
    for account in body.get("serviceAccounts", []):
        if account.get("email", "default") in ("default", ""):
            account["email"] = cloud.project(vm.project).default_account


def _connect(cloud: Cloud, vm: Record, interface: Json, index: int) -> None:
    if not (interface.get("network") or interface.get("subnetwork")):
        interface["network"] = links.full(f"projects/{vm.project}/global/networks/default")
    subnet = addressing.subnet_of(cloud, vm, interface)
    if subnet is None:
        raise invalid(
            "resource.networkInterfaces[0].subnetwork",
            "",
            "Network interface must specify a subnet if the network resource is in custom subnet mode.",
        )
    interface["subnetwork"] = subnet.body["selfLink"]
    interface["network"] = subnet.body["network"]
    fill(interface, networkIP=addressing.next_free(cloud, subnet), stackType="IPV4_ONLY")
    interface.update(kind="compute#networkInterface", name=f"nic{index}", fingerprint=cloud.fingerprint())
    for access in interface.get("accessConfigs", []):
        fill(access, natIP=addressing.external(cloud), networkTier="PREMIUM")


def _attach(cloud: Cloud, vm: Record, disk: Json, index: int) -> None:
    """Describe an attached disk, and make it first unless it exists."""
    wanted = disk.pop("initializeParams", None) or {}
    fill(disk, type="PERSISTENT", mode="READ_WRITE", interface="SCSI", autoDelete=False)
    fill(disk, boot=index == 0, deviceName=f"persistent-disk-{index}")
    disk.update(kind="compute#attachedDisk", index=index)
    if not disk.get("source"):
        name = wanted.get("diskName") or (vm.name if index == 0 else f"{vm.name}-{index}")
        made = _make_disk(cloud, vm, name, wanted)
        disk["source"] = made.body["selfLink"]
        disk["diskSizeGb"] = made.body["sizeGb"]
        disk["shieldedInstanceInitialState"] = {}


def _make_disk(cloud: Cloud, vm: Record, name: str, wanted: Json) -> Record:
    image = links.path_of(wanted.get("sourceImage", ""), vm.project)
    source = catalog.image_path(image) if image else ""
    zone = f"projects/{vm.project}/{vm.scope}"
    path = f"{zone}/disks/{name}"
    type_ = wanted.get("diskType", "").rsplit("/", 1)[-1] or "pd-standard"
    body = {
        "kind": "compute#disk",
        "id": cloud.new_id(),
        "name": name,
        "selfLink": links.full(path),
        "creationTimestamp": cloud.timestamp(),
        "zone": links.full(zone),
        "sizeGb": str(wanted.get("diskSizeGb") or 10),
        "type": links.full(f"{zone}/diskTypes/{type_}"),
        "status": "READY",
        **({"sourceImage": links.full(source)} if source else {}),
        "labelFingerprint": cloud.fingerprint(),
        "labels": wanted.get("labels", {}),
        "physicalBlockSizeBytes": "4096",
    }
    disk = cloud.compute[path] = Record(path, body)
    return disk


def _delete_disks(cloud: Cloud, vm: Record) -> None:
    for disk in vm.body.get("disks", []):
        if disk.get("autoDelete"):
            cloud.compute.pop(links.path_of(disk["source"]) or "", None)


def _setting_items(field: str) -> Action:
    def act(cloud: Cloud, vm: Record, sent: Json) -> None:
        refuse_stale(sent.get("fingerprint"), vm.body[field]["fingerprint"], f"Supplied {field}")
        vm.body[field] = {"fingerprint": cloud.fingerprint(), "items": sent.get("items", [])}

    return act


def _set_service_account(cloud: Cloud, vm: Record, sent: Json) -> None:
    """Scopes alone mean the default account, nothing at all means none."""
    email, scopes = sent.get("email") or "", sent.get("scopes") or []
    account = cloud.project(vm.project).default_account if email in ("", "default") else email
    vm.body.pop("serviceAccounts", None)
    if email or scopes:
        vm.body["serviceAccounts"] = [{"email": account, "scopes": scopes}]


def _update_interface(cloud: Cloud, vm: Record, sent: Json) -> None:
    for interface in vm.body["networkInterfaces"]:
        if interface["name"] == sent.get("networkInterface"):
            refuse_stale(sent.get("fingerprint"), interface["fingerprint"], "Network interface")
            interface.update({field: value for field, value in sent.items() if field != "networkInterface"})
            interface["fingerprint"] = cloud.fingerprint()


def _set_deletion_protection(_: Cloud, vm: Record, sent: Json) -> None:
    vm.body["deletionProtection"] = str(sent.get("deletionProtection", "true")).lower() != "false"


def _set_auto_delete(_: Cloud, vm: Record, sent: Json) -> None:
    for disk in vm.body["disks"]:
        if disk["deviceName"] == sent.get("deviceName"):
            disk["autoDelete"] = str(sent.get("autoDelete")).lower() == "true"


def _tell_users(cloud: Cloud, disk: Record, body: Json) -> None:
    users = [
        vm.body["selfLink"]
        for vm in cloud.compute.of("instances", disk.project)
        if any(links.same(attached.get("source", ""), disk.path) for attached in vm.body.get("disks", []))
    ]
    if users:
        body["users"] = users


register(
    Kind(
        "instances",
        (
            Reference("networkInterfaces[].network", ("networks",)),
            Reference("networkInterfaces[].subnetwork", ("subnetworks",)),
            Reference("disks[].source", ("disks",)),
        ),
        fingerprints=("fingerprint", "labelFingerprint"),
        takes="networkInterfaces[].networkIP",
        resolve=_resolve_machine_type,
        complete=_complete,
        created=_equip,
        deleted=_delete_disks,
        actions={
            "setLabels": set_labels,
            "setMachineType": copying("machineType"),
            "setMetadata": _setting_items("metadata"),
            "setTags": _setting_items("tags"),
            "setServiceAccount": _set_service_account,
            "setScheduling": merging("scheduling"),
            "setDeletionProtection": _set_deletion_protection,
            "setDiskAutoDelete": _set_auto_delete,
            "updateShieldedInstanceConfig": merging("shieldedInstanceConfig"),
            "setShieldedInstanceIntegrityPolicy": merging("shieldedInstanceIntegrityPolicy"),
            "updateNetworkInterface": _update_interface,
            "start": setting(status="RUNNING"),
            "stop": setting(status="TERMINATED"),
            "reset": setting(),
        },
    ),
    Kind("disks", fingerprints=("labelFingerprint",), derive=_tell_users, actions={"setLabels": set_labels}),
)
