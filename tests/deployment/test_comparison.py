"""Two versions of a stack: every attribute that differs, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deployment.comparison import Difference, compare, differences
from deployment.stack import Stack
from tests.review.stacks import PRODUCER, compared, edited, stack

ATTACHMENT = "resource/google_compute_service_attachment/shop"
ACCEPT = f"{ATTACHMENT}/consumer_accept_lists"


def test_the_same_stack_has_no_changes() -> None:
    assert compared(PRODUCER, PRODUCER).changes == ()


def _spelled(value: Any) -> Any:
    """The same with every number, truth value and block as Terraform's JSON may also have it."""
    if isinstance(value, dict):
        return {key: _spelled(inner) for key, inner in value.items()}
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return _spelled(value[0])
    if isinstance(value, list):
        return [_spelled(inner) for inner in value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else f"{value}"


def test_another_spelling_of_the_same_is_no_change() -> None:
    spelled = {**PRODUCER, "resource": _spelled(PRODUCER["resource"])}
    floats = edited(PRODUCER, f"{ACCEPT}/0/connection_limit", 10.0)
    blocks = edited(PRODUCER, f"{ATTACHMENT}/lifecycle", [{"prevent_destroy": True}])
    for other in (spelled, floats, blocks):
        assert compared(PRODUCER, other).changes == compared(other, PRODUCER).changes == ()


def _parts(body: Any) -> Any:
    """A body as a list of its parts in a list of blocks, and so on inside it."""
    return [[{key: _parts(inner) if isinstance(inner, dict) else inner} for key, inner in body.items()]]


def test_a_body_in_parts_is_read_as_a_whole() -> None:
    program = {"program": ["id"]}
    whole = edited(PRODUCER, "data/external", {"x": program})
    whole = edited(whole, "resource/terraform_data", {"r": {"provisioner": {"local-exec": {"command": "id"}}}})
    whole = edited(whole, "check/c", {"data": {"http": {"y": {"url": "u"}}}})
    parts = edited(whole, "data/external/x", _parts(program))
    parts = edited(parts, "resource/terraform_data/r", [[{"provisioner": {"local-exec": [[{"command": "id"}]]}}]])
    parts = edited(parts, "check/c", [[{"data": {"http": {"y": [[{"url": "u"}]]}}}]])
    parts = edited(parts, "provider/google", _parts(PRODUCER["provider"]["google"][0]))
    parts = edited(parts, "terraform/backend/gcs", _parts(PRODUCER["terraform"]["backend"]["gcs"]))
    for kind, named in PRODUCER["resource"].items():
        for name, body in named.items():
            parts = edited(parts, f"resource/{kind}/{name}", _parts(body))
    assert compared(whole, parts).changes == ()
    assert stack(parts).items.keys() == stack(whole).items.keys()


def test_a_lifecycle_in_a_list_is_one() -> None:
    for written in ({"ignore_changes": "all"}, [{"ignore_changes": "all"}]):
        item = stack(edited(PRODUCER, f"{ATTACHMENT}/lifecycle", written)).items[
            "google_compute_service_attachment.shop"
        ]
        assert item.lifecycle == {"ignore_changes": "all"}


def test_one_attribute_is_one_difference() -> None:
    changes = compared(PRODUCER, edited(PRODUCER, f"{ACCEPT}/0/connection_limit", 20)).changes
    assert [(change.address, change.action) for change in changes] == [
        ("google_compute_service_attachment.shop", "updated")
    ]
    path = "consumer_accept_lists[example-consumer].connection_limit"
    assert changes[0].differences == (Difference(path=path, before=10, after=20),)


def test_an_entry_in_front_is_no_change_of_the_others() -> None:
    entries = [
        {"project_id_or_num": "another", "connection_limit": 3},
        {"project_id_or_num": "example-consumer", "connection_limit": 10},
    ]
    changes = compared(PRODUCER, edited(PRODUCER, ACCEPT, entries)).changes
    assert [(difference.path, difference.after, difference.added) for difference in changes[0].differences] == [
        ("consumer_accept_lists[another].connection_limit", 3, True),
        ("consumer_accept_lists[another].project_id_or_num", "another", True),
    ]


def test_an_order_that_means_nothing_is_no_change() -> None:
    lists = {"nat_subnets": ["${a.id}", "${b.id}"], "consumer_reject_lists": ["one-project", "two-project"]}
    before, after = PRODUCER, PRODUCER
    for name, values in lists.items():
        before, after = (edited(one, f"{ATTACHMENT}/{name}", given) for one, given in
                         ((before, values), (after, values[::-1])))  # fmt: skip
    assert compared(before, after).changes == ()
    assert compared(before, edited(after, f"{ATTACHMENT}/nat_subnets", ["${a.id}"])).changes != ()


@pytest.mark.parametrize(
    "path",
    [
        "google_compute_forwarding_rule/x/ports", "google_compute_instance/x/service_account/0/scopes",
        "google_compute_firewall/x/destination_ranges", "google_compute_region_backend_service/x/health_checks",
        "google_compute_region_url_map/x/host_rule/0/hosts",
    ],
)  # fmt: skip
def test_a_set_in_another_order_is_no_change(path: str) -> None:
    kind, name, attribute, *rest = path.split("/")
    one, other, less = (
        edited(PRODUCER, f"resource/{kind}/{name}", {attribute: [{rest[-1]: values}] if rest else values})
        for values in (["a", "b"], ["b", "a"], ["a", "a"])
    )
    assert compared(one, other).changes == ()
    assert compared(one, less).changes != ()


def test_spaces_at_the_ends_of_an_expression_are_no_change() -> None:
    subnets = f"{ATTACHMENT}/nat_subnets"
    spaced = edited(PRODUCER, subnets, ["${ google_compute_subnetwork.nat.id }"])
    assert compared(PRODUCER, spaced).changes == compared(spaced, PRODUCER).changes == ()
    one, other = (edited(PRODUCER, f"{ATTACHMENT}/name", text) for text in ("$${a}", "$${ a }"))
    assert compared(one, other).changes != ()


def test_settings_outputs_and_the_backend_are_compared_too() -> None:
    after = edited(PRODUCER, "terraform/backend", {"local": {"path": "x"}})
    after = edited(after, "output/link/value", "gone")
    after = edited(after, "provider/google/0/project", "another")
    changes = {change.address: change.action for change in compared(PRODUCER, after).changes}
    assert changes == {"output.link": "updated", "provider.google": "updated", "terraform.backend": "updated"}


def test_a_stack_that_comes_is_created_and_one_that_goes_is_left_where_it_is() -> None:
    assert {change.action for change in compared(None, PRODUCER).changes} == {"created"}
    assert {change.action for change in compared(PRODUCER, None).changes} == {"left"}


def test_a_moved_address_is_no_new_resource() -> None:
    service = PRODUCER["resource"]["google_cloud_run_v2_service"]["shop"]
    after = edited(PRODUCER, "resource/google_cloud_run_v2_service", {"store": service})
    after["moved"] = [{"from": "google_cloud_run_v2_service.shop", "to": "google_cloud_run_v2_service.store"}]
    changes = {change.address: change for change in compare(stack(PRODUCER), stack(after)).changes}
    moved = changes["google_cloud_run_v2_service.store"]
    assert (moved.action, moved.former_address) == ("moved", "google_cloud_run_v2_service.shop")
    assert "google_cloud_run_v2_service.shop" not in changes


def test_true_is_not_one_and_null_is_not_there() -> None:
    assert [difference.path for difference in differences({"a": True, "b": None}, {"a": 1})] == ["a"]


def test_a_hidden_value_that_changes_is_a_difference() -> None:
    env = "resource/google_cloud_run_v2_service/shop/template/containers/0/env"
    before = edited(PRODUCER, env, [{"name": "API_TOKEN", "value": "one"}])
    after = edited(PRODUCER, env, [{"name": "API_TOKEN", "value": "two"}])
    (change,) = compared(before, after).changes
    assert [difference.path for difference in change.differences] == ["template.containers[0].env[API_TOKEN].value"]
    assert "two" not in repr(change)


def test_cdktf_metadata_is_no_difference() -> None:
    after = edited(PRODUCER, "//", {"metadata": {"version": "0.21.0"}})
    after["resource"]["google_compute_service_attachment"]["shop"]["//"] = {"metadata": {"path": "a/b"}}
    assert compared(PRODUCER, after).changes == ()


def test_what_refers_to_a_moved_address_refers_to_the_same() -> None:
    service = PRODUCER["resource"]["google_cloud_run_v2_service"]["shop"]
    after = edited(PRODUCER, "resource/google_cloud_run_v2_service", {"store": service})
    member = "resource/google_cloud_run_v2_service_iam_member/caller"
    after = edited(after, f"{member}/name", "${google_cloud_run_v2_service.store.name}")
    after = edited(after, f"{member}/lifecycle/replace_triggered_by", ["google_cloud_run_v2_service.store.uid"])
    # By two steps, as Terraform follows them.
    type_ = "google_cloud_run_v2_service"
    after["moved"] = [
        {"from": f"{type_}.shop", "to": f"{type_}.mart"},
        {"from": f"{type_}.mart", "to": f"{type_}.store"},
    ]
    assert [(change.address, change.action) for change in compared(PRODUCER, after).changes] == [
        (f"{type_}.store", "moved")
    ]


def test_a_data_source_by_another_name_is_no_change_and_another_one_is() -> None:
    output = "output/number/value"
    before = edited(PRODUCER, "data", {"google_project": {"a": {"project_id": "p"}}})
    before = edited(before, output, "${data.google_project.a.number}")
    after = edited(PRODUCER, "data", {"google_project": {"b": {"project_id": "p"}}})
    after = edited(after, output, "${data.google_project.b.number}")
    assert compared(before, after).changes == ()
    other = edited(after, "data/google_project/b/project_id", "q")
    assert {change.address for change in compared(before, other).changes} == {
        "data.google_project.a",
        "data.google_project.b",
        "output.number",
    }


def _read_elsewhere(content: Any, producer: Any) -> Stack:
    return replace(stack(content, "consumer"), others={"producer": stack(producer, "producer")})


def test_an_output_that_moved_with_what_it_hands_out_is_the_same_to_those_who_read_it() -> None:
    def producer(key: str, moved: Any = None) -> Any:
        link = f"${{google_compute_service_attachment.{key}.self_link}}"
        resource = {"google_compute_service_attachment": {key: {"name": "a"}}}
        return {"resource": resource, "output": {f"{key}_link": {"value": link}}} | ({"moved": moved} if moved else {})

    def consumer(key: str) -> Any:
        target = f'${{try(data.terraform_remote_state.producer[0].outputs.{key}_link, "")}}'
        return {"resource": {"google_compute_forwarding_rule": {"e": {"name": "e", "target": target}}}}

    moves = [{"from": "google_compute_service_attachment.a", "to": "google_compute_service_attachment.b"}]
    before = _read_elsewhere(consumer("a"), producer("a"))
    assert compare(before, _read_elsewhere(consumer("b"), producer("b", moves))).changes == ()
    other = compare(before, _read_elsewhere(consumer("b"), producer("b"))).changes
    assert [difference.path for difference in other[0].differences] == ["target"]
