"""What an update of the code replaces, by the provider's rules and by what hangs on it."""

from __future__ import annotations

from typing import Any

import pytest

from deployment.comparison import Change
from deployment.references import name_of
from tests.review.stacks import PRODUCER, Json, compared, edited, findings, reported, sentences

RUN, RULE = "resource/google_cloud_run_v2_service/shop", "resource/google_compute_forwarding_rule/shop"
ENDPOINT: Json = {
    "resource": {
        "google_compute_address": {"e": {"name": "e-ip", "address": "10.1.0.5", "address_type": "INTERNAL"}},
        "google_compute_forwarding_rule": {
            "e": {
                "name": "e",
                "load_balancing_scheme": "",
                "target": "projects/p/regions/r/serviceAttachments/shop",
                "ip_address": "${google_compute_address.e.id}",
                "recreate_closed_psc": True,
            }
        },
    }
}


def replaced(before: Json, after: Json) -> dict[str, Change]:
    return {change.address: change for change in compared(before, after).changes if change.action == "replaced"}


def test_a_renamed_service_is_replaced_and_its_callers_with_it() -> None:
    changes = replaced(PRODUCER, edited(PRODUCER, f"{RUN}/name", "other"))
    assert list(changes) == ["google_cloud_run_v2_service.shop", "google_cloud_run_v2_service_iam_member.caller"]
    assert changes["google_cloud_run_v2_service.shop"].because == ("name",)
    assert all(change.inferred for change in changes.values())


def test_a_load_balancers_rule_is_replaced_and_the_attachment_is_not() -> None:
    assert list(replaced(PRODUCER, edited(PRODUCER, f"{RULE}/port_range", "8080"))) == [
        "google_compute_forwarding_rule.shop"
    ]


def test_what_lifecycle_ignores_forces_nothing() -> None:
    before = edited(PRODUCER, f"{RULE}/lifecycle/ignore_changes", ["name"])
    assert replaced(before, edited(before, f"{RULE}/name", "other")) == {}


def test_a_trigger_replaces_whatever_names_it() -> None:
    before = edited(PRODUCER, "resource/terraform_data/t", {"input": {"name": "a"}})
    before = edited(before, f"{RULE}/lifecycle/replace_triggered_by", ["terraform_data.t"])
    changes = replaced(before, edited(before, "resource/terraform_data/t/input/name", "b"))
    assert changes["google_compute_forwarding_rule.shop"].because == ("replace_triggered_by → terraform_data.t",)


def test_a_trigger_on_an_id_waits_for_a_replacement() -> None:
    before = edited(PRODUCER, f"{RULE}/lifecycle/replace_triggered_by", ["google_compute_subnetwork.nat.id"])
    subnet = "resource/google_compute_subnetwork/nat"
    assert replaced(before, edited(before, f"{subnet}/private_ip_google_access", True)) == {}
    assert "google_compute_forwarding_rule.shop" in replaced(before, edited(before, f"{subnet}/name", "other"))


def test_an_endpoint_is_replaced_with_its_address_and_by_a_new_target() -> None:
    by_address = replaced(ENDPOINT, edited(ENDPOINT, "resource/google_compute_address/e/address", "10.1.0.9"))
    assert list(by_address) == ["google_compute_address.e", "google_compute_forwarding_rule.e"]
    target = "projects/p/regions/r/serviceAttachments/other"
    by_target = replaced(ENDPOINT, edited(ENDPOINT, "resource/google_compute_forwarding_rule/e/target", target))
    assert by_target["google_compute_forwarding_rule.e"].because == ("target",)


def test_a_limit_or_an_image_replaces_nothing() -> None:
    path = "resource/google_compute_service_attachment/shop/consumer_accept_lists/0/connection_limit"
    assert replaced(PRODUCER, edited(PRODUCER, path, 20)) == {}
    assert replaced(PRODUCER, edited(PRODUCER, f"{RUN}/template/containers/0/image", "shop:2")) == {}


def test_a_reference_that_becomes_the_literal_that_it_stood_for_replaces_nothing() -> None:
    name = "resource/google_cloud_run_v2_service_iam_member/caller/name"
    assert replaced(PRODUCER, edited(PRODUCER, name, "shop-service")) == {}
    assert list(replaced(PRODUCER, edited(PRODUCER, name, "other-service"))) == [
        "google_cloud_run_v2_service_iam_member.caller"
    ]


def test_a_replacement_that_is_made_first_under_the_old_name_never_succeeds() -> None:
    """Global access cannot be switched on later, and the rule's name does not follow it."""
    report = reported(PRODUCER, edited(PRODUCER, f"{RULE}/allow_global_access", True))
    assert ("replacement-meets-itself", "google_compute_forwarding_rule.shop") in findings(report)
    (sentence,) = [sentence for sentence in sentences(report) if "shop-rule" in sentence]
    assert "every apply stops at it with 409" in sentence
    assert "before the old one goes" not in sentence
    either = edited(PRODUCER, f"{RULE}/name", '${terraform_data.first.input.it != "a" ? "shop-rule-1" : "shop-rule"}')
    plain = edited(PRODUCER, f"{RULE}/allow_global_access", True)
    assert ("replacement-meets-itself", "google_compute_forwarding_rule.shop") in findings(reported(either, plain))


def test_one_with_another_name_or_place_or_made_afterwards_does() -> None:
    late = edited(PRODUCER, f"{RULE}/allow_global_access", True)
    for after in (
        edited(late, f"{RULE}/name", "other-rule"),
        edited(late, f"{RULE}/name", "${terraform_data.name.output}"),
        edited(late, f"{RULE}/region", "us-west1"),
        edited(late, f"{RULE}/lifecycle/create_before_destroy", False),
    ):
        report = reported(PRODUCER, after)
        assert "google_compute_forwarding_rule.shop" in replaced(PRODUCER, after)
        assert "replacement-meets-itself" not in [rule for rule, _ in findings(report)]


def test_a_name_that_is_chosen_by_what_exists_forces_nothing_by_itself() -> None:
    chosen = '${terraform_data.first.input.service != "shop" ? "shop-neg-0123ab" : "shop-neg"}'
    for former in ("shop-neg", "shop-neg-0123ab", chosen.replace("0123ab", "ba3210")):
        before = edited(PRODUCER, "resource/google_compute_region_network_endpoint_group/shop", {"name": former})
        group = "resource/google_compute_region_network_endpoint_group/shop/name"
        assert replaced(before, edited(before, group, chosen)) == {}
        assert replaced(before, edited(before, group, chosen.replace("shop-neg", "other")))
        after = compared(before, edited(before, group, chosen)).after
        assert after is not None
        assert name_of(after.items["google_compute_region_network_endpoint_group.shop"], after) == "shop-neg"


VM: Json = {
    "name": "vm",
    "zone": "z",
    "boot_disk": {"initialize_params": {"image": "debian-12", "size": 10}},
    "network_interface": [{"network": "n", "subnetwork": "s", "network_ip": "10.0.0.2"}],
    "scheduling": {"preemptible": False},
}
SUBNET = {"name": "s", "region": "r", "network": "n", "ip_cidr_range": "10.0.4.0/24", "purpose": "PRIVATE"}
RULE_OF: Json = {"name": "r", "load_balancing_scheme": "INTERNAL", "target": "projects/p/regions/r/targetHttpProxies/a"}
INTERFACE = "network_interface/0"
MADE_ANEW: list[tuple[str, Json, str, Any]] = [
    ("google_compute_subnetwork", SUBNET, "ip_cidr_range", "10.0.4.0/25"),
    ("google_compute_subnetwork", SUBNET, "ip_cidr_range", "10.0.5.0/24"),
    ("google_compute_subnetwork", SUBNET, "description", "For callers."),
    ("google_compute_network", {"name": "n"}, "description", "For callers."),
    ("google_compute_address", {"name": "a"}, "description", "For callers."),
    ("google_compute_forwarding_rule", RULE_OF, "description", "For callers."),
    ("google_compute_forwarding_rule", RULE_OF, "service_label", "shop"),
    ("google_compute_region_target_https_proxy", {"name": "p"}, "name", "q"),
    ("google_cloud_run_service", {"name": "c", "location": "l"}, "location", "m"),
    ("google_cloud_run_v2_service_iam_binding", {"name": "c", "role": "r", "members": ["m"]}, "role", "s"),
    ("google_compute_instance", VM, "metadata_startup_script", "date"),
    ("google_compute_instance", VM, "boot_disk/initialize_params/image", "debian-13"),
    ("google_compute_instance", VM, f"{INTERFACE}/network_ip", "10.0.0.3"),
    ("google_compute_instance", VM, "network_interface", [{"network": "n"}, {"network": "m"}]),
    ("google_compute_instance", VM, "scheduling/preemptible", True),
]
KEPT: list[tuple[str, Json, str, Any]] = [
    ("google_compute_subnetwork", SUBNET, "ip_cidr_range", "10.0.0.0/20"),
    ("google_compute_service_attachment", {"name": "a"}, "description", "For callers."),
    ("google_compute_forwarding_rule", RULE_OF, "allow_global_access", True),
    ("google_compute_global_forwarding_rule", {"name": "g", "target": "a"}, "target", "b"),
    ("google_cloud_run_v2_service_iam_binding", {"name": "c", "role": "r", "members": ["m"]}, "members", ["n"]),
    ("google_compute_instance", VM, "boot_disk/initialize_params/size", 20),
    ("google_compute_instance", VM, "boot_disk/auto_delete", False),
    ("google_compute_instance", VM, f"{INTERFACE}/subnetwork", "t"),
    ("google_compute_instance", VM, f"{INTERFACE}/access_config", [{}]),
    ("google_compute_instance", VM, "scheduling/on_host_maintenance", "TERMINATE"),
]


def _of_one(type_: str, values: Json, path: str, value: Any) -> tuple[Json, Json]:
    before: Json = {"resource": {type_: {"x": values}}}
    return before, edited(before, f"resource/{type_}/x/{path}", value)


@pytest.mark.parametrize(("type_", "values", "path", "value"), MADE_ANEW)
def test_what_the_provider_cannot_change_replaces(type_: str, values: Json, path: str, value: Any) -> None:
    assert list(replaced(*_of_one(type_, values, path, value))) == [f"{type_}.x"]


@pytest.mark.parametrize(("type_", "values", "path", "value"), KEPT)
def test_what_it_changes_in_place_does_not(type_: str, values: Json, path: str, value: Any) -> None:
    assert replaced(*_of_one(type_, values, path, value)) == {}


@pytest.mark.parametrize(
    ("type_", "values", "attribute"),
    [
        ("google_compute_region_backend_service", {"name": "b", "region": "r"}, "region"),
        ("google_compute_region_url_map", {"name": "u", "region": "r"}, "region"),
        ("google_compute_subnetwork", SUBNET, "purpose"),
        ("google_compute_firewall", {"name": "f", "network": "n"}, "network"),
    ],
)
def test_an_update_that_google_may_refuse_is_a_finding(type_: str, values: Json, attribute: str) -> None:
    before, after = _of_one(type_, values, attribute, "PRIVATE_SERVICE_CONNECT")
    assert ("update-not-taken", f"{type_}.x") in findings(reported(before, after))
    anew = edited(after, f"resource/{type_}/x/name", "other")
    assert ("update-not-taken", f"{type_}.x") not in findings(reported(before, anew))


@pytest.mark.parametrize(
    ("value", "told"), [(None, True), ("", True), ("another", False), ("${google_compute_network.n.id}", False)]
)
def test_what_the_provider_cannot_clear_is_a_finding_once_it_is_taken_out(value: str | None, told: bool) -> None:
    type_ = "google_compute_service_attachment"
    before, after = _of_one(type_, {"name": "a", "description": "orders of the shop"}, "description", value)
    assert (("not-cleared", f"{type_}.x") in findings(reported(before, after))) is told
    anew = edited(after, f"resource/{type_}/x/name", "other")
    assert ("not-cleared", f"{type_}.x") not in findings(reported(before, anew))


@pytest.mark.parametrize(
    ("former", "present", "told"),
    [
        ({"count": 2}, {}, "count was 2, and is gone: Terraform keeps instance 0 and destroys every other one"),
        ({"count": "${var.n}"}, {}, "count was ${var.n}, and is gone: Terraform keeps instance 0"),
        ({"for_each": {"a": 1}}, {}, "is gone: every instance is destroyed, except one that a moved block names"),
        ({}, {"count": 1}, "count is 1, and was not there: Terraform takes what stands there for instance 0"),
        ({}, {"for_each": {"a": 1}}, "what stands there is destroyed, unless a moved block says"),
        ({"count": 1}, {"for_each": {"a": 1}}, 'for_each is {"a": 1}'),
    ],
)
def test_what_becomes_of_instances_is_told(former: Json, present: Json, told: str) -> None:
    one: Json = {"name": "a", "nat_subnets": []}
    kind = "google_compute_service_attachment"
    before, after = ({"resource": {kind: {"x": one | many}}} for many in (former, present))
    (said,) = [one for one in reported(before, after).findings if one.rule == "instances-not-told"]
    assert said.new
    assert told in str(said.detail)
    assert "instances-not-told" not in {one.rule for one in reported(after, after).findings if one.new}


def test_what_terraform_alone_goes_by_triggers_nothing() -> None:
    before = edited(PRODUCER, "resource/terraform_data", {"name": {"input": "a"}, "other": {}})
    before = edited(before, f"{RULE}/lifecycle/replace_triggered_by", ["terraform_data.name"])
    name = "resource/terraform_data/name"
    assert replaced(before, edited(before, f"{name}/depends_on", ["terraform_data.other"])) == {}
    assert list(replaced(before, edited(before, f"{name}/input", "b"))) == ["google_compute_forwarding_rule.shop"]
