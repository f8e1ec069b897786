"""What is there without anyone creating it: regions, zones, machine types, disk types, images.

Regions and zones are recognized by their shape: which ones really exist changes, and no rule depends on it.
"""

from __future__ import annotations

import re

from standin import links
from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import invalid, not_found
from standin.message import Json

_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]{1,2}")
_ZONE = re.compile(r"[a-z]+-[a-z]+[0-9]{1,2}-[a-f]")
# A series and at least one part more, custom sizes included: e2-micro, e2-custom-2-2048, c3-standard-4-lssd.
_MACHINE = re.compile(r"(?!.*does-not-exist)[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
# https://cloud.google.com/compute/docs/images/os-details#general-info: projects whose images are Google's to give.
_PUBLIC = re.compile(
    r"(?:almalinux|(?:backports-)?debian|centos|cos|fedora(?:-coreos)?|opensuse|oracle-linux|rhel(?:-byos|-sap)?"
    r"|rocky-linux|suse(?:-byos|-sap)?|ubuntu-os(?:-pro)?|windows(?:-sql)?)-cloud"
    r"|cloud-hpc-image-public|confidential-vm-images|deeplearning-platform-release|ml-images|nvidia-ngc-public"
)
_VERSIONED = re.compile(r".+-v[0-9]{8}(?:-[a-z0-9]+)?")
# What Debian's families stand for; of others the newest image is named after the family.
_FAMILIES = {
    ("debian-cloud", "debian-12"): "debian-12-bookworm-v20251014",
    ("debian-cloud", "debian-11"): "debian-11-bullseye-v20251014",
}
_NEWEST = "v20251014"


def check_scope(scope: str) -> None:
    """Refuse a region or zone that cannot exist."""
    kind, _, name = scope.partition("/")
    shape = {"regions": _REGION, "zones": _ZONE}.get(kind)
    if shape and not shape.fullmatch(name):
        raise invalid(kind[:-1], name, f"Unknown {kind[:-1]}.")


def answer(cloud: Cloud, call: Call, project: str) -> Json | None:
    """The answer for a fixed thing; None when the call is about something else."""
    parts = call.path.split("/")
    if len(parts) == 2:
        return _project(cloud, project)
    kind = parts[3] if parts[2] == "global" else (parts[4] if len(parts) > 4 else parts[2])
    name = parts[-1]
    path = "/".join(["projects", project, *parts[2:]])
    if kind in ("regions", "zones"):
        return _place(kind, path) if len(parts) == 4 else _places(kind, project)
    if call.method.verb != "get":
        return None
    if kind == "machineTypes":
        return _machine_type(name, path)
    if kind == "diskTypes":
        return {"kind": "compute#diskType", "name": name, "selfLink": links.full(path), "id": "30001"}
    return None


def _project(cloud: Cloud, project: str) -> Json:
    known = cloud.project(project)
    return {
        "kind": "compute#project",
        "id": known.number,
        "name": project,
        "selfLink": links.full(f"projects/{project}"),
        "creationTimestamp": "2026-01-01T00:00:00.000-00:00",
        "defaultServiceAccount": known.default_account,
        "defaultNetworkTier": "PREMIUM",
        "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
        "commonInstanceMetadata": {"kind": "compute#metadata", "fingerprint": "AAAAAAAAAAA="},
        "quotas": [],
    }


def _place(kind: str, path: str) -> Json:
    _, project, _, name = path.split("/")
    check_scope(f"{kind}/{name}")
    body = {"id": "1000", **_listed_place(kind, project, name)}
    if kind == "regions":
        return body | {"zones": [links.full(f"projects/{project}/zones/{name}-{letter}") for letter in "abc"]}
    return body | {"region": links.full(f"projects/{project}/regions/{name.rsplit('-', 1)[0]}")}


def _places(kind: str, project: str) -> Json:
    names = ["asia-northeast1", "europe-west1", "us-central1"]
    if kind == "zones":
        names = [f"{name}-{letter}" for name in names for letter in "abc"]
    return {"kind": f"compute#{kind[:-1]}List", "items": [_listed_place(kind, project, name) for name in names]}


def _listed_place(kind: str, project: str, name: str) -> Json:
    link = links.full(f"projects/{project}/{kind}/{name}")
    return {"kind": f"compute#{kind[:-1]}", "name": name, "status": "UP", "selfLink": link}


def check_machine_type(path: str) -> None:
    """Refuse a machine type that cannot exist."""
    if not _MACHINE.fullmatch(path.rsplit("/", 1)[-1]):
        raise not_found(path)


def _machine_type(name: str, path: str) -> Json:
    check_machine_type(path)
    zone = path.split("/")[3]
    return {
        "kind": "compute#machineType",
        "id": "20001",
        "name": name,
        "zone": zone,
        "selfLink": links.full(path),
        "guestCpus": 2,
        "memoryMb": 1024,
    }


def image_path(cloud: Cloud, link: str) -> str:
    """The image that a link to an image or to a family leads to. Raises 404 for one that says `does-not-exist`."""
    project, name = link.split("/")[1], link.rsplit("/", 1)[1]
    if "does-not-exist" in name or link in cloud.gone:
        raise not_found(link)
    # gcloud writes a family as a view of it in a zone: zones/-/imageFamilyViews/debian-12.
    if "/family/" in link or "/imageFamilyViews/" in link:
        made = [image.path for image in cloud.compute.of("images", project) if image.body.get("family") == name]
        newest = _FAMILIES.get((project, name), f"{name}-{_NEWEST}")
        return made[-1] if made else f"projects/{project}/global/images/{newest}"
    # In Google's own projects every image carries its date: what carries none is the name of a family.
    if _PUBLIC.fullmatch(project) and not _VERSIONED.fullmatch(name):
        raise not_found(link)
    return link


def image(cloud: Cloud, call: Call) -> Json | None:
    """Images belong to everyone: a family or an image, whoever asks. None for what changes one, or lists one's own."""
    if call.method.verb == "list" and _PUBLIC.fullmatch(call.params["project"]):
        return {"kind": "compute#imageList"}
    if call.method.verb not in ("get", "getFromFamily"):
        return None
    actual = image_path(cloud, call.path)
    if actual in cloud.compute:
        return cloud.compute[actual].body
    _, project, *_, name = actual.split("/")
    families = [family for (owner, family), newest in _FAMILIES.items() if (owner, newest) == (project, name)]
    return {
        "kind": "compute#image",
        "id": "40001",
        "name": name,
        "family": next(iter(families), re.sub(r"-v[0-9]{8}.*", "", name)),
        "selfLink": links.full(actual),
        "diskSizeGb": "10",
        "status": "READY",
        "creationTimestamp": "2026-01-01T00:00:00.000-00:00",
    }
