"""Connectivity Tests: made, analysed along the way of a packet, listed, deleted."""

from __future__ import annotations

import pytest

from standin.cloud import Record
from standin.message import Json
from standin.router import Answer
from tests.standin.conftest import CONSUMER, CONSUMER_NETWORK, Api, good, link

TESTS = f"/networkmanagement/v1/projects/{CONSUMER}/locations/global/connectivityTests"
ENDPOINT = link("forwardingRules", "psc-endpoint", CONSUMER)
BODY: Json = {
    "source": {"ipAddress": "10.1.0.2", "network": CONSUMER_NETWORK},
    "destination": {"forwardingRule": ENDPOINT, "port": 80},
}


def create(api: Api, body: Json = BODY, name: str = "try") -> Answer:
    api.cloud.project(CONSUMER).apis.add("networkmanagement.googleapis.com")
    return api.call("POST", f"{TESTS}?testId={name}", body)


def end(api: Api, body: Json = BODY) -> tuple[str, Json]:
    """The result of an analysis, and the last step."""
    good(create(api, body))
    api.cloud.finish_all()
    details = good(api.call("GET", f"{TESTS}/try"))["reachabilityDetails"]
    return details["result"], details["traces"][0]["steps"][-1]


def test_a_packet_is_delivered_to_the_published_service(deployed: Api) -> None:
    result, step = end(deployed)
    assert result == "REACHABLE"
    assert step["deliver"]["target"] == "PSC_PUBLISHED_SERVICE"
    assert step["deliver"]["resourceUri"].endswith("/serviceAttachments/hello-service-attachment")


def test_an_endpoint_is_found_by_its_address_too(deployed: Api) -> None:
    assert end(deployed, BODY | {"destination": {"ipAddress": "10.1.0.5"}})[0] == "REACHABLE"


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (BODY | {"destination": {"ipAddress": "10.1.0.77"}}, "DESTINATION_ENDPOINT_NOT_FOUND"),
        (BODY | {"source": {"instance": f"projects/{CONSUMER}/zones/z-a/instances/gone"}}, "SOURCE_ENDPOINT_NOT_FOUND"),
    ],
)
def test_what_is_not_there_ends_the_analysis(body: Json, cause: str, deployed: Api) -> None:
    result, step = end(deployed, body)
    assert (result, step["abort"]["cause"]) == ("UNDETERMINED", cause)


def test_it_is_dropped_where_the_connection_is_not_accepted(deployed: Api) -> None:
    good(deployed.patch("serviceAttachments", "hello-service-attachment", {"consumerAcceptLists": []}))
    result, step = end(deployed)
    assert (result, step["drop"]["cause"]) == ("UNREACHABLE", "PSC_CONNECTION_NOT_ACCEPTED")


@pytest.mark.parametrize(("far", "result"), [(False, "REACHABLE"), (True, "UNREACHABLE")])
def test_from_another_region_it_arrives_with_global_access_alone(far: bool, result: str, deployed: Api) -> None:
    path = f"projects/{CONSUMER}/zones/{'europe-west1-b' if far else 'asia-northeast1-b'}/instances/vm"
    deployed.cloud.compute[path] = Record(path, {"status": "RUNNING"})
    body = BODY | {"source": {"instance": path}}
    assert end(deployed, body)[0] == result
    deployed.cloud.compute[ENDPOINT].body["allowPscGlobalAccess"] = True
    good(deployed.call("DELETE", f"{TESTS}/try"))
    assert end(deployed, body)[0] == "REACHABLE"


def test_it_is_dropped_where_envoy_has_no_subnet(deployed: Api) -> None:
    for record in deployed.cloud.compute.values():
        if record.body.get("role") == "ACTIVE":
            record.body["role"] = "BACKUP"
    assert end(deployed)[1]["drop"]["cause"] == "LOAD_BALANCER_HAS_NO_PROXY_SUBNET"


@pytest.mark.parametrize(
    ("more", "dropped"),
    [
        ({"denied": [{"IPProtocol": "all"}]}, True),
        ({"denied": [{"IPProtocol": "all"}], "destinationRanges": ["10.1.0.0/24"]}, True),
        ({"denied": [{"IPProtocol": "all"}], "destinationRanges": ["10.2.0.0/24"]}, False),
        ({"denied": [{"IPProtocol": "all"}], "disabled": True}, False),
        ({"denied": [{"IPProtocol": "all"}], "direction": "INGRESS"}, False),
        ({"allowed": [{"IPProtocol": "all"}]}, False),
    ],
)
def test_it_is_dropped_by_a_firewall_rule_about_what_leaves(more: Json, dropped: bool, deployed: Api) -> None:
    body: Json = {"name": "rule", "network": CONSUMER_NETWORK, "direction": "EGRESS"} | more
    if body["direction"] == "INGRESS":
        body["sourceRanges"] = ["0.0.0.0/0"]
    good(deployed.insert("firewalls", body, CONSUMER, "global"))
    deployed.cloud.finish_all()
    assert (end(deployed)[1].get("drop", {}).get("cause") == "FIREWALL_RULE") is dropped


def test_tests_are_listed_and_deleted(deployed: Api) -> None:
    good(create(deployed))
    assert [one["name"] for one in good(deployed.call("GET", TESTS))["resources"]] == [f"{TESTS[22:]}/try"]
    assert create(deployed).code == 409
    good(deployed.call("DELETE", f"{TESTS}/try"))
    assert good(deployed.call("GET", TESTS)) == {}
    assert deployed.call("GET", f"{TESTS}/try").code == 404


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (BODY, "Try", "test_id is invalid"),
        (BODY, "a" * 41, "test_id is invalid"),
        ({"source": BODY["source"]}, "try", "destination is required"),
    ],
)
def test_what_is_no_test_is_refused(body: Json, name: str, words: str, deployed: Api) -> None:
    refused = create(deployed, body, name)
    assert refused.code == 400
    assert words in refused.body["error"]["message"]


def test_what_is_not_simulated_is_said(deployed: Api) -> None:
    good(create(deployed))
    assert deployed.call("POST", f"{TESTS}/try:rerun", {}).code == 501
