"""The rules that the constructs and the stand-in both state, without sharing code, judge alike at every bound."""

from __future__ import annotations

from itertools import product

import pytest

from cloudrun_psc.rules import connections, instance_sizes, names, ranges
from standin.router import Answer
from tests.standin.conftest import CONSUMER, Api, attachment, good, internal, subnet


def alike(early: object, answer: Answer) -> bool:
    """Whether both take a value or both refuse it; `early` is the constructs' fault, if any."""
    assert answer.code in {200, 400}, answer.body
    return (early is None) == (answer.code == 200)


RANGES = ["10.0.9.0/24", "10.0.9.0/26", "10.0.9.0/27", "10.0.9.0/29", "10.0.9.0/30", "10.0.9.5/24", "10.0.9.0", "x"]
RANGES += ["0.0.0.0/8", "127.0.0.0/24", "169.254.0.0/24", "224.0.0.0/4", "199.36.153.8/30", "fd00::/64"]


@pytest.mark.parametrize("range_", RANGES)
def test_ranges(range_: str, api: Api) -> None:
    assert alike(ranges.subnet_range(range_), api.insert("subnetworks", subnet("new", range_)))
    proxies = subnet("backup", range_, purpose="REGIONAL_MANAGED_PROXY", role="BACKUP")
    api.delete("subnetworks", "new")
    api.cloud.finish_all()
    assert alike(ranges.subnet_range(range_, ranges.PROXY_ONLY_PREFIX), api.insert("subnetworks", proxies))


@pytest.mark.parametrize("last", [0, 1, 2, 253, 254, 255])
def test_addresses(last: int, api: Api) -> None:
    early = ranges.address_in_subnet(f"10.1.0.{last}", "10.1.0.0/24")
    assert alike(early, api.insert("addresses", internal("new", f"10.1.0.{last}"), CONSUMER))


CPUS = ("79m", "80m", "499m", "500m", "999m", "1", "1500m", "2", "3", "4", "6", "8", "16")
MEMORY = (
    "127Mi",
    "128Mi",
    "512Mi",
    "513Mi",
    "1Gi",
    "1025Mi",
    "2Gi",
    "4Gi",
    "5Gi",
    "8Gi",
    "9Gi",
    "16Gi",
    "24Gi",
    "33Gi",
)


@pytest.mark.parametrize(("cpu", "memory"), list(product(CPUS, MEMORY)))
def test_sizes_of_instances(cpu: str, memory: str, api: Api) -> None:
    size = {"resources": {"limits": {"cpu": cpu, "memory": memory}}}
    early = instance_sizes.cpu(cpu) or instance_sizes.memory(memory, cpu)
    assert alike(early, api.service(container=size, maxInstanceRequestConcurrency=1))
    if early is None:
        early = instance_sizes.concurrency(2, cpu)
        assert alike(early, api.service("second", container=size, maxInstanceRequestConcurrency=2))


@pytest.mark.parametrize("text", ["a", "A", "a-1", "a_1", "1a", "-a", "a b", "a" * 63, "a" * 64, "日本"])
def test_labels(text: str, api: Api) -> None:
    good(api.insert("addresses", internal("labelled", "10.1.0.9"), CONSUMER))
    for early, labels in ((names.label_key(text), {text: ""}), (names.label_value(text), {"k": text})):
        api.cloud.finish_all()
        fingerprint = api.get("addresses", "labelled", CONSUMER)["labelFingerprint"]
        sent = {"labels": labels, "labelFingerprint": fingerprint}
        assert alike(early, api.post("addresses", "labelled", "setLabels", sent, CONSUMER))


@pytest.mark.parametrize("text", ["a", "A", "a-1", "a-", "1a", "a_1", "a" * 49, "a" * 50, "a" * 63, "a" * 64])
def test_names(text: str, api: Api) -> None:
    assert alike(names.resource_name(text), api.insert("networks", {"name": text}, scope="global"))
    assert alike(names.cloud_run_name(text), api.service(text))


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_limits_and_automatic_acceptance(limit: int, deployed: Api) -> None:
    entries = {"consumerAcceptLists": [{"projectIdOrNum": CONSUMER, "connectionLimit": limit}]}
    name = attachment()["name"]
    assert alike(connections.connection_limit(limit), deployed.patch("serviceAttachments", name, entries))
    for lists in ({}, entries) if limit else ():
        body = {"connectionPreference": "ACCEPT_AUTOMATIC", "consumerAcceptLists": [], **lists}
        early = connections.preference("ACCEPT_AUTOMATIC", has_lists=bool(lists))
        deployed.cloud.finish_all()
        assert alike(early, deployed.patch("serviceAttachments", name, body))
