"""The configuration of what exists: found by the live chain alone, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import yaml

from commands.discovery import _text, as_loaded
from deployment.values import Json
from live.client import Client
from live.discover.configuration import discover
from live.discover.found import Discovery, Place
from live.discover.smallest import smallest
from live.reader import Reader
from tests.live.world import ELSEWHERE, World

Worlds = Callable[..., World]
PRODUCER, CONSUMER, REGION = "example-producer-project", "example-consumer-project", "asia-northeast1"
HERE = f"projects/{PRODUCER}/regions/{REGION}"
THERE = f"projects/{CONSUMER}/regions/{REGION}"


def discovered(world: World) -> Discovery:
    reader = Reader(Client(world, ELSEWHERE, lambda _: None))

    def place(project: str) -> Place:
        return Place(project=project, number=world.cloud.project(project).number, reader=reader)

    return discover(REGION, place(PRODUCER), {"consumer": place(CONSUMER)})


def written(world: World) -> Json:
    """What would stand in the file, of what can be said."""
    found = discovered(world)
    assert found.unsaid == []
    return smallest(found.settings, as_loaded)


def at(world: World, path: str) -> Json:
    record = world.cloud.run.get(path) or world.cloud.compute[path]
    return record.body


# The test cloud's NAT subnet has a name of its own, and its Cloud Run service is one of the API.
SERVICE: Json = {"cpu": "1000m", "cpu_idle": False}
NETWORK: Json = {"nat_subnet_name": "hello-service-nat-0"}


def reference() -> Json:
    return {
        "region": REGION,
        "producer": {"project": PRODUCER, "network": {**NETWORK}, "services": {"hello": {**SERVICE}}},
        "consumers": {"consumer": {"project": CONSUMER, "endpoints": {"psc-endpoint": {"service": "hello"}}}},
    }


def test_of_the_reference_deployment_next_to_nothing_has_to_be_said(world: Worlds) -> None:
    assert written(world().deploy()) == reference()


def test_what_deviates_is_said_and_nothing_else(world: Worlds) -> None:
    here = world().deploy()
    attachment = at(here, f"{HERE}/serviceAttachments/hello-service-attachment")
    attachment["consumerAcceptLists"] = [{"projectIdOrNum": CONSUMER, "connectionLimit": 3}]
    attachment["consumerRejectLists"] = ["evil-project"]
    service = at(here, f"projects/{PRODUCER}/locations/{REGION}/services/hello-service")
    service["template"]["timeout"] = "60s"
    service["template"]["containers"][0]["env"] = [{"name": "LEVEL", "value": "debug"}]
    at(here, f"{HERE}/forwardingRules/hello-forwarding-rule")["portRange"] = "8080-8080"
    at(here, f"{HERE}/subnetworks/producer-subnet")["ipCidrRange"] = "10.0.8.0/24"
    at(here, f"{HERE}/backendServices/hello-backend-service")["logConfig"] = {"enable": True, "sampleRate": 1.0}
    at(here, f"projects/{CONSUMER}/zones/{REGION}-b/instances/test-vm")["machineType"] = "zones/x/machineTypes/e2-small"
    at(here, f"{THERE}/subnetworks/consumer-subnet")["logConfig"] = {"enable": False}
    here.grant(*here.invokers(), "user:ann@example.com")

    wanted = reference()
    wanted["producer"]["network"]["load_balancer_subnet"] = {"name": "producer-subnet", "range": "10.0.8.0/24"}
    wanted["producer"]["services"]["hello"] |= {
        "names": {"forwarding_rule": "hello-forwarding-rule"},
        "port": 8080,
        "env": {"LEVEL": "debug"},
        "timeout_seconds": 60,
        "invokers": ["consumer", "user:ann@example.com"],
        "accept": {"consumer": 3},
        "reject": ["evil-project"],
        "request_log": True,
    }
    wanted["consumers"]["consumer"] |= {"flow_logs": {"enabled": False}, "test_vm": {"machine_type": "e2-small"}}
    assert written(here) == wanted


def test_a_network_that_holds_more_is_taken_as_it_is(world: Worlds) -> None:
    here = world().deploy()
    for project, network in ((PRODUCER, "producer-vpc"), (CONSUMER, "consumer-vpc")):
        body = {
            "name": "apps",
            "network": f"projects/{project}/global/networks/{network}",
            "ipCidrRange": "10.9.0.0/24",
        }
        here.call("POST", f"/compute/v1/projects/{project}/regions/{REGION}/subnetworks", body)
    found = written(here)
    network = f"projects/{PRODUCER}/global/networks/producer-vpc"
    assert found["producer"]["network"] == {
        "existing": network,
        "load_balancer_subnet": {"existing": f"{HERE}/subnetworks/producer-subnet"},
        "proxy_only_subnet": {"existing": True},
    }
    assert found["producer"]["services"]["hello"]["nat_subnets"] == [f"{HERE}/subnetworks/hello-service-nat-0"]
    consumer = found["consumers"]["consumer"]
    assert consumer["network"]["subnet"] == {"existing": f"{THERE}/subnetworks/consumer-subnet"}
    assert "test_vm" not in consumer
    assert consumer["endpoints"]["psc-endpoint"]["address"] == "10.1.0.5"


def test_audiences_are_said_by_their_key(world: Worlds) -> None:
    here = world().deploy()
    service = at(here, f"projects/{PRODUCER}/locations/{REGION}/services/hello-service")
    service |= {"customAudiences": ["https://hello.example.com"], "defaultUriDisabled": True}
    found = smallest(discovered(here).settings, as_loaded)["producer"]["services"]["hello"]
    assert (found["audiences"], found["default_url"]) == (["https://hello.example.com"], False)


def test_a_service_with_what_no_key_says_is_taken_as_it_is(world: Worlds) -> None:
    here = world().deploy()
    service = at(here, f"projects/{PRODUCER}/locations/{REGION}/services/hello-service")
    service["description"] = "made by hand"
    found = discovered(here)
    assert any("no key says description" in note for note in found.notes)
    assert smallest(found.settings, as_loaded)["producer"]["services"]["hello"] == {"run_service": "hello-service"}


@pytest.mark.parametrize(
    ("path", "change", "says"),
    [
        (f"{HERE}/serviceAttachments/hello-service-attachment", {"domainNames": ["a.example.com."]}, "has domainNames"),
        (f"{HERE}/serviceAttachments/hello-service-attachment", {"enableProxyProtocol": True}, "enableProxyProtocol"),
    ],
)
def test_what_no_configuration_says_is_refused_by_name(path: str, change: Json, says: str, world: Worlds) -> None:
    here = world().deploy()
    at(here, path).update(change)
    (said,) = discovered(here).unsaid
    assert "hello-service-attachment" in said
    assert says in said


def test_a_load_balancer_with_routes_is_published_as_it_is(world: Worlds) -> None:
    here = world().deploy()
    at(here, f"{HERE}/urlMaps/hello-url-map")["pathMatchers"] = [{"name": "a"}]
    found = discovered(here)
    assert any("its URL map hello-url-map has pathMatchers" in note for note in found.notes)
    service = smallest(found.settings, as_loaded)["producer"]["services"]["hello"]
    assert service["forwarding_rule"] == f"{HERE}/forwardingRules/hello-forwarding-rule"
    assert service["url"].startswith("https://")


@pytest.mark.parametrize(
    ("path", "change", "says"),
    [
        ("forwardingRules/hello-forwarding-rule", {"description": "Terraform managed."},
         "hello-forwarding-rule has description, without which Terraform would make it anew"),
        ("targetHttpProxies/hello-http-proxy", {"httpKeepAliveTimeoutSec": 600}, "hello-http-proxy has http"),
        ("networkEndpointGroups/hello-serverless-neg", {"annotations": {"a": "b"}}, "hello-serverless-neg has annot"),
        ("backendServices/hello-backend-service", {"protocol": "HTTPS"}, "has the protocol HTTPS"),
        ("backendServices/hello-backend-service", {"localityLbPolicy": "RANDOM"}, "has the localityLbPolicy RANDOM"),
    ],
)  # fmt: skip
def test_a_load_balancer_that_would_be_made_anew_is_published_as_it_is(
    path: str, change: Json, says: str, world: Worlds
) -> None:
    here = world().deploy()
    at(here, f"{HERE}/{path}").update(change)
    found = discovered(here)
    assert any(says in note for note in found.notes), found.notes
    assert "forwarding_rule" in smallest(found.settings, as_loaded)["producer"]["services"]["hello"]


def test_texts_that_can_be_taken_out_in_place_are_nothing_to_say(world: Worlds) -> None:
    here = world().deploy()
    for path in ("urlMaps/hello-url-map", "backendServices/hello-backend-service"):
        at(here, f"{HERE}/{path}")["description"] = "Terraform managed."
    assert written(here) == reference()


def test_subnets_that_others_described_stay_theirs(world: Worlds) -> None:
    here = world().deploy()
    at(here, f"{HERE}/subnetworks/producer-subnet")["description"] = "Terraform managed."
    at(here, f"{THERE}/subnetworks/consumer-subnet")["description"] = "Terraform managed."
    found = written(here)
    assert found["producer"]["network"]["existing"] == f"projects/{PRODUCER}/global/networks/producer-vpc"
    assert found["consumers"]["consumer"]["network"]["existing"] == f"projects/{CONSUMER}/global/networks/consumer-vpc"


@pytest.mark.parametrize("path", ["forwardingRules/psc-endpoint", "addresses/psc-endpoint-ip"])
def test_an_endpoint_that_would_be_made_anew_is_left_as_it_is(path: str, world: Worlds) -> None:
    here = world().deploy()
    at(here, f"{THERE}/{path}")["description"] = "Terraform managed."
    (said,) = discovered(here).unsaid
    assert said.startswith("the endpoint psc-endpoint is left as it is: psc-endpoint")
    assert "would make it anew" in said


@pytest.mark.parametrize(
    "gone",
    [
        f"{HERE}/forwardingRules/hello-forwarding-rule", f"{HERE}/targetHttpProxies/hello-http-proxy",
        f"{HERE}/urlMaps/hello-url-map", f"{HERE}/backendServices/hello-backend-service",
        f"{HERE}/networkEndpointGroups/hello-serverless-neg",
    ],
)  # fmt: skip
def test_a_chain_that_is_broken_is_told_where(gone: str, world: Worlds) -> None:
    here = world().deploy()
    del here.cloud.compute[gone]
    (said,) = discovered(here).unsaid
    assert said.startswith("the load balancer ")
    assert f"of hello-service-attachment: {gone} is not there; " in said


def test_an_endpoint_without_a_reserved_address_is_refused_with_the_command(world: Worlds) -> None:
    here = world().deploy()
    del here.cloud.compute[f"{THERE}/addresses/psc-endpoint-ip"]
    (said,) = discovered(here).unsaid
    assert "gcloud compute addresses create psc-endpoint-ip --addresses=10.1.0.5" in said


def test_nothing_there_is_told_for_each_side(world: Worlds) -> None:
    here = world()
    for project in (PRODUCER, CONSUMER):
        here.enable(project, "compute.googleapis.com")
    assert discovered(here).unsaid == [
        f"{CONSUMER}: there is no endpoint in {REGION}",
        f"{PRODUCER}: there is no service attachment in {REGION}",
    ]


def test_a_consumer_alone_points_at_the_attachment_of_others(world: Worlds) -> None:
    here = world().deploy()
    place = Place(project=CONSUMER, number="", reader=Reader(Client(here, ELSEWHERE, lambda _: None)))
    found = discover(REGION, None, {"consumer": place})
    assert found.unsaid == []
    assert smallest(found.settings, as_loaded)["consumers"]["consumer"]["endpoints"] == {
        "psc-endpoint": {"service_attachment": f"{HERE}/serviceAttachments/hello-service-attachment"}
    }


def test_what_is_printed_has_no_command_of_a_ci_system() -> None:
    settings = {"env": {"A": "x\n\n::error::y\n", "B": "a ##[error]b", "##vso[c": "é"}}
    said = _text(settings, ["note\n::error::z"])
    assert yaml.safe_load(said) == settings
    assert not re.search(r"^\s*::|##[a-z]*\[", said, re.MULTILINE)
