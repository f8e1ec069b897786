"""What happens to a VM that runs: its external address, its disks, its state."""

from __future__ import annotations

import pytest

from standin.message import Json
from standin.router import Answer
from tests.standin.conftest import CONSUMER, CONSUMER_NETWORK, Api, good, link, subnet
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


def test_a_null_takes_what_was_scheduled_away(vm: Api) -> None:
    good(_do(vm, "setScheduling", {"hostErrorTimeoutSeconds": 120, "provisioningModel": ""}))
    scheduling = vm.get("instances", "test-vm", CONSUMER, ZONE)["scheduling"]
    assert (scheduling["hostErrorTimeoutSeconds"], scheduling["provisioningModel"]) == (120, "STANDARD")
    good(_do(vm, "setScheduling", {"hostErrorTimeoutSeconds": None, "automaticRestart": False}))
    scheduling = vm.get("instances", "test-vm", CONSUMER, ZONE)["scheduling"]
    assert ("hostErrorTimeoutSeconds" in scheduling, scheduling["automaticRestart"]) == (False, False)


def test_advanced_features_are_kept_with_nothing_in_them(vm: Api) -> None:
    good(vm.insert("instances", VM | {"name": "second", "advancedMachineFeatures": {}}, CONSUMER, ZONE))
    assert vm.get("instances", "second", CONSUMER, ZONE)["advancedMachineFeatures"] == {}


def test_a_local_ssd_is_no_disk(vm: Api) -> None:
    ssd = {"type": "SCRATCH", "interface": "NVME", "initializeParams": {"diskType": f"{ZONE}/diskTypes/local-ssd"}}
    good(vm.insert("instances", VM | {"name": "second", "disks": [*VM["disks"], ssd]}, CONSUMER, ZONE))
    vm.cloud.finish_all()
    disk = vm.get("instances", "second", CONSUMER, ZONE)["disks"][1]
    assert (disk["diskSizeGb"], disk["deviceName"], "source" in disk) == ("375", "local-ssd-1", False)
    good(vm.delete("instances", "second", CONSUMER, ZONE))


def test_an_interface_with_both_stacks_has_an_ipv6_address(vm: Api) -> None:
    place, network = "regions/asia-northeast1", CONSUMER_NETWORK
    for name, range_, access in (("inner", "10.8.0.0/24", "INTERNAL"), ("outer", "10.9.0.0/24", "EXTERNAL")):
        both = subnet(name, range_, network, stackType="IPV4_IPV6", ipv6AccessType=access)
        good(vm.insert("subnetworks", both, CONSUMER, place))
        vm.cloud.finish_all()
        interface: Json = {"subnetwork": link("subnetworks", name, CONSUMER, place), "stackType": "IPV4_IPV6"}
        interface["ipv6AccessConfigs"] = [{"networkTier": "PREMIUM"}] if access == "EXTERNAL" else []
        good(vm.insert("instances", VM | {"name": name, "networkInterfaces": [interface]}, CONSUMER, ZONE))
        shown = vm.get("instances", name, CONSUMER, ZONE)["networkInterfaces"][0]
        of_it = shown if access == "INTERNAL" else shown["ipv6AccessConfigs"][0]
        field = "ipv6Address" if access == "INTERNAL" else "externalIpv6"
        assert (shown["ipv6AccessType"], of_it[field][:9]) == (access, "2001:db8:")


def test_a_producers_vm_joins_by_a_network_attachment(vm: Api) -> None:
    within = {"name": "joined", "connectionPreference": "ACCEPT_AUTOMATIC"}
    good(vm.insert("networkAttachments", within | {"subnetworks": [link("subnetworks", "consumer-subnet", CONSUMER)]}))
    vm.cloud.finish_all()
    assert vm.get("networkAttachments", "joined")["network"].endswith("consumer-vpc")
    second = {"networkAttachment": link("networkAttachments", "joined")}
    good(
        vm.insert(
            "instances", VM | {"name": "two", "networkInterfaces": [*VM["networkInterfaces"], second]}, CONSUMER, ZONE
        )
    )
    shown = vm.get("instances", "two", CONSUMER, ZONE)["networkInterfaces"][1]
    assert shown["networkAttachment"].endswith("networkAttachments/joined")


def test_long_numbers_are_answered_as_strings(vm: Api) -> None:
    scheduling = {"maxRunDuration": {"seconds": 60, "nanos": "123"}, "localSsdRecoveryTimeout": {"seconds": 3600}}
    good(vm.insert("instances", VM | {"name": "second", "scheduling": scheduling}, CONSUMER, ZONE))
    shown = vm.get("instances", "second", CONSUMER, ZONE)["scheduling"]
    assert shown["maxRunDuration"] == {"seconds": "60", "nanos": 123}
    assert shown["localSsdRecoveryTimeout"] == {"seconds": "3600", "nanos": 0}
    assert [note for note in vm.cloud.notes if note["kind"] == "answer"] == []
