"""Subnets have an address for each load balancer, endpoint and test VM, also where several sides share one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.loading import load
from config.problems import ConfigurationError
from tests.conftest import REFERENCE

NETWORK = "projects/net-host/global/networks/shared"
SUBNET = "projects/net-host/regions/asia-northeast1/subnetworks/apps"
ATTACHMENT = "projects/their-project/regions/asia-northeast1/serviceAttachments/a"
RULE = "projects/producer-project/regions/asia-northeast1/forwardingRules"


def _consumer(key: str, first: int, last: int, subnet: dict[str, Any], **test_vm: Any) -> dict[str, Any]:
    """A consumer with an endpoint at each of the addresses 10.9.0.`first` to `last`."""
    endpoint = {"service_attachment": ATTACHMENT, "url": "https://a.example.com", "global_access": True}
    network: dict[str, Any] = {"existing": NETWORK, "subnet": subnet} if "existing" in subnet else {"subnet": subnet}
    return {
        "project": f"{key}-project",
        "network": copy.deepcopy(network),
        "endpoints": {f"e{at}": endpoint | {"address": f"10.9.0.{at}"} for at in range(first, last + 1)},
        "test_vm": {"firewall_name": f"{key}-ssh"} | (test_vm or {"enabled": False}),
    }


def _producer(*, own: int, others: int) -> dict[str, Any]:
    """A producer in a shared subnet with load balancers of its own and of others."""
    services: dict[str, Any] = {f"own{at}": {"nat_ranges": [f"10.20.{at}.0/24"]} for at in range(own)}
    for at in range(others):
        there = {"forwarding_rule": f"{RULE}/r{at}", "url": "https://a.example.com"}
        services[f"other{at}"] = {"nat_ranges": [f"10.30.{at}.0/24"]} | there
    subnets = {"load_balancer_subnet": {"existing": SUBNET, "range": "10.9.0.0/29"}}
    network = {"existing": NETWORK, "proxy_only_subnet": {"existing": True}} | subnets
    return {"project": "producer-project", "network": network, "services": services}


SHARED, SAME = {"existing": SUBNET, "range": "10.9.0.0/29"}, {"existing": SUBNET}
MADE = {"range": "10.9.0.0/29"}
ELSEWHERE = {"zone": "us-central1-a", "subnet_range": "10.8.0.0/29"}
FULL = "10.9.0.0/29 has 4 addresses for "
CASES: list[tuple[dict[str, Any], str]] = [
    ({"consumers": {"a": _consumer("one", 2, 3, SHARED), "b": _consumer("two", 4, 5, SHARED)}}, ""),
    (
        {"consumers": {"a": _consumer("one", 2, 3, SHARED), "b": _consumer("two", 4, 5, SHARED, enabled=True)}},
        FULL + "2 endpoints of a and 2 endpoints and the test VM of b, which take 5",
    ),
    (
        {"consumers": {"a": _consumer("one", 2, 3, SAME), "b": _consumer("two", 4, 5, SHARED, enabled=True)}},
        FULL + "2 endpoints of a and 2 endpoints and the test VM of b, which take 5",
    ),
    ({"producer": _producer(own=2, others=0), "consumers": {"a": _consumer("one", 2, 3, SHARED)}}, ""),
    (
        {"producer": _producer(own=3, others=0), "consumers": {"a": _consumer("one", 2, 3, SHARED)}},
        FULL + "3 load balancers of the producer and 2 endpoints of a, which take 5",
    ),
    ({"producer": _producer(own=4, others=2)}, ""),
    ({"consumers": {"a": _consumer("one", 2, 5, MADE, **ELSEWHERE)}}, ""),
    ({"consumers": {"a": _consumer("one", 2, 4, MADE, enabled=True), "b": _consumer("two", 2, 5, MADE)}}, ""),
]


@pytest.mark.parametrize(("configuration", "told"), CASES)
def test_a_subnet_has_an_address_for_everything(configuration: dict[str, Any], told: str, tmp_path: Path) -> None:
    file = tmp_path / "tried.yaml"
    file.write_text(yaml.safe_dump(configuration))
    if not told:
        load(REFERENCE, {"PSC_CONFIG": str(file)})
        return
    with pytest.raises(ConfigurationError) as refusal:
        load(REFERENCE, {"PSC_CONFIG": str(file)})
    assert told in str(refusal.value)
