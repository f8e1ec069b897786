"""The stand-in asked without HTTP: one call in, one answer out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from standin import router
from standin.cloud import Cloud
from standin.message import Json
from standin.router import Answer

PRODUCER, CONSUMER = "producer-project", "consumer-project"
NUMBERS = {PRODUCER: "111111111111", CONSUMER: "222222222222"}
REGION = "asia-northeast1"
HERE = f"regions/{REGION}"
ELSEWHERE = "regions/europe-west1"
RUN = f"/run/v2/projects/{PRODUCER}/locations/{REGION}/services"


class Api:
    """A cloud of two projects, and the calls that tests make of it."""

    def __init__(self) -> None:
        self.cloud = Cloud(NUMBERS)
        for project in self.cloud.projects.values():
            project.apis |= {"compute.googleapis.com", "run.googleapis.com", "secretmanager.googleapis.com"}

    def call(self, method: str, path: str, body: Json | None = None) -> Answer:
        """One request."""
        content = b"" if body is None else json.dumps(body).encode()
        return router.answer(self.cloud, method, path, content, {"Content-Type": "application/json"})

    def insert(self, collection: str, body: Json, project: str = PRODUCER, scope: str = HERE) -> Answer:
        """Create a resource of Compute Engine."""
        return self.call("POST", f"/compute/v1/projects/{project}/{scope}/{collection}", body)

    def patch(self, collection: str, name: str, body: Json, project: str = PRODUCER) -> Answer:
        """Patch a regional resource, with its present fingerprint."""
        path = f"/compute/v1/projects/{project}/{HERE}/{collection}/{name}"
        fingerprint = self.call("GET", path).body.get("fingerprint", "")
        return self.call("PATCH", path, body | {"fingerprint": fingerprint})

    def post(self, collection: str, name: str, verb: str, body: Json, project: str = PRODUCER) -> Answer:
        """A method with a name of its own."""
        return self.call("POST", f"/compute/v1/projects/{project}/{HERE}/{collection}/{name}/{verb}", body)

    def delete(self, collection: str, name: str, project: str = PRODUCER, scope: str = HERE) -> Answer:
        """Delete a resource of Compute Engine."""
        return self.call("DELETE", f"/compute/v1/projects/{project}/{scope}/{collection}/{name}")

    def get(self, collection: str, name: str, project: str = PRODUCER, scope: str = HERE) -> Json:
        """A resource as it is now."""
        return self.call("GET", f"/compute/v1/projects/{project}/{scope}/{collection}/{name}").body

    def service(self, name: str = "hello-service", **template: Any) -> Answer:
        """Create a Cloud Run service."""
        container = {"image": "us-docker.pkg.dev/cloudrun/container/hello"} | template.pop("container", {})
        ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY"
        body = {"ingress": ingress, "template": {"containers": [container]} | template}
        return self.call("POST", f"{RUN}?serviceId={name}", body)


# A rule's name → a call that it refuses, and words of the refusal.
Rows = dict[str, tuple[Callable[[Api], Answer], str]]


def link(collection: str, name: str, project: str = PRODUCER, scope: str = HERE) -> str:
    """What refers to a resource."""
    return f"projects/{project}/{scope}/{collection}/{name}"


NETWORK = link("networks", "producer-vpc", scope="global")
CONSUMER_NETWORK = link("networks", "consumer-vpc", CONSUMER, "global")


def subnet(name: str, range_: str, network: str = NETWORK, **more: Any) -> Json:
    """A subnet's body."""
    return {"name": name, "network": network, "ipCidrRange": range_} | more


def rule(name: str = "hello-forwarding-rule", **more: Any) -> Json:
    """The body of the load balancer's forwarding rule; None as a value takes a field away."""
    body = {
        "name": name,
        "loadBalancingScheme": "INTERNAL_MANAGED",
        "network": NETWORK,
        "subnetwork": link("subnetworks", "producer-subnet"),
        "portRange": "80",
        "target": link("targetHttpProxies", "hello-http-proxy"),
    } | more
    return {key: value for key, value in body.items() if value is not None}


def second_rule(api: Api, **more: Any) -> Answer:
    """Create another rule of the load balancer."""
    return api.insert("forwardingRules", rule("second-rule", **more))


def internal(name: str, address: str, subnet: str = "consumer-subnet", project: str = CONSUMER) -> Json:
    """The body of a reserved internal address."""
    within = link("subnetworks", subnet, project)
    return {"name": name, "addressType": "INTERNAL", "address": address, "subnetwork": within}


def attachment(name: str = "hello-service-attachment", **more: Any) -> Json:
    """A service attachment's body."""
    return {
        "name": name,
        "targetService": link("forwardingRules", "hello-forwarding-rule"),
        "natSubnets": [link("subnetworks", "producer-psc-subnet")],
        "connectionPreference": "ACCEPT_MANUAL",
        "reconcileConnections": True,
        "consumerAcceptLists": [{"projectIdOrNum": CONSUMER, "connectionLimit": 10}],
    } | more


def endpoint(name: str = "psc-endpoint", **more: Any) -> Json:
    """The body of a PSC endpoint."""
    return {
        "name": name,
        "network": CONSUMER_NETWORK,
        "IPAddress": link("addresses", "psc-endpoint-ip", CONSUMER),
        "target": link("serviceAttachments", "hello-service-attachment"),
    } | more


def good(answer: Answer) -> Json:
    """The body of an answer that must be a success."""
    assert answer.code == 200, answer.body
    return answer.body


@pytest.fixture
def api() -> Api:
    """A cloud with the reference deployment's networks and nothing in them."""
    api = Api()
    for project, name in ((PRODUCER, "producer-vpc"), (CONSUMER, "consumer-vpc")):
        good(api.insert("networks", {"name": name, "autoCreateSubnetworks": False}, project, "global"))
    good(api.insert("subnetworks", subnet("producer-subnet", "10.0.1.0/24")))
    good(
        api.insert(
            "subnetworks",
            subnet("producer-proxy-subnet", "10.0.2.0/24", purpose="REGIONAL_MANAGED_PROXY", role="ACTIVE"),
        )
    )
    good(api.insert("subnetworks", subnet("producer-psc-subnet", "10.0.3.0/24", purpose="PRIVATE_SERVICE_CONNECT")))
    good(api.insert("subnetworks", subnet("consumer-subnet", "10.1.0.0/24", CONSUMER_NETWORK), CONSUMER))
    api.cloud.finish_all()
    return api


@pytest.fixture
def deployed(api: Api) -> Api:
    """The whole reference deployment, made through the API."""
    good(api.service())
    group = {
        "name": "hello-serverless-neg",
        "networkEndpointType": "SERVERLESS",
        "cloudRun": {"service": "hello-service"},
    }
    good(api.insert("networkEndpointGroups", group))
    backend = {
        "name": "hello-backend-service",
        "loadBalancingScheme": "INTERNAL_MANAGED",
        "protocol": "HTTP",
        "backends": [{"group": link("networkEndpointGroups", "hello-serverless-neg"), "capacityScaler": 1.0}],
    }
    good(api.insert("backendServices", backend))
    good(
        api.insert(
            "urlMaps", {"name": "hello-url-map", "defaultService": link("backendServices", "hello-backend-service")}
        )
    )
    good(api.insert("targetHttpProxies", {"name": "hello-http-proxy", "urlMap": link("urlMaps", "hello-url-map")}))
    good(api.insert("forwardingRules", rule()))
    good(api.insert("serviceAttachments", attachment()))
    good(api.insert("addresses", internal("psc-endpoint-ip", "10.1.0.5"), CONSUMER))
    good(api.insert("forwardingRules", endpoint(), CONSUMER))
    api.cloud.finish_all()
    return api
