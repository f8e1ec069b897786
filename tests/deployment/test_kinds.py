"""What is known of the kinds: whole, true to the provider's own schema, and of use for what is synthesized."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from deployment.kinds import KINDS, is_psc_endpoint, kind_of
from deployment.kinds.kind import MAP, WAYS_IN, Kind
from deployment.kinds.page import noteworthy_table
from deployment.stack import SECTIONS
from deployment.terraform_variables import for_init
from review.rules import RULES
from review.rules.connected_networks import CONNECTING
from review.ways_in import OPENED_BY
from tests.conftest import CHECKOUT, Synthesized
from tests.docs.pages import blocks
from tests.handover.conftest import CONFIGURATIONS

OURS = [kind for kind in KINDS if kind.ours]
EVERY_KIND = pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.label)
# Kinds that reviews of other people's stacks know by a rule alone.
FOREIGN = {
    "google_compute_backend_service", "google_compute_target_http_proxy", "google_compute_instance_template",
    "google_compute_region_instance_template", "google_compute_global_address", "google_compute_ssl_policy",
}  # fmt: skip
# What forces a replacement, and is not yet in 6.50.0.
SINCE_7 = {
    "internal_ipv6_prefix", "ip_collection", "params", "resolve_subnet_mask", "tags", "workload_identity_config",
}  # fmt: skip


@pytest.fixture(scope="module", params=["7.45.0", "6.50.0"])
def schema(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the real provider, and Terraform itself, say of their kinds."""
    terraform = shutil.which("terraform")
    if not terraform:
        pytest.skip("Terraform is not on PATH")
    folder = tmp_path_factory.mktemp("schema")
    google = {"source": "hashicorp/google", "version": request.param}
    content = {
        "terraform": {"required_providers": {"google": google}},
        "resource": {"terraform_data": {"x": {}}},
    }
    (folder / "main.tf.json").write_text(json.dumps(content))
    init = subprocess.run(
        [terraform, "init", "-input=false"], cwd=folder, env=for_init(), capture_output=True, check=False
    )
    if init.returncode != 0:
        pytest.skip(f"the google provider {request.param} cannot be had")
    shown = subprocess.run(
        [terraform, "providers", "schema", "-json"], cwd=folder, env=for_init(), capture_output=True, check=True
    )
    providers = json.loads(shown.stdout)["provider_schemas"]
    schema: dict[str, Any] = {"resource": {}, "data": {}, "ephemeral": {}, "provider": {}}
    for name, provider in providers.items():
        schema["resource"] |= provider.get("resource_schemas", {})
        schema["data"] |= provider.get("data_source_schemas", {})
        schema["ephemeral"] |= provider.get("ephemeral_resource_schemas", {})
        schema["provider"][name.rpartition("/")[2]] = provider["provider"]
    return schema


def mistakes(keys: Mapping[str, Any], block: Mapping[str, Any], where: str) -> Iterator[str]:
    """Where the kind says block and the schema does not, or map."""
    for key, inner in keys.items():
        nested = block.get("block_types", {}).get(key)
        if inner == MAP:
            type_ = block.get("attributes", {}).get(key, {}).get("type")
            if not (type_ == "dynamic" or (isinstance(type_, list) and type_[0] in {"map", "object"})):
                yield f"{where}.{key} is no map"
        elif nested is None:
            yield f"{where}.{key} is no block"
        else:
            yield from mistakes(inner, nested["block"], f"{where}.{key}")


def block_of(kind: Kind, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    section, _, type_ = kind.type.rpartition(".")
    if section == "ephemeral" and type_ not in schema["ephemeral"]:
        pytest.skip("this provider does not have it")
    block: Mapping[str, Any] = schema[section or "resource"][type_]["block"]
    return block


@EVERY_KIND
def test_blocks_are_blocks_and_maps_are_maps(kind: Kind, schema: dict[str, Any]) -> None:
    assert list(mistakes(kind.keys, block_of(kind, schema), kind.type)) == []


@EVERY_KIND
def test_what_is_said_of_attributes_is_said_of_some_that_exist(kind: Kind, schema: dict[str, Any]) -> None:
    block = block_of(kind, schema)
    known = {*block.get("attributes", {}), *block.get("block_types", {}), "lifecycle", "depends_on"}
    said = {path.partition(".")[0] for path in kind.noteworthy}
    # What forces a replacement everywhere is said of kinds that lack it, too.
    said |= {path.partition(".")[0] for path in kind.forcing} - {"region", "zone", "location", "subnetwork", "network"}
    said |= set(kind.fixed)
    if "tags" not in schema["resource"]["google_cloud_run_v2_service"]["block"]["attributes"]:
        said -= SINCE_7
    assert said <= known


def test_the_provider_keeps_the_same_sort_of_settings(schema: dict[str, Any]) -> None:
    assert list(mistakes({"default_labels": MAP}, schema["provider"]["google"]["block"], "provider.google")) == []


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_every_kind_that_is_synthesized_is_known(file: Path, synth: Callable[..., Synthesized]) -> None:
    for stack in synth(file.read_text()).values():
        for prefix, section in SECTIONS.items():
            for type_, named in stack.get(section, {}).items():
                for name, values in named.items():
                    kind = kind_of(f"{prefix}{type_}", values)
                    assert kind is not None, f"{type_}.{name}: add its kind to deployment/kinds"
                    assert kind.ours, f"{kind.type} is said to be other people's"


@pytest.mark.parametrize("part", [part.name for part in fields(Kind) if part.default is MISSING])
def test_a_kind_with_a_part_left_out_is_none(part: str) -> None:
    said = {field.name: getattr(OURS[0], field.name) for field in fields(Kind)}
    del said[part]
    with pytest.raises(TypeError, match=part):
        Kind(**said)


@EVERY_KIND
def test_parts_fit_together(kind: Kind) -> None:
    assert kind.called
    assert kind.way_in in {"", *WAYS_IN}
    if kind.collection:
        assert kind.import_id.split(" ")[0].rpartition("/")[0].endswith(f"/{kind.collection}")
    managed = kind.type.startswith("google_")
    assert bool(kind.replaced) == managed
    assert bool(kind.forcing) == managed, "at least another project or name is another resource"


def test_every_way_in_is_followed_by_reviews() -> None:
    assert OPENED_BY.keys() == set(WAYS_IN)
    assert {kind.way_in for kind in OURS} >= set(WAYS_IN)


def test_every_kind_that_a_rule_judges_is_known() -> None:
    # Of the kinds of the one rule nothing is known: that is what it says.
    judging = [rule for rule in RULES if rule.id != "access-not-judged"]
    types = {type_ for rule in judging for type_ in rule.kinds if type_.startswith("google_")}
    assert types <= {kind.type for kind in KINDS} | FOREIGN | {*CONNECTING}


@pytest.mark.parametrize(
    ("type_", "values", "is_endpoint"),
    [
        ("google_compute_forwarding_rule", {"load_balancing_scheme": "", "target": "${x.y.id}"}, True),
        ("google_compute_forwarding_rule", {"target": "projects/p/regions/r/serviceAttachments/a"}, True),
        ("google_compute_forwarding_rule", {"target": "${var.hello_service_attachment_self_link}"}, True),
        ("google_compute_forwarding_rule", {"load_balancing_scheme": "INTERNAL_MANAGED", "target": "${x.y.id}"}, False),
        ("google_compute_forwarding_rule", {"load_balancing_scheme": ""}, False),
        ("google_compute_global_forwarding_rule", {"target": "projects/p/regions/r/serviceAttachments/a"}, True),
        ("google_compute_address", {"target": "projects/p/regions/r/serviceAttachments/a"}, False),
    ],
)
def test_an_endpoint_is_told_from_a_load_balancer(type_: str, values: dict[str, Any], is_endpoint: bool) -> None:
    assert is_psc_endpoint(type_, values) is is_endpoint


def test_import_ids_are_those_of_the_import_page() -> None:
    patterns = {kind.type: re.sub(r"\\{\w+\\}", r"[^ ]+", re.escape(kind.import_id)) for kind in OURS if kind.import_id}
    commands = [
        match for block in blocks(CHECKOUT / "docs" / "import.md", "sh")
        for match in re.findall(r'^terraform import (\w+)\.\w+ "(.*)"$', block.text, re.MULTILINE)
    ]  # fmt: skip
    assert len(commands) > 20
    wrong = [f"{type_}: {id_}" for type_, id_ in commands if not re.fullmatch(patterns[type_], id_)]
    assert wrong == []


def test_the_page_of_traps_says_the_same(request: pytest.FixtureRequest) -> None:
    page = CHECKOUT / "docs" / "known-traps.md"
    between = re.compile(r"(?<=<!-- attributes -->\n).*(?=<!-- /attributes -->)", re.DOTALL)
    text = between.sub(lambda _: f"{noteworthy_table()}\n", page.read_text())
    if request.config.getoption("--write-docs"):
        page.write_text(text)
    assert page.read_text() == text, "out of date; ./psc test tests/deployment/test_kinds.py --write-docs"
