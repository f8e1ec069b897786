"""Every fact: it holds of what was deployed, fails of what was spoiled, and holds again once its repair is done."""

from __future__ import annotations

import pytest

from live.facts.connections import pending_accept
from standin.faults import Failure
from tests.live.fact_cases import CASES, Case
from tests.live.spoiling import CONSUMER, PRODUCER, Worlds, connect


def test_everything_holds_of_what_was_deployed(world: Worlds) -> None:
    verification = world().deploy().verify()
    assert [one for one in verification.told if one.outcome.state != "holds"] == []
    assert {one.fact for one in verification.told} == {case.fact for case in CASES}
    assert verification.code == 0


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_spoiled_fails_and_its_repair_mends_it(case: Case, world: Worlds) -> None:
    there = world().deploy()
    case.spoil(there)
    told = [one.outcome for one in there.verify().told if one.fact == case.fact and case.says in one.outcome.text]
    assert [one.state for one in told] == ["fails"], there.verify().told
    assert there.verify().count("broken") == 0, "what is missing is told once, and nothing stumbles over it"
    assert any(case.repair in line for line in told[0].repair), told[0].repair
    case.mend(there)
    assert not [one for one in there.verify().told if case.says in one.outcome.text], "the repair did not mend it"
    assert any(one.fact == case.fact and one.outcome.state == "holds" for one in there.verify().told)


def test_it_only_reads(world: Worlds) -> None:
    there = world().deploy()
    there.verify()
    written = [one for one in there.asked if not one.startswith("GET ")]
    assert written == []
    there.cloud.policies.clear()
    there.verify()
    written = [one for one in there.asked if not one.startswith("GET ")]
    assert written == [f"POST /cloudresourcemanager/v3/projects/{PRODUCER}:getIamPolicy"], "which reads"


def test_a_role_on_the_whole_project_lets_somebody_call_too(world: Worlds) -> None:
    there = world().deploy()
    there.cloud.policies.clear()
    policy = {"bindings": [{"role": "roles/run.invoker", "members": list(there.invokers())}]}
    path = f"/cloudresourcemanager/v1/projects/{PRODUCER}:setIamPolicy"
    there.call("POST", path, {"policy": policy})
    assert "invokers" not in there.wrong()
    told = [one.outcome.text for one in there.verify().told if one.fact == "invokers"]
    assert told[0].endswith("may call, by a role on the whole project")


def test_a_grant_under_a_condition_is_said(world: Worlds) -> None:
    there = world().deploy()
    there.grant(*there.invokers(), condition={"title": "office hours", "expression": "true"})
    told = [one.outcome.text for one in there.verify().told if one.fact == "invokers"]
    assert told[0].endswith("may call under the condition 'office hours'")


def test_a_stranger_that_waits_fails_nothing_and_is_printed_ready_to_paste(world: Worlds) -> None:
    there = world().deploy()
    for number in (1, 2):
        connect(there, "partner-project", f"stranger-{number}", f"10.9.0.{number + 4}")
    verification = there.verify()
    assert verification.code == 0, "whoever knows the attachment can ask; nobody's verification fails by that"
    outcome = next(one.outcome for one in verification.told if "stranger-2 of partner" in one.outcome.text)
    assert outcome.text.endswith(", and nobody configured it")
    assert outcome.repair == (
        "to let it in, put this into producer.services.hello, and run ./psc cdktf deploy producer:",
        "  accept:",
        "    example-consumer-project: 10",
        "    partner-project: 2",
    )


ONE_FOR_PARTNER = """
producer:
  project: my-producer
  services:
    hello: {accept: {partner-project: 1}}
"""


def test_one_that_waits_although_its_project_is_on_the_list_has_used_up_its_limit(world: Worlds) -> None:
    there = world(ONE_FOR_PARTNER).deploy()
    for number in (1, 2):
        connect(there, "partner-project", f"partner-{number}", f"10.9.0.{number + 4}", producer="my-producer")
    outcome = there.wrong()["connections"].outcome
    assert outcome.text.startswith("partner-2 of partner-project is PENDING")
    assert outcome.repair[1:] == ("  accept:", "    partner-project: 2", "  (its limit is used up: this raises it)")
    told = [one.outcome.text for one in there.verify().told if "partner-1 of partner-project" in one.outcome.text]
    assert told[0].endswith(", on the accept list")


LISTS = """
producer:
  project: my-producer
  services:
    hello:
      accept: {ACCEPT: 1}
"""


@pytest.mark.parametrize(
    ("accepted", "pasted"),
    [
        (
            "projects/my-shop/global/networks/shop-vpc",
            ["projects/my-shop/global/networks/shop-vpc: 1", "projects/partner-project/global/networks/stranger: 1"],
        ),
        ("projects/my-shop/regions/asia-northeast1/forwardingRules/42", ["my-shop: 1", "partner-project: 1"]),
        ("partner-project", ["partner-project: 2"]),
    ],
)
def test_whoever_waits_is_named_as_the_list_names_the_others(accepted: str, pasted: list[str], world: Worlds) -> None:
    published = world(LISTS.replace("ACCEPT", accepted)).expected()[0].published[0]
    link = "https://h/compute/v1/projects/partner-project"
    waiting = {
        "status": "PENDING",
        "endpoint": f"{link}/regions/us-central1/forwardingRules/stranger",
        "consumerNetwork": f"{link}/global/networks/stranger",
    }
    there = {"connectedEndpoints": [waiting]}
    if accepted == "partner-project":  # its limit is used up
        there["connectedEndpoints"].append(waiting | {"status": "ACCEPTED"})
    assert [f"{who}: {limit}" for who, limit in pending_accept(published, there).items()] == pasted


def test_one_side_alone_is_verified_with_its_own_rights(world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.methods = [Failure(".*", f"projects/{CONSUMER}.*", times=0, code=403, message="Denied")]
    producer = there.verify("producer")
    assert (producer.code, producer.count("fails"), producer.count("broken")) == (0, 0, 0)
    unknown = {one.fact: one.outcome for one in producer.told if one.outcome.state == "unknown"}
    assert unknown.keys() == {"apis", "invokers"}, "what the consumer's project alone knows"
    assert unknown["apis"].needs == f"roles/serviceusage.serviceUsageViewer on {CONSUMER}"
    there.cloud.faults.methods = [Failure(".*", f"projects/{PRODUCER}.*", times=0, code=403, message="Denied")]
    consumer = there.verify("consumer")
    assert {one.outcome.state for one in consumer.told} == {"holds"}
    assert {one.fact for one in consumer.told} == {"apis", "endpoint"}


@pytest.mark.parametrize(
    ("method", "facts", "needs"),
    [
        (r"serviceusage\..*", {"apis"}, "roles/serviceusage.serviceUsageViewer"),
        (r"run\..*\.services\.get", {"service", "ingress", "revision", "load-balancer"}, "roles/run.viewer"),
        (r"run\..*\.getIamPolicy", {"invokers"}, "roles/run.viewer"),
        (r"compute\.subnetworks\.list", {"proxy-only-subnet"}, "roles/compute.viewer"),
        (r"compute\.subnetworks\.get", {"nat"}, "roles/compute.viewer"),
        (
            r"compute\.serviceAttachments\.get",
            {"load-balancer", "attachment", "nat", "connections", "both-sides"},
            "roles/compute.viewer",
        ),
        (r"compute\.forwardingRules\.get", {"load-balancer", "endpoint", "both-sides"}, "roles/compute.viewer"),
        (r"cloudresourcemanager\.projects\.get", {"invokers"}, "roles/browser"),
    ],
)
def test_what_may_not_be_read_is_said_with_the_role_and_fails_nothing(
    method: str, facts: set[str], needs: str, world: Worlds
) -> None:
    there = world().deploy()
    there.cloud.faults.methods = [Failure(method, times=0, code=403, message="The caller does not have permission")]
    verification = there.verify()
    assert verification.code == 0
    unknown = {one.fact: one.outcome for one in verification.told if one.outcome.state == "unknown"}
    assert unknown.keys() == facts
    assert all(one.needs.startswith(needs) for one in unknown.values())
    assert {one.outcome.state for one in verification.told if one.fact not in facts} == {"holds"}


def test_nothing_that_may_be_read_is_no_success(world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.methods = [Failure(".*", times=0, code=403, message="Denied")]
    verification = there.verify()
    assert {one.outcome.state for one in verification.told} == {"unknown"}
    assert verification.code == 2


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_broken_cloud_is_no_success_and_no_failure(code: int, world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.methods = [Failure(r"run\..*", times=0, code=code, message="Broken.")]
    verification = there.verify()
    assert verification.count("fails") == 0
    assert verification.count("broken") == 5
    assert verification.code == 2


@pytest.mark.parametrize("body", [{"items": "x", "services": [1]}, {"services": {"a": 1}, "bindings": 5, "items": [1]}])
def test_answers_of_another_form_are_no_traceback(body: dict[str, object], world: Worlds) -> None:
    there = world().deploy()
    there.always = body
    verification = there.verify()
    assert verification.code in {1, 2}
    assert any("not the form that its API describes" in one.outcome.text for one in verification.told)


def test_a_cloud_that_stumbles_now_and_then_is_asked_again(world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.fraction = 0.3
    assert {one.outcome.state for one in there.verify().told} == {"holds"}


def test_before_anything_is_deployed_each_fact_says_what_to_do(world: Worlds) -> None:
    there = world()
    there.cloud.project(PRODUCER)
    verification = there.verify()
    assert verification.code == 1
    assert {one.outcome.state for one in verification.told} == {"fails", "unknown"}
    off = next(one.outcome for one in verification.told if one.fact == "service")
    assert off.state == "unknown"
    assert "run.googleapis.com is not enabled" in off.text
    assert off.repair[0].startswith("gcloud services enable run.googleapis.com --project=")


def test_half_deployed_each_missing_thing_is_named(world: Worlds) -> None:
    there = world().deploy(without=("serviceAttachments", "forwardingRules", "targetHttpProxies"))
    wrong = there.wrong()
    assert wrong.keys() == {"load-balancer", "attachment", "endpoint"}
    assert wrong["attachment"].outcome.text == "there is no service attachment hello-service-attachment"
    assert wrong["load-balancer"].outcome.text == "the forwarding rule hello-forwarding-rule is not there"
