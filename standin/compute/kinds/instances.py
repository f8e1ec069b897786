"""VMs, and the disks that are made with them."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import catalog, interfaces
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
    # However it is written, it means that there is none (the provider's TestAccComputeInstance_minCpuPlatform).
    if body.get("minCpuPlatform", "").lower() == "automatic":
        del body["minCpuPlatform"]


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
        interfaces.connect(cloud, vm, interface, index)
    for index, disk in enumerate(body.get("disks", [])):
        _attach(cloud, vm, disk, index)
    for field in ("metadata", "tags"):
        body[field]["fingerprint"] = cloud.fingerprint()
    for account in body.get("serviceAccounts", []):
        if account.get("email", "default") in ("default", ""):
            account["email"] = cloud.project(vm.project).default_account


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


def _attach_another(cloud: Cloud, vm: Record, sent: Json) -> None:
    disks = vm.body.setdefault("disks", [])
    disk = {key: value for key, value in sent.items() if key not in ("forceAttach", "requestId")}
    _attach(cloud, vm, disk, max((other["index"] for other in disks), default=-1) + 1)
    vm.body["disks"] = [*disks, disk]


def _detach(_: Cloud, vm: Record, sent: Json) -> None:
    """Take a disk away by its device name. Raises 400 for one that is not attached."""
    name = sent.get("deviceName", "")
    kept = [disk for disk in vm.body.get("disks", []) if disk["deviceName"] != name]
    if len(kept) == len(vm.body.get("disks", [])):
        raise invalid("deviceName", name, "No attached disk found with device name")
    vm.body["disks"] = kept


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
            "updateNetworkInterface": interfaces.update,
            "addAccessConfig": interfaces.add_access,
            "updateAccessConfig": interfaces.update_access,
            "deleteAccessConfig": interfaces.delete_access,
            "attachDisk": _attach_another,
            "detachDisk": _detach,
            "setMinCpuPlatform": copying("minCpuPlatform"),
            "updateDisplayDevice": merging("displayDevice"),
            "suspend": setting(status="SUSPENDED"),
            "resume": setting(status="RUNNING"),
            "start": setting(status="RUNNING"),
            "stop": setting(status="TERMINATED"),
            "reset": setting(),
        },
    ),
    Kind("disks", fingerprints=("labelFingerprint",), derive=_tell_users, actions={"setLabels": set_labels}),
)
