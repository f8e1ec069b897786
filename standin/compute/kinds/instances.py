"""VMs."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import catalog, interfaces
from standin.compute.actions import copying, merging, refuse_stale, set_labels, setting
from standin.compute.kind import Action, Kind, register
from standin.compute.kinds import disks
from standin.compute.references import Reference
from standin.google_error import invalid
from standin.message import Json, fill, merge
from standin.place import Place


def _complete(body: Json) -> None:
    fill(body, canIpForward=False, deletionProtection=False, startRestricted=False, status="RUNNING")
    fill(body, metadata={}, tags={}, scheduling={}, confidentialInstanceConfig={"enableConfidentialCompute": False})
    fill(body["scheduling"], onHostMaintenance="MIGRATE", automaticRestart=True, preemptible=False)
    fill(body["scheduling"], provisioningModel="STANDARD")
    # The provider's TestAccComputeInstance_localSsdRecoveryTimeout.
    for field in {"localSsdRecoveryTimeout", "maxRunDuration"} & body["scheduling"].keys():
        fill(body["scheduling"][field], nanos=0)
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
    """Describe an attached disk, and make it first unless it exists. A local SSD is of the VM itself: no disk is made.

    Source: compute v1 discovery document, AttachedDisk (type, diskSizeGb: 375 GB, which the type local-ssd comes in).
    """
    wanted = disk.pop("initializeParams", None) or {}
    disk.pop("forceAttach", None)
    fill(disk, type="PERSISTENT", mode="READ_WRITE", interface="SCSI", autoDelete=False)
    local = disk["type"] == "SCRATCH"
    fill(disk, boot=index == 0, deviceName=f"{'local-ssd' if local else 'persistent-disk'}-{index}")
    disk.update(kind="compute#attachedDisk", index=index)
    disks.hide_keys(disk)
    if local:
        fill(disk, diskSizeGb="375")
    elif not disk.get("source"):
        if "diskEncryptionKey" in disk:
            wanted["diskEncryptionKey"] = dict(disk["diskEncryptionKey"])
        name = wanted.get("diskName") or (vm.name if index == 0 else f"{vm.name}-{index}")
        made = _make_disk(cloud, vm, name, wanted)
        disk["source"] = made.body["selfLink"]
        disk["diskSizeGb"] = made.body["sizeGb"]
        disk["shieldedInstanceInitialState"] = {}


def _attach_another(cloud: Cloud, vm: Record, sent: Json) -> None:
    disks = vm.body.setdefault("disks", [])
    disk = {key: value for key, value in sent.items() if key != "requestId"}
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
    """The disk that `initializeParams` describe; with zones of replicas it belongs to the region."""
    scope = f"regions/{links.region_of(vm.scope)}" if wanted.get("replicaZones") else vm.scope
    renamed = {"diskType": "type", "diskSizeGb": "sizeGb"}
    apart = ("diskName", "onUpdateAction", "resourceManagerTags")
    body = {renamed.get(field, field): value for field, value in wanted.items() if field not in apart}
    return disks.make(cloud, Place(f"projects/{vm.project}/{scope}/disks/{name}"), body)


def _delete_disks(cloud: Cloud, vm: Record) -> None:
    for disk in vm.body.get("disks", []):
        if disk.get("autoDelete") and disk.get("source"):
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


def _set_scheduling(_: Cloud, vm: Record, sent: Json) -> None:
    """What is sent takes the place of what was, and a null takes that away.

    The provider takes a field away so (TestAccComputeInstance_hostErrorTimeoutSecconds); empty values are no values.
    """
    merge(vm.body["scheduling"], {field: None if value in ("", [None]) else value for field, value in sent.items()})


def _set_deletion_protection(_: Cloud, vm: Record, sent: Json) -> None:
    vm.body["deletionProtection"] = str(sent.get("deletionProtection", "true")).lower() != "false"


def _set_auto_delete(_: Cloud, vm: Record, sent: Json) -> None:
    for disk in vm.body["disks"]:
        if disk["deviceName"] == sent.get("deviceName"):
            disk["autoDelete"] = str(sent.get("autoDelete")).lower() == "true"


register(
    Kind(
        "instances",
        (
            Reference("networkInterfaces[].network", ("networks",)),
            Reference("networkInterfaces[].subnetwork", ("subnetworks",)),
            Reference("networkInterfaces[].networkAttachment", ("networkAttachments",)),
            Reference("disks[].source", ("disks",)),
            disks.FOLLOWS,
        ),
        fingerprints=("fingerprint", "labelFingerprint"),
        # The provider leaves the usual performance monitoring out (TestAccComputeInstance_performanceMonitoringUnit).
        even_empty=("advancedMachineFeatures",),
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
            "setScheduling": _set_scheduling,
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
            **disks.POLICIES,
            "startWithEncryptionKey": setting(status="RUNNING"),
            "setMinCpuPlatform": copying("minCpuPlatform"),
            "updateDisplayDevice": merging("displayDevice"),
            "suspend": setting(status="SUSPENDED"),
            "resume": setting(status="RUNNING"),
            "start": setting(status="RUNNING"),
            "stop": setting(status="TERMINATED"),
            "reset": setting(),
        },
    ),
)
