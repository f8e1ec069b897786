"""Every fact: it holds of what was deployed, fails of what was spoiled, and holds again once its repair is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from live.facts.connections import pending_accept
from standin.faults import Failure
from tests.live.world import World

PRODUCER, CONSUMER = "example-producer-project", "example-consumer-project"
HERE = "regions/asia-northeast1"
RUN = f"/run/v2/projects/{PRODUCER}/locations/asia-northeast1/services/hello-service"
COMPUTE = f"/compute/v1/projects/{PRODUCER}/{HERE}"
ATTACHMENT = f"{COMPUTE}/serviceAttachments/hello-service-attachment"
ENDPOINT = f"/compute/v1/projects/{CONSUMER}/{HERE}/forwardingRules/psc-endpoint"
Worlds = Callable[..., World]


def patch(world: World, path: str, **fields: object) -> None:
    """Change a resource of Compute Engine."""
    present = world.call("GET", path)
    world.call("PATCH", path, {"fingerprint": present.get("fingerprint", ""), **fields})


def accept(world: World, *entries: tuple[str, int]) -> None:
    """Set the accept list by hand."""
    lists = [{"projectIdOrNum": who, "connectionLimit": limit} for who, limit in entries]
    patch(world, ATTACHMENT, consumerAcceptLists=lists, reconcileConnections=True)


def serve(world: World, **fields: object) -> None:
    """Change the service by hand."""
    service = world.call("GET", RUN)
    world.call("PATCH", f"{RUN}?updateMask={','.join(fields)}", service | fields)


def connect(
    world: World, project: str, name: str = "stranger", address: str = "10.9.0.5", producer: str = PRODUCER
) -> None:
    """An endpoint that somebody makes by hand, in a network of its own."""
    base = f"/compute/v1/projects/{project}"
    world.enable(project, "compute.googleapis.com")
    network = f"projects/{project}/global/networks/{name}"
    world.call("POST", f"{base}/global/networks", {"name": name, "autoCreateSubnetworks": False})
    subnet = {"name": name, "network": network, "ipCidrRange": "10.9.0.0/24"}
    world.call("POST", f"{base}/{HERE}/subnetworks", subnet)
    reserved = {"name": name, "addressType": "INTERNAL", "address": address}
    reserved["subnetwork"] = f"projects/{project}/{HERE}/subnetworks/{name}"
    world.call("POST", f"{base}/{HERE}/addresses", reserved)
    target = ATTACHMENT.removeprefix("/compute/v1/").replace(PRODUCER, producer)
    rule = {"name": name, "network": network, "target": target}
    rule["IPAddress"] = f"projects/{project}/{HERE}/addresses/{name}"
    world.call("POST", f"{base}/{HERE}/forwardingRules", rule)


def disconnect(world: World, project: str, name: str = "stranger") -> None:
    """Take it away again."""
    world.call("DELETE", f"/compute/v1/projects/{project}/{HERE}/forwardingRules/{name}")


def let_friend_in(world: World) -> None:
    """Somebody is accepted by hand, and connects."""
    accept(world, (CONSUMER, 10), ("friend-project", 1))
    connect(world, "friend-project")


def let_friend_go(world: World) -> None:
    """What a deployment does to the accept list, and the friend's own team."""
    accept(world, (CONSUMER, 10))
    disconnect(world, "friend-project")


def delete_endpoint(world: World) -> None:
    """Somebody deletes the endpoint by hand."""
    world.call("DELETE", ENDPOINT)


def anew(world: World) -> None:
    """The consumer's next deployment: the endpoint once more, with the same address."""
    world.call("DELETE", ENDPOINT)
    world.deploy_endpoint()


def replace_attachment(world: World) -> None:
    """What a change that replaces it does: the new one has the same name and none of the connections."""
    body = world.call("GET", ATTACHMENT)
    world.call("DELETE", ATTACHMENT)
    kept = ("name", "targetService", "natSubnets", "connectionPreference", "consumerAcceptLists")
    world.call("POST", ATTACHMENT.rpartition("/")[0], {key: body[key] for key in kept})


def demote_proxies(world: World) -> None:
    """The subnet's role as it is while somebody moves proxies to another one and never ends it."""
    record = next(one for one in world.cloud.compute.values() if one.body.get("role") == "ACTIVE")
    record.body["role"] = "BACKUP"


def promote_proxies(world: World) -> None:
    next(one for one in world.cloud.compute.values() if one.body.get("role") == "BACKUP").body["role"] = "ACTIVE"


def lose_policy(world: World) -> None:
    """What replacing a Cloud Run service does to who may call it (issue 18831 of the provider)."""
    world.cloud.policies.clear()


def lose(collection: str, name: str) -> Callable[[World], None]:
    """Something that Google would not let anybody delete, gone all the same."""
    return lambda world: world.gone.append(world.cloud.compute.pop(f"projects/{PRODUCER}/{HERE}/{collection}/{name}"))


def put_back(world: World) -> None:
    record = world.gone.pop()
    world.cloud.compute[record.path] = record


def nat(world: World, *ranges: str) -> None:
    """The NAT subnets of the attachment."""
    links = []
    for range_ in ranges:
        name = f"nat-{range_.replace('.', '-').replace('/', '-')}"
        path = f"projects/{PRODUCER}/{HERE}/subnetworks/{name}"
        if path not in world.cloud.compute:
            body = {"name": name, "ipCidrRange": range_, "purpose": "PRIVATE_SERVICE_CONNECT"}
            body["network"] = f"projects/{PRODUCER}/global/networks/producer-vpc"
            world.call("POST", f"{COMPUTE}/subnetworks", body)
        links.append(path)
    patch(world, ATTACHMENT, natSubnets=links)


def exhaust(world: World) -> None:
    """As many connections as a /29 has addresses for: four. The configured one asks last."""
    nat(world, "10.0.7.0/29")
    world.call("DELETE", ENDPOINT)
    accept(world, (CONSUMER, 10), *((f"other-{number}", 1) for number in range(4)))
    for number in range(4):
        connect(world, f"other-{number}", f"stranger-{number}")
    world.deploy_endpoint()


@dataclass(frozen=True)
class Case:
    """A fact that is made to fail: how, what is said, what is told to do, and that done."""

    fact: str
    spoil: Callable[[World], None]
    says: str
    repair: str
    mend: Callable[[World], None]

    def __str__(self) -> str:
        return f"{self.fact}: {self.says}"


CASES = (
    Case(
        "apis", lambda world: world.cloud.project(CONSUMER).apis.discard("iap.googleapis.com"),
        "not enabled: iap.googleapis.com",
        "gcloud services enable iap.googleapis.com --project=example-consumer-project",
        lambda world: world.enable(CONSUMER, "iap.googleapis.com"),
    ),
    Case(
        "proxy-only-subnet", demote_proxies,
        "no proxy-only subnet of producer-vpc in asia-northeast1 is ACTIVE (producer-proxy-subnet is BACKUP): every "
        "request is answered 503", "./psc cdktf deploy producer", promote_proxies,
    ),
    Case(
        "service", lambda world: world.cloud.run.clear(), "there is no Cloud Run service hello-service",
        "./psc cdktf deploy producer", lambda world: world.deploy_service(),
    ),
    Case(
        "service", lambda world: serve(world, template={"containers": [{"image": "gcr.io/p/does-not-start"}]}),
        "hello-service is not ready: Revision", "gcloud run services logs read hello-service",
        lambda world: serve(world, template={"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}),
    ),
    Case(
        "ingress", lambda world: serve(world, ingress="INGRESS_TRAFFIC_ALL"),
        "the ingress of hello-service is all, and internal is configured", "./psc cdktf deploy producer puts it back",
        lambda world: serve(world, ingress="INGRESS_TRAFFIC_INTERNAL_ONLY"),
    ),
    Case(
        "revision", lambda world: serve(world, template={"containers": [{"image": "gcr.io/p/does-not-exist"}]}),
        "is not ready; hello-service-00001-", "./psc cdktf deploy producer with an image and settings that start",
        lambda world: serve(world, template={"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}),
    ),
    Case(
        "revision", lambda world: world.share("hello-service-00000-old", 90),
        "does not get all requests: hello-service-00000-old 90 %",
        "gcloud run services update-traffic hello-service --to-latest", lambda world: world.share("", 100),
    ),
    Case(
        "invokers", lose_policy,
        "-compute@developer.gserviceaccount.com may not call: it does not hold roles/run.invoker",
        "./psc cdktf deploy producer grants it anew", lambda world: world.grant(),
    ),
    Case(
        "invokers", lambda world: world.grant(*world.invokers(), "allUsers"), "allUsers may call",
        "gcloud run services remove-iam-policy-binding hello-service --member=allUsers", lambda world: world.grant(),
    ),
    Case(
        "invokers", lambda world: world.grant(*(f"deleted:{one}?uid=1" for one in world.invokers())),
        "the grant is for an account of that name that was deleted", "?uid=1 --role=roles/run.invoker",
        lambda world: world.grant(),
    ),
    Case(
        "load-balancer", lose("urlMaps", "hello-url-map"), "the URL map hello-url-map is not there",
        "./psc cdktf deploy producer", put_back,
    ),
    Case(
        "load-balancer", lambda world: world.lead("hello-service", "other"),
        "the endpoint group hello-serverless-neg leads to other, not to hello-service", "./psc cdktf deploy producer",
        lambda world: world.lead("other", "hello-service"),
    ),
    Case(
        "attachment", lambda world: accept(world, (CONSUMER, 3), ("friend-project", 2)),
        "example-consumer-project is accepted up to 3, not 10; friend-project is accepted, which is not configured",
        "./psc cdktf deploy producer puts it back; to keep it, change producer.services.hello",
        lambda world: accept(world, (CONSUMER, 10)),
    ),
    Case(
        "attachment", lambda world: patch(world, ATTACHMENT, consumerRejectLists=["stranger-project"]),
        "stranger-project is rejected, which is not configured", "./psc cdktf deploy producer",
        lambda world: patch(world, ATTACHMENT, consumerRejectLists=[]),
    ),
    Case(
        "nat", exhaust, "4 of 4 NAT addresses are used, 0 are left (10.0.7.0/29): nobody else can connect",
        "add a range to producer.services.hello.nat_ranges", lambda world: nat(world, "10.0.7.0/29", "10.0.8.0/24"),
    ),
    Case(
        "connections", exhaust, "consumer/psc-endpoint is NEEDS_ATTENTION",
        "add a range to producer.services.hello.nat_ranges", lambda world: nat(world, "10.0.7.0/29", "10.0.8.0/24"),
    ),
    Case(
        "endpoint", exhaust, "10.1.0.5 is NEEDS_ATTENTION", "its team has to act",
        lambda world: nat(world, "10.0.7.0/29", "10.0.8.0/24"),
    ),
    Case(
        "connections", lambda world: accept(world), "consumer/psc-endpoint is PENDING",
        "    example-consumer-project: 10", lambda world: accept(world, (CONSUMER, 10)),
    ),
    Case(
        "endpoint", lambda world: accept(world), "10.1.0.5 is PENDING",
        "the producer has to accept example-consumer-project", lambda world: accept(world, (CONSUMER, 10)),
    ),
    Case(
        "connections", let_friend_in,
        "stranger of friend-project is ACCEPTED (connection ", "./psc cdktf deploy producer cuts it off",
        let_friend_go,
    ),
    Case(
        "connections", lambda world: connect(world, CONSUMER), "no consumer of the configuration has this endpoint",
        f"gcloud compute forwarding-rules delete stranger --project={CONSUMER} --region=asia-northeast1",
        lambda world: disconnect(world, CONSUMER),
    ),
    Case(
        "connections", lambda world: patch(world, ATTACHMENT, consumerAcceptLists=[], consumerRejectLists=[CONSUMER],
                                           reconcileConnections=True),
        "consumer/psc-endpoint is REJECTED", "it is on the attachment's reject list, which is not configured",
        lambda world: patch(world, ATTACHMENT, consumerRejectLists=[], reconcileConnections=True, consumerAcceptLists=[
            {"projectIdOrNum": CONSUMER, "connectionLimit": 10}]),
    ),
    Case(
        "connections", delete_endpoint,
        "consumer/psc-endpoint is configured and not connected", "./psc cdktf deploy consumer",
        lambda world: world.deploy_endpoint(),
    ),
    Case(
        "endpoint", delete_endpoint, "there is no endpoint psc-endpoint",
        "./psc cdktf deploy consumer", lambda world: world.deploy_endpoint(),
    ),
    Case(
        "endpoint", replace_attachment, "10.1.0.5 is CLOSED",
        "./psc cdktf deploy consumer: its attachment was replaced, and it never heals by itself", anew,
    ),
    Case(
        "both-sides", replace_attachment, "the endpoint is that of a former attachment",
        "./psc cdktf deploy consumer", anew,
    ),
)  # fmt: skip


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
