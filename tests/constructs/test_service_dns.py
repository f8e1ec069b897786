"""ServiceDns: a zone of exactly the host and no more, or a record in a zone that exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import ConsumerNetwork, ServiceDns
from cloudrun_psc.rules import dns as rules
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]
ZONE, RECORD = "google_dns_managed_zone.shop", "google_dns_record_set.shop"


def dns(stack: TerraformStack, **more: Any) -> ServiceDns:
    network = ConsumerNetwork(stack, "net", project="our-project", region="europe-west1")
    arguments: dict[str, Any] = {"host": "a.b.example.com", "ip_address": "10.1.0.5", "zone_name": "shop-zone"} | more
    return ServiceDns(stack, "dns", network=network, address="shop", **arguments)


def test_a_zone_is_private_and_of_just_the_host(stack: TerraformStack, resources: Resources) -> None:
    dns(stack)
    made = resources()
    zone, record = made[ZONE], made[RECORD]
    assert (zone["dns_name"], zone["visibility"]) == ("a.b.example.com.", "private")
    assert zone["private_visibility_config"]["networks"] == [{"network_url": "${google_compute_network.network.id}"}]
    assert zone["name"].startswith("shop-zone-")
    assert (record["name"], record["type"]) == ("a.b.example.com.", "A")
    assert record["rrdatas"] == ["10.1.0.5"]
    assert record["managed_zone"] == f"${{{ZONE}.name}}"
    assert zone["lifecycle"] == record["lifecycle"] == {"create_before_destroy": True}


def test_another_host_is_another_zone() -> None:
    names = {rules.zone_name("shop-zone", host) for host in ("a.example.com", "b.example.com")}
    assert len(names) == 2
    assert all(name.startswith("shop-zone-") for name in names)


def test_a_zone_of_others_is_read_and_gets_the_record(stack: TerraformStack, resources: Resources) -> None:
    dns(stack, zone="projects/net-host/managedZones/corp")
    made = resources()
    assert ZONE not in made
    assert (made[RECORD]["project"], made[RECORD]["managed_zone"]) == ("net-host", "corp")
    public, elsewhere = made["data.google_dns_managed_zone.shop"]["lifecycle"]["postcondition"]
    assert public["condition"] == '${self.visibility == "private"}'
    assert elsewhere["condition"] == '${endswith(".a.b.example.com.", ".${self.dns_name}")}'


def test_it_refuses_what_is_no_zone_or_host(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match="dns: host: 'localhost' is not a host name") as refused:
        dns(stack, host="localhost", zone="corp", zone_name="z" * 57)
    assert "zone: 'corp' is not a zone" in str(refused.value)
    assert "zone_name: 'zzz" in str(refused.value)
