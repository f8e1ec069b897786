"""What others own: subnets that a host project shares, and flow logs of a subnet, made beside it."""

from __future__ import annotations

import pytest

from standin import existing
from standin.cloud import Cloud
from standin.message import Json
from tests.standin.conftest import CONSUMER, NETWORK, PRODUCER, Api, good

HOST = "net-host"
SUBNET = f"projects/{HOST}/regions/asia-northeast1/subnetworks/apps"
VPC = f"projects/{HOST}/global/networks/shared"
LOGS = f"/networkmanagement/v1/projects/{HOST}/locations/global/vpcFlowLogsConfigs"
ADDRESS = {"name": "endpoint-ip", "addressType": "INTERNAL", "subnetwork": SUBNET, "address": "10.20.0.5"}
GRANTED: dict[str, Json] = {
    VPC: {"name": "shared", "autoCreateSubnetworks": False},
    SUBNET: {"name": "apps", "network": VPC, "ipCidrRange": "10.20.0.0/22"},
}


@pytest.fixture
def shared(api: Api) -> Api:
    """A host project that shares its subnet with the consumer's project, and not with the producer's."""
    api.cloud.open = True
    existing.make(api.cloud, GRANTED, {}, [(HOST, CONSUMER)])
    for project in (PRODUCER, CONSUMER):
        api.cloud.projects[project].apis.add("compute.googleapis.com")
    return api


def test_a_service_project_uses_the_hosts_subnet_and_no_other_project_does(shared: Api) -> None:
    addresses = "/compute/v1/projects/{}/regions/asia-northeast1/addresses"
    good(shared.call("POST", addresses.format(CONSUMER), ADDRESS))
    refused = shared.call("POST", addresses.format(PRODUCER), ADDRESS | {"address": "10.20.0.6"})
    assert refused.code == 400
    assert "Cross project referencing is not allowed" in refused.body["error"]["message"]


def test_what_others_made_is_no_part_of_what_is_judged() -> None:
    cloud = Cloud()
    existing.make(cloud, GRANTED, {}, [])
    assert cloud.judged["kinds"] == set()
    assert {VPC, SUBNET} <= set(cloud.compute)


def test_flow_logs_of_a_subnet_come_change_and_go(shared: Api) -> None:
    made = good(shared.call("POST", f"{LOGS}?vpcFlowLogsConfigId=logs", {"subnet": SUBNET, "flowSampling": 0.5}))
    assert made["metadata"]["target"].endswith("/vpcFlowLogsConfigs/logs")
    body = good(shared.call("GET", f"{LOGS}/logs"))
    assert (body["state"], body["aggregationInterval"]) == ("ENABLED", "INTERVAL_5_SEC"), "Google's defaults"
    assert body["targetResourceState"] == "TARGET_RESOURCE_EXISTS"
    good(shared.call("PATCH", f"{LOGS}/logs?updateMask=state,flowSampling", {"state": "DISABLED"}))
    body = good(shared.call("GET", f"{LOGS}/logs"))
    assert (body["state"], body["flowSampling"]) == ("DISABLED", 1.0), (
        "what the mask names and the body lacks goes back"
    )
    good(shared.call("DELETE", f"{LOGS}/logs"))
    assert shared.call("GET", f"{LOGS}/logs").code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400),
        ({"subnet": SUBNET, "network": VPC}, 400),
        ({"subnet": SUBNET, "flowSampling": 0}, 400),
        ({"subnet": SUBNET + "-not-there"}, 404),
        ({"network": NETWORK}, 400),
    ],
    ids=["no target", "two targets", "sampling 0", "a subnet that is none", "a network of another project"],
)
def test_flow_logs_that_google_refuses(body: dict[str, object], code: int, shared: Api) -> None:
    assert shared.call("POST", f"{LOGS}?vpcFlowLogsConfigId=logs", body).code == code


def test_without_the_api_there_are_no_flow_logs(shared: Api) -> None:
    shared.cloud.projects[HOST].apis.discard("networkmanagement.googleapis.com")
    refused = shared.call("POST", f"{LOGS}?vpcFlowLogsConfigId=logs", {"subnet": SUBNET})
    assert refused.code == 403
