"""Google's Connectivity Test of an endpoint: made, told in our words, and deleted whatever happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from live import apis
from live.connectivity import CAUSES, verdict
from live.fact import Outcome
from live.subjects import Endpoint
from standin.faults import Failure
from tests.live.spoiling import CONSUMER, accept, demote_proxies
from tests.live.world import World

Worlds = Callable[..., World]
ZONE = "zones/asia-northeast1-b"


def analysed(world: World, state: str = "fails") -> Outcome:
    """What the analysis came to; the test that it made must be gone."""
    world.enable(CONSUMER, "networkmanagement.googleapis.com")
    told = [one.outcome for one in world.verify("consumer", connectivity=True).told if one.fact == "connectivity"]
    assert not world.cloud.connectivity_tests
    return next(one for one in told if one.state == state)


def test_a_packet_arrives(world: Worlds) -> None:
    outcome = analysed(world().deploy(), "holds")
    assert outcome.text == "Google's analysis: a packet from test-vm reaches the producer's service"


def stop_vm(world: World) -> None:
    world.cloud.compute[f"projects/{CONSUMER}/{ZONE}/instances/test-vm"].body["status"] = "TERMINATED"


def close_firewall(world: World) -> None:
    body = {"name": "no-way-out", "direction": "EGRESS", "denied": [{"IPProtocol": "all"}]}
    body["network"] = f"projects/{CONSUMER}/global/networks/consumer-vpc"
    world.call("POST", f"/compute/v1/projects/{CONSUMER}/global/firewalls", body)


@pytest.mark.parametrize(
    ("spoil", "says", "repair"),
    [
        (accept, "ends at the endpoint, which the producer has not accepted (PSC_CONNECTION_NOT_ACCEPTED", CONSUMER),
        (demote_proxies, "no active proxy-only subnet in the region", "the producer deploys it"),
        (stop_vm, "cannot leave: the VM does not run", "gcloud compute instances start"),
        (
            close_firewall,
            f"is stopped by a firewall rule (FIREWALL_RULE, at projects/{CONSUMER}/global/firewalls/no-way-out)",
            "allow what leaves to 10.1.0.5",
        ),
    ],
)
def test_why_a_packet_is_dropped_is_said_in_our_words(
    spoil: Callable[[World], None], says: str, repair: str, world: Worlds
) -> None:
    there = world().deploy()
    spoil(there)
    outcome = analysed(there)
    assert says in outcome.text
    assert repair in outcome.repair[0]


def test_a_firewall_rule_of_a_higher_priority_lets_it_out(world: Worlds) -> None:
    there = world().deploy()
    close_firewall(there)
    body = {"name": "way-out", "direction": "EGRESS", "allowed": [{"IPProtocol": "tcp"}], "priority": 10}
    body |= {"network": f"projects/{CONSUMER}/global/networks/consumer-vpc", "destinationRanges": ["10.1.0.5/32"]}
    there.call("POST", f"/compute/v1/projects/{CONSUMER}/global/firewalls", body)
    assert analysed(there, "holds")


def test_without_a_vm_it_begins_at_an_address_beside_the_endpoint(world: Worlds) -> None:
    there = world(LEAN).deploy()
    there.enable("my-consumer", "networkmanagement.googleapis.com")
    told = [one.outcome for one in there.verify("consumer", connectivity=True).told if one.fact == "connectivity"]
    assert told[0].text == "Google's analysis: a packet from the endpoint's subnet reaches the producer's service"


LEAN = """
producer:
  project: my-producer
  services: {hello: {}}
consumers:
  consumer:
    project: my-consumer
    endpoints: {psc-endpoint: {service: hello, address: 10.1.0.2}}
    test_vm: {enabled: false}
"""


def test_of_an_endpoint_that_is_not_there_no_test_is_made(world: Worlds) -> None:
    there = world().deploy(without=("serviceAttachments",))
    there.enable(CONSUMER, "networkmanagement.googleapis.com")
    assert not [one for one in there.verify("consumer", connectivity=True).told if one.fact == "connectivity"]
    assert not [one for one in there.asked if one.startswith("POST")]


def test_a_test_that_does_not_end_is_given_up_and_deleted(world: Worlds) -> None:
    there = world().deploy()
    there.enable(CONSUMER, "networkmanagement.googleapis.com")
    there.cloud.faults.operation_seconds = 10_000
    assert "is not done after 120 s" in analysed(there, "broken").text


def test_an_api_that_is_off_is_not_known_and_how_it_is_enabled(world: Worlds) -> None:
    there = world().deploy()
    verification = there.verify("consumer", connectivity=True)
    outcome = next(one.outcome for one in verification.told if one.fact == "connectivity")
    assert (outcome.state, verification.code) == ("unknown", 0)
    assert outcome.repair[0].startswith("gcloud services enable networkmanagement.googleapis.com --project=")


def test_missing_rights_are_said_and_nothing_is_left(world: Worlds) -> None:
    there = world().deploy()
    create = r"networkmanagement\..*\.create"
    there.cloud.faults.methods = [Failure(create, times=0, code=403, message="Permission denied")]
    outcome = analysed(there, "unknown")
    assert outcome.needs == f"roles/networkmanagement.admin on {CONSUMER}"


@pytest.mark.parametrize("method", [r".*\.operations\.get", r".*\.connectivityTests\.get"])
def test_the_test_is_deleted_also_when_its_result_cannot_be_read(method: str, world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.methods = [Failure(method, times=0, code=500)]
    assert analysed(there, "broken")


def test_a_test_that_cannot_be_deleted_is_said_with_the_command(world: Worlds) -> None:
    there = world().deploy()
    there.enable(CONSUMER, "networkmanagement.googleapis.com")
    there.cloud.faults.methods = [Failure(r".*\.connectivityTests\.delete", times=0, code=403, message="Denied")]
    told = [one.outcome for one in there.verify("consumer", connectivity=True).told if one.fact == "connectivity"]
    assert [one.state for one in told] == ["holds", "fails"]
    assert told[1].repair[0].startswith("gcloud network-management connectivity-tests delete psc-verify-")


def test_an_operation_that_fails_is_no_verdict(world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.operations = [Failure("connectivityTests.create", times=0, message="Internal trouble")]
    assert "Internal trouble" in analysed(there, "broken").text


ENDPOINT = Endpoint(label="e", consumer="c", project="p", ids=(), attachments=(), address="", service="", deploy="")


def test_a_cause_that_is_not_known_here_is_told_as_google_says_it() -> None:
    details = {"result": "UNREACHABLE", "traces": [{"steps": [{"drop": {"cause": "NEW_CAUSE"}}]}]}
    assert "NEW_CAUSE" in verdict(details, ENDPOINT).text


def test_an_analysis_that_did_not_end_names_the_rights_it_lacks() -> None:
    details = {"result": "UNDETERMINED", "traces": [{"steps": [{"abort": {"cause": "PERMISSION_DENIED"}}]}]}
    outcome = verdict(details, ENDPOINT)
    assert (outcome.state, outcome.needs) == ("unknown", "roles/compute.viewer on both sides' projects")
    assert verdict({"result": "UNDETERMINED", "error": {"message": "broken"}}, ENDPOINT).text.endswith("broken)")


def test_the_causes_are_googles() -> None:
    described = apis._document("networkmanagement")["schemas"]["DropInfo"]["properties"]["cause"]["enum"]
    assert set(CAUSES) <= set(described)
