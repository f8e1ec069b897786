"""Something is destroyed while what stays still uses it: the apply stops at what Google refuses."""

from __future__ import annotations

import pytest

from review.material import Material
from review.report import assemble
from tests.review.stacks import PRODUCER, TODAY, Json, compared, edited, findings, reported

RULE, ATTACHMENT = "google_compute_forwarding_rule.shop", "google_compute_service_attachment.shop"
RESOURCE = "resource/google_compute_forwarding_rule/shop"
FIRST = edited(PRODUCER, f"{RESOURCE}/lifecycle", None)


def stops(before: Json, after: Json) -> list[str]:
    return [address for rule, address in findings(reported(before, after)) if rule == "stops-half-way"]


def test_a_rule_that_an_attachment_uses_is_destroyed_before_the_new_one() -> None:
    assert stops(FIRST, edited(FIRST, f"{RESOURCE}/port_range", "8080")) == [RULE]


def test_a_rule_that_is_made_anew_first_is_fine() -> None:
    new = edited(edited(PRODUCER, f"{RESOURCE}/port_range", "8080"), f"{RESOURCE}/name", "shop-rule-8080")
    assert stops(PRODUCER, new) == []


def test_an_attachment_that_is_replaced_as_well_goes_first() -> None:
    new = edited(FIRST, f"{RESOURCE}/port_range", "8080")
    assert stops(FIRST, edited(new, "resource/google_compute_service_attachment/shop/name", "other")) == []


@pytest.mark.parametrize(("lifecycle", "stopped"), [(False, True), (True, False)])
def test_a_nat_subnet_that_leaves_goes_before_the_attachment_changes_over(lifecycle: bool, stopped: bool) -> None:
    nat = {"name": "nat", "ip_cidr_range": "10.0.3.0/24", "lifecycle": {"create_before_destroy": lifecycle}}
    before = edited(PRODUCER, "resource/google_compute_subnetwork/nat", nat)
    after = edited(before, "resource/google_compute_subnetwork", {"wide": {"name": "wide"}})
    after = edited(after, "resource/google_compute_service_attachment/shop/nat_subnets",
                   ["${google_compute_subnetwork.wide.id}"])  # fmt: skip
    assert stops(before, after) == (["google_compute_subnetwork.nat"] if stopped else [])


def test_what_goes_with_its_user_is_fine() -> None:
    gone = edited(edited(FIRST, RESOURCE, None), "resource/google_compute_service_attachment/shop", None)
    assert stops(FIRST, edited(gone, "output/link", None)) == []


ADDRESS = {"name": "vip", "address": "10.0.1.9", "purpose": "SHARED_LOADBALANCER_VIP"}
FIXED = edited(edited(PRODUCER, "resource/google_compute_address", {"vip": ADDRESS}),
               f"{RESOURCE}/ip_address", "${google_compute_address.vip.address}")  # fmt: skip


@pytest.mark.parametrize("address", ["${google_compute_address.vip.address}", "10.0.1.9"])
def test_a_rule_that_is_made_anew_at_the_same_address_and_port_meets_the_old_one(address: str) -> None:
    before = edited(FIXED, f"{RESOURCE}/ip_address", address)
    after = edited(edited(before, f"{RESOURCE}/name", "other"), f"{RESOURCE}/target", "https-proxy")
    assert stops(before, after) == [RULE]
    assert stops(before, edited(after, f"{RESOURCE}/port_range", "443")) == []
    assert stops(before, edited(after, f"{RESOURCE}/ip_address", "10.0.1.10")) == []
    assert stops(before, edited(after, f"{RESOURCE}/ip_address", None)) == []
    assert stops(before, edited(before, f"{RESOURCE}/target", "https-proxy")) == []
    if address.startswith("$"):
        elsewhere = edited(after, "resource/google_compute_address/vip/address", "10.0.1.10")
        assert stops(before, elsewhere) == []


def test_a_rule_whose_address_google_picks_meets_none() -> None:
    assert stops(PRODUCER, edited(PRODUCER, f"{RESOURCE}/name", "other")) == []


NAT = {"name": "nat", "ip_cidr_range": "10.0.3.0/24", "network": "${google_compute_network.network.id}"}
OTHERS: dict[str, tuple[Json, str, str]] = {
    "google_compute_region_ssl_policy": ({"name": "tls"}, "name", "name"),
    "google_certificate_manager_certificate": ({"name": "cert"}, "name", "name"),
    "google_network_management_vpc_flow_logs_config": (
        {"vpc_flow_logs_config_id": "flows"},
        "vpc_flow_logs_config_id",
        "vpc_flow_logs_config_id",
    ),
    "google_compute_subnetwork": (NAT, "name", "ip_cidr_range"),
    "google_compute_address": ({"name": "ip", "address": "10.0.1.9"}, "name", "address"),
    "google_compute_region_url_map": ({"name": "map"}, "name", "name"),
    "google_compute_region_network_endpoint_group": ({"name": "neg"}, "name", "name"),
    "google_cloud_run_v2_service": ({"name": "run", "deletion_protection": False}, "name", "name"),
    "google_compute_firewall": ({"name": "ssh"}, "name", "name"),
    "google_dns_managed_zone": ({"name": "zone"}, "name", "name"),
    "google_dns_record_set": ({"name": "a.example.com.", "type": "A", "managed_zone": "zone"}, "name", "name"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_takes_over_a_name_an_address_or_a_range_meets_what_still_has_it(kind: str) -> None:
    values, name, unique = OTHERS[kind]
    before = edited(PRODUCER, f"resource/{kind}", {"old": values})
    new = {**values, "name": "another"} if unique != name else values
    after = edited(before, f"resource/{kind}", {"new": new})
    assert stops(before, after) == [f"{kind}.new"]
    assert stops(before, edited(before, f"resource/{kind}", {"new": values})) == [f"{kind}.new"]
    moved = [{"from": f"{kind}.old", "to": f"{kind}.new"}]
    assert stops(before, edited(after, "moved", moved)) == []
    # What stays, or is only forgotten, has it as well; what is imported is not made.
    both = edited(before, f"resource/{kind}", {"old": values, "new": new})
    assert stops(before, both) == [f"{kind}.new"]
    assert stops(before, edited(both, "import", [{"to": f"{kind}.new", "id": "there"}])) == []
    assert stops(before, edited(both, "import", [{"to": f"{kind}.newer", "id": "there"}])) == [f"{kind}.new"]
    forgotten = [{"from": f"{kind}.old", "lifecycle": {"destroy": False}}]
    assert stops(before, edited(after, "removed", forgotten)) == [f"{kind}.new"]
    assert stops(before, edited(after, f"resource/{kind}/new", {**new, unique: "10.0.9.0/24"})) == []
    assert stops(before, edited(after, f"resource/{kind}/new", {**new, "project": "elsewhere"})) == []
    if kind == "google_compute_subnetwork":
        assert stops(before, edited(after, f"resource/{kind}/new/network", "other")) == []


def test_two_that_exchange_their_names_meet_each_other() -> None:
    hosts = [{"name": f"{host}.example.com.", "type": "A", "managed_zone": "corp"} for host in ("a", "b")]
    path = "resource/google_dns_record_set"
    before = edited(PRODUCER, path, {"one": hosts[0], "other": hosts[1]})
    after = edited(PRODUCER, path, {"one": hosts[1], "other": hosts[0]})
    assert stops(before, after) == ["google_dns_record_set.one", "google_dns_record_set.other"]
    assert stops(before, edited(after, f"{path}/other/managed_zone", "elsewhere")) == ["google_dns_record_set.one"]
    assert stops(before, edited(before, f"{path}/one/name", "c.example.com.")) == []


GROUPS = "resource/google_compute_region_network_endpoint_group"
ONE_OF_TWO = '${terraform_data.%s.input.service != "%s" ? "%s-6beeb9" : "%s"}'
EVASIVE = (
    '${contains([for one in data.google_compute_forwarding_rules.it.rules : one.name], "%s") ? "%s-c9226c" : "%s"}'
)


def choosing(key: str, name: str) -> Json:
    return {"name": ONE_OF_TWO % (key, key, name, name)}


def test_a_name_out_of_two_meets_what_has_either() -> None:
    def with_groups(one: Json, other: Json | None = None) -> Json:
        return edited(PRODUCER, GROUPS, {"one": one, **({"other": other} if other else {})})

    named = [f"google_compute_region_network_endpoint_group.{key}" for key in ("one", "other")]
    before = with_groups(choosing("one", "x"), choosing("other", "y"))
    assert stops(before, with_groups(choosing("one", "y"), choosing("other", "x"))) == named
    assert stops(before, with_groups(choosing("one", "z"), choosing("other", "x"))) == named[1:]
    assert stops(before, with_groups(choosing("one", "z"), {"name": "x"})) == named[1:]
    assert (
        stops(with_groups({"name": "x"}, {"name": "y"}), with_groups(choosing("one", "y"), {"name": "z"})) == named[:1]
    )
    assert stops(before, with_groups(choosing("one", "z"), choosing("other", "v"))) == []
    assert stops(before, with_groups(choosing("new", "x"), choosing("other", "y"))) == []
    (finding,) = [one for one in reported(before, with_groups(choosing("one", "z"), {"name": "x"})).findings
                  if one.rule == "stops-half-way"]  # fmt: skip
    assert finding.undecided


def test_a_name_that_is_another_where_somebody_has_it_meets_nobody() -> None:
    one, other = ({"name": EVASIVE % (name, name, name)} for name in "xy")
    before, after = edited(PRODUCER, GROUPS, {"one": one, "other": other}), edited(PRODUCER, GROUPS, {"one": other})
    assert stops(before, after) == []
    assert stops(before, edited(after, f"{GROUPS}/other", one)) == []


PLACED = {"name": "vm", "project": "example-consumer", "zone": "us-east1-b"}
VM = "google_compute_instance"


@pytest.mark.parametrize(("before", "after", "stopped"), [
    (({"vm": PLACED}, {}), ({}, {"vm": PLACED}), ["other"]),
    (({"vm": PLACED}, {}), ({"vm": PLACED}, {"vm": PLACED}), ["other"]),
    (({"vm": PLACED}, {}), (None, {"vm": PLACED}), ["other"]),
    (({"vm": PLACED}, None), ({}, {"vm": PLACED}), ["other"]),
    (({"vm": PLACED}, None), (None, {"vm": PLACED}), []),  # deployed-elsewhere
    (({"vm": PLACED}, {"vm": PLACED | {"name": "b"}}), ({"vm": PLACED | {"name": "b"}}, {"vm": PLACED}),
     ["one", "other"]),
    (({"vm": PLACED}, {}), ({}, {"vm": PLACED | {"project": "example-other"}}), []),
    (({"vm": PLACED}, {}), ({}, {"vm": {"name": "vm", "zone": "us-east1-b"}}), []),
])  # fmt: skip
def test_what_another_stack_has_is_met_too(
    before: tuple[Json | None, ...], after: tuple[Json | None, ...], stopped: list[str]
) -> None:
    def side(vms: Json | None) -> Json | None:
        return {"resource": {VM: vms, "google_compute_network": {"n": {"name": "n"}}}} if vms is not None else None

    code = [
        compared(side(old), side(new), name) for old, new, name in zip(before, after, ("one", "other"), strict=True)
    ]
    report = assemble(Material(base="abc1234", today=TODAY, environments=["default"], code=code))
    assert [one.stack for one in report.findings if one.rule == "stops-half-way"] == stopped


def test_what_a_stack_gives_up_before_this_one_is_applied_is_free() -> None:
    reads = {"data": {"terraform_remote_state": {"producer": {"backend": "local"}}}}
    old: Json = {"resource": {VM: {"vm": PLACED}}}
    new: Json = {"resource": {VM: {}}}
    code = [compared(old, new), compared({**new, **reads}, {**old, **reads}, "consumer")]
    report = assemble(Material(base="abc1234", today=TODAY, environments=["default"], code=code))
    assert "stops-half-way" not in {one.rule for one in report.findings}


RUN = "resource/google_cloud_run_v2_service/shop"


@pytest.mark.parametrize(("protected", "stopped"), [(True, True), (None, True), ("true", True), (False, False)])
def test_a_service_is_not_destroyed_while_its_protection_is_deployed(protected: object, stopped: bool) -> None:
    before = edited(PRODUCER, f"{RUN}/deletion_protection", protected)
    lifted = edited(before, f"{RUN}/deletion_protection", False)
    expected = ["google_cloud_run_v2_service.shop"] if stopped else []
    assert stops(before, edited(lifted, f"{RUN}/name", "other")) == expected
    gone = edited(edited(before, RUN, None), "resource/google_cloud_run_v2_service_iam_member", None)
    assert stops(before, gone) == expected
    removed = [{"from": "google_cloud_run_v2_service.shop", "lifecycle": {"destroy": False}}]
    assert stops(before, edited(gone, "removed", removed)) == []
    assert stops(before, lifted) == []


SUBNETS = "resource/google_compute_subnetwork"


@pytest.mark.parametrize(
    ("former", "new", "stopped"),
    [
        ("10.0.4.0/24", "10.0.4.0/25", True),
        ("10.0.4.0/25", "10.0.4.0/24", True),
        ("10.0.4.0/25", "10.0.4.128/25", False),
    ],
)
def test_a_range_that_overlaps_one_that_goes_meets_it(former: str, new: str, stopped: bool) -> None:
    gone = {"old": NAT | {"ip_cidr_range": former}}
    before = edited(PRODUCER, SUBNETS, gone)
    after = edited(before, SUBNETS, {"new": NAT | {"name": "new", "ip_cidr_range": new}})
    assert stops(before, after) == (["google_compute_subnetwork.new"] if stopped else [])
    stays = NAT | {"name": "stays", "ip_cidr_range": "10.9.0.0/24"}
    before = edited(before, SUBNETS, {"stays": stays} | gone)
    wider = edited(before, SUBNETS, {"stays": stays | {"ip_cidr_range": new}})
    assert stops(before, wider) == (["google_compute_subnetwork.stays"] if stopped else [])


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("kind", "what", "values"),
    [
        ("google_compute_subnetwork", "range", NAT),
        ("google_dns_managed_zone", "host", {"name": "nat", "dns_name": "a.example.com.",
                                             "private_visibility_config": {"networks": [{"network_url": "n"}]}}),
    ],
)  # fmt: skip
def test_what_is_made_anew_first_meets_what_it_has_itself(kind: str, what: str, values: Json, first: bool) -> None:
    nat = values | {"lifecycle": {"create_before_destroy": first}}
    before = edited(PRODUCER, "resource", {kind: {"it": nat}})
    renamed = edited(before, f"resource/{kind}/it/name", "other")
    assert stops(before, renamed) == ([f"{kind}.it"] if first else [])
    moved = {"ip_cidr_range": "10.9.0.0/24"} if what == "range" else {"dns_name": "b.example.com."}
    assert stops(before, edited(renamed, f"resource/{kind}/it", nat | moved | {"name": "other"})) == []
    kept = edited(renamed, f"resource/{kind}/it/lifecycle/ignore_changes", ["name"])
    assert stops(before, kept) == []


def test_what_was_only_read_exists_already() -> None:
    place = {"name": "run", "location": "us-east1", "deletion_protection": False}
    read = edited(PRODUCER, "data", {"google_cloud_run_v2_service": {"run": place}})
    made = edited(PRODUCER, "resource/google_cloud_run_v2_service/run", place)
    assert stops(read, made) == ["google_cloud_run_v2_service.run"]
    assert stops(read, edited(made, "resource/google_cloud_run_v2_service/run/name", "own")) == []
    own = edited(made, "data", {"google_cloud_run_v2_service": {"again": place}})
    assert stops(own, edited(own, "resource/google_cloud_run_v2_service/run/location", "us-west1")) == []
