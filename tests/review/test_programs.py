"""A plan alone tells of the programs that are run beside Terraform, and of what no rule judges, as a review of code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from review.topics import EXPOSED, UNJUDGED
from tests.foreign.reviewed import report_of

Json = dict[str, Any]
GOOGLE, ACME = "registry.terraform.io/hashicorp/google", "registry.terraform.io/acme/cloud"
TYPE = "google_compute_network"


def change(actions: list[str], before: Json | None, after: Json | None, provider: str = GOOGLE, **more: Any) -> Json:
    unknown: Json = {"id": True} if after is not None else {}
    of = {"actions": actions, "before": before, "after": after, "after_unknown": unknown}
    return {"address": f"module.m.{TYPE}.n[0]", "mode": "managed", "type": TYPE, "name": "n",
            "provider_name": provider, "change": of, **more}  # fmt: skip


def plan(entry: Json, *, provisioners: tuple[str, ...] = (), data: tuple[str, ...] = (), outputs: Json | None = None,
         providers: tuple[str, ...] = (GOOGLE,)) -> Json:  # fmt: skip
    resource = {"address": f"{TYPE}.n", "mode": "managed", "type": TYPE, "name": "n", "schema_version": 0,
                "expressions": {"name": {"constant_value": "n"}, "mtu": {"references": ["var.mtu"]}},
                "count_expression": {"constant_value": 1},
                "provisioners": [{"type": name} for name in provisioners]}  # fmt: skip
    read = [{"address": f"data.{kind}.d", "mode": "data", "type": kind, "name": "d", "values": {}} for kind in data]
    return {
        "format_version": "1.2", "terraform_version": "1.12.0", "planned_values": {}, "resource_changes": [entry],
        "output_changes": outputs or {}, "prior_state": {"values": {"root_module": {"resources": read}}},
        "configuration": {
            "provider_config": {name.rpartition("/")[2]: {"name": "x", "full_name": name} for name in providers},
            "root_module": {"module_calls": {"m": {"source": "./m", "module": {"resources": [resource]}}}},
        },
    }  # fmt: skip


def report(tmp_path: Path, content: Json) -> Any:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(content))
    return report_of(file)


MADE = change(["create"], None, {"name": "n", "auto_create_subnetworks": False})
STAYS = change(["no-op"], {"name": "n"}, {"name": "n"})
CASES: list[tuple[Json, set[str]]] = [
    (plan(MADE), set()),
    (plan(MADE, provisioners=("local-exec",)), {f"code-at-apply module.m.{TYPE}.n[0]"}),
    (plan(change(["delete", "create"], {"name": "n"}, {"name": "n"}), provisioners=("local-exec",)),
     {f"code-at-apply module.m.{TYPE}.n[0]"}),
    (plan(STAYS, provisioners=("local-exec",)), set()),
    (plan(MADE, data=("external",)), {"code-at-apply data.external.d"}),
    (plan(MADE, data=("local_command",)), {"code-at-apply data.local_command.d"}),
    (plan(STAYS, data=("http",)), set()),
    (plan(MADE, providers=(GOOGLE, ACME)), {"foreign-provider terraform.required_providers.acme/cloud"}),
    (plan(change(["create"], None, {"name": "n"}, ACME), providers=(GOOGLE, ACME)),
     {"foreign-provider terraform.required_providers.acme/cloud"}),
    (plan(change(["no-op"], {"name": "n"}, {"name": "n"}, ACME), providers=(GOOGLE, ACME)), set()),
    (plan(MADE, providers=("registry.opentofu.org/hashicorp/google", "terraform.io/builtin/terraform")), set()),
]  # fmt: skip


@pytest.mark.parametrize(("content", "wanted"), CASES)
def test_programs_beside_terraform_are_findings(tmp_path: Path, content: Json, wanted: set[str]) -> None:
    found = {f"{one.rule} {one.address}" for one in report(tmp_path, content).findings}
    assert {one for one in found if one.startswith(("code-at", "foreign"))} == wanted


@pytest.mark.parametrize("given", [{"exec": [{"command": {"constant_value": "id"}}]}, {"kubernetes": [{"exec": [{}]}]}])
def test_a_program_that_a_provider_logs_in_by_is_a_finding_while_nothing_of_it_is_there(
    tmp_path: Path, given: Json
) -> None:  # fmt: skip
    source = "registry.terraform.io/hashicorp/kubernetes"
    for entry, wanted in ((MADE, ["code-at-apply"]), (change(["no-op"], {"name": "n"}, {"name": "n"}, source), [])):
        content = plan(entry, providers=(GOOGLE, source))
        content["configuration"]["provider_config"]["kubernetes"]["expressions"] = given
        assert [one.rule for one in report(tmp_path, content).findings if one.rule.startswith("code-at")] == wanted


def test_what_no_rule_judges_is_said_of_a_plan_alone(tmp_path: Path) -> None:
    wider = change(["update"], {"name": "n", "mtu": 1460}, {"name": "n", "mtu": 1500})
    said = [(one.topic, str(one.sentence)) for one in report(tmp_path, plan(wider)).decisions]
    assert said == [(UNJUDGED, f"module.m.{TYPE}.n[0] changes in mtu, which no rule here judges.")]
    unknown = change(["create"], None, {"name": "n"}, type="google_tpu_node", address="google_tpu_node.t")
    said = [(one.topic, str(one.sentence)) for one in report(tmp_path, plan(unknown)).decisions]
    assert said == [(UNJUDGED, "google_tpu_node.t is new, and no rule here judges anything of its kind.")]


POLICY_RULE: Json = {"action": "allow", "direction": "INGRESS", "priority": 1}
INTERNET: Json = {"src_ip_ranges": ["0.0.0.0/0"]}


@pytest.mark.parametrize(
    ("type_", "plain", "block", "values", "marks", "rule"),
    [
        ("google_compute_instance", {}, "network_interface", {"subnetwork": "s"}, {"access_config": True},
         "vm-external-address"),
        ("google_compute_instance", {}, "network_interface", {"subnetwork": "s"}, {"ipv6_access_config": True},
         "vm-external-address"),
        ("google_compute_network_firewall_policy_rule", POLICY_RULE, "match", INTERNET, {"layer4_configs": True},
         "firewall-open-to-internet"),
        ("google_compute_network_firewall_policy_with_rules", {}, "rule", POLICY_RULE, {"match": True},
         "firewall-open-to-internet"),
    ],
)  # fmt: skip
def test_a_dynamic_block_of_unknown_number_within_a_block_is_not_absent(
    type_: str, plain: Json, block: str, values: Json, marks: Json, rule: str, tmp_path: Path
) -> None:
    address = f"{type_}.n"
    made = change(["create"], None, plain | {block: [values]}, type=type_, address=address)
    made["change"]["after_unknown"] = {block: [marks]}
    content = plan(made)
    shown: Json = {name: {"constant_value": value} for name, value in plain.items()}
    shown[block] = [{name: {"constant_value": value} for name, value in values.items()}]
    resource = {"address": address, "mode": "managed", "type": type_, "name": "n", "expressions": shown}
    content["configuration"]["root_module"] = {"resources": [resource]}
    assert rule in [one.rule for one in report(tmp_path, content).findings]
    made["change"]["after_unknown"] = {block: [{name: [] for name in marks}]}
    assert rule not in [one.rule for one in report(tmp_path, content).findings]


def test_outputs_that_others_go_by_are_told_unless_they_follow(tmp_path: Path) -> None:
    def changed(before: Any, after: Any, **more: Any) -> Json:
        return {"o": {"actions": ["update"], "before": before, "after": after, "before_sensitive": False,
                      "after_sensitive": False, "after_unknown": False, **more}}  # fmt: skip

    for outputs, told in (
        (changed("a", "b"), [(UNJUDGED, "output.o is another value, which other stacks or people may go by.")]),
        (changed("a", None, after_unknown=True), []),
        (changed("a", "a", before_sensitive=True),
         [(EXPOSED, "output.o is no longer sensitive: every apply prints its value.")]),
    ):  # fmt: skip
        said = [(one.topic, str(one.sentence)) for one in report(tmp_path, plan(STAYS, outputs=outputs)).decisions]
        assert said == told
