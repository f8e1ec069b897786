"""PrivateService: internal, IAM required, nobody in unless named."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import Container, PrivateService, Probe, SecretReference, moved_blocks, removed_blocks
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]
CALLER = "caller@partner-one.iam.gserviceaccount.com"
RUNNER = "runner@our-project.iam.gserviceaccount.com"
CALLS = "google_cloud_run_v2_service_iam_member"


def service(stack: TerraformStack, **more: Any) -> PrivateService:
    return PrivateService(
        stack, "orders", **({"project": "our-project", "region": "europe-west1", "name": "orders"} | more)
    )


def test_it_is_internal_and_nobody_may_call(stack: TerraformStack, resources: Resources) -> None:
    service(stack)
    made = resources()
    assert set(made) == {"google_cloud_run_v2_service.orders", "terraform_data.orders_settings"}
    assert made["google_cloud_run_v2_service.orders"]["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"


def test_an_invoker_by_argument_and_by_verb_gets_the_same_binding(stack: TerraformStack, resources: Resources) -> None:
    run = service(stack, invokers={"one": CALLER})
    run.allow_invoker("group:team@example.com", key="two")
    run.allow_invoker(CALLER, key="again")
    made = resources()
    members = {key: values["member"] for key, values in made.items() if "iam_member" in key}
    assert members == {
        f"{CALLS}.orders_caller_partner_one_iam_gserviceaccount_com": f"serviceAccount:{CALLER}",
        f"{CALLS}.orders_group_team_example_com": "group:team@example.com",
    }


def test_one_grant_is_one_resource_whoever_wants_it(stack: TerraformStack, resources: Resources) -> None:
    reads: dict[str, Any] = {
        "container": Container(secrets={"KEY": SecretReference(secret="key")}),
        "service_account": RUNNER,
    }
    run = service(stack, invokers={"one": CALLER}, **reads)
    run.allow_invoker(f"serviceAccount:{CALLER}", key="two")
    PrivateService(stack, "stock", project="our-project", region="europe-west1", name="stock", **reads)
    call = f"{CALLS}.orders_caller_partner_one_iam_gserviceaccount_com"
    read = "google_secret_manager_secret_iam_member.key_runner_our_project_iam_gserviceaccount_com"
    made = resources()
    assert {address for address in made if "iam_member" in address} == {call, read}
    assert made["google_cloud_run_v2_service.orders"]["depends_on"] == [read]
    assert made["google_cloud_run_v2_service.stock"]["depends_on"] == [read]
    ends = {block["to"] for block in moved_blocks(stack)} - {block["from"] for block in moved_blocks(stack)}
    assert ends == {call, read}
    former = {f"{CALLS}.orders_one", f"{CALLS}.orders_two", "google_secret_manager_secret_iam_member.orders_key"}
    assert former <= {str(block["from"]) for block in removed_blocks(stack)}
    assert all(block["lifecycle"] == {"destroy": False} for block in removed_blocks(stack))


def test_two_secrets_whose_addresses_would_be_one_are_no_one_grant(stack: TerraformStack) -> None:
    secrets = {"A": SecretReference(secret="api-key"), "B": SecretReference(secret="api_key")}
    with pytest.raises(ValueError, match=r"secret_manager_secret_iam_member\.api_key_runner_\w+ is taken by"):
        service(stack, container=Container(secrets=secrets), service_account=RUNNER)


def test_what_has_an_address_now_is_not_moved_away_from_it(stack: TerraformStack) -> None:
    """The former address of one grant may be the present one of another."""
    run = service(stack)
    run.allow_invoker(CALLER, key="group:team@example.com")
    run.allow_invoker("group:team@example.com")
    assert moved_blocks(stack) == []


def test_an_invoker_that_only_terraform_will_know_needs_a_key(stack: TerraformStack, resources: Resources) -> None:
    run = service(stack)
    with pytest.raises(ValueError, match="allow_invoker: an account that only Terraform will know .*; give a key"):
        run.allow_invoker("${data.google_project.p.number}-compute@developer.gserviceaccount.com")
    run.allow_invoker("${data.google_project.p.number}-compute@developer.gserviceaccount.com", key="p compute")
    assert f"{CALLS}.orders_p_compute" in resources()


def test_a_binding_goes_with_the_service_that_it_is_for(stack: TerraformStack, resources: Resources) -> None:
    service(stack, invokers=[CALLER])
    (binding,) = [values for key, values in resources().items() if "iam_member" in key]
    assert binding["lifecycle"]["replace_triggered_by"] == ["google_cloud_run_v2_service.orders.uid"]


@pytest.mark.parametrize("everyone", ["allUsers", "allAuthenticatedUsers", "ALLUSERS", "principalSet:allUsers"])
def test_everyone_is_refused(stack: TerraformStack, everyone: str) -> None:
    with pytest.raises(ValueError, match="tried/orders: allow_invoker: .* would let everyone"):
        service(stack).allow_invoker(everyone)


def test_one_key_is_one_invoker(stack: TerraformStack) -> None:
    run = service(stack, invokers={"one": "${data.a.b.email}"})
    with pytest.raises(ValueError, match=r"'one' is serviceaccount:\$\{data.a.b.email\}, not also"):
        run.allow_invoker("${data.a.c.email}", key="one")


def test_all_faults_come_at_once(stack: TerraformStack) -> None:
    container = Container(
        image="https://x", port=0, env={"PORT": "1", "A": "b"}, secrets={"A": SecretReference(secret="s")}
    )
    with pytest.raises(ValueError, match="tried/orders") as refusal:
        service(stack, name="Orders", region="europe-west1-b", container=container)
    lines = str(refusal.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "region",
        "name",
        "container.image",
        "container.env PORT",
        "container.env A",
        "container.port",
    ]
    assert "did you mean 'europe-west1'?" in lines[0]


def test_environment_and_secrets_are_sorted_and_secrets_are_granted_first(
    stack: TerraformStack, resources: Resources
) -> None:
    container = Container(env={"Z": "1", "A": "2"}, secrets={"M": SecretReference(secret="api-key", version="3")})
    service(stack, container=container, service_account="runner@our-project.iam.gserviceaccount.com")
    made = resources()
    run = made["google_cloud_run_v2_service.orders"]
    variables = run["template"]["containers"][0]["env"]
    assert [variable["name"] for variable in variables] == ["A", "M", "Z"]
    assert variables[1]["value_source"]["secret_key_ref"] == {"secret": "api-key", "version": "3"}
    grant = made["google_secret_manager_secret_iam_member.api_key_runner_our_project_iam_gserviceaccount_com"]
    assert grant["role"] == "roles/secretmanager.secretAccessor"
    assert grant["member"] == "serviceAccount:runner@our-project.iam.gserviceaccount.com"
    assert run["depends_on"] == [
        "google_secret_manager_secret_iam_member.api_key_runner_our_project_iam_gserviceaccount_com"
    ]


def test_below_one_cpu_one_request_at_a_time_is_sent(stack: TerraformStack, resources: Resources) -> None:
    """Left out, the provider would send the 80 of a former size back."""
    service(stack, container=Container(cpu="500m"))
    assert resources()["google_cloud_run_v2_service.orders"]["template"]["max_instance_request_concurrency"] == 1


@pytest.mark.parametrize(
    ("container", "words"),
    [
        (Container(cpu="3"), "container.cpu: Cloud Run has no instances with 3 CPU"),
        (Container(cpu="8", memory="2Gi"), "container.memory: 2Gi does not go with 8 CPU; allowed: 4Gi to 32Gi"),
        (Container(cpu="80m", memory="1Gi"), "container.memory: 1Gi does not go with 80m CPU; allowed: 128Mi to 512Mi"),
        (Container(cpu="0.5", concurrency=2), "container.concurrency: 2 requests at a time do not go with 0.5 CPU"),
        (Container(cpu="0.5", cpu_idle=False), "container.cpu_idle: CPU between requests does not go with 0.5 CPU"),
        (Container(cpu="0.5", execution_environment="gen2"), "container.execution_environment: gen2 does not go with"),
        (Container(memory="256Mi", execution_environment="gen2"), "container.memory: 256Mi does not go with gen2"),
        (Container(startup_probe=Probe(period_seconds=81)), "failure_threshold 3 times period_seconds 81 is 243"),
    ],
)
def test_sizes_that_cloud_run_does_not_have(container: Container, words: str, stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        service(stack, container=container)


def test_only_what_was_given_is_sent(stack: TerraformStack, resources: Resources) -> None:
    service(stack, container=Container(cpu="2", timeout_seconds=60, max_instances=4, concurrency=8))
    template = resources()["google_cloud_run_v2_service.orders"]["template"]
    assert template["timeout"] == "60s"
    assert template["max_instance_request_concurrency"] == 8
    assert template["scaling"] == {"max_instance_count": 4}
    limits = {"cpu": "2", "memory": "512Mi"}
    assert template["containers"][0]["resources"] == {"limits": limits, "cpu_idle": True}
    assert "ports" not in template["containers"][0]


def test_what_is_left_out_is_kept_in_the_record_and_refused(stack: TerraformStack, resources: Resources) -> None:
    service(stack)
    record = resources()["terraform_data.orders_settings"]
    assert set(record["input"].values()) == {"${null}"}
    assert record["lifecycle"]["ignore_changes"] == [f"input.{setting}" for setting in record["input"]]
    refusals = record["lifecycle"]["postcondition"]
    asked = re.findall(r"coalesce\(self\.input\.(\w+), ", " ".join(refusal["condition"] for refusal in refusals))
    assert sorted(asked) == sorted(record["input"])
    assert refusals[0]["condition"] == "${coalesce(self.input.concurrency, 80) == 80}"
    assert refusals[0]["error_message"] == (
        "The concurrency of orders was ${jsonencode(self.input.concurrency)} and is left out now. Cloud Run would keep "
        "it. Give concurrency as 80, Cloud Run's default; once that is deployed, it may be left out."
    )


def test_the_record_holds_what_is_sent(stack: TerraformStack, resources: Resources) -> None:
    container = Container(cpu="500m", max_instances=2, timeout_seconds=60, port=9000)
    service(stack, container=container, service_account="runner@our-project.iam.gserviceaccount.com")
    record = resources()["terraform_data.orders_settings"]
    assert record["input"] == {
        "concurrency": 1,
        "container_port": 9000,
        "cpu": "500m",
        "cpu_idle": True,
        "h2c": "${null}",
        "max_instances": 2,
        "memory": "512Mi",
        "min_instances": 0,
        "service_account": "runner@our-project.iam.gserviceaccount.com",
        "startup_cpu_boost": False,
        "startup_probe": "port: 9000, initial_delay_seconds: 0, period_seconds: 240, timeout_seconds: 240, "
        "failure_threshold: 1",
        "timeout_seconds": 60,
    }
    assert record["lifecycle"]["ignore_changes"] == ["input.h2c"]
