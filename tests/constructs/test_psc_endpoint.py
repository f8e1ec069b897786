"""PscEndpoint and IapTestVm: what replaces them, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import ConsumerNetwork, IapTestVm, PscEndpoint
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]
LINK = "projects/their-project/regions/europe-west1/serviceAttachments/orders"


@pytest.fixture
def network(stack: TerraformStack) -> ConsumerNetwork:
    return ConsumerNetwork(stack, "net", project="our-project", region="europe-west1")


def endpoint(stack: TerraformStack, network: ConsumerNetwork, **more: Any) -> PscEndpoint:
    arguments: dict[str, Any] = {"service_attachment": LINK, "ip_address": "10.1.0.9", "name": "orders"}
    return PscEndpoint(stack, "orders", network=network, **(arguments | more))


def test_the_scheme_is_empty_and_the_address_a_reference(
    stack: TerraformStack, network: ConsumerNetwork, resources: Resources
) -> None:
    endpoint(stack, network)
    rule = resources()["google_compute_forwarding_rule.orders"]
    assert rule["load_balancing_scheme"] == ""
    assert rule["ip_address"] == "${google_compute_address.orders.id}"
    assert rule["target"] == LINK


def test_a_new_address_subnet_or_attachment_replaces_it(
    stack: TerraformStack, network: ConsumerNetwork, resources: Resources
) -> None:
    endpoint(stack, network)
    made = resources()
    assert made["google_compute_forwarding_rule.orders"]["lifecycle"]["replace_triggered_by"] == [
        "google_compute_address.orders.id",
        "google_compute_subnetwork.subnet.id",
        "terraform_data.orders_target",
    ]
    assert made["terraform_data.orders_target"]["input"] == {"service_attachment": LINK}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"ip_address": "10.2.0.9"},
            "10.2.0.9 is outside the subnet's range 10.1.0.0/24; allowed: 10.1.0.2 to 10.1.0.253",
        ),
        ({"ip_address": "10.1.0.1"}, "10.1.0.1 is reserved in 10.1.0.0/24"),
        ({"ip_address": "fd00::1"}, "is IPv6, IPv4 is needed"),
        ({"service_attachment": "hello-service-attachment"}, "is not a service attachment's self link"),
        (
            {"service_attachment": LINK.replace("europe-west1", "europe-west4")},
            "the attachment is in europe-west4, the endpoint would be in europe-west1",
        ),
        ({"name": "Orders"}, "'Orders' is not a valid resource name"),
    ],
)
def test_it_refuses(stack: TerraformStack, network: ConsumerNetwork, changed: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match="^tried/orders: ") as refusal:
        endpoint(stack, network, **changed)
    assert message in str(refusal.value)


def test_a_published_service_of_ones_own_is_a_target_too(
    stack: TerraformStack, network: ConsumerNetwork, resources: Resources
) -> None:
    class Theirs:
        self_link = "${google_compute_service_attachment.theirs.self_link}"

    endpoint(stack, network, service_attachment=Theirs())
    assert resources()["google_compute_forwarding_rule.orders"]["target"] == Theirs.self_link


def test_the_vm_stays_in_the_networks_region(stack: TerraformStack, network: ConsumerNetwork) -> None:
    with pytest.raises(
        ValueError, match=r"zone europe-west4-a is outside the region europe-west1; did you mean 'europe-"
    ):
        IapTestVm(stack, "vm", network=network, zone="europe-west4-a")
    with pytest.raises(ValueError, match="is a region, a zone is wanted; did you mean 'europe-west1-b'"):
        IapTestVm(stack, "vm2", network=network, zone="europe-west1")


def test_the_vm_moves_with_its_subnet(stack: TerraformStack, network: ConsumerNetwork, resources: Resources) -> None:
    IapTestVm(stack, "vm", network=network, zone="europe-west1-c")
    vm = resources()["google_compute_instance.vm"]
    assert vm["lifecycle"]["replace_triggered_by"] == ["google_compute_subnetwork.subnet.id"]
    assert vm["allow_stopping_for_update"] is True
