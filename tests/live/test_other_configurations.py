"""Networks and services that exist, several services, one side alone: expected is what the stacks say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deployment.existing import granted
from deployment.stack import Stack
from live.expected import Given, Words, expected
from live.facts.connections import entry
from live.facts.nat import in_use
from live.sides import sides
from standin import existing
from standin.message import Json
from tests.conftest import CHECKOUT, Synthesized
from tests.live.spoiling import Worlds
from tests.live.world import World

CONFIGURATIONS = CHECKOUT / "tests" / "stacks" / "configurations"
SHARED = (CONFIGURATIONS / "shared-vpc.yaml").read_text()
Stacks = Callable[..., dict[str, Stack]]


def taken_for_granted(world: World, synth: Callable[..., Synthesized], yaml: str) -> None:
    """Make what the stacks take for granted, as a rehearsal does."""
    told = granted(synth(yaml).values())
    for one in told.resources:
        world.cloud.project(one.split("/")[1])
    existing.make(world.cloud, told.resources, told.services, [list(pair) for pair in told.shared])


def test_in_a_shared_vpc_the_hosts_proxies_are_looked_for(world: Worlds, synth: Callable[..., Synthesized]) -> None:
    there = world(SHARED)
    taken_for_granted(there, synth, SHARED)
    for name in ("svc-payments", "svc-analytics"):
        there.enable(name, "compute.googleapis.com", "run.googleapis.com")
    told = {one.fact: one.outcome for one in there.verify("producer").told if one.about == "shared"}
    assert told["proxy-only-subnet"].text == "proxy-only subnet existing-proxies (172.16.0.0/24) is ACTIVE"
    path = "projects/net-host/regions/asia-northeast1/subnetworks/existing-proxies"
    there.cloud.compute[path].body["role"] = "BACKUP"
    outcome = there.wrong("producer")["proxy-only-subnet"].outcome
    assert outcome.repair[0].startswith("gcloud compute networks subnets create NAME --purpose=REGIONAL_MANAGED_PROXY")
    assert outcome.repair[0].endswith("--project=net-host (by the network's team)")


EXISTING = """
producer:
  project: my-producer
  services:
    hello: {run_service: billing}
"""


def test_a_service_of_others_is_theirs_to_repair(world: Worlds, synth: Callable[..., Synthesized]) -> None:
    there = world(EXISTING)
    there.enable("my-producer", "compute.googleapis.com", "run.googleapis.com")
    missing = there.wrong()["service"].outcome
    assert missing.text == "there is no Cloud Run service billing"
    assert missing.repair[0].startswith("the team that owns it deploys it")
    taken_for_granted(there, synth, EXISTING)
    told = {one.fact: one.outcome for one in there.verify().told}
    assert told["service"].text == "billing is ready"
    assert told["ingress"].text == "the ingress of billing is internal"
    service = next(iter(there.cloud.run.values()))
    service.body["ingress"] = "INGRESS_TRAFFIC_ALL"
    outcome = there.wrong()["ingress"].outcome
    assert "the internet reaches it, too" in outcome.text
    assert outcome.repair[0].startswith("gcloud run services update billing --ingress=internal --project=my-producer")


def test_a_pipeline_may_share_requests_out(world: Worlds, synth: Callable[..., Synthesized]) -> None:
    there = world(EXISTING)
    there.enable("my-producer", "compute.googleapis.com", "run.googleapis.com")
    taken_for_granted(there, synth, EXISTING)
    there.share("billing-00000-old", 90)
    told = next(one.outcome for one in there.verify().told if one.fact == "revision")
    assert (told.state, told.text.partition(":")[0]) == ("holds", "requests are shared out")


@pytest.mark.parametrize(
    "name", ["everything", "lean", "many", "consumer-alone", "producer-alone", "shared-vpc", "own-balancer"]
)
def test_every_configuration_has_something_to_verify(name: str, stacks: Stacks) -> None:
    named = stacks((CONFIGURATIONS / f"{name}.yaml").read_text())
    wanted = expected(sides(named.values(), lambda _: None, {}), Words())  # type: ignore[arg-type,return-value]
    assert len(wanted) == len(named)
    for one in wanted:
        assert one.published or one.endpoints
        for published in one.published:
            assert published.attachments
            assert published.services or published.label == "legacy", "a load balancer of others"
            assert published.rules
        assert all(endpoint.ids and endpoint.attachments for endpoint in one.endpoints)
        pairs = [(pair.endpoint.attachments, pair.published.attachments) for pair in one.connections]
        assert all(set(mine) & set(theirs) for mine, theirs in pairs), (
            "each endpoint with the service that it points at"
        )
        assert len(pairs) == (len(one.endpoints) if "producer" in named else 0)


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("lean", {"psc_endpoint": 80}),
        ("many", {"orders": 8080, "stock": 80}),
        ("own-balancer", {"billing": 80, "legacy": 443}),
        ("consumer-alone", {"orders": 80}),
    ],
)
def test_endpoints_are_called_on_the_producers_port(name: str, ports: dict[str, int], stacks: Stacks) -> None:
    named = stacks((CONFIGURATIONS / f"{name}.yaml").read_text())
    wanted = expected(sides(named.values(), lambda _: None, {}), Words())  # type: ignore[arg-type,return-value]
    assert {endpoint.label: endpoint.port for one in wanted for endpoint in one.endpoints} == ports


def test_a_port_that_a_consumer_gives_is_taken(stacks: Stacks) -> None:
    named = stacks((CONFIGURATIONS / "consumer-alone.yaml").read_text())
    (name,) = named
    words = Words(given={f"{name}.orders": Given(port=5432)})
    (wanted,) = expected(sides(named.values(), lambda _: None, {}), words)  # type: ignore[arg-type,return-value]
    assert wanted.endpoints[0].port == 5432


TWO = """
producer:
  project: my-producer
  services:
    first: {invokers: [a@my-producer.iam.gserviceaccount.com]}
    second: {invokers: [b@my-producer.iam.gserviceaccount.com], nat_ranges: [10.0.4.0/24]}
    third: {run_service: theirs, invokers: [c@my-producer.iam.gserviceaccount.com], nat_ranges: [10.0.5.0/24]}
"""


def test_each_service_has_its_own_invokers(stacks: Stacks) -> None:
    (wanted,) = expected(sides(stacks(TWO).values(), lambda _: None, {}), Words())  # type: ignore[arg-type,return-value]
    members = {one.label: one.members for one in wanted.published}
    assert members == {
        name: (f"serviceAccount:{account}@my-producer.iam.gserviceaccount.com",)
        for name, account in (("first", "a"), ("second", "b"), ("third", "c"))
    }


def test_a_consumer_alone_points_at_a_link(stacks: Stacks) -> None:
    named = stacks((CONFIGURATIONS / "consumer-alone.yaml").read_text())
    (wanted,) = expected(sides(named.values(), lambda _: None, {}), Words())  # type: ignore[arg-type,return-value]
    assert wanted.endpoints[0].attachments[0].startswith("projects/")
    assert not wanted.connections


def test_a_load_balancer_of_others_is_all_that_is_looked_at(world: Worlds, synth: Callable[..., Synthesized]) -> None:
    yaml = (CONFIGURATIONS / "own-balancer.yaml").read_text()
    there = world(yaml)
    for name in ("own-producer", "own-shop"):
        there.enable(name, "compute.googleapis.com", "run.googleapis.com")
    about = {one.fact: one.outcome for one in there.verify("producer").told if one.about == "legacy"}
    assert about.keys() == {"load-balancer", "attachment"}
    assert about["load-balancer"].text == "the load balancer legacy-ilb is not there"
    taken_for_granted(there, synth, yaml)
    about = {one.fact: one.outcome for one in there.verify("producer").told if one.about == "legacy"}
    assert about["load-balancer"].text == "the attachment leads to legacy-ilb, a load balancer of others"


NUMBER = "1234567890123456789"


@pytest.mark.parametrize(
    ("listed", "meant"),
    [
        ("shop", True),
        ("other", False),
        ("projects/shop/global/networks/vpc", True),
        ("projects/123/global/networks/vpc", True),
        ("projects/shop/global/networks/other", False),
        (f"projects/shop/regions/r/forwardingRules/{NUMBER}", True),
        (f"projects/123/regions/r/forwardingRules/{NUMBER}", True),
        ("projects/shop/regions/r/forwardingRules/42", False),
    ],
)
def test_entries_of_lists_mean_projects_networks_or_endpoints(listed: str, meant: bool) -> None:
    one = {
        "endpoint": "https://h/compute/v1/projects/shop/regions/r/forwardingRules/e",
        "endpointWithId": f"https://h/compute/v1/projects/shop/regions/r/forwardingRules/{NUMBER}",
        "consumerNetwork": "https://h/compute/v1/projects/shop/global/networks/vpc",
    }
    assert entry([listed], one) == (listed if meant else "")


@pytest.mark.parametrize(
    ("connections", "each", "used"),
    [
        ([{"status": "ACCEPTED", "natIps": ["10.0.3.2", "10.0.3.3"]}, {"status": "ACCEPTED"}], None, 3),
        ([{"status": "ACCEPTED", "propagatedConnectionCount": 2}, {"status": "PENDING"}], None, 3),
        ([{"status": "ACCEPTED"}, {"status": "ACCEPTED"}, {"status": "NEEDS_ATTENTION"}], 2, 4),
        ([], None, 0),
    ],
)
def test_addresses_that_are_not_shown_are_counted(connections: list[Json], each: int | None, used: int) -> None:
    assert in_use({"connectedEndpoints": connections, "natIpsPerEndpoint": each}) == used
