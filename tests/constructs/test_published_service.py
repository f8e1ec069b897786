"""PublishedService: closed by default, verbs in Google's words, refusals with the construct's path in front."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_google.compute_service_attachment import ComputeServiceAttachment
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork

from cloudrun_psc import InternalLoadBalancer, PrivateService, ProducerNetwork, PublishedService
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]
NETWORK = "projects/partner-project/global/networks/their-vpc"
ENDPOINT = "projects/partner-project/regions/europe-west1/forwardingRules/4711"
FULL_NETWORK = f"https://www.googleapis.com/compute/v1/{NETWORK}"


def published(stack: TerraformStack, **more: Any) -> PublishedService:
    arguments: dict[str, Any] = {
        "project": "our-project",
        "region": "europe-west1",
        "name": "orders-attachment",
        "target": "projects/our-project/regions/europe-west1/forwardingRules/orders",
        "nat_subnets": [subnet(stack)],
    }
    return PublishedService(stack, "orders", **(arguments | more))


def subnet(stack: TerraformStack) -> ComputeSubnetwork:
    return ComputeSubnetwork(stack, "nat", name="nat", network="n", ip_cidr_range="10.0.3.0/24")


def attachment(resources: Resources) -> Json:
    return resources()["google_compute_service_attachment.orders"]


def test_nobody_is_accepted_until_somebody_says_so(stack: TerraformStack, resources: Resources) -> None:
    published(stack)
    values = attachment(resources)
    assert values["connection_preference"] == "ACCEPT_MANUAL"
    assert "consumer_accept_lists" not in values


def test_accepting_by_argument_and_by_verb_is_the_same(stack: TerraformStack, resources: Resources) -> None:
    service = published(stack, accept={"partner-two": 3})
    service.accept("partner-one", connection_limit=7)
    service.accept("partner-one", connection_limit=7)
    assert attachment(resources)["consumer_accept_lists"] == [
        {"connection_limit": 7, "project_id_or_num": "partner-one"},
        {"connection_limit": 3, "project_id_or_num": "partner-two"},
    ]


def test_a_network_is_accepted_by_its_link(stack: TerraformStack, resources: Resources) -> None:
    published(stack).accept(NETWORK, connection_limit=1)
    assert attachment(resources)["consumer_accept_lists"] == [{"connection_limit": 1, "network_url": NETWORK}]


def test_an_endpoint_is_accepted_by_its_number_and_not_exchanged(stack: TerraformStack, resources: Resources) -> None:
    published(stack, deletion_protection=True).accept(ENDPOINT, connection_limit=1)
    values = attachment(resources)
    assert values["consumer_accept_lists"] == [{"connection_limit": 1, "endpoint_url": ENDPOINT}]
    assert values["lifecycle"]["prevent_destroy"] is True
    (exchanged,) = values["lifecycle"]["postcondition"]
    assert 'endswith(entry.endpoint_url, "/4711")' in exchanged["condition"]


@pytest.mark.parametrize(("limit", "sent"), [(None, {}), (5, {}), (0, {"send": True})])
def test_a_limit_of_none_is_really_sent(
    stack: TerraformStack, resources: Resources, limit: int | None, sent: Json
) -> None:
    published(stack, propagated_connection_limit=limit)
    values = attachment(resources)
    assert values.get("propagated_connection_limit") == limit
    assert values.get("send_propagated_connection_limit_if_zero") == sent.get("send")


def test_rejected_projects_are_listed_in_a_stable_order(stack: TerraformStack, resources: Resources) -> None:
    service = published(stack, reject=["partner-two"])
    service.reject("partner-one")
    assert attachment(resources)["consumer_reject_lists"] == ["partner-one", "partner-two"]


def accept(name: str, limit: int = 10) -> Callable[[PublishedService], None]:
    return lambda service: service.accept(name, connection_limit=limit)


def reject(name: str) -> Callable[[PublishedService], None]:
    return lambda service: service.reject(name)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([accept("partner-one", 0)], "0 is not a connection limit; allowed: a whole number, 1 or more"),
        ([accept("partner-one", 1), accept("partner-one", 2)], "partner-one is accepted with limit 1 already"),
        ([reject("partner-one"), accept("partner-one")], "partner-one is on the reject list"),
        ([accept("partner-one"), reject("partner-one")], "partner-one is on the accept list"),
        ([accept("partner-one"), accept(NETWORK)], "projects and networks are mixed"),
        ([accept("partner-one"), accept(ENDPOINT, 1)], "projects and endpoints are mixed"),
        ([accept(ENDPOINT, 1), accept(ENDPOINT + "1", 1)], "2 endpoints are accepted, of which the google provider"),
        ([accept(ENDPOINT, 2)], "an endpoint's limit is 2"),
        ([accept(ENDPOINT.replace("west1", "west2"), 1)], "is in europe-west2; allowed: an endpoint in europe-west1"),
        ([accept(NETWORK), accept(FULL_NETWORK, 2)], "is accepted with limit 10 already"),
        ([reject(FULL_NETWORK), accept(NETWORK)], "is on the reject list"),
        ([accept(FULL_NETWORK), reject(NETWORK)], "is on the accept list"),
        ([accept("Partner One")], "'Partner One' is not a project id"),
        ([accept("123456789012")], "is a project number, a project id is wanted"),
    ],
)
def test_a_verb_refuses_with_the_path_in_front(
    stack: TerraformStack, steps: Sequence[Callable[[PublishedService], None]], message: str
) -> None:
    service = published(stack)
    for step in steps[:-1]:
        step(service)
    with pytest.raises(ValueError, match="^tried/orders: (accept|reject): ") as refusal:
        steps[-1](service)
    assert message in str(refusal.value)


def test_automatic_acceptance_carries_no_lists(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match="ACCEPT_AUTOMATIC together with an accept or reject list"):
        published(stack, connection_preference="ACCEPT_AUTOMATIC", accept={"partner-one": 1})


def test_a_verb_cannot_give_lists_to_automatic_acceptance_either(stack: TerraformStack) -> None:
    service = published(stack, connection_preference="ACCEPT_AUTOMATIC")
    with pytest.raises(ValueError, match="tried/orders: accept: ACCEPT_AUTOMATIC together"):
        service.accept("partner-one")


@pytest.mark.parametrize("how", ["construct", "resource", "url"])
def test_cloud_run_itself_is_refused_with_the_reason(stack: TerraformStack, how: str) -> None:
    run = PrivateService(stack, "run", project="our-project", region="europe-west1", name="orders")
    target: Mapping[str, Any] = {"construct": run, "resource": run.resource, "url": "https://orders-abc.a.run.app"}
    with pytest.raises(ValueError, match="cannot point at Cloud Run directly; allowed: the forwarding rule") as refusal:
        published(stack, target=target[how])
    assert "InternalLoadBalancer" in str(refusal.value)


def test_our_load_balancer_is_a_target(stack: TerraformStack, resources: Resources) -> None:
    network = ProducerNetwork(stack, "network", project="our-project", region="europe-west1")
    balancer = InternalLoadBalancer(stack, "orders-lb", network=network, service_name="orders", address="orders")
    published(stack, target=balancer)
    assert attachment(resources)["target_service"] == "${google_compute_forwarding_rule.orders.self_link}"


def test_deletion_protection_keeps_terraform_from_destroying_it(stack: TerraformStack, resources: Resources) -> None:
    published(stack, deletion_protection=True)
    assert attachment(resources)["lifecycle"] == {"prevent_destroy": True}


def test_the_attachment_is_the_default_child_for_escape_hatches(stack: TerraformStack, resources: Resources) -> None:
    service = published(stack)
    assert service.node.default_child is service.resource
    service.resource.add_override("description", "ours")
    assert attachment(resources)["description"] == "ours"


def test_without_a_nat_subnet_nothing_is_published(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match="nat_subnets: no NAT subnet; give at least one"):
        published(stack, nat_subnets=[])


def test_a_long_accept_list_is_handed_on_once(stack: TerraformStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time again, the time for some thousands grew with their square."""
    lists: list[int] = []
    put = ComputeServiceAttachment.put_consumer_accept_lists

    def counted(self: ComputeServiceAttachment, value: Any) -> None:
        lists.append(len(value))
        put(self, value)

    monkeypatch.setattr(ComputeServiceAttachment, "put_consumer_accept_lists", counted)
    published(stack, accept={f"partner-{at:04}": 1 for at in range(50)})
    assert lists == [50]
