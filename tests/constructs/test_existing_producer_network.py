"""A producer's network of others: nothing of it is made, and a plan asks whether it fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import ExistingProducerNetwork, FlowLogs, InternalLoadBalancer, SubnetFlowLogs
from tests.conftest import Json

NETWORK = "projects/net-host/global/networks/shared"
SUBNET = "projects/net-host/regions/asia-northeast1/subnetworks/lb"
PLACE: dict[str, Any] = {"project": "orders-team", "region": "asia-northeast1"}
Resources = Callable[[], dict[str, Json]]


def network(stack: TerraformStack, **more: Any) -> ExistingProducerNetwork:
    return ExistingProducerNetwork(
        stack, "network", **PLACE | {"network": NETWORK, "load_balancer_subnet": SUBNET} | more
    )


def test_a_load_balancer_stands_in_it_and_nothing_of_it_is_made(stack: TerraformStack, resources: Resources) -> None:
    InternalLoadBalancer(stack, "lb", network=network(stack), service_name="orders", address="orders")
    made = resources()
    rule = made["google_compute_forwarding_rule.orders"]
    assert (rule["network"], rule["subnetwork"], rule["project"]) == (NETWORK, SUBNET, "orders-team")
    ours = [address for address in made if not address.startswith("data.")]
    assert not [address for address in ours if "network.network" in address or "subnetwork" in address]


def test_nat_subnets_are_made_in_the_networks_project(stack: TerraformStack, resources: Resources) -> None:
    network(stack).add_nat_subnet("orders", "10.30.0.0/24")
    subnet = resources()["google_compute_subnetwork.orders_nat_10_30_0_0_24"]
    assert (subnet["project"], subnet["network"], subnet["purpose"]) == ("net-host", NETWORK, "PRIVATE_SERVICE_CONNECT")


def test_a_nat_range_that_overlaps_the_known_one_is_refused(stack: TerraformStack) -> None:
    there = network(stack, subnet_range="10.30.0.0/20")
    with pytest.raises(ValueError, match="overlap"):
        there.add_nat_subnet("orders", "10.30.1.0/24")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"network": "shared"}, "'shared' is not a network"),
        ({"load_balancer_subnet": SUBNET.replace("asia-northeast1", "us-east1")}, "is in us-east1"),
        ({"subnet_range": "10.0.0.1/24"}, "subnet_range: "),
    ],
)
def test_what_is_no_network_or_subnet_is_refused(more: dict[str, Any], says: str, stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=says):
        network(stack, **more)


def test_flow_logs_stand_beside_the_subnet_in_its_project(stack: TerraformStack, resources: Resources) -> None:
    link = f"https://www.googleapis.com/compute/v1/{SUBNET}"
    SubnetFlowLogs(stack, "logs", subnet=link, flow_logs=FlowLogs(sampling=0.1), name="apps-logs", address="apps")
    made = resources()["google_network_management_vpc_flow_logs_config.apps"]
    assert (made["project"], made["subnet"], made["flow_sampling"]) == ("net-host", SUBNET, 0.1)
    with pytest.raises(ValueError, match="not a subnet"):
        SubnetFlowLogs(stack, "more", subnet="apps", flow_logs=FlowLogs(), name="apps-logs")
