"""Plans: what Terraform wants to do to the real state; whatever is no plan of the stack is refused in a sentence."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from deployment.comparison import Comparison
from deployment.plan_comparison import read, read_alone
from deployment.plan_constants import constants_differing
from deployment.plan_file import belongs
from deployment.stack import UNKNOWN
from deployment.unusable import UnusableError
from review.findings import judge
from review.material import Material
from review.report import assemble
from tests.review.stacks import TODAY, edited, stack

Json = dict[str, Any]
ATTACHMENT, SUBNET = "google_compute_service_attachment.a", "google_compute_subnetwork.s"
CODE: Json = {
    "provider": {"google": [{"project": "example-producer"}]},
    "resource": {
        "google_compute_service_attachment": {
            "a": {
                "name": "a",
                "nat_subnets": ["${google_compute_subnetwork.s.id}"],
                "domain_names": ["${var.a}", "${var.b}"],
            }
        },
        "google_compute_subnetwork": {"s": {"name": "s"}},
    },
}


def entry(address: str, actions: list[str], before: Json | None, after: Json | None, **change: Any) -> Json:
    more = {"after_unknown": {}, "before_sensitive": {}, "after_sensitive": {}} | change
    kind, name = address.split(".")
    return {
        "address": address, "mode": "managed", "type": kind, "name": name,
        "change": {"actions": actions, "before": before, "after": after, **more},
    }  # fmt: skip


BEFORE: Json = {"name": "a", "connection_preference": "ACCEPT_MANUAL", "reconcile_connections": True,
                "consumer_accept_lists": [{"project_id_or_num": "p", "connection_limit": 10}]}  # fmt: skip
SAME: Json = {"name": "s", "log_config": [{"flow_sampling": 0.5}]}
EXPRESSIONS: Json = {
    "domain_names": {"references": ["var.a", "var.b"]},
    "nat_subnets": {"references": [f"{SUBNET}.id", SUBNET]},
    "name": {},
    "consumer_accept_lists": [{}],
}
PLAN: Json = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {},
    "configuration": {
        "provider_config": {
            "google": {"name": "google", "expressions": {"project": {"constant_value": "example-producer"}}}
        },
        "root_module": {
            "resources": [
                {"address": ATTACHMENT, "mode": "managed", "expressions": EXPRESSIONS},
                {"address": SUBNET, "mode": "managed",
                 "expressions": {"name": {"constant_value": "s"}, "log_config": [], "note": {}}},
            ]
        },
    },
    "resource_changes": [
        entry(ATTACHMENT, ["update"], BEFORE,
              BEFORE | {"consumer_accept_lists": [{"project_id_or_num": "p", "connection_limit": 20}]},
              after_unknown={"nat_subnets": True}),
        entry(SUBNET, ["no-op"], SAME, SAME),
    ],
}  # fmt: skip


def planned(tmp_path: Path, plan: Json, name: str = "producer") -> Comparison:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    return read(file, "plan.json", stack(CODE, name))


def edit(**values: Any) -> Json:
    return deepcopy(PLAN) | values


def test_a_change_is_read_with_its_attributes_and_what_is_unknown(tmp_path: Path) -> None:
    comparison = planned(tmp_path, PLAN)
    assert [(change.address, change.action, change.unknown) for change in comparison.changes] == [
        (ATTACHMENT, "updated", ("nat_subnets",))
    ]
    assert ("consumer_accept_lists[p].connection_limit", 10, 20) in [
        (difference.path, difference.before, difference.after) for difference in comparison.changes[0].differences
    ]


def test_an_unknown_reference_is_read_as_the_reference_that_it_is(tmp_path: Path) -> None:
    after = planned(tmp_path, PLAN).after
    assert after is not None
    assert after.items[ATTACHMENT].values["nat_subnets"] == f"${{{SUBNET}.id}}"


def test_what_has_no_single_reference_stays_unknown(tmp_path: Path) -> None:
    plan = edit(resource_changes=[entry(ATTACHMENT, ["create"], None, {"name": "a"},
                                        after_unknown={"domain_names": True}),
                                  PLAN["resource_changes"][1]])  # fmt: skip
    after = planned(tmp_path, plan).after
    assert after is not None
    assert after.items[ATTACHMENT].values["domain_names"] is UNKNOWN


def test_a_replacement_names_what_forces_it_and_is_a_finding(tmp_path: Path) -> None:
    change = entry(ATTACHMENT, ["delete", "create"], BEFORE, BEFORE | {"name": "b"}, replace_paths=[["name"]])
    comparison = planned(tmp_path, edit(resource_changes=[change, PLAN["resource_changes"][1]]))
    assert comparison.changes[0].because == ("name",)
    findings, _ = judge(comparison)
    assert [(finding.rule, str(finding.detail), finding.new) for finding in findings] == [
        ("attachment-replaced", "it is replaced, because of name", True)
    ]


def test_drift_is_told_apart_from_the_change(tmp_path: Path) -> None:
    drift = [entry(SUBNET, ["update"], SAME, SAME | {"log_config": []}),
             entry("google_compute_network.n", ["delete"], {"name": "n"}, None)]  # fmt: skip
    comparison = planned(tmp_path, edit(resource_drift=drift))
    assert [(change.address, change.action) for change in comparison.drift] == [
        (SUBNET, "updated"), ("google_compute_network.n", "destroyed")
    ]  # fmt: skip
    assert [change.address for change in comparison.changes] == [ATTACHMENT]


def test_sensitive_values_are_never_there_in_plain(tmp_path: Path) -> None:
    change = entry(SUBNET, ["update"], {"name": "s", "note": "swordfish"}, {"name": "s", "note": "salmon-1"},
                   before_sensitive={"note": True}, after_sensitive={"note": True})  # fmt: skip
    output = {"pass": {"actions": ["create"], "before": None, "after": "swordfish", "after_unknown": False,
                       "before_sensitive": True, "after_sensitive": True}}  # fmt: skip
    plan = edit(resource_changes=[PLAN["resource_changes"][0], change], output_changes=output)
    comparison = planned(tmp_path, plan)
    assert "swordfish" not in repr(comparison) + repr(comparison.changes)
    assert "salmon" not in repr([vars(change) for change in comparison.changes])
    assert [difference.path for difference in comparison.changes[1].differences] == ["note"]


def test_an_output_with_a_credential_is_a_finding_unless_it_is_sensitive(tmp_path: Path) -> None:
    token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    for sensitive, expected in ((False, ["output-leaks"]), (True, [])):
        output = {"t": {"actions": ["create"], "before": None, "after": token, "after_unknown": False,
                        "before_sensitive": False, "after_sensitive": sensitive}}  # fmt: skip
        findings, _ = judge(planned(tmp_path, edit(output_changes=output)))
        assert [finding.rule for finding in findings if finding.address == "output.t"] == expected


def test_the_plan_is_believed_about_replacements(tmp_path: Path) -> None:
    """The code alone would have it replaced; Terraform, which knows the provider, says otherwise."""
    from tests.review.stacks import compared, edited

    code = compared(CODE, edited(CODE, "resource/google_compute_service_attachment/a/name", "b"))
    assert code.changes[0].action == "replaced"
    material = Material(base="b", today=TODAY, environments=["default"], code=[code], plans=[planned(tmp_path, PLAN)])
    report = assemble(material)
    assert [change.action for change in report.comparisons[0].changes] == ["updated"]
    assert "attachment-replaced" not in [finding.rule for finding in report.findings]


PLAN_TEXT = json.dumps(PLAN)
UNUSABLE: list[tuple[str, bytes | None, str]] = [
    ("missing", None, "there is no such file"),
    ("empty", b"  \n", "is empty"),
    ("binary", b"PK\x03\x04tfplan", "is binary (the plan itself?)"),
    ("zeros", b"{\0}", "is binary"),
    ("cut", PLAN_TEXT[:200].encode(), "is cut off, or not JSON (line 1)"),
    ("text", b"Terraform will perform the following actions", "is what `terraform plan` shows to people"),
    ("colours", b"\x1b[0m\x1b[1mdata.google_project.consumer: Reading", "is what `terraform plan` shows to people"),
    (
        "log",
        b'{"@level":"info","@message":"Terraform 1.11.4"}\n{"@level":"info"}',
        "is the log of `terraform plan -json`",
    ),
    ("wrapped nothing", b"[command]terraform-bin show -json plan\nError: no such file\n", "is not JSON"),
    ("latin", b'{"a": "\xe9"}', "is neither UTF-8 nor UTF-16"),
    ("half of UTF-16", PLAN_TEXT.encode("utf-16")[:-1], "is neither UTF-8 nor UTF-16"),
    ("list", b"[]", "is not a plan (it has no format_version)"),
    ("other", b'{"a": 1}', "is not a plan (it has no format_version)"),
    ("version", json.dumps(PLAN | {"format_version": "2.0"}).encode(), "has format version '2.0'; only 1.x"),
    ("number", json.dumps(PLAN | {"format_version": 1}).encode(), "has format version '1'; only 1.x"),
    ("state", b'{"format_version": "1.0", "values": {}}', "is a state, not a plan"),
    ("errored", json.dumps(PLAN | {"errored": True}).encode(), "is the plan of a run that failed"),
    ("half", b'{"format_version": "1.2"}', "is not a whole plan"),
    ("shape", json.dumps(PLAN | {"resource_changes": [1]}).encode(), "is not a whole plan"),
    ("configuration", json.dumps(PLAN | {"configuration": []}).encode(), "is not a whole plan"),
    ("deep", b"[" * 100_000, "is not JSON"),
]


@pytest.mark.parametrize(("name", "content", "message"), UNUSABLE, ids=[row[0] for row in UNUSABLE])
def test_what_is_no_plan_is_refused_in_one_sentence(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnusableError) as refused:
        read(file, "plan.json", stack(CODE))
    assert str(refused.value).startswith("plan.json: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAN_TEXT.encode("utf-16"), id="Windows PowerShell"),
        pytest.param(b"\xfe\xff" + PLAN_TEXT.encode("utf-16-be"), id="UTF-16, the other way round"),
        pytest.param(b"\xef\xbb\xbf" + PLAN_TEXT.encode(), id="UTF-8 with a mark"),
        pytest.param(
            b"[command]/opt/terraform-bin show -json plan.out\n"
            + PLAN_TEXT.encode()
            + b"\n::debug::Terraform exited\n",
            id="wrapper of setup-terraform",
        ),
        pytest.param(b"\nWarning: Unable to open a file\n\nIt is not there.\n" + PLAN_TEXT.encode(), id="warning"),
    ],
)
def test_a_plan_is_read_whatever_wrote_it(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(content)
    assert read(tmp_path / "plan.json", "plan.json", stack(CODE)).changes == planned(tmp_path, PLAN).changes


def test_a_plan_of_another_stack_is_refused(tmp_path: Path) -> None:
    resources = [PLAN["configuration"]["root_module"]["resources"][0],
                 {"address": "google_compute_network.n", "mode": "managed"}]  # fmt: skip
    other = edit(configuration=PLAN["configuration"] | {"root_module": {"resources": resources}})
    with pytest.raises(
        UnusableError, match=r"is not a plan of the stack producer .*it lacks google_compute_subnetwork.s;"
    ):
        planned(tmp_path, other)


def test_a_plan_for_another_project_is_refused(tmp_path: Path) -> None:
    config = PLAN["configuration"] | {
        "provider_config": {"google": {"expressions": {"project": {"constant_value": "staging-producer"}}}}
    }
    with pytest.raises(UnusableError, match="is a plan for project 'staging-producer'; the stack producer is for"):
        planned(tmp_path, edit(configuration=config))


WRITTEN: Json = {
    "provider": {"google": [{"project": "p", "region": "us-east1"}, {"alias": "other", "project": "q"}]},
    "resource": {
        "google_cloud_run_v2_service": {
            "s": {
                "name": "s", "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "labels": {"team": "a"}, "port": 80,
                "deletion_protection": True, "network": "${google_compute_network.n.id}", "lifecycle": {"a": 1},
                "client": "by ${google_compute_network.n.id}", "version": "3",
                "depends_on": ["data.terraform_remote_state.r"], "provider": "google.other", "count": 2,
                "provisioner": [{"local-exec": {"command": "id"}}],
                "template": {"containers": [{"image": "i", "env": [{"name": "API_TOKEN", "value": "swordfish-1"}]}]},
            }
        }
    },
    "data": {"terraform_remote_state": {"r": {"backend": "gcs", "config": {"prefix": "default/producer"}}}},
    "output": {"o": {"value": "hello"}, "q": {"value": "x", "sensitive": True}},
    "module": {"m": {"source": "./m", "name": "n"}},
    "terraform": {"required_providers": {"google": {"source": "hashicorp/google", "version": "~> 7.45, !=7.46,< 8"}}},
    "variable": {"v": {"type": "number", "default": 1}},
}  # fmt: skip


def configured() -> Json:
    def constants(values: Json) -> Json:
        return {key: {"constant_value": value} for key, value in values.items()}

    env = constants({"name": "API_TOKEN", "value": "swordfish-1"})
    service = constants({"name": "s", "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "labels": {"team": "a"}, "port": "80",
                         "deletion_protection": True, "version": "3"}) | {
        "network": {"references": ["google_compute_network.n.id", "google_compute_network.n"]},
        # As a plan of a configuration in JSON has it.
        "client": {"constant_value": "by ${google_compute_network.n.id}",
                   "references": ["google_compute_network.n.id", "google_compute_network.n"]},
        "template": [{"containers": [{"image": {"constant_value": "i"}, "env": [env]}]}],
    }  # fmt: skip
    state = constants({"backend": "gcs", "config": {"prefix": "default/producer"}})
    return {
        "provider_config": {
            "google": {
                "name": "google",
                "full_name": "registry.terraform.io/hashicorp/google",
                "version_constraint": "~> 7.45, < 8.0.0, != 7.46.0",
                "expressions": constants({"project": "p", "region": "us-east1"}),
            },
            "terraform": {"name": "terraform", "full_name": "terraform.io/builtin/terraform"},
            "google.other": {"name": "google", "alias": "other", "expressions": constants({"project": "q"})},
        },
        "root_module": {
            "resources": [
                {
                    "address": "google_cloud_run_v2_service.s",
                    "mode": "managed",
                    "expressions": service,
                    "provider_config_key": "google.other",
                    "count_expression": {"constant_value": 2},
                    "depends_on": ["data.terraform_remote_state.r"],
                    "provisioners": [{"type": "local-exec", "expressions": constants({"command": "id"})}],
                },
                {"address": "data.terraform_remote_state.r", "mode": "data", "expressions": state},
            ],
            "outputs": {
                "o": {"expression": {"constant_value": "hello"}},
                "q": {"expression": {"constant_value": "x"}, "sensitive": True},
            },
            "module_calls": {
                "m": {
                    "source": "./m",
                    "expressions": constants({"name": "n"}),
                    "module": {
                        "resources": [{"provider_config_key": "google"}, {"provider_config_key": "module.m:null"}]
                    },
                }
            },
            "variables": {"v": {"default": 1}},
        },
    }


STALE: list[tuple[str, Any, str]] = [
    ("resource/google_cloud_run_v2_service/s/name", "t", "s.name is 's' in the plan, 't' in the stack"),
    ("resource/google_cloud_run_v2_service/s/ingress", "ALL", "s.ingress is 'INGRESS_TRAFFIC_INTERNAL_ONLY' in the"),
    ("resource/google_cloud_run_v2_service/s/ingress", None, "not set in the stack"),
    ("resource/google_cloud_run_v2_service/s/labels/team", "b", "s.labels is {'team': 'a'} in the plan"),
    ("resource/google_cloud_run_v2_service/s/port", 81, "s.port is '80' in the plan, 81 in the stack"),
    ("resource/google_cloud_run_v2_service/s/deletion_protection", False, "True in the plan, False in the stack"),
    ("resource/google_cloud_run_v2_service/s/network", "n", "s.network is an expression in the plan, 'n' in the stack"),
    ("resource/google_cloud_run_v2_service/s/version", "4", "s.version is '3' in the plan, '4' in the stack"),
    ("resource/google_cloud_run_v2_service/s/description", "d", "s.description is not in the plan, 'd' in the stack"),
    ("resource/google_cloud_run_v2_service/s/template/containers/0/image", "j", "s.template[0].containers[0].image is"),
    ("resource/google_cloud_run_v2_service/s/template/containers/0/env/0/value", "swordfish-2", "(hidden) in the plan"),
    ("resource/google_cloud_run_v2_service/s/template/containers", [], "containers has 1 blocks in the plan, 0 in the"),
    ("provider/google/0/region", "us-west1", "provider.google.region is 'us-east1' in the plan, 'us-west1' in the"),
    ("provider/google/1/project", "x", "provider.google.other.project is 'q' in the plan, 'x' in the stack"),
    ("provider/google/0/impersonate_service_account", "x", "provider.google.impersonate_service_account is not in"),
    ("data/terraform_remote_state/r/config/prefix", "shared/producer", "{'prefix': 'default/producer'} in the plan"),
    ("resource/google_cloud_run_v2_service/s/provisioner", None, "provisioners ['local-exec'] in the plan, []"),
    ("resource/google_cloud_run_v2_service/s/network", "${google_compute_network.m.id}",
     "s.network is made of google_compute_network.n in the plan, of google_compute_network.m in the stack"),
    ("resource/google_cloud_run_v2_service/s/client", "for ${google_compute_network.n.id}",
     "s.client is 'by ${google_compute_network.n.id}' in the plan, 'for ${google_compute_network.n.id}' in the stack"),
    ("resource/google_cloud_run_v2_service/s/client", "by n", "s.client is 'by ${google_compute_network.n.id}' in the"),
    ("resource/google_cloud_run_v2_service/s/name", "${local.n}", "made of nothing else in the plan, of local.n in"),
    ("resource/google_cloud_run_v2_service/s/log_config", {"flow_sampling": 0}, "s.log_config"),
    ("resource/google_cloud_run_v2_service/s/log_config", [{}], "s.log_config is not in the plan, [{}] in the stack"),
    ("resource/google_cloud_run_v2_service/s/port", '${file("port")}', "s.port is '80' in the plan, '${file("),
    ("resource/google_cloud_run_v2_service/s/log_config", {"metadata": "${google_compute_network.n.id}"},
     "s.log_config is not in the plan, {'metadata': '${google_compute_network.n.id}'}"),
    ("resource/google_cloud_run_v2_service/s/template", [
        {"containers": [{"image": "i", "env": [{"name": "API_TOKEN", "value": "swordfish-1"}]}]},
        {"containers": "${google_a_b.n.id}"},
    ], "template has 1 blocks in the plan, 2 in the stack"),
    ("resource/google_cloud_run_v2_service/s/template/containers/0", "${google_compute_network.n.id}",
     "containers[0] is a block in the plan, '${google_compute_network.n.id}' in the stack"),
    ("provider/google", [{"project": "p", "region": "us-east1"}],
     "provider.google.other.project is 'q' in the plan, not set in the stack"),
    ("data/external", {"e": {}}, "the stack has data.external.e, the plan has none"),
    ("data/terraform_remote_state", None, "the plan has data.terraform_remote_state.r, the stack has none"),
    ("module/m", None, "the plan has module.m, the stack has none"),
    ("module/n", {"source": "./n"}, "the stack has module.n, the plan has none"),
    ("terraform/required_providers/google/source", "other/google", "google is 'registry.terraform.io/hashicorp"),
    ("output/o/value", "bye", "output.o.value is 'hello' in the plan, 'bye' in the stack"),
    ("output/q/sensitive", None, "output.q.sensitive is True in the plan, False in the stack"),
    ("output/p", {"value": "x"}, "the stack has output.p, the plan has none"),
    ("variable/v/default", 2, "variable.v.default is 1 in the plan, 2 in the stack"),
    ("module/m/source", "./other", "module.m.source is './m' in the plan, './other' in the stack"),
    ("module/m/name", "o", "module.m.name is 'n' in the plan, 'o' in the stack"),
    ("module/m/count", 2, "module.m has count in the stack alone"),
    ("module/m/depends_on", ["data.terraform_remote_state.r"], "module.m depends on nothing in the plan, on data.te"),
    ("module/m/providers", {"google": "google.other"}, "module.m is made by the provider google in the plan, which"),
    ("action", {"a": {"b": {}}}, "the stack has action.a.b, the plan has none"),
    ("terraform/required_providers/google/version", "~> 7.45.0, != 7.46, < 8", "version is '~> 7.45, < 8.0.0, != 7"),
    ("resource/google_cloud_run_v2_service/s/count", 3, "s.count is 2 in the plan, 3 in the stack"),
    ("resource/google_cloud_run_v2_service/s/count", 0, "s.count is 2 in the plan, 0 in the stack"),
    ("data/terraform_remote_state/r/for_each", {}, "r has for_each in the stack alone"),
    ("resource/google_cloud_run_v2_service/s/count", None, "s has count in the plan alone"),
    ("resource/google_cloud_run_v2_service/s/provider", None, "s is made by the provider google.other in the plan"),
    ("resource/google_cloud_run_v2_service/s/depends_on", [], "s depends on data.terraform_remote_state.r in the plan"),
    ("resource/google_cloud_run_v2_service/s/provisioner/0/local-exec/command", "rm", "s.local-exec.command is 'id'"),
]  # fmt: skip


@pytest.mark.parametrize("passed", [None, {"google.more": "google.other"}, {"google": "google"}, {"null": "null.a"}])
def test_a_plan_of_the_same_constants_is_taken(passed: Json | None) -> None:
    written = edited(WRITTEN, "module/m/providers", passed) if passed else WRITTEN
    assert list(constants_differing(configured(), stack(written))) == []


@pytest.mark.parametrize(("path", "value", "said"), STALE)
def test_a_plan_of_other_constants_is_refused(path: str, value: Any, said: str) -> None:
    (told,) = constants_differing(configured(), stack(edited(WRITTEN, path, value)))
    assert said in told
    assert "swordfish" not in told


@pytest.mark.parametrize("many", [{"count": 0}, {"for_each": {}}])
def test_a_plan_of_what_the_code_makes_nothing_of_is_taken_for_that_alone(many: Json) -> None:
    """Terraform lists it in either plan."""
    ((name, value),) = many.items()
    none, some = deepcopy(PLAN), edited(CODE, f"resource/google_compute_subnetwork/s/{name}", value)
    none["configuration"]["root_module"]["resources"][1] |= {f"{name}_expression": {"constant_value": value}}
    belongs(none, "plan.json", stack(some))
    for plan, code in ((PLAN, some), (none, CODE)):
        with pytest.raises(UnusableError, match=f"{SUBNET} has {name} in the"):
            belongs(plan, "plan.json", stack(code))


def test_what_a_plan_leaves_to_the_provider_is_not_set_and_what_it_cannot_know_is_unknown(tmp_path: Path) -> None:
    plan = edit()
    plan["resource_changes"][0]["change"]["after_unknown"] = {"nat_subnets": True, "direction": True}
    values = planned(tmp_path, plan).stack.items[ATTACHMENT].values
    assert "direction" not in values
    assert values["nat_subnets"] == f"${{{SUBNET}.id}}"


def reviewed(tmp_path: Path, plan: Json) -> Any:
    return assemble(Material(base="b", today=TODAY, plans=[planned(tmp_path, plan)]))


@pytest.mark.parametrize(("actions", "told"), [(["forget"], "forgotten"), (["create", "forget"], "replaced")])
def test_what_is_forgotten_is_told(tmp_path: Path, actions: list[str], told: str) -> None:
    plan = edit()
    plan["resource_changes"][0]["change"] |= {"actions": actions} | ({"after": None} if told == "forgotten" else {})
    report = reviewed(tmp_path, plan)
    assert [change.action for change in report.comparisons[0].changes] == [told]
    said = [str(one.sentence) for one in report.decisions if "no longer managed" in str(one.sentence)]
    assert len(said) == 1
    assert ("stays in the cloud beside the new one" in said[0]) == (told == "replaced")


@pytest.mark.parametrize("actions", [["dissolve"], ["update", "forget"], []])
def test_what_no_terraform_of_today_does_is_refused(tmp_path: Path, actions: list[str]) -> None:
    plan = edit()
    plan["resource_changes"][0]["change"] |= {"actions": actions}
    with pytest.raises(UnusableError, match=rf"plans .* for {ATTACHMENT}, which this review does not know"):
        planned(tmp_path, plan)


def test_two_entries_for_one_address_are_refused(tmp_path: Path) -> None:
    plan = edit()
    first = plan["resource_changes"][0]
    plan["resource_changes"].append({**first, "change": {**first["change"], "actions": ["no-op"]}})
    with pytest.raises(UnusableError, match=f"has two entries for {ATTACHMENT}"):
        planned(tmp_path, plan)


def test_a_resource_that_is_sensitive_as_a_whole_is_judged(tmp_path: Path) -> None:
    plan = edit()
    plan["resource_changes"][0]["change"] |= {"before_sensitive": True, "after_sensitive": True}
    report = reviewed(tmp_path, plan)
    assert "accept-list-bounds" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize("unknown", [[{}], [{"connection_limit": False}], [False], {"0": False}])
def test_a_list_that_is_sensitive_as_a_whole_is_there_whatever_is_said_to_be_known_of_it(
    unknown: Any, tmp_path: Path
) -> None:
    plan = edit()
    attribute = "consumer_accept_lists"
    plan["resource_changes"][0]["change"] |= {
        "after_sensitive": {attribute: True}, "after_unknown": {attribute: unknown}
    }  # fmt: skip
    findings = [finding for finding in reviewed(tmp_path, plan).findings if finding.rule == "accept-list-bounds"]
    assert [(finding.undecided, str(finding.detail)) for finding in findings] == [(True, "an entry is (hidden)")]


def test_what_comes_out_of_a_module_is_the_same_as_it_was(tmp_path: Path) -> None:
    plan = edit()
    plan["resource_changes"][0] |= {"previous_address": f"module.psc.{ATTACHMENT}"}
    report = reviewed(tmp_path, plan)
    ((change,),) = [comparison.changes for comparison in report.comparisons]
    assert change.former_address == f"module.psc.{ATTACHMENT}"
    assert "no longer accepted" not in " ".join(str(one.sentence) for one in report.decisions)


def test_a_leftover_of_a_replacement_is_not_what_stands_there_now(tmp_path: Path) -> None:
    plan = edit()
    plan["resource_changes"].append(entry(ATTACHMENT, ["delete"], BEFORE, None) | {"deposed": "abcd1234"})
    report = reviewed(tmp_path, plan)
    assert [(change.address, change.action) for change in report.comparisons[0].changes] == [
        (ATTACHMENT, "updated"), (f"{ATTACHMENT} (deposed abcd1234)", "destroyed"),
    ]  # fmt: skip
    assert "every consumer's connection" not in " ".join(str(one.sentence) for one in report.decisions)


REMARKS: list[tuple[Json, str]] = [
    ({"complete": False}, "plan-incomplete"),
    ({"resource_changes": None}, "plan-incomplete"),  # with -refresh-only
    ({"resource_changes": PLAN["resource_changes"][:1]}, "plan-incomplete"),
    ({"deferred_changes": [{"reason": "unknown", "resource_change": entry("a.b", ["create"], None, {})}]},
     "plan-incomplete"),
    ({"resource_changes": [entry(ATTACHMENT, ["delete"], BEFORE, None), entry(SUBNET, ["delete"], SAME, None)]},
     "plan-destroys"),
    ({"checks": [{"address": {"to_display": "check.c"}, "status": "fail",
                  "instances": [{"problems": [{"message": "no"}]}]}]}, "check-failed"),
    ({"resource_changes": [entry(ATTACHMENT, ["no-op"], BEFORE, BEFORE, importing={"id": "x"})]}, "imported"),
    ({"action_invocations": [{"address": "action.a.b", "type": "a", "name": "b", "lifecycle_action_trigger": {
        "triggering_resource_address": ATTACHMENT, "action_trigger_event": "AfterUpdate"}}]}, "action-invoked"),
    ({"action_invocations": [{"address": "action.a.b", "invoke_action_trigger": {}}]}, "action-invoked"),
    ({"deferred_action_invocations": [{"reason": "unknown", "action_invocation": {"address": "action.a.b"}}]},
     "action-invoked"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "rule"), REMARKS, ids=[next(iter(more)) for more, _ in REMARKS])
def test_what_a_plan_says_of_itself_is_a_finding(tmp_path: Path, more: Json, rule: str) -> None:
    assert rule in {finding.rule for finding in reviewed(tmp_path, edit(**more)).findings}


def test_what_a_plan_destroys_for_a_reason_of_its_own_is_no_destruction_of_the_stack(tmp_path: Path) -> None:
    plan = edit()
    gone = entry(ATTACHMENT, ["delete"], BEFORE, None) | {"address": f"{ATTACHMENT}[1]"}
    plan["resource_changes"].append(gone | {"action_reason": "delete_because_count_index"})
    assert "plan-destroys" not in {finding.rule for finding in reviewed(tmp_path, plan).findings}


ALONE: list[tuple[Json, str]] = [
    ({"resource_changes": [entry(ATTACHMENT, ["delete"], BEFORE, None), entry(SUBNET, ["delete"], SAME, None)]},
     "plan-destroys"),
    ({"resource_changes": None}, "plan-incomplete"),
    ({"resource_changes": PLAN["resource_changes"][:1]}, "plan-incomplete"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "rule"), ALONE)
@pytest.mark.parametrize("module", ["", "module.m."])
def test_a_plan_alone_says_the_same_of_itself(tmp_path: Path, more: Json, rule: str, module: str) -> None:
    def told(plan: Json) -> list[str]:
        for one in plan["resource_changes"] or []:
            one["address"] = f"{module}{one['address']}"
        if module:
            calls = {"m": {"module": plan["configuration"]["root_module"], "source": "./m"}}
            plan["configuration"] = {"root_module": {"module_calls": calls}}
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        return [rule for rule, _, _ in read_alone(tmp_path / "plan.json", "plan.json", "plan").remarks]

    assert told(deepcopy(edit(**more))) == [rule]
    assert told(deepcopy(PLAN)) == []
