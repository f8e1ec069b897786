"""ProducerNetwork and ConsumerNetwork: purposes, ranges, and what a plan must refuse later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import ConsumerNetwork, FlowLogs, ProducerNetwork, Subnet
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]


def producer(stack: TerraformStack, **more: Any) -> ProducerNetwork:
    return ProducerNetwork(stack, "net", **({"project": "our-project", "region": "europe-west1"} | more))


def consumer(stack: TerraformStack, **more: Any) -> ConsumerNetwork:
    return ConsumerNetwork(stack, "net", **({"project": "our-project", "region": "europe-west1"} | more))


def test_the_load_balancers_subnet_keeps_its_name_when_widened_and_takes_a_new_one_when_moved(
    stack: TerraformStack, resources: Resources
) -> None:
    producer(stack, load_balancer_subnet=Subnet(name="lb", range="10.9.0.0/20"))
    subnet = resources()["google_compute_subnetwork.load_balancer"]
    assert subnet["name"] == "lb-10-9-0-0-20"
    assert subnet["lifecycle"]["create_before_destroy"] is True
    assert subnet["lifecycle"]["ignore_changes"] == ["name"]


def test_a_subnets_name_as_given_is_that_of_what_is_deployed_first(stack: TerraformStack, resources: Resources) -> None:
    network = producer(stack, load_balancer_subnet=Subnet(name="lb", range="10.9.0.0/20", as_given=True))
    network.add_nat_subnet("orders", "10.0.8.0/24", name="nat", as_given=True)
    network.add_nat_subnet("orders", "10.0.3.0/24", name="nat", as_given=False)
    made = resources()
    assert made["google_compute_subnetwork.load_balancer"]["name"].endswith(', "lb") ? "lb-10-9-0-0-20" : "lb"}')
    first, second = (made[f"google_compute_subnetwork.orders_nat_10_0_{part}_0_24"] for part in (8, 3))
    assert first["name"].endswith(', "nat") ? "nat-10-0-8-0-24" : "nat"}')
    assert second["name"] == "nat-10-0-3-0-24", "only one can have it"
    for subnet in (first, second):
        assert subnet["lifecycle"]["ignore_changes"] == ["name"]
        assert "Google Cloud renames no subnet" in subnet["lifecycle"]["postcondition"][0]["error_message"]


def test_a_given_name_without_room_for_a_range_is_as_a_default_one(stack: TerraformStack, resources: Resources) -> None:
    producer(stack, load_balancer_subnet=Subnet(name="x" * 45, range="10.9.0.0/24", as_given=True))
    assert resources()["google_compute_subnetwork.load_balancer"]["name"] == f"{'x' * 45}-10-9-0-0-24"


def test_a_subnet_whose_name_grows_too_long_with_its_range_is_refused(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=r"load_balancer_subnet.name: for 10.9.0.0/24 it becomes '.*', 75 characters"):
        producer(stack, load_balancer_subnet=Subnet(name="x" * 63, range="10.9.0.0/24"))


def test_nat_subnets_follow_from_their_range_and_not_from_their_place(
    stack: TerraformStack, resources: Resources
) -> None:
    network = producer(stack)
    network.add_nat_subnet("orders", "10.0.8.0/24")
    network.add_nat_subnet("orders", "10.0.3.0/24")
    made = resources()
    assert made["google_compute_subnetwork.orders_nat_10_0_8_0_24"]["name"] == "producer-psc-subnet-10-0-8-0-24"
    assert made["google_compute_subnetwork.orders_nat_10_0_3_0_24"]["name"] == "producer-psc-subnet"


def test_ranges_of_one_network_are_disjoint(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=r"proxy_only_subnet.range: 10.0.1.128/25 overlaps 10.0.1.0/24"):
        producer(stack, proxy_only_subnet=Subnet(name="proxy", range="10.0.1.128/25"))
    network = ProducerNetwork(stack, "other", project="our-project", region="europe-west1")
    with pytest.raises(ValueError, match=r"nat range 10.0.2.0/26.*overlaps 10.0.2.0/24"):
        network.add_nat_subnet("orders", "10.0.2.0/26")


def test_a_proxy_only_subnet_is_at_least_a_26(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=r"10.0.2.0/27 is too small .*take at least a /26"):
        producer(stack, proxy_only_subnet=Subnet(name="proxy", range="10.0.2.0/27"))


def test_what_no_apply_can_change_is_remembered_and_refused_at_plan(
    stack: TerraformStack, resources: Resources
) -> None:
    producer(stack)
    made = resources()
    first = made["terraform_data.first_deployment"]
    assert first["input"] == {
        "region": "europe-west1",
        "network": "producer-vpc",
        "load_balancer_subnet": "producer-subnet",
        "proxy_only_subnet": "producer-proxy-subnet",
        "proxy_only_range": "10.0.2.0/24",
    }
    assert first["lifecycle"] == {"ignore_changes": ["input"]}
    refusals = {
        condition["condition"].partition(".output.")[2].partition(",")[0]
        for address in ("network.network", "subnetwork.load_balancer", "subnetwork.proxy_only")
        for condition in made[f"google_compute_{address}"]["lifecycle"]["precondition"]
        if ".output." in condition["condition"]
    }
    assert refusals == set(first["input"])


def test_ranges_that_overlap_what_exists_are_refused_at_plan(stack: TerraformStack, resources: Resources) -> None:
    producer(stack).add_nat_subnet("hello", "10.0.3.0/24")
    made = resources()
    for name, sentence in (
        ("load_balancer", "The range of the load balancer's subnet cannot become 10.0.1.0/24"),
        ("hello_nat_10_0_3_0_24", "A NAT range of hello cannot become 10.0.3.0/24"),
    ):
        refusal = made[f"google_compute_subnetwork.{name}"]["lifecycle"]["precondition"][-1]
        assert refusal["error_message"].startswith(sentence)
        assert "data.google_compute_subnetworks.existing" in refusal["condition"]


def test_flow_logs_are_off_unless_given_and_checked(stack: TerraformStack, resources: Resources) -> None:
    consumer(stack)
    assert "log_config" not in resources()["google_compute_subnetwork.subnet"]
    wrong = FlowLogs(sampling=2, interval="5s", metadata="ALL")
    with pytest.raises(ValueError, match="flow_logs.sampling: 2 is not a share") as refusal:
        ConsumerNetwork(stack, "other", project="our-project", region="europe-west1", flow_logs=wrong)
    assert len(str(refusal.value).splitlines()) == 3


def test_the_consumers_region_stays(stack: TerraformStack, resources: Resources) -> None:
    consumer(stack)
    (refusal,) = resources()["google_compute_network.network"]["lifecycle"]["precondition"]
    assert "The region cannot change from" in refusal["error_message"]
    assert "destroy the consumers and then the producer" in refusal["error_message"]


def test_a_subnet_in_another_region_logs_as_the_first_and_triggers_what_stands_in_it(
    stack: TerraformStack, resources: Resources
) -> None:
    network = consumer(stack)
    other = network.add_subnet(
        "us-east1", Subnet(name="far", range="10.2.0.0/24"), address="far", flow_logs=FlowLogs(sampling=0.25)
    )
    made = resources()["google_compute_subnetwork.far"]
    assert (made["region"], made["name"], made["ip_cidr_range"]) == ("us-east1", "far", "10.2.0.0/24")
    assert made["log_config"]["flow_sampling"] == 0.25
    assert other.subnet_triggers == ("google_compute_subnetwork.far.id",)
    with pytest.raises(ValueError, match="add_subnet x: '10.2.0.1/24'"):
        network.add_subnet("us-west1", Subnet(name="x", range="10.2.0.1/24"), address="x")
