"""Disks of their own, and what they are made from: images, families, snapshots; and who follows a policy."""

from __future__ import annotations

import base64
import hashlib

import pytest

from standin.message import Json
from tests.standin.conftest import PRODUCER, Api, good, link
from tests.standin.rows.workload import VM

ZONE = "zones/asia-northeast1-b"
REGION = "regions/asia-northeast1"
DISK = link("disks", "data", scope=ZONE)
DEBIAN = "projects/debian-cloud/global/images/family/debian-12"


@pytest.fixture
def cloud(api: Api) -> Api:
    good(api.insert("disks", {"name": "data", "sizeGb": "50", "sourceImage": DEBIAN}, scope=ZONE))
    api.cloud.finish_all()
    return api


def _post(api: Api, path: str, body: Json) -> None:
    good(api.call("POST", f"/compute/v1/{path}", body))
    api.cloud.finish_all()


@pytest.mark.parametrize(
    ("body", "size", "kind"),
    [
        ({}, "500", "pd-standard"),
        ({"type": f"{ZONE}/diskTypes/pd-ssd"}, "100", "pd-ssd"),
        ({"sourceImage": DEBIAN}, "10", "pd-standard"),
    ],
)
def test_a_disk_has_the_size_of_what_it_is_made_from(body: dict[str, str], size: str, kind: str, api: Api) -> None:
    good(api.insert("disks", {"name": "new"} | body, scope=ZONE))
    shown = api.get("disks", "new", scope=ZONE)
    assert (shown["sizeGb"], shown["type"].rsplit("/", 1)[1], shown["status"]) == (size, kind, "READY")


def test_a_disk_grows_and_what_is_not_sent_stays(cloud: Api) -> None:
    _post(cloud, f"{DISK}/resize", {"sizeGb": "60"})
    good(cloud.call("PATCH", f"/compute/v1/{DISK}?paths=accessMode", {"accessMode": "READ_WRITE_MANY"}))
    labels = {"labels": {"a": "b"}, "labelFingerprint": cloud.get("disks", "data", scope=ZONE)["labelFingerprint"]}
    _post(cloud, f"{DISK}/setLabels", labels | {"sizeGb": 60})
    shown = cloud.get("disks", "data", scope=ZONE)
    assert (shown["sizeGb"], shown["accessMode"], shown["sourceImage"][-9:]) == ("60", "READ_WRITE_MANY", "v20251014")


@pytest.mark.parametrize("padding", ["=", ""])
def test_a_key_is_told_by_its_digest(padding: str, api: Api) -> None:
    raw = base64.b64encode(b"k" * 32).decode().rstrip("=") + padding
    good(api.insert("disks", {"name": "closed", "diskEncryptionKey": {"rawKey": raw}}, scope=ZONE))
    digest = base64.b64encode(hashlib.sha256(b"k" * 32).digest()).decode()
    assert api.get("disks", "closed", scope=ZONE)["diskEncryptionKey"] == {"sha256": digest}


def test_what_is_no_key_is_refused(api: Api) -> None:
    assert api.insert("disks", {"name": "closed", "diskEncryptionKey": {"rawKey": "k"}}, scope=ZONE).code == 400


def test_an_image_made_here_is_its_familys_newest_until_it_is_deleted(cloud: Api) -> None:
    good(cloud.insert("images", {"name": "mine", "family": "ours", "sourceDisk": DISK}, scope="global"))
    cloud.cloud.finish_all()
    family = f"/compute/v1/projects/{PRODUCER}/global/images/family/ours"
    assert [good(cloud.call("GET", family))[field] for field in ("name", "diskSizeGb")] == ["mine", "50"]
    good(cloud.delete("images", "mine", scope="global"))
    cloud.cloud.finish_all()
    assert cloud.call("GET", f"/compute/v1/projects/{PRODUCER}/global/images/mine").code == 404


@pytest.mark.parametrize("path", [f"{DISK}/createSnapshot", f"projects/{PRODUCER}/global/snapshots"])
def test_a_snapshot_of_a_disk_becomes_another_disk(path: str, cloud: Api) -> None:
    # The zone is in no description; the provider sends it.
    _post(
        cloud, path, {"name": "then", "zone": "asia-northeast1-b"} | ({} if "disks" in path else {"sourceDisk": DISK})
    )
    shown = cloud.get("snapshots", "then", scope="global")
    assert (shown["diskSizeGb"], shown["sourceDisk"].endswith(DISK)) == ("50", True)
    good(cloud.insert("disks", {"name": "again", "sourceSnapshot": "global/snapshots/then"}, scope=ZONE))
    assert cloud.get("disks", "again", scope=ZONE)["sizeGb"] == "50"


def test_a_policy_stays_as_long_as_a_disk_or_vm_follows_it(cloud: Api) -> None:
    good(cloud.insert("resourcePolicies", {"name": "daily"}, scope=REGION))
    interface = {"subnetwork": link("subnetworks", "producer-subnet")}
    good(cloud.insert("instances", VM | {"networkInterfaces": [interface]}, scope=ZONE))
    cloud.cloud.finish_all()
    policies = {"resourcePolicies": [link("resourcePolicies", "daily", scope=REGION)]}
    for follower in (DISK, link("instances", "test-vm", scope=ZONE)):
        _post(cloud, f"{follower}/addResourcePolicies", policies)
        assert cloud.delete("resourcePolicies", "daily", scope=REGION).code == 400
        _post(cloud, f"{follower}/removeResourcePolicies", policies)
    good(cloud.delete("resourcePolicies", "daily", scope=REGION))
