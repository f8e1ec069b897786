"""InternalLoadBalancer: what must be replaced while in use has a name of its content, new before old."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import InternalLoadBalancer, LoadBalancerNames, ProducerNetwork, RequestLog
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]


def balancer(stack: TerraformStack, **more: Any) -> InternalLoadBalancer:
    network = ProducerNetwork(stack, "net", project="our-project", region="europe-west1")
    arguments: dict[str, Any] = {"network": network, "service_name": "hello-service", "address": "hello"}
    return InternalLoadBalancer(stack, "lb", **(arguments | more))


def test_every_part_stands_before_its_predecessor_goes(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack)
    made = resources()
    parts = [address for address in made if address.endswith(".hello")]
    assert len(parts) == 5
    assert all(made[address]["lifecycle"]["create_before_destroy"] is True for address in parts)


@pytest.mark.parametrize(
    "content",
    [{"port": 8080}, {"subnet_range": "10.0.9.0/24"}, {"ip_address": "10.0.1.9"}],
    ids=["port", "subnet", "address"],
)
def test_the_rules_name_follows_what_replaces_it(
    stack: TerraformStack, resources: Resources, content: dict[str, Any]
) -> None:
    balancer(stack, **content)
    name = resources()["google_compute_forwarding_rule.hello"]["name"]
    assert name.startswith("hello-forwarding-rule-")
    assert len(name) == len("hello-forwarding-rule-") + 6


def test_names_as_given_are_those_of_what_is_deployed_first(stack: TerraformStack, resources: Resources) -> None:
    parts = ["forwarding_rule", "network_endpoint_group"]
    balancer(stack, port=8080, service_name="renamed", plain_service_name="hello-service", names_as_given=parts)
    made = resources()
    rule = made["google_compute_forwarding_rule.hello"]
    taken, _, names = rule["name"].partition(" ? ")
    assert "data.google_compute_forwarding_rules.hello.rules" in taken
    assert re.fullmatch(r'"hello-forwarding-rule-[0-9a-f]{6}" : "hello-forwarding-rule"\}', names)
    assert rule["lifecycle"]["ignore_changes"] == ["name"], "what is in use keeps its name"
    group = made["google_compute_region_network_endpoint_group.hello"]["name"]
    assert group.startswith('${terraform_data.hello_first_service.input.service != "renamed" ? "hello-serverless-neg-')
    assert group.endswith(' : "hello-serverless-neg"}')
    first = made["terraform_data.hello_first_service"]
    assert first["input"]["service"].endswith(' ? "hello-service" : "renamed"}'), "deployed before the record was"
    assert first["lifecycle"] == {"ignore_changes": ["input"]}


def test_the_endpoint_groups_name_follows_the_service(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack, service_name="renamed", plain_service_name="hello-service")
    group = resources()["google_compute_region_network_endpoint_group.hello"]
    assert group["name"].startswith("hello-serverless-neg-")
    assert group["cloud_run"] == {"service": "renamed"}


def test_a_rename_on_purpose_is_told_to_terraform(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack)
    made = resources()
    assert made["terraform_data.hello_forwarding_rule_name"]["input"] == {"name": "hello-forwarding-rule"}
    lifecycle = made["google_compute_forwarding_rule.hello"]["lifecycle"]
    assert lifecycle["ignore_changes"] == ["name"]
    assert lifecycle["replace_triggered_by"] == ["terraform_data.hello_forwarding_rule_name"]


def test_a_fixed_address_can_be_shared_while_one_rule_follows_the_other(
    stack: TerraformStack, resources: Resources
) -> None:
    balancer(stack, ip_address="10.0.1.9")
    made = resources()
    address = made["google_compute_address.hello"]
    assert (address["purpose"], address["address"]) == ("SHARED_LOADBALANCER_VIP", "10.0.1.9")
    rule = made["google_compute_forwarding_rule.hello"]
    assert rule["ip_address"] == "${google_compute_address.hello.address}"
    # On the same port they cannot share it: a rename is refused by the plan instead of the apply.
    assert made["terraform_data.hello_forwarding_rule_name"]["lifecycle"] == {"ignore_changes": ["input"]}
    assert "while its address is fixed" in rule["lifecycle"]["precondition"][0]["error_message"]


def test_the_backend_is_not_drained_and_carries_nothing_that_serverless_refuses(
    stack: TerraformStack, resources: Resources
) -> None:
    balancer(stack)
    backend = resources()["google_compute_region_backend_service.hello"]
    assert backend["backend"][0]["capacity_scaler"] == 1
    assert backend.keys() & {"timeout_sec", "health_checks"} == set()
    assert backend["backend"][0].keys() == {"capacity_scaler", "group"}


@pytest.mark.parametrize(
    ("log", "made"),
    [
        (None, None),
        (RequestLog(), {"enable": True, "sample_rate": 1}),
        (RequestLog(sample=0.1), {"enable": True, "sample_rate": 0.1}),
        (RequestLog(enabled=False), {"enable": False}),
    ],
)
def test_requests_are_logged_as_told_and_nothing_is_said_of_a_log_that_nobody_asked_for(
    log: RequestLog | None, made: dict[str, Any] | None, stack: TerraformStack, resources: Resources
) -> None:
    balancer(stack, request_log=log)
    assert resources()["google_compute_region_backend_service.hello"].get("log_config") == made


def test_a_share_of_no_requests_is_refused_as_the_provider_would_log_all(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=r"request_log\.sample: 0 is not a share of requests"):
        balancer(stack, request_log=RequestLog(sample=0))


def test_it_refuses_a_name_without_room_for_a_hash(stack: TerraformStack) -> None:
    names = LoadBalancerNames.of("x" * 45)
    with pytest.raises(ValueError, match="names.network_endpoint_group: .* has 60 characters; allowed: at most 56"):
        balancer(stack, names_=names)


def test_it_refuses_a_name_that_a_fixed_address_would_make_too_long(stack: TerraformStack) -> None:
    names = replace(LoadBalancerNames.of("hello"), forwarding_rule="x" * 56)
    with pytest.raises(ValueError, match="with ip_address it becomes 'x{56}-10-0-1-200', 67 characters"):
        balancer(stack, names_=names, ip_address="10.0.1.200")


def test_it_refuses_a_port_or_address_that_is_none(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match="port: 0 is not a port") as refusal:
        balancer(stack, port=0, ip_address="10.0.9.9")
    assert "10.0.9.9 is outside the subnet's range 10.0.1.0/24" in str(refusal.value)
