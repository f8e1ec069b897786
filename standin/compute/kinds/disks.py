"""Disks, what they are made from and kept in (images, snapshots), and the policies that they and VMs follow."""

from __future__ import annotations

import base64
import binascii
import hashlib

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import catalog
from standin.compute.actions import copying, listing_links, set_labels
from standin.compute.identity import identity
from standin.compute.kind import Kind, register
from standin.compute.references import Reference
from standin.google_error import invalid
from standin.message import Json, fill
from standin.place import Place

_SOURCES = (
    Reference("sourceDisk", ("disks",), holds=False),
    Reference("sourceSnapshot", ("snapshots",), holds=False),
)
POLICIES = {
    "addResourcePolicies": listing_links("resourcePolicies", adds=True),
    "removeResourcePolicies": listing_links("resourcePolicies", adds=False),
}
FOLLOWS = Reference("resourcePolicies[]", ("resourcePolicies",))


def hide_keys(body: Json) -> None:
    """Of a key that the caller brought the API tells the digest alone, and of one of Cloud KMS the version, too.

    Source: compute v1 discovery document, CustomerEncryptionKey.
    """
    for field in [field for field in body if field.endswith("EncryptionKey")]:
        key = body[field]
        secrets = [key.pop(name) for name in ("rawKey", "rsaEncryptedKey") if name in key]
        if secrets:
            key["sha256"] = _digest(secrets[0])
        if key.get("kmsKeyName") and "/cryptoKeyVersions/" not in key["kmsKeyName"]:
            key["kmsKeyName"] += "/cryptoKeyVersions/1"


def _digest(secret: str) -> str:
    """The digest of a key in base64, which may lack its padding. Raises 400 for one that is none.

    Without padding the provider sends one (TestAccComputeInstance_attachedDiskUpdate).
    """
    try:
        key = base64.b64decode(secret.rstrip("=") + "=" * (-len(secret.rstrip("=")) % 4))
    except binascii.Error:
        raise invalid("resource.diskEncryptionKey", "", "The key must be encoded in base64.") from None
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def make(cloud: Cloud, place: Place, wanted: Json) -> Record:
    """A disk that comes with something else."""
    disk = cloud.compute[place.path] = Record(place.path, {"name": place.name, **wanted} | identity(cloud, place))
    _prepare(cloud, disk)
    return disk


def _prepare(cloud: Cloud, disk: Record) -> None:
    """As large as what it is made from, or as the type's usual size (https://cloud.google.com/compute/docs/disks)."""
    body = disk.body
    kind = body.get("type", "pd-standard").rsplit("/", 1)[-1]
    body["type"] = links.full(f"projects/{disk.project}/{disk.scope}/diskTypes/{kind}")
    size = "500" if kind == "pd-standard" else "100"
    if body.get("sourceImage"):
        path = catalog.image_path(cloud, links.path_of(body["sourceImage"], disk.project) or body["sourceImage"])
        body["sourceImage"] = links.full(path)
        size = cloud.compute[path].body["diskSizeGb"] if path in cloud.compute else "10"
    if snapshot := cloud.compute.linked(body.get("sourceSnapshot")):
        size = snapshot.body["diskSizeGb"]
    fill(body, sizeGb=size, status="READY", physicalBlockSizeBytes="4096")


def _take(cloud: Cloud, record: Record) -> None:
    """An image or a snapshot is as large as the disk or snapshot that it is of."""
    sources = [cloud.compute.linked(record.body.get(field)) for field in ("sourceDisk", "sourceSnapshot")]
    sizes = [one.body.get("sizeGb") or one.body["diskSizeGb"] for one in sources if one]
    fill(record.body, diskSizeGb=next(iter(sizes), "10"), status="READY")


def _take_image(cloud: Cloud, image: Record) -> None:
    cloud.gone.discard(image.path)
    _take(cloud, image)


def _create_snapshot(cloud: Cloud, disk: Record, sent: Json) -> None:
    """`createSnapshot`: it belongs to the project, wherever the disk stands."""
    place = Place(f"projects/{disk.project}/global/snapshots/{sent['name']}")
    body = {key: value for key, value in sent.items() if key not in ("requestId", "guestFlush")}
    record = Record(place.path, body | {"sourceDisk": disk.body["selfLink"]} | identity(cloud, place))
    hide_keys(record.body)
    _take(cloud, record)
    cloud.compute[place.path] = record


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
        "disks",
        (*_SOURCES, FOLLOWS),
        fingerprints=("labelFingerprint",),
        complete=hide_keys,
        created=_prepare,
        derive=_tell_users,
        actions={
            **POLICIES,
            "setLabels": set_labels,
            "resize": copying("sizeGb"),
            "createSnapshot": _create_snapshot,
        },
    ),
    Kind(
        "images",
        _SOURCES,
        fingerprints=("labelFingerprint",),
        complete=hide_keys,
        created=_take_image,
        deleted=lambda cloud, image: cloud.gone.add(image.path),
        actions={"setLabels": set_labels},
    ),
    Kind(
        "snapshots",
        _SOURCES[:1],
        fingerprints=("labelFingerprint",),
        complete=hide_keys,
        created=_take,
        actions={"setLabels": set_labels},
    ),
    Kind(
        "resourcePolicies",
        singular="resourcePolicy",
        fingerprints=(),
        complete=lambda body: fill(body, status="READY"),
    ),
)
