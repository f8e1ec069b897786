"""What ranges and addresses may be, beyond the one row that each rule has."""

from __future__ import annotations

import pytest

from tests.standin.conftest import CONSUMER, Api, good, internal, subnet


@pytest.mark.parametrize(
    ("range_", "words"),
    [
        ("10.0.9.5/24", "no host bits"),
        ("fd00::/64", "Must be an IPv4"),
        ("169.254.0.0/24", "prohibited"),
        ("nonsense", "Must be a CIDR address range"),
        ("", "Must be a CIDR address range"),
    ],
)
def test_a_range_that_is_none(range_: str, words: str, api: Api) -> None:
    refused = api.insert("subnetworks", subnet("new", range_))
    assert refused.code == 400
    assert words in refused.body["error"]["message"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.1.0.0", "reserved"),
        ("10.1.0.1", "reserved"),
        ("10.1.0.254", "reserved"),
        ("10.1.0.255", "reserved"),
        ("10.1.1.5", "outside"),
        ("nonsense", "outside"),
    ],
)
def test_an_address_that_cannot_be_reserved(address: str, words: str, api: Api) -> None:
    refused = api.insert("addresses", internal("new", address), CONSUMER)
    assert refused.code == 400
    assert words in refused.body["error"]["message"]


def test_a_widened_subnet_keeps_what_it_holds(api: Api) -> None:
    good(api.post("subnetworks", "producer-subnet", "expandIpCidrRange", {"ipCidrRange": "10.0.0.0/23"}))
    assert api.get("subnetworks", "producer-subnet")["ipCidrRange"] == "10.0.0.0/23"


def test_a_backup_takes_over_from_the_active_proxy_only_subnet(api: Api) -> None:
    body = subnet("backup", "10.0.9.0/24", purpose="REGIONAL_MANAGED_PROXY", role="BACKUP")
    good(api.insert("subnetworks", body))
    api.cloud.finish_all()
    good(api.patch("subnetworks", "backup", {"role": "ACTIVE"}))
    api.cloud.finish_all()
    assert api.get("subnetworks", "backup")["role"] == "ACTIVE"
    assert api.get("subnetworks", "producer-proxy-subnet")["role"] == "BACKUP", "one is active at a time"
