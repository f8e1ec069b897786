"""What happens to a VM that runs: its external address, its disks, its state."""

from __future__ import annotations

import pytest

from standin.message import Json
from standin.router import Answer
from tests.standin.conftest import CONSUMER, Api, good
from tests.standin.rows.workload import VM

ZONE = "zones/asia-northeast1-b"
PLACE = f"/compute/v1/projects/{CONSUMER}/{ZONE}"


@pytest.fixture
def vm(api: Api) -> Api:
    good(api.insert("instances", VM, CONSUMER, ZONE))
    api.cloud.finish_all()
    return api


def _do(api: Api, verb: str, body: Json | None = None) -> Answer:
    answered = api.call("POST", f"{PLACE}/instances/test-vm/{verb}", body)
    api.cloud.finish_all()
    return answered


def _access(api: Api) -> list[Json]:
    configs: list[Json] = api.get("instances", "test-vm", CONSUMER, ZONE)["networkInterfaces"][0].get(
        "accessConfigs", []
    )
    return configs


def test_an_external_address_is_added_and_taken_away(vm: Api) -> None:
    assert _access(vm) == []
    good(_do(vm, "addAccessConfig?networkInterface=nic0&alt=json&prettyPrint=false", {"natIP": "192.0.2.77"}))
    assert _access(vm) == [
        {
            "kind": "compute#accessConfig",
            "name": "external-nat",
            "type": "ONE_TO_ONE_NAT",
            "networkTier": "PREMIUM",
            "natIP": "192.0.2.77",
        }
    ]
    assert "At most one access config" in _do(vm, "addAccessConfig?networkInterface=nic0", {}).body["error"]["message"]
    good(_do(vm, "updateAccessConfig?networkInterface=nic0", {"name": "external-nat", "setPublicPtr": True}))
    assert (_access(vm)[0]["setPublicPtr"], _access(vm)[0]["natIP"]) == (True, "192.0.2.77")
    good(_do(vm, "deleteAccessConfig?networkInterface=nic0&accessConfig=external-nat"))
    assert _access(vm) == []


@pytest.mark.parametrize("query", ["networkInterface=nic9&accessConfig=x", "networkInterface=nic0&accessConfig=x"])
def test_an_access_that_is_not_there_is_not_taken_away(query: str, vm: Api) -> None:
    refused = _do(vm, f"deleteAccessConfig?{query}")
    assert refused.code == 400
    assert "does not exist" in refused.body["error"]["message"]


def test_an_external_address_is_one_even_where_none_was_named(vm: Api) -> None:
    good(_do(vm, "addAccessConfig?networkInterface=nic0", {"name": "nat", "type": "ONE_TO_ONE_NAT"}))
    assert _access(vm)[0]["natIP"].startswith("192.0.2.")


def test_another_disk_is_attached_and_detached(vm: Api) -> None:
    good(vm.insert("disks", {"name": "more", "sizeGb": "50"}, CONSUMER, ZONE))
    vm.cloud.finish_all()
    good(_do(vm, "attachDisk", {"source": f"projects/{CONSUMER}/{ZONE}/disks/more", "deviceName": "data"}))
    disks = vm.get("instances", "test-vm", CONSUMER, ZONE)["disks"]
    assert [(disk["deviceName"], disk["boot"], disk["index"]) for disk in disks][1:] == [("data", False, 1)]
    assert vm.delete("disks", "more", CONSUMER, ZONE).code == 400, "a VM has it"
    good(_do(vm, "detachDisk?deviceName=data"))
    good(vm.delete("disks", "more", CONSUMER, ZONE))
    assert _do(vm, "detachDisk?deviceName=data").code == 400


def test_a_vm_is_suspended_and_resumed(vm: Api) -> None:
    good(_do(vm, "suspend"))
    assert vm.get("instances", "test-vm", CONSUMER, ZONE)["status"] == "SUSPENDED"
    good(_do(vm, "resume"))
    assert vm.get("instances", "test-vm", CONSUMER, ZONE)["status"] == "RUNNING"


@pytest.mark.parametrize(("wanted", "shown"), [("Intel Skylake", "Intel Skylake"), ("AuToMaTiC", None)])
def test_an_automatic_cpu_platform_is_none(wanted: str, shown: str | None, vm: Api) -> None:
    good(_do(vm, "stop"))
    good(_do(vm, "setMinCpuPlatform", {"minCpuPlatform": wanted}))
    assert vm.get("instances", "test-vm", CONSUMER, ZONE).get("minCpuPlatform") == shown


def test_a_list_with_a_null_alone_is_not_kept(vm: Api) -> None:
    good(_do(vm, "setScheduling", {"automaticRestart": False, "nodeAffinities": [None]}))
    scheduling = vm.get("instances", "test-vm", CONSUMER, ZONE)["scheduling"]
    assert (scheduling["automaticRestart"], "nodeAffinities" in scheduling) == (False, False)
    made = VM | {"name": "second", "scheduling": {"nodeAffinities": [None]}}
    good(vm.insert("instances", made, CONSUMER, ZONE))
    assert "nodeAffinities" not in vm.get("instances", "second", CONSUMER, ZONE)["scheduling"]
