"""The rules of Private Service Connect: lists, limits, preference, self links."""

from __future__ import annotations

import pytest

from cloudrun_psc.rules import connections

LINK = "projects/my-producer/regions/us-east1/serviceAttachments/hello-service-attachment"


@pytest.mark.parametrize("value", [1, 10, 2**31 - 1])
def test_a_limit_is_one_or_more(value: int) -> None:
    assert connections.connection_limit(value) is None


@pytest.mark.parametrize(
    ("value", "remedy"), [(0, "to let nobody in, leave the entry out"), (-1, "to let"), (2**31, "lower")]
)
def test_another_limit_is_refused(value: int, remedy: str) -> None:
    fault = connections.connection_limit(value)
    assert fault is not None
    assert fault.wrong == f"{value} is not a connection limit"
    assert fault.remedy.startswith(remedy)


def test_a_list_takes_projects_or_networks() -> None:
    network = "projects/my-consumer/global/networks/vpc"
    for good in ("my-consumer", network, f"https://www.googleapis.com/compute/v1/{network}"):
        assert connections.consumer(good) is None
    for bad in ("123456789", "Mine", "projects/x/y", f"{network}/z", "https://example.com/" + network):
        assert connections.consumer(bad) is not None, bad
    assert connections.one_kind([]) is None
    assert connections.one_kind(["my-consumer", "other-consumer"]) is None
    assert connections.one_kind([network]) is None
    fault = connections.one_kind(["my-consumer", *(f"other-consumer-{number}" for number in range(100)), network])
    assert fault is not None
    assert fault.sentence() == (
        f"projects and networks are mixed: my-consumer, {network}; allowed: one kind for both lists; "
        "name every consumer by project, or every one by network"
    )


def test_automatic_acceptance_goes_without_lists() -> None:
    assert connections.preference("ACCEPT_MANUAL", has_lists=True) is None
    assert connections.preference("ACCEPT_AUTOMATIC", has_lists=False) is None
    fault = connections.preference("ACCEPT_AUTOMATIC", has_lists=True)
    assert fault is not None
    assert "Google refuses it" in fault.wrong
    assert connections.preference("ACCEPT", has_lists=False) is not None


@pytest.mark.parametrize(
    "value",
    [LINK, f"https://www.googleapis.com/compute/v1/{LINK}", f"https://compute.googleapis.com/compute/beta/{LINK}"],
)
def test_a_self_link_is_taken_in_each_spelling(value: str) -> None:
    assert connections.service_attachment(value) is None
    assert connections.service_attachment(value, within="us-east1") is None


@pytest.mark.parametrize(
    "value",
    ["", "hello-service-attachment", LINK.replace("serviceAttachments", "forwardingRules"), f"{LINK}?x", f"{LINK}\n",
     f"http://www.googleapis.com/compute/v1/{LINK}", f"https://example.com/compute/v1/{LINK}", f"/{LINK}",
     "projects/my-producer/serviceAttachments/a", LINK.replace("us-east1", "us-east1-b")],
)  # fmt: skip
def test_another_link_is_refused(value: str) -> None:
    fault = connections.service_attachment(value)
    assert fault is not None
    assert "is not a service attachment's self link" in fault.wrong
    assert "<service>_service_attachment_self_link" in fault.remedy


def test_an_attachment_in_another_region_is_refused() -> None:
    fault = connections.service_attachment(LINK, within="asia-northeast1")
    assert fault is not None
    assert fault.sentence() == (
        "the attachment is in us-east1, the endpoint would be in asia-northeast1; "
        "allowed: endpoint, its subnet and the attachment in one region; "
        "deploy the consumer in us-east1, or take an attachment in asia-northeast1"
    )
