"""What a bundle holds: the same addresses, everything that Terraform acts on, and nothing of cdktf or this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from deployment.unusable import UnusableError
from deployment.values import strings, with_strings, without
from handover.bundle import Bundle, Wish
from handover.credentials import elsewhere
from tests.conftest import CHECKOUT, Json, stacks_in
from tests.handover.conftest import CONFIGURATIONS, SOURCE, Make

BOTH = pytest.mark.parametrize("format_", ["json", "hcl"])
# Two endpoints with one address are refused; tests/handover/test_guards.py tries what is refused of ranges.
REFUSED_OTHERWISE = {"google_compute_address", "google_compute_subnetwork"}
EVERY = pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)


def addresses(content: Json) -> set[str]:
    """Every resource and data source."""
    sections = (("", "resource"), ("data.", "data"))
    return {
        f"{prefix}{kind}.{name}"
        for prefix, section in sections
        for kind, named in content.get(section, {}).items()
        for name in named
    }


def read(made: Bundle, stack: str) -> Json:
    """A stack of a JSON bundle, its files put together as Terraform does."""
    merged: Json = {}
    for path, content in made.files.items():
        if path.startswith(f"{stack}/") and path.endswith(".tf.json"):
            merge(merged, json.loads(content))
    return merged


def merge(into: Json, other: Json) -> None:
    for key, value in other.items():
        if isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            assert key not in into, f"{key} is defined twice"
            into[key] = value


@EVERY
def test_no_section_is_empty(file: Path, make: Make) -> None:
    """Terraform refuses one in JSON."""
    made = make(file)
    read_ = {path: json.loads(text) for path, text in made.files.items() if path.endswith(".tf.json")}
    assert [path for path, content in read_.items() if not all(content.values())] == []


@EVERY
def test_no_line_is_longer_than_a_window(file: Path, make: Make) -> None:
    made = make(file, Wish(format="hcl"))
    lines = {f"{name}:{line}" for name, text in made.files.items() if name.endswith(".tf")
             for line in text.decode().splitlines() if len(line) > 120}  # fmt: skip
    assert lines == set()


@EVERY
def test_every_address_is_kept_or_moved(file: Path, make: Make, synthesized: Callable[[Path], Path]) -> None:
    made = make(file)
    former = stacks_in(synthesized(file))
    assert set(made.manifest.stacks) == set(former)
    for stack in made.stacks:
        handed = addresses(read(made, stack.name))
        moved = {move.former: move.present.partition("[")[0] for move in stack.moves}
        there = {one for one in addresses(former[stack.name]) if not one.startswith("data.")}
        assert moved.keys() <= there
        of_our_own = {"google_project_service.consumers_compute", *(
            f"google_cloud_run_v2_service_iam_member.{one.invokers.name}" for one in stack.services if one.invokers
        )}  # fmt: skip
        kept = {one for one in handed if not one.startswith("data.")}
        of_our_own |= {f"google_compute_subnetwork.{one.address}_nat" for one in stack.services if one.nat_ranges}
        assert kept - of_our_own == there - moved.keys()
        assert set(moved.values()) <= of_our_own
        assert not any(re.search(r"_\d+_\d+_\d+_\d+_\d+$", one) for one in kept), "no range in an address"
        blocks = read(made, stack.name).get("moved", [])
        assert [move.block() for move in stack.moves] == blocks[len(former[stack.name].get("moved", [])) :]


@EVERY
def test_nothing_of_a_single_consumer_stands_outside_of_values(file: Path, make: Make) -> None:
    """Else a project that is gone would be asked about in every plan."""
    made = make(file)
    for stack in (stack for stack in made.stacks if stack.name == "producer"):
        projects = {project for one in stack.variables if one.name == "consumers" for project in one.value.values()}
        # Addresses are asked nobody about, and neither is an endpoint on an accept list.
        fixed = without(stack.content, lambda key, _: key in {"moved", "removed", "consumer_accept_lists"})
        assert {text for text in strings(fixed) if any(project in text for project in projects)} == set()


def _instead(links: Mapping[str, str], text: str) -> str:
    return links.get(text, text)


@EVERY
def test_what_terraform_acts_on_is_all_there(file: Path, make: Make, synthesized: Callable[[Path], Path]) -> None:
    """Put the present values back in place of the variables: what comes out is what was synthesized."""
    made = make(file)
    for stack in made.stacks:
        if stack.promised:
            continue
        former = stacks_in(synthesized(file))[stack.name]
        links = {f"${{var.{one.name}}}": one.value for one in stack.variables if one.name.endswith("_attachment")}
        handed = with_strings(read(made, stack.name), partial(_instead, links))
        assert sorted(handed.get("output", {})) == sorted(former.get("output", {}))
        assert sorted(handed.get("check", {})) == sorted(former.get("check", {}))
        moved = {move.former for move in stack.moves}
        for kind, named in former["resource"].items():
            for name, resource in ((name, one) for name, one in named.items() if f"{kind}.{name}" not in moved):
                there = handed["resource"][kind][name]
                if kind == "terraform_data":
                    assert_recorded(there, resource, handed)
                    continue
                ignored = {"precondition"} if kind in REFUSED_OTHERWISE else set[str]()
                assert strip(lifecycle(there), ignored) == strip(guarded(lifecycle(resource)), ignored)
                assert there.get("depends_on", []) == resource.get("depends_on", [])
                lifted = {
                    "consumer_accept_lists",
                    "custom_audiences",
                    "self_managed",
                    "certificate_manager_certificates",
                    "ssl_certificates",
                    "template",
                    "address",
                    "rrdatas",
                    "lifecycle",
                    "depends_on",
                    "nat_subnets",
                }
                assert strip(there, lifted | {"dynamic"}) == strip(with_strings(resource, with_lists), lifted)


@EVERY
def test_the_values_make_the_grants_that_were_synthesized(
    file: Path, make: Make, synthesized: Callable[[Path], Path]
) -> None:
    producer = next((stack for stack in make(file).stacks if stack.name == "producer"), None)
    former = stacks_in(synthesized(file)).get("producer", {})
    members = former.get("resource", {}).get("google_cloud_run_v2_service_iam_member", {})
    projects = former.get("data", {}).get("google_project", {})
    granted = {(one["name"], _member(one["member"], projects)) for one in members.values()}
    here = set()
    for service in producer.services if producer else ():
        if producer and service.invokers:
            grants = producer.content["resource"]["google_cloud_run_v2_service_iam_member"][service.invokers.name]
            here |= {(grants["name"], entry) for entry in service.invokers.value}
    assert here == granted


def _member(member: str, projects: Json) -> str:
    """A member, or the project whose default account it is."""
    found = re.fullmatch(r"serviceAccount:\$\{data\.google_project\.(\w+)\.number\}-compute@developer.*", member)
    return projects[found[1]]["project_id"] if found else member


def lifecycle(resource: Json) -> Json:
    """A lifecycle by its rules; the words of conditions' messages may differ, and an accepted endpoint is a value."""
    lifecycle = dict(resource.get("lifecycle", {}))
    for rule in ("precondition", "postcondition"):
        if rule in lifecycle:
            conditions = [condition["condition"] for condition in lifecycle[rule]]
            lifecycle[rule] = ["an endpoint" if "entry.endpoint_url" in one else one for one in conditions]
    return lifecycle


def guarded(lifecycle: Json) -> Json:
    """What a resource keeps of its lifecycle: the records themselves refuse what they compare, lists have a name."""
    rules = dict(lifecycle)
    for rule in {"precondition", "postcondition"} & rules.keys():
        rules[rule] = [with_lists(condition) for condition in rules[rule] if "first_deployment.output" not in condition]
    return {rule: told for rule, told in rules.items() if told}


def with_lists(text: str) -> str:
    """An expression with the names that lists of existing subnets have in bundles."""
    names = {"ip_cidr_range": "local.existing_ranges", "name": "local.existing_names"}
    return re.sub(
        r"\[for one in data\.google_compute_subnetworks\.[\w.]+ : one\.(\w+) if [^\]]*\]",
        lambda found: names[found[1]],
        text,
    )


def assert_recorded(there: Json, record: Json, handed: Json) -> None:
    """tests/handover/test_guards.py tries what records refuse."""
    values = handed["locals"]["fixed"] if there["input"] == "${local.fixed}" else there["input"]
    assert values == record["input"]
    for ignored in ("ignore_changes", "create_before_destroy", "replace_triggered_by"):
        assert there.get("lifecycle", {}).get(ignored) == record.get("lifecycle", {}).get(ignored)
    assert there.get("triggers_replace") == record.get("triggers_replace")


def strip(resource: Json, keys: set[str]) -> Json:
    return {key: value for key, value in resource.items() if key not in keys}


@EVERY
@BOTH
def test_nothing_of_cdktf_or_of_this_machine_is_left(file: Path, format_: str, make: Make) -> None:
    for path, content in make(file, Wish(format=format_)).files.items():
        text = content.decode()
        assert str(CHECKOUT) not in text
        assert '"//"' not in text
        if path not in {"README.md", "manifest.json"}:
            assert "cdktf" not in text, path
            assert "docs/" not in text, path
            assert "producer.services." not in text, path


@EVERY
@BOTH
def test_the_same_input_gives_the_same_bytes(
    file: Path, format_: str, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(file, Wish(format=format_))
    monkeypatch.chdir(tmp_path)
    assert make(file, Wish(format=format_)).files == first.files


@EVERY
@BOTH
def test_every_variable_has_type_description_rules_and_a_value(file: Path, format_: str, make: Make) -> None:
    made = make(file, Wish(format=format_))
    for stack in made.stacks:
        assert stack.variables
        for variable in stack.variables:
            assert variable.description.endswith((".", "…."))
            assert variable.validations
            assert all(validation.error_message.endswith(".") for validation in variable.validations)
        values = "terraform.tfvars.json" if format_ == "json" else "terraform.tfvars"
        text = made.files[f"{stack.name}/{values}"].decode()
        assert all(re.search(rf'^ *"?{variable.name}"? *[=:]', text, re.MULTILINE) for variable in stack.variables)


def test_the_default_bundle_has_these_files(make: Make) -> None:
    assert list(make(wish=Wish(format="hcl")).files) == [
        "README.md",
        "SHA256SUMS",
        "consumer/backend.tf",
        "consumer/checks.tf",
        "consumer/guards.tf",
        "consumer/locals.tf",
        "consumer/main.tf",
        "consumer/outputs.tf",
        "consumer/terraform.tfvars",
        "consumer/value_tests/values.tftest.hcl",
        "consumer/variables.tf",
        "consumer/versions.tf",
        "manifest.json",
        "producer/backend.tf",
        "producer/callers.tf",
        "producer/checks.tf",
        "producer/guards.tf",
        "producer/locals.tf",
        "producer/main.tf",
        "producer/moved.tf",
        "producer/outputs.tf",
        "producer/terraform.tfvars",
        "producer/value_tests/values.tftest.hcl",
        "producer/variables.tf",
        "producer/versions.tf",
    ]


def test_the_present_values_stand_in_one_file(make: Make) -> None:
    everything = next(file for file in CONFIGURATIONS if file.stem == "many")
    assert json.loads(make(everything).files["producer/terraform.tfvars.json"]) == {
        "orders_accept": {"office-project": 2, "partner-project": 1, "shop-project": 5},
        "consumers": {},
        "orders_image": "europe-docker.pkg.dev/many-producer/apps/orders:1.2.3",
        "orders_invokers": [
            "serviceAccount:123456789012-compute@developer.gserviceaccount.com",
            "serviceAccount:batch@partner-project.iam.gserviceaccount.com",
        ],
        "orders_nat_ranges": ["10.20.8.0/28", "10.20.9.0/28"],
        "orders_scaling": {"max_instances": None, "min_instances": None},
        "stock_levels_accept": {"shop-project": 10},
        "stock_levels_image": (
            "europe-docker.pkg.dev/many-producer/apps/stock@sha256:"
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        ),
        "stock_levels_invokers": ["serviceAccount:123456789012-compute@developer.gserviceaccount.com"],
        "stock_levels_nat_ranges": ["10.20.10.0/28"],
        "stock_levels_scaling": {"max_instances": None, "min_instances": None},
    }


def test_scaling_that_is_set_stays_set(make: Make) -> None:
    everything = next(file for file in CONFIGURATIONS if file.stem == "everything")
    made = make(everything)
    values = json.loads(made.files["producer/terraform.tfvars.json"])
    assert values["api_scaling"] == {"max_instances": 20, "min_instances": 1}
    service = read(made, "producer")["resource"]["google_cloud_run_v2_service"]["api"]
    assert "scaling" not in service["template"]
    assert service["template"]["dynamic"]["scaling"] == {
        "for_each": "${[var.api_scaling]}",
        "content": {
            # Null is Cloud Run's default: the provider would keep the former number.
            "max_instance_count": "${coalesce(scaling.value.max_instances, 100)}",
            "min_instance_count": "${coalesce(scaling.value.min_instances, 0)}",
        },
    }


def test_local_states_lie_in_the_bundle_and_the_consumer_reads_there(make: Make) -> None:
    made = make()
    assert json.loads(made.files["producer/backend.tf.json"]) == {
        "terraform": {"backend": {"local": {"path": "../terraform.producer.tfstate"}}}
    }
    state = read(made, "consumer")["data"]["terraform_remote_state"]["producer"]
    there = "fileexists(var.producer_state.config.path) ? 1 : 0"
    assert state == {
        "backend": "${var.producer_state.backend}",
        "config": "${var.producer_state.config}",
        "count": f'${{var.producer_state.backend == "local" ? ({there}) : 1}}',
    }
    values = json.loads(made.files["consumer/terraform.tfvars.json"])
    assert values["producer_state"] == {"backend": "local", "config": {"path": "../terraform.producer.tfstate"}}
    assert 'cp "$CHECKOUT/terraform.producer.tfstate" terraform.producer.tfstate' in made.files["README.md"].decode()


def test_states_in_a_bucket_stay_there(make: Make) -> None:
    made = make(next(file for file in CONFIGURATIONS if file.stem == "everything"))
    backend = {
        "bucket": "our-terraform-state",
        "impersonate_service_account": "deployer@every-client.iam.gserviceaccount.com",
        "prefix": "platform/psc/everything/client",
    }
    assert json.loads(made.files["client/backend.tf.json"]) == {"terraform": {"backend": {"gcs": backend}}}
    state = json.loads(made.files["client/terraform.tfvars.json"])["producer_state"]
    assert state == {"backend": "gcs", "config": backend | {"prefix": "platform/psc/everything/producer"}}


def test_one_sides_bundle_has_the_self_link_as_a_variable(make: Make) -> None:
    made = make(wish=Wish(stacks=("consumer",)))
    assert {path.partition("/")[0] for path in made.files if "/" in path} == {"consumer"}
    stack = read(made, "consumer")
    assert "terraform_remote_state" not in json.dumps(stack)
    assert stack["resource"]["google_compute_forwarding_rule"]["psc_endpoint"]["target"] == (
        "${var.hello_service_attachment_self_link}"
    )
    assert json.loads(made.files["consumer/terraform.tfvars.json"]) == {
        "hello_port": 80,
        "hello_service_attachment_self_link": "https://www.googleapis.com/compute/v1/projects/example-producer-project"
        "/regions/asia-northeast1/serviceAttachments/hello-service-attachment",
        "hello_url": "URL_OF_THE_SERVICE",
        "psc_endpoint_address": "10.1.0.5",
    }
    assert "`hello_service_attachment_self_link`" in made.files["README.md"].decode()


def test_a_literal_self_link_becomes_a_variable_too(make: Make) -> None:
    made = make(next(file for file in CONFIGURATIONS if file.stem == "consumer-alone"))
    link = "projects/their-project/regions/us-east5/serviceAttachments/orders-service-attachment"
    assert json.loads(made.files["analytics/terraform.tfvars.json"])["orders_service_attachment"] == link
    assert link not in made.files["analytics/main.tf.json"].decode()


def test_a_stack_that_is_not_there_is_refused(make: Make) -> None:
    with pytest.raises(UnusableError, match=r"there is no stack nobody; there are consumer, producer"):
        make(wish=Wish(stacks=("nobody",)))


AUTOMATIC = """\
producer:
  project: example-producer-project
  services:
    hello:
      connection_preference: ACCEPT_AUTOMATIC
"""
BY_NETWORK = """\
producer:
  project: example-producer-project
  services:
    hello:
      accept: {projects/their-project/global/networks/their-network: 2}
"""


def test_who_is_accepted_automatically_has_no_list_to_change(make: Make) -> None:
    made = make(AUTOMATIC)
    assert "hello_accept" not in {variable.name for stack in made.stacks for variable in stack.variables}
    assert "consumer_accept_lists" not in made.files["producer/main.tf.json"].decode()
    assert "### Change the image" in made.files["README.md"].decode()


@BOTH
def test_sides_with_nothing_in_them_yet_are_handed_over_too(format_: str, make: Make) -> None:
    made = make(
        "producer: {project: example-producer-project}\nconsumers: {one: {project: one-project}}\n",
        Wish(format=format_),
    )
    assert made.manifest.stacks == ("producer", "one")
    text = made.files["README.md"].decode()
    assert "the side that publishes nothing yet" in text
    assert "the side that connects through nothing yet" in text
    assert "### Change the image" not in text
    assert not [path for path in made.files if "tfvars" in path]


def test_networks_stay_networks(make: Make) -> None:
    made = make(BY_NETWORK)
    attachment = read(made, "producer")["resource"]["google_compute_service_attachment"]["hello"]
    assert attachment["dynamic"]["consumer_accept_lists"]["content"] == {
        "connection_limit": "${consumer_accept_lists.value}",
        "network_url": "${consumer_accept_lists.key}",
    }
    text = made.files["README.md"].decode()
    assert '"projects/new-consumer-project/global/networks/NETWORK": 5' in text


SUSPICIOUS = """\
producer:
  project: example-producer-project
  services:
    hello:
      env: {DB_PASSWORD: hunter2hunter2, MODE: production}
"""


def test_a_credential_in_the_environment_is_refused_without_its_value(make: Make) -> None:
    with pytest.raises(UnusableError) as refused:
        make(SUSPICIOUS)
    assert "producer: service hello: env DB_PASSWORD looks like a credential, by its name" in str(refused.value)
    assert "`secrets:`" in str(refused.value)
    assert "MODE" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_credential_anywhere_else_is_refused_too(make: Make) -> None:
    key = "AIza" + "SyA0123456789abcdefghijklmnopqrstuv"
    text = f"producer: {{project: example-producer-project, services: {{hello: {{description: the key is {key}}}}}}}"
    with pytest.raises(UnusableError) as refused:
        make(text)
    assert "producer: google_compute_service_attachment.hello looks like a Google API key" in str(refused.value)
    assert key not in str(refused.value)


def test_what_only_looks_like_one_can_be_said_to_be_harmless(make: Make) -> None:
    made = make(SUSPICIOUS, Wish(harmless=("DB_PASSWORD",)))
    assert made.manifest.harmless == ("DB_PASSWORD",)


def test_the_manifest_tells_what_and_from_where_without_a_time(make: Make) -> None:
    assert json.loads(make().files["manifest.json"]) == {
        "environment": "default",
        "format": "json",
        "harmless": [],
        "provider": "~> 7.45",
        "schema": 1,
        "source": asdict(SOURCE),
        "stacks": ["producer", "consumer"],
    }


def test_a_hosts_record_follows_the_endpoints_address(make: Make) -> None:
    made = make(next(file for file in CONFIGURATIONS if file.stem == "https"))
    consumer = next(stack for stack in made.stacks if stack.name == "consumer").content
    records = consumer["resource"]["google_dns_record_set"]
    assert records["named"]["rrdatas"] == ["${var.named_address}"]
    assert records["orders"]["rrdatas"] == ["${var.orders_address}"]


def test_a_certificate_of_others_is_a_variable(make: Make) -> None:
    made = make(next(file for file in CONFIGURATIONS if file.stem == "https"))
    values = json.loads(made.files["producer/terraform.tfvars.json"])
    assert {name: one.rpartition("/")[2] for name, one in values.items() if name.endswith("_certificate")} == {
        "hello_certificate": "hello",
        "orders_certificate": "orders",
    }
    producer = read(made, "producer")
    proxies = producer["resource"]["google_compute_region_target_https_proxy"]
    assert proxies["hello"]["certificate_manager_certificates"] == ["${var.hello_certificate}"]
    assert proxies["orders"]["ssl_certificates"] == ["${var.orders_certificate}"]
    assert producer["data"]["google_compute_region_ssl_certificate"]["orders"]["name"] == (
        "${basename(var.orders_certificate)}"
    )
    asked = json.dumps(
        [producer["data"]["google_certificate_manager_certificates"]["hello"], producer["check"]["hello_certificate"]]
    )
    assert "certificates/hello" not in asked
    assert "certificate hello" not in asked


def test_the_image_of_a_pipeline_is_no_value(make: Make) -> None:
    """Terraform would ignore it."""
    text = """
producer:
  project: example-producer-project
  services:
    hello: {revisions: external, image: us-docker.pkg.dev/cloudrun/container/hello}
consumers:
  consumer:
    project: example-consumer-project
    endpoints: {psc-endpoint: {service: hello}}
"""
    made = make(text)
    assert "hello_image" not in json.loads(made.files["producer/terraform.tfvars.json"])
    assert "Change the image" not in made.files["README.md"].decode()
    (container,) = read(made, "producer")["resource"]["google_cloud_run_v2_service"]["hello"]["template"]["containers"]
    assert container["image"] == "us-docker.pkg.dev/cloudrun/container/hello"


def test_audiences_are_a_variable_where_there_are_some(make: Make) -> None:
    made = make(next(file for file in CONFIGURATIONS if file.stem == "https"))
    producer = next(stack for stack in made.stacks if stack.name == "producer")
    run = producer.content["resource"]["google_cloud_run_v2_service"]
    assert run["hello"]["custom_audiences"] == "${sort(var.hello_audiences)}"
    values = json.loads(made.files["producer/terraform.tfvars.json"])
    assert values["hello_audiences"] == ["https://a.example.com", "https://hello.internal.example.com"]
    assert "hello_audiences" not in json.loads(make().files["producer/terraform.tfvars.json"])


def test_the_secrets_of_a_certificate_are_a_variable(make: Make) -> None:
    made = make(next(file for file in CONFIGURATIONS if file.stem == "pem"))
    producer = next(stack for stack in made.stacks if stack.name == "producer").content
    certificate = producer["resource"]["google_certificate_manager_certificate"]["hello"]
    assert certificate["self_managed"]["pem_private_key_wo_version"] == "${var.hello_pem.key.version}"
    read = producer["ephemeral"]["google_secret_manager_secret_version"]
    chain = producer["data"]["google_secret_manager_secret_version_access"]["hello"]
    for part, block in (("certificate", read["hello_certificate"]), ("key", read["hello_key"]), ("certificate", chain)):
        for key in ("project", "secret", "version"):
            assert block[key] == f"${{var.hello_pem.{part}.{key}}}"
    (told,) = certificate["lifecycle"]["precondition"]
    assert "Version ${var.hello_pem.key.version} of projects/${var.hello_pem.key.project}/" in told["error_message"]
    assert json.loads(made.files["producer/terraform.tfvars.json"])["hello_pem"] == {
        "certificate": {"project": "example-producer-project", "secret": "hello-certificate", "version": "3"},
        "key": {"project": "example-other-project", "secret": "hello-key", "version": "2"},
    }


def test_an_accepted_endpoint_and_numbered_versions_of_secrets_are_values(make: Make) -> None:
    made = make(next(file for file in CONFIGURATIONS if file.stem == "everything"))
    values = json.loads(made.files["producer/terraform.tfvars.json"])
    assert values["reports_accept"] == {
        "projects/every-client/regions/asia-northeast1/forwardingRules/1234567890123456789": 1
    }
    assert values["api_secret_versions"] == {"API_KEY": "7", "/secrets/tls/key.pem": "2"}
    resources = read(made, "producer")["resource"]
    attachment = resources["google_compute_service_attachment"]["reports"]
    assert "consumer_accept_lists" not in attachment
    assert "var.reports_accept" in attachment["lifecycle"]["postcondition"][0]["condition"]
    template = resources["google_cloud_run_v2_service"]["api"]["template"]
    read_ = [one["value_source"]["secret_key_ref"] for one in template["containers"][0]["env"] if "value_source" in one]
    read_ += [item for volume in template["volumes"] for item in volume["secret"]["items"]]
    assert [one["version"] for one in read_] == [
        '${var.api_secret_versions["API_KEY"]}',
        "latest",
        "latest",
        '${var.api_secret_versions["/secrets/tls/key.pem"]}',
    ]


def test_nothing_speaks_of_lists_where_everybody_is_accepted(make: Make) -> None:
    text = """
producer:
  project: example-producer-project
  services: {hello: {connection_preference: ACCEPT_AUTOMATIC}}
consumers:
  consumer: {project: example-consumer-project, endpoints: {hello: {service: hello}}}
"""
    made = make(text)
    (told,) = read(made, "producer")["check"]["hello_connections"]["assert"]
    assert "PENDING" not in told["error_message"]
    assert ". CLOSED: the consumer re-applies." in told["error_message"]
    assert "on the accept list" not in made.files["README.md"].decode()


def test_a_key_of_a_mapping_may_be_a_credential() -> None:
    content = {"resource": {"google_cloud_run_v2_service": {"hello": {"labels": {"AIza" + "x" * 35: "y"}}}}}
    found = [suspect.looks_like for suspect in elsewhere("producer", content)]
    assert found == ["a Google API key"]
