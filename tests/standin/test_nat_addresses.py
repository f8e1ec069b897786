"""The addresses that connections come from: one each, kept, freed, and what happens when they run out."""

from __future__ import annotations

from typing import Any

from standin.message import Json
from tests.standin.conftest import (
    CONSUMER,
    HERE,
    PRODUCER,
    Api,
    endpoint,
    good,
    internal,
    link,
    subnet,
)

ATTACHMENT = "hello-service-attachment"


def connected(api: Api, query: str = "?showNatIps=true") -> list[Json]:
    """The connections of the attachment."""
    path = f"/compute/v1/projects/{PRODUCER}/{HERE}/serviceAttachments/{ATTACHMENT}{query}"
    listed: list[Json] = good(api.call("GET", path)).get("connectedEndpoints", [])
    return listed


def another(api: Api, number: int) -> None:
    """One more endpoint."""
    name = f"endpoint-{number}"
    good(api.insert("addresses", internal(f"{name}-ip", f"10.1.0.{10 + number}"), CONSUMER))
    body = endpoint(name, IPAddress=link("addresses", f"{name}-ip", CONSUMER))
    good(api.insert("forwardingRules", body, CONSUMER))
    api.cloud.finish_all()


def subnets(api: Api, *ranges: str) -> None:
    """Make NAT subnets of these ranges the attachment's."""
    links: list[Any] = []
    for number, range_ in enumerate(ranges):
        name = f"nat-{number}"
        if link("subnetworks", name) not in api.cloud.compute:
            good(api.insert("subnetworks", subnet(name, range_, purpose="PRIVATE_SERVICE_CONNECT")))
        links.append(link("subnetworks", name))
    api.cloud.finish_all()
    good(api.patch("serviceAttachments", ATTACHMENT, {"natSubnets": links}))
    api.cloud.finish_all()


def test_they_are_shown_to_those_who_ask(deployed: Api) -> None:
    assert [one["natIps"] for one in connected(deployed)] == [["10.0.3.2"]]
    assert "natIps" not in connected(deployed, "")[0]
    assert "natIps" not in connected(deployed, "?showNatIps=false")[0]


def test_each_connection_has_its_own_and_keeps_it(deployed: Api) -> None:
    another(deployed, 1)
    another(deployed, 2)
    assert [one["natIps"][0] for one in connected(deployed)] == ["10.0.3.2", "10.0.3.3", "10.0.3.4"]
    good(deployed.delete("forwardingRules", "endpoint-1", CONSUMER))
    deployed.cloud.finish_all()
    assert [one["natIps"][0] for one in connected(deployed)] == ["10.0.3.2", "10.0.3.4"]
    another(deployed, 3)
    assert [one["natIps"][0] for one in connected(deployed)] == ["10.0.3.2", "10.0.3.4", "10.0.3.3"]


def test_who_is_not_accepted_has_none(deployed: Api) -> None:
    good(deployed.patch("serviceAttachments", ATTACHMENT, {"consumerAcceptLists": []}))
    deployed.cloud.finish_all()
    assert [(one["status"], "natIps" in one) for one in connected(deployed)] == [("PENDING", False)]


def test_without_an_address_a_connection_needs_attention_until_there_is_one(deployed: Api) -> None:
    subnets(deployed, "10.0.7.0/29")
    for number in range(4):
        another(deployed, number)
    assert [one["status"] for one in connected(deployed)] == ["ACCEPTED"] * 4 + ["NEEDS_ATTENTION"]
    rule = deployed.get("forwardingRules", "endpoint-3", CONSUMER)
    assert rule["pscConnectionStatus"] == "NEEDS_ATTENTION"
    subnets(deployed, "10.0.7.0/29", "10.0.8.0/24")
    assert [one["status"] for one in connected(deployed)] == ["ACCEPTED"] * 5
    assert connected(deployed)[-1]["natIps"] == ["10.0.8.2"]


def test_another_subnet_gives_other_addresses(deployed: Api) -> None:
    subnets(deployed, "10.0.9.0/24")
    assert [one["natIps"] for one in connected(deployed)] == [["10.0.9.2"]]


def test_one_that_waits_for_an_address_counts_for_its_limit(deployed: Api) -> None:
    subnets(deployed, "10.0.7.0/29")
    for number in range(10):
        another(deployed, number)
    statuses = [one["status"] for one in connected(deployed)]
    assert statuses.count("NEEDS_ATTENTION") == 6
    assert statuses.count("PENDING") == 1, "the eleventh, of ten"
