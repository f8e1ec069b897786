"""The life of a connection: who is accepted, who is cut, and what belongs to which attachment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.conftest import (
    CONSUMER,
    CONSUMER_NETWORK,
    NUMBERS,
    Api,
    attachment,
    endpoint,
    good,
    internal,
    link,
    second_rule,
)

ATTACHMENT = "hello-service-attachment"


def status(api: Api, name: str = "psc-endpoint") -> str:
    """What the endpoint's side sees; the producer's side must see the same."""
    seen = api.get("forwardingRules", name, CONSUMER)
    published = api.get("serviceAttachments", ATTACHMENT)
    ids = {each["pscConnectionId"]: each["status"] for each in published.get("connectedEndpoints", [])}
    if published.get("id") and seen["pscConnectionStatus"] != "CLOSED":
        assert ids[seen["pscConnectionId"]] == seen["pscConnectionStatus"]
    return str(seen["pscConnectionStatus"])


def connected(api: Api) -> list[Any]:
    """What the producer's side sees."""
    seen: list[Any] = api.get("serviceAttachments", ATTACHMENT)["connectedEndpoints"]
    return seen


def lists(api: Api, **more: Any) -> None:
    """Change the attachment's lists."""
    good(api.patch("serviceAttachments", ATTACHMENT, more))
    api.cloud.finish_all()


def second_endpoint(api: Api) -> None:
    """Another endpoint of the same consumer."""
    good(api.insert("addresses", internal("second-ip", "10.1.0.6"), CONSUMER))
    address = link("addresses", "second-ip", CONSUMER)
    good(api.insert("forwardingRules", endpoint("second", IPAddress=address), CONSUMER))
    api.cloud.finish_all()


@pytest.mark.parametrize("name", [CONSUMER, NUMBERS[CONSUMER]])
def test_a_project_is_accepted_by_id_or_number(name: str, deployed: Api) -> None:
    lists(deployed, consumerAcceptLists=[{"projectIdOrNum": name, "connectionLimit": 1}])
    assert status(deployed) == "ACCEPTED"


def test_a_network_is_accepted_by_its_link(deployed: Api) -> None:
    lists(deployed, consumerAcceptLists=[{"networkUrl": CONSUMER_NETWORK, "connectionLimit": 1}])
    assert status(deployed) == "ACCEPTED"


def test_an_endpoint_is_accepted_by_its_number(deployed: Api) -> None:
    second_endpoint(deployed)
    linked = deployed.get("forwardingRules", "second", CONSUMER)["selfLinkWithId"]
    lists(deployed, consumerAcceptLists=[{"endpointUrl": linked, "connectionLimit": 1}])
    assert (status(deployed), status(deployed, "second")) == ("PENDING", "ACCEPTED")
    by_name = {each["endpoint"].rpartition("/")[2]: each for each in connected(deployed)}
    assert by_name["second"]["endpointWithId"] == linked


def test_on_both_lists_it_is_rejected(deployed: Api) -> None:
    lists(deployed, consumerRejectLists=[CONSUMER])
    assert status(deployed) == "REJECTED"


def test_taken_off_the_accept_list_it_is_cut_with_reconcile(deployed: Api) -> None:
    lists(deployed, consumerAcceptLists=[])
    assert status(deployed) == "PENDING"


def test_taken_off_the_accept_list_it_stays_without_reconcile(deployed: Api) -> None:
    lists(deployed, reconcileConnections=False)
    lists(deployed, consumerAcceptLists=[])
    assert status(deployed) == "ACCEPTED"


def test_on_the_reject_list_it_is_rejected_and_comes_back(deployed: Api) -> None:
    accepted = deployed.get("serviceAttachments", ATTACHMENT)["consumerAcceptLists"]
    lists(deployed, consumerAcceptLists=[], consumerRejectLists=[CONSUMER])
    assert status(deployed) == "REJECTED"
    lists(deployed, consumerAcceptLists=accepted, consumerRejectLists=[])
    assert status(deployed) == "ACCEPTED"


def test_beyond_the_limit_it_waits_until_there_is_room(deployed: Api) -> None:
    lists(deployed, consumerAcceptLists=[{"projectIdOrNum": CONSUMER, "connectionLimit": 1}])
    second_endpoint(deployed)
    assert status(deployed, "second") == "PENDING"
    good(deployed.delete("forwardingRules", "psc-endpoint", CONSUMER))
    deployed.cloud.finish_all()
    assert status(deployed, "second") == "ACCEPTED"


def test_a_raised_limit_lets_the_waiting_one_in(deployed: Api) -> None:
    lists(deployed, consumerAcceptLists=[{"projectIdOrNum": CONSUMER, "connectionLimit": 1}])
    second_endpoint(deployed)
    lists(deployed, consumerAcceptLists=[{"projectIdOrNum": CONSUMER, "connectionLimit": 2}])
    assert (status(deployed), status(deployed, "second")) == ("ACCEPTED", "ACCEPTED")


def test_an_attachment_made_anew_does_not_know_the_connections_of_its_namesake(deployed: Api) -> None:
    good(deployed.delete("serviceAttachments", ATTACHMENT))
    deployed.cloud.finish_all()
    assert status(deployed) == "CLOSED"
    good(deployed.insert("serviceAttachments", attachment()))
    deployed.cloud.finish_all()
    assert status(deployed) == "CLOSED"
    assert "connectedEndpoints" not in deployed.get("serviceAttachments", ATTACHMENT)


def test_the_id_of_a_connection_stays_whatever_becomes_of_it(deployed: Api) -> None:
    before = deployed.get("forwardingRules", "psc-endpoint", CONSUMER)["pscConnectionId"]
    lists(deployed, consumerAcceptLists=[])
    lists(deployed, consumerAcceptLists=[{"projectIdOrNum": CONSUMER, "connectionLimit": 3}])
    assert deployed.get("forwardingRules", "psc-endpoint", CONSUMER)["pscConnectionId"] == before


def test_an_attachment_is_pointed_at_another_rule_without_losing_anybody(deployed: Api) -> None:
    good(second_rule(deployed, portRange="81"))
    deployed.cloud.finish_all()
    lists(deployed, targetService=link("forwardingRules", "second-rule"))
    assert status(deployed) == "ACCEPTED"
    good(deployed.delete("forwardingRules", "hello-forwarding-rule"))
