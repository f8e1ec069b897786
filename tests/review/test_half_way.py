"""Something is destroyed while what stays still uses it: the apply stops at what Google refuses."""

from __future__ import annotations

import pytest

from tests.review.stacks import PRODUCER, Json, edited, findings, reported

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
