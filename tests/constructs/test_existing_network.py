"""Constructs on what others own: resources, data sources and ids fit; what does not is one clear refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_google.compute_forwarding_rule import ComputeForwardingRule
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_service_attachment import ComputeServiceAttachment
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork
from cdktf_cdktf_provider_google.data_google_compute_forwarding_rule import DataGoogleComputeForwardingRule
from cdktf_cdktf_provider_google.data_google_compute_network import DataGoogleComputeNetwork
from cdktf_cdktf_provider_google.data_google_compute_subnetwork import DataGoogleComputeSubnetwork

from cloudrun_psc import (
    ConsumerNetwork,
    ExistingNetwork,
    IapTestVm,
    InternalLoadBalancer,
    ProducerNetwork,
    PscEndpoint,
    PublishedService,
)
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]
PLACE: dict[str, Any] = {"project": "our-project", "region": "europe-west1"}
NETWORK = "projects/host-project/global/networks/shared"
SUBNET = "projects/host-project/regions/europe-west1/subnetworks/apps"
RULE = "projects/our-project/regions/europe-west1/forwardingRules/theirs"
ATTACHMENT = "projects/their-project/regions/europe-west1/serviceAttachments/orders"


def their(stack: TerraformStack, how: str) -> dict[str, Any]:
    """What a foreign app has, in one of three ways."""
    if how == "resources":
        network = ComputeNetwork(stack, "vpc", name="vpc")
        subnet = ComputeSubnetwork(stack, "subnet", name="subnet", network=network.id, ip_cidr_range="10.7.0.0/24")
        rule = ComputeForwardingRule(stack, "rule", name="rule")
        attachment = ComputeServiceAttachment(
            stack, "theirs", name="a", connection_preference="ACCEPT_MANUAL", enable_proxy_protocol=False,
            nat_subnets=["s"], target_service="t",
        )  # fmt: skip
        return {"network": network, "subnet": subnet, "rule": rule, "attachment": attachment}
    if how == "data sources":
        return {
            "network": DataGoogleComputeNetwork(stack, "vpc", name="vpc"),
            "subnet": DataGoogleComputeSubnetwork(stack, "subnet", name="subnet"),
            "rule": DataGoogleComputeForwardingRule(stack, "rule", name="rule"),
            "attachment": ATTACHMENT,
        }
    return {"network": NETWORK, "subnet": SUBNET, "rule": RULE, "attachment": ATTACHMENT}


def existing(stack: TerraformStack, how: str, **more: Any) -> ExistingNetwork:
    theirs = their(stack, how)
    return ExistingNetwork(**PLACE | {"network": theirs["network"], "subnet": theirs["subnet"]} | more)


WANTED = {
    "resources": ("${google_compute_network.vpc.id}", "${google_compute_subnetwork.subnet.id}"),
    "data sources": ("${data.google_compute_network.vpc.id}", "${data.google_compute_subnetwork.subnet.id}"),
    "ids": (NETWORK, SUBNET),
}


@pytest.mark.parametrize("how", WANTED)
def test_everything_that_takes_a_network_takes_what_others_own(
    how: str, stack: TerraformStack, resources: Resources
) -> None:
    network = existing(stack, how)
    InternalLoadBalancer(stack, "lb", network=network, service_name="orders", address="orders", ip_address="10.7.0.9")
    PscEndpoint(stack, "e", network=network, service_attachment=ATTACHMENT, ip_address="10.7.0.5", name="e")
    IapTestVm(stack, "vm", network=network, zone="europe-west1-b")
    made = resources()
    id_, subnet = WANTED[how]
    rule, endpoint = made["google_compute_forwarding_rule.orders"], made["google_compute_forwarding_rule.e"]
    assert (rule["network"], rule["subnetwork"]) == (id_, subnet)
    assert endpoint["network"] == id_
    assert endpoint["lifecycle"]["replace_triggered_by"] == ["google_compute_address.e.id", "terraform_data.e_target"]
    assert [made[f"google_compute_address.{name}"]["subnetwork"] for name in ("orders", "e")] == [subnet, subnet]
    assert made["google_compute_firewall.vm_iap_ssh"]["network"] == id_
    assert made["google_compute_instance.vm"]["network_interface"] == [{"network": id_, "subnetwork": subnet}]
    assert made["google_compute_instance.vm"]["lifecycle"]["replace_triggered_by"] == ["terraform_data.vm_subnet"]
    assert made["terraform_data.vm_subnet"]["input"] == {"subnet": subnet}


@pytest.mark.parametrize("how", WANTED)
def test_an_attachment_and_an_endpoint_take_what_others_own(
    how: str, stack: TerraformStack, resources: Resources
) -> None:
    theirs = their(stack, how)
    PublishedService(stack, "own", **PLACE, name="own", target=theirs["rule"], nat_subnets=[theirs["subnet"]])
    network = ConsumerNetwork(stack, "net", **PLACE)
    PscEndpoint(stack, "e", network=network, service_attachment=theirs["attachment"], ip_address="10.1.0.5", name="e")
    made = resources()
    attachment = made["google_compute_service_attachment.own"]
    assert attachment["nat_subnets"] == [WANTED[how][1]]
    assert (
        attachment["target_service"]
        == {
            "resources": "${google_compute_forwarding_rule.rule.self_link}",
            "data sources": "${data.google_compute_forwarding_rule.rule.self_link}",
            "ids": RULE,
        }[how]
    )
    target = "${google_compute_service_attachment.theirs.self_link}" if how == "resources" else ATTACHMENT
    assert made["google_compute_forwarding_rule.e"]["target"] == target


def test_both_sides_of_ours_fit_everywhere_too(stack: TerraformStack, resources: Resources) -> None:
    producer = ProducerNetwork(stack, "producer", **PLACE, address="p")
    PscEndpoint(stack, "e", network=producer, service_attachment=ATTACHMENT, ip_address="10.0.1.5", name="e")
    consumer = ConsumerNetwork(stack, "consumer", **PLACE, address="c")
    InternalLoadBalancer(stack, "lb", network=consumer, service_name="orders", address="orders")
    made = resources()
    assert "google_compute_subnetwork.p_load_balancer.id" in str(made["google_compute_forwarding_rule.e"]["lifecycle"])
    rule = made["google_compute_forwarding_rule.orders"]
    assert rule["subnetwork"] == "${google_compute_subnetwork.c_subnet.id}"


def test_what_must_be_there_first_is(stack: TerraformStack, resources: Resources) -> None:
    proxies = ComputeSubnetwork(stack, "proxies", name="proxies", network=NETWORK, ip_cidr_range="10.7.1.0/24")
    network = existing(stack, "ids", depends_on=[proxies])
    InternalLoadBalancer(stack, "lb", network=network, service_name="orders", address="orders")
    PscEndpoint(stack, "e", network=network, service_attachment=ATTACHMENT, ip_address="10.7.0.5", name="e")
    made = resources()
    for address in ("google_compute_forwarding_rule.orders", "google_compute_address.e"):
        assert made[address]["depends_on"] == ["google_compute_subnetwork.proxies"]


def test_a_range_that_is_known_is_checked(stack: TerraformStack) -> None:
    network = existing(stack, "ids", subnet_range="10.7.0.0/24")
    with pytest.raises(ValueError, match=r"e: ip_address: 10.1.0.5 is outside the subnet's range 10.7.0.0/24"):
        PscEndpoint(stack, "e", network=network, service_attachment=ATTACHMENT, ip_address="10.1.0.5", name="e")
    with pytest.raises(ValueError, match=r"lb: ip_address: 10.1.0.5 is outside the subnet's range 10.7.0.0/24"):
        InternalLoadBalancer(stack, "lb", network=network, service_name="orders", ip_address="10.1.0.5")


def test_an_address_of_ours_is_checked_against_the_range_it_is_in(stack: TerraformStack) -> None:
    producer = ProducerNetwork(stack, "net", **PLACE)
    with pytest.raises(ValueError, match=r"ip_address: 10.7.0.9 is outside the subnet's range 10.0.1.0/24"):
        InternalLoadBalancer(stack, "lb", network=producer, service_name="orders", ip_address="10.7.0.9")


def test_links_are_compared_without_the_apis_address(stack: TerraformStack, resources: Resources) -> None:
    link = f"https://www.googleapis.com/compute/v1/{NETWORK}"
    network = ExistingNetwork(**PLACE, network=link, subnet=SUBNET)
    InternalLoadBalancer(
        stack, "lb", network=network, service_name="orders", address="orders", names_as_given=["forwarding_rule"]
    )
    rule = resources()["google_compute_forwarding_rule.orders"]
    assert rule["network"] == NETWORK
    assert f'endswith(one.network, "{NETWORK}")' in rule["name"]


@pytest.mark.parametrize("how", ["resources", "data sources", "ids"])
@pytest.mark.parametrize("what", ["network", "subnet"])
def test_a_network_alone_is_refused_with_what_is_needed(how: str, what: str, stack: TerraformStack) -> None:
    network = their(stack, how)[what]
    makers: dict[str, Callable[[], Any]] = {
        "lb": lambda: InternalLoadBalancer(stack, "lb", network=network, service_name="orders"),
        "e": lambda: PscEndpoint(
            stack, "e", network=network, service_attachment=ATTACHMENT, ip_address="10.1.0.5", name="e"
        ),
        "vm": lambda: IapTestVm(stack, "vm", network=network, zone="europe-west1-b"),
    }
    for name, make in makers.items():
        with pytest.raises(ValueError, match=rf"^tried/{name}: network: .* is no network with a subnet; ") as refusal:
            make()
        assert "give ExistingNetwork(project=…, region=…, network=…, subnet=…)" in str(refusal.value)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"network": "shared"},
            "network: 'shared' is not a network; allowed: projects/PROJECT/global/networks/NETWORK",
        ),
        ({"subnet": NETWORK}, "subnet: 'projects/host-project/global/networks/shared' is not a subnet"),
        ({"subnet": SUBNET.replace("west1", "west4")}, "is in europe-west4; allowed: a subnet in europe-west1"),
        ({"network": 5}, "network: int is no google_compute_network; allowed: a resource or data source of that type"),
        ({"project": "P"}, "project: "),
        ({"region": "mars"}, "region: "),
    ],
)
def test_what_is_no_network_or_subnet_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="^ExistingNetwork: ") as refusal:
        ExistingNetwork(**PLACE | {"network": NETWORK, "subnet": SUBNET} | changed)
    assert message in str(refusal.value)


def test_resources_of_another_kind_are_refused(stack: TerraformStack) -> None:
    theirs = their(stack, "resources")
    with pytest.raises(ValueError, match="network: ComputeSubnetwork is no google_compute_network"):
        ExistingNetwork(**PLACE, network=theirs["subnet"], subnet=theirs["subnet"])
    with pytest.raises(ValueError, match="own: nat_subnets: ComputeNetwork is no google_compute_subnetwork"):
        PublishedService(stack, "own", **PLACE, name="own", target=RULE, nat_subnets=[theirs["network"]])
    with pytest.raises(ValueError, match="other: target: ComputeNetwork is no google_compute_forwarding_rule"):
        PublishedService(stack, "other", **PLACE, name="own", target=theirs["network"], nat_subnets=[SUBNET])
    with pytest.raises(ValueError, match="e: service_attachment: ComputeForwardingRule is no google_compute_service_"):
        PscEndpoint(
            stack, "e", network=existing(stack, "ids"), service_attachment=theirs["rule"], ip_address="10.1.0.5",
            name="e",
        )  # fmt: skip
