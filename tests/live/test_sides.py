"""What the stacks say: ids of resources, and whose credentials read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from deployment.stack import Stack
from live.access import Access
from live.client import Client
from live.names import ids, linked, plain
from live.sides import sides

Stacks = Callable[..., dict[str, Stack]]
HERE = "regions/asia-northeast1"

EXISTING = """
region: asia-northeast1
producer:
  project: svc-payments
  impersonate_service_account: deployer@svc-payments.iam.gserviceaccount.com
  quota_project: svc-quota
  network:
    existing: projects/net-host/global/networks/shared
    load_balancer_subnet: {existing: projects/net-host/regions/asia-northeast1/subnetworks/lb}
    proxy_only_subnet: {existing: true}
  services:
    hello:
      run_service: billing
      nat_subnets: [projects/net-host/regions/asia-northeast1/subnetworks/psc-hello]
"""


def test_ids_follow_from_kind_and_names(stacks: Stacks) -> None:
    named = stacks()
    producer, consumer = named["producer"], named["consumer"]
    found = {item.address: ids(item, producer) for item in producer.items.values() if item.is_resource}
    project = "projects/example-producer-project"
    assert found["google_compute_service_attachment.hello"] == (
        f"{project}/{HERE}/serviceAttachments/hello-service-attachment",
    )
    assert found["google_compute_network.network"] == (f"{project}/global/networks/producer-vpc",)
    assert found["google_project_service.run"] == ("example-producer-project/run.googleapis.com",)
    assert found["terraform_data.first_deployment"] == ()
    invoker = producer.items["google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute"]
    assert ids(invoker, producer) == (), "nobody knows the project's number yet"
    assert ids(invoker, producer, {"example-consumer-project": "42"}) == (
        f"{project}/locations/asia-northeast1/services/hello-service roles/run.invoker "
        "serviceAccount:42-compute@developer.gserviceaccount.com",
    )
    vm = consumer.items["google_compute_instance.test_vm"]
    assert ids(vm, consumer) == ("projects/example-consumer-project/zones/asia-northeast1-b/instances/test-vm",)


def test_every_kind_of_the_reference_deployment_has_one_id(stacks: Stacks) -> None:
    for stack in stacks().values():
        for item in stack.items.values():
            if item.is_resource and item.kind and item.kind.import_id:
                assert len(ids(item, stack, {"example-consumer-project": "42"})) == 1, item.address


def test_an_endpoints_target_is_found_through_the_producers_outputs(stacks: Stacks) -> None:
    consumer = stacks()["consumer"]
    target = consumer.items["google_compute_forwarding_rule.psc_endpoint"].values["target"]
    project = "projects/example-producer-project"
    assert linked(target, consumer) == (f"{project}/{HERE}/serviceAttachments/hello-service-attachment",)
    assert linked("", consumer) == ()
    assert linked("${data.terraform_remote_state.other.outputs.x}", consumer) == ()


def test_what_exists_is_linked_as_it_is_written(stacks: Stacks) -> None:
    producer = stacks(EXISTING)["producer"]
    rule = producer.items["google_compute_forwarding_rule.hello"]
    assert linked(rule.values["network"], producer) == ("projects/net-host/global/networks/shared",)


def test_a_given_name_has_the_two_that_terraform_chooses_of(stacks: Stacks) -> None:
    yaml = EXISTING + "      port: 8080\n      names: {forwarding_rule: acme-rule}\n"
    producer = stacks(yaml)["producer"]
    given, other = ids(producer.items["google_compute_forwarding_rule.hello"], producer)
    assert given.endswith("/acme-rule")
    assert "/acme-rule-" in other


def test_each_side_is_read_with_its_own_rights(stacks: Stacks) -> None:
    asked: list[Access] = []

    def connect(access: Access) -> Client:
        asked.append(access)
        return cast(Client, object())

    named = stacks()
    both = sides(named.values(), connect, {})
    assert [side.project for side in both] == ["example-producer-project", "example-consumer-project"]
    assert asked == [Access()], "the same rights, asked for once"
    assert both[0].reader is both[1].reader
    asked.clear()
    account = "deployer@svc-payments.iam.gserviceaccount.com"
    sides(stacks(EXISTING).values(), connect, {})
    assert asked == [Access(impersonate=account, quota_project="svc-quota")]


@pytest.mark.parametrize(
    ("variables", "access"),
    [
        ({"GOOGLE_IMPERSONATE_SERVICE_ACCOUNT": "a@b"}, Access(impersonate="a@b")),
        ({"GOOGLE_BILLING_PROJECT": "q"}, Access()),
        ({"GOOGLE_BILLING_PROJECT": "q", "USER_PROJECT_OVERRIDE": "true"}, Access(quota_project="q")),
    ],
)
def test_the_providers_variables_count(stacks: Stacks, variables: dict[str, str], access: Access) -> None:
    assert Access.of(stacks()["producer"], variables) == access


def test_links_are_compared_without_host_and_version() -> None:
    assert plain("https://compute.googleapis.com/compute/v1/projects/p/x") == "projects/p/x"
