"""Methods of Compute Engine with a name of their own: setLabels, setTarget, expandIpCidrRange, stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from standin import links
from standin.call import Call
from standin.cloud import Cloud, Record
from standin.google_error import GoogleError

Json = dict[str, Any]
Edit = Callable[[Cloud, Json, Json], None]


def answer(cloud: Cloud, call: Call, record: Record) -> Json:
    """Carry out an action. Raises 501 in words that say whose limit it is for one that is not simulated."""
    from standin.compute import service

    edit = _EDITS.get(f"{record.collection}.{call.method.verb}") or _EDITS.get(f"*.{call.method.verb}")
    if edit is None:
        cloud.note("unsimulated", call.method.id)
        raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")
    body = deepcopy(record.body)
    sent = dict(call.query) | call.body
    edit(cloud, body, sent)
    return service.store(cloud, record, call.method.verb, body, sent)


def _stale(given: str | None, actual: str, what: str) -> None:
    if given is not None and given != actual:
        raise GoogleError(
            412, f"{what} fingerprint either invalid or resource labels have changed", reason="conditionNotMet"
        )


def _set_labels(cloud: Cloud, body: Json, sent: Json) -> None:
    _stale(sent.get("labelFingerprint", ""), body["labelFingerprint"], "Labels")
    body["labels"] = sent.get("labels", {})
    body["labelFingerprint"] = cloud.fingerprint()


def _set_metadata(cloud: Cloud, body: Json, sent: Json) -> None:
    _stale(sent.get("fingerprint"), body["metadata"]["fingerprint"], "Supplied metadata")
    body["metadata"] = {"kind": "compute#metadata", "fingerprint": cloud.fingerprint(), "items": sent.get("items", [])}


def _set_tags(cloud: Cloud, body: Json, sent: Json) -> None:
    _stale(sent.get("fingerprint"), body["tags"]["fingerprint"], "Supplied tags")
    body["tags"] = {"fingerprint": cloud.fingerprint(), "items": sent.get("items", [])}


def _set_service_account(cloud: Cloud, body: Json, sent: Json) -> None:
    email = sent.get("email") or "default"
    if email == "default":
        project = cloud.project(links.path_of(body["selfLink"]).split("/")[1])  # type: ignore[union-attr]
        email = f"{project.number}-compute@developer.gserviceaccount.com"
    body["serviceAccounts"] = [{"email": email, "scopes": sent.get("scopes", [])}] if sent.get("email") else []


def _update_interface(cloud: Cloud, body: Json, sent: Json) -> None:
    for interface in body["networkInterfaces"]:
        if interface["name"] == sent.get("networkInterface"):
            _stale(sent.get("fingerprint"), interface["fingerprint"], "Network interface")
            interface.update({k: v for k, v in sent.items() if k != "networkInterface"})
            interface["fingerprint"] = cloud.fingerprint()


def _copy(*fields: str, into: str = "") -> Edit:
    def edit(_: Cloud, body: Json, sent: Json) -> None:
        target = body.setdefault(into, {}) if into else body
        target.update({name: sent[name] for name in fields if name in sent})

    return edit


def _whole(field: str) -> Edit:
    def edit(_: Cloud, body: Json, sent: Json) -> None:
        body[field] = {**body.get(field, {}), **sent}

    return edit


def _status(value: str) -> Edit:
    def edit(_: Cloud, body: Json, __: Json) -> None:
        body["status"] = value

    return edit


def _deletion_protection(_: Cloud, body: Json, sent: Json) -> None:
    body["deletionProtection"] = str(sent.get("deletionProtection", "true")).lower() != "false"


def _auto_delete(_: Cloud, body: Json, sent: Json) -> None:
    for disk in body["disks"]:
        if disk["deviceName"] == sent.get("deviceName"):
            disk["autoDelete"] = str(sent.get("autoDelete")).lower() == "true"


_EDITS: Mapping[str, Edit] = {
    "*.setLabels": _set_labels,
    "forwardingRules.setTarget": _copy("target"),
    "targetHttpProxies.setUrlMap": _copy("urlMap"),
    "subnetworks.setPrivateIpGoogleAccess": _copy("privateIpGoogleAccess"),
    "subnetworks.expandIpCidrRange": _copy("ipCidrRange"),
    "networks.switchToCustomMode": lambda _, body, __: body.update(autoCreateSubnetworks=False),
    "instances.setMachineType": _copy("machineType"),
    "instances.setMetadata": _set_metadata,
    "instances.setTags": _set_tags,
    "instances.setServiceAccount": _set_service_account,
    "instances.setScheduling": _whole("scheduling"),
    "instances.setDeletionProtection": _deletion_protection,
    "instances.setDiskAutoDelete": _auto_delete,
    "instances.updateShieldedInstanceConfig": _whole("shieldedInstanceConfig"),
    "instances.setShieldedInstanceIntegrityPolicy": _whole("shieldedInstanceIntegrityPolicy"),
    "instances.updateNetworkInterface": _update_interface,
    "instances.start": _status("RUNNING"),
    "instances.stop": _status("TERMINATED"),
    "instances.reset": lambda _, __, ___: None,
}
