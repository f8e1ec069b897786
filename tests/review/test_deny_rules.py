"""Firewall rules that stop less than before, and allow rules that reach more VMs, are points to decide."""

from __future__ import annotations

from typing import Any

import pytest

from review.topics import CUT, REACH, UNJUDGED
from tests.review.stacks import Json, edited, reported, sentences

DENY: Json = {
    "name": "stop", "network": "vpc", "priority": 100, "direction": "INGRESS", "source_ranges": ["10.0.0.0/8"],
    "deny": [{"protocol": "tcp", "ports": ["22", "8000-8999"]}],
}  # fmt: skip
ALLOW: Json = {
    "name": "let", "network": "vpc", "source_ranges": ["10.1.0.0/16"], "target_tags": ["web"],
    "allow": [{"protocol": "tcp", "ports": ["22"]}],
}  # fmt: skip
BASE: Json = {"resource": {"google_compute_firewall": {"stop": DENY, "let": ALLOW}}}
STOP, LET = "resource/google_compute_firewall/stop", "resource/google_compute_firewall/let"
OUT = edited(BASE, STOP, {**DENY, "direction": "EGRESS", "source_ranges": None, "destination_ranges": ["0.0.0.0/0"]})
LESS: list[tuple[str, Any]] = [
    (STOP, None),
    (f"{STOP}/disabled", True),
    (f"{STOP}/disabled", "${var.off}"),
    (f"{STOP}/deny", None),
    (f"{STOP}/priority", 2000),
    (f"{STOP}/priority", "${var.rank}"),
    (f"{STOP}/priority", None),
    (f"{STOP}/deny/0/ports", ["8000-8999"]),
    (f"{STOP}/deny/0/ports", ["22", "8000-8500"]),
    (f"{STOP}/deny/0/protocol", "udp"),
    (f"{STOP}/source_ranges", ["10.0.0.0/9"]),
    (f"{STOP}/source_ranges", "${var.ranges}"),
    (f"{STOP}/target_tags", ["db"]),
    (f"{STOP}/target_service_accounts", ["db@p.iam.gserviceaccount.com"]),
    (f"{STOP}/destination_ranges", ["10.9.0.0/16"]),
    (f"{STOP}/direction", "EGRESS"),
    (f"{STOP}/direction", "${var.way}"),
    (f"{STOP}/network", "other"),
]
MORE: list[tuple[str, Any]] = [
    (f"{STOP}/priority", 50),
    (f"{STOP}/deny/0/ports", ["20-25", "8000-9999"]),
    (f"{STOP}/deny/0", {"protocol": "all"}),
    (f"{STOP}/deny/0", {"protocol": "tcp"}),
    (f"{STOP}/source_ranges", ["10.0.0.0/7", "192.168.0.0/16"]),
    (f"{STOP}/source_ranges", None),
    (f"{STOP}/name", "other"),
]


@pytest.mark.parametrize(("path", "value"), LESS)
def test_a_rule_that_stops_less_is_told(path: str, value: Any) -> None:
    (said,) = sentences(reported(BASE, edited(BASE, path, value)), REACH)
    assert said.startswith("The firewall rule stop ")


@pytest.mark.parametrize(("path", "value"), MORE)
def test_one_that_stops_as_much_or_more_is_not(path: str, value: Any) -> None:
    assert sentences(reported(BASE, edited(BASE, path, value)), REACH) == []


EARLIER = edited(BASE, STOP, {**DENY, "priority": 2000})
ENDING: list[tuple[Json, str, Any]] = [
    (edited(BASE, STOP, None), STOP, DENY),
    (edited(BASE, f"{STOP}/disabled", True), f"{STOP}/disabled", False),
    (edited(BASE, f"{STOP}/disabled", True), f"{STOP}/disabled", "${var.off}"),
    *((BASE, path, value) for path, value in MORE if not path.endswith("name")),
    (BASE, LET, {**ALLOW, "deny": [{"protocol": "tcp"}], "allow": None}),
    (EARLIER, f"{LET}/priority", 3000),
]


@pytest.mark.parametrize(("before", "path", "value"), ENDING)
def test_a_rule_that_stops_more_or_lets_in_later_is_told_as_what_ends(before: Json, path: str, value: Any) -> None:
    named = "let" if path.startswith(LET) else "stop"
    said = sentences(reported(before, edited(before, path, value)), CUT)
    assert [one for one in said if one.startswith(f"The firewall rule {named} ")], said


def test_of_what_stays_or_stops_less_or_is_in_a_new_network_nothing_ends() -> None:
    own = {"vpc": {"name": "vpc", "auto_create_subnetworks": False}}
    within = {**DENY, "network": "${google_compute_network.vpc.id}"}
    new = edited(edited(BASE, "resource/google_compute_network", own), STOP, within)
    assert sentences(reported(edited(new, "resource/google_compute_network", None), new), CUT) == []
    for path, value in ((f"{STOP}/priority", 2000), (STOP, None), (f"{STOP}/description", "a")):
        assert sentences(reported(BASE, edited(BASE, path, value)), CUT) == []


WINS = {**ALLOW, "name": "win", "priority": 50}


@pytest.mark.parametrize("values", [WINS, {**WINS, "source_ranges": ["10.1.2.0/24"]}, {**WINS, "priority": "${var.p}"}])
def test_a_rule_that_wins_over_one_that_denied_is_told_although_another_allows_the_same(values: Json) -> None:
    after = edited(BASE, "resource/google_compute_firewall/win", values)
    for before in (BASE, edited(after, "resource/google_compute_firewall/win/disabled", True)):
        (said,) = sentences(reported(before, after), REACH)
        assert said.startswith("The firewall rule win allows tcp:22 at priority "), said
    # It is told once, and only where something denies that it wins over.
    assert sentences(reported(after, edited(after, f"{LET}/description", "a")), REACH) == []
    for stop in (None, {**DENY, "priority": 2000}, {**DENY, "priority": 10}, {**DENY, "network": "other"}):
        late = edited(BASE, STOP, stop)
        assert sentences(reported(late, edited(late, "resource/google_compute_firewall/win", WINS)), REACH) == [], stop


def test_what_is_stopped_on_the_way_out_counts_too() -> None:
    (said,) = sentences(reported(OUT, edited(OUT, f"{STOP}/destination_ranges", ["10.0.0.0/8"])), REACH)
    assert said == (
        "The firewall rule stop may no longer deny all that it did: tcp:22, tcp:8000-8999 to 10.0.0.0/8, instead of "
        "tcp:22, tcp:8000-8999 to 0.0.0.0/0."
    )
    allowing = edited(
        OUT, STOP, {"name": "out", "network": "vpc", "direction": "EGRESS", "allow": [{"protocol": "tcp"}]}
    )
    report = reported(allowing, edited(allowing, f"{STOP}/allow/0/protocol", "all"))
    assert "allow.protocol" in sentences(report, UNJUDGED)[0]


def test_a_rule_that_goes_with_its_network_stops_nothing_that_is_left() -> None:
    network = "resource/google_compute_network"
    before = edited(BASE, network, {"vpc": {"name": "vpc"}})
    before = edited(before, f"{STOP}/network", "${google_compute_network.vpc.id}")
    after = edited(edited(before, STOP, None), f"{network}/vpc", None)
    assert sentences(reported(before, after), REACH) == []


def test_an_allow_rule_for_every_vm_instead_of_some_is_told() -> None:
    (said,) = sentences(reported(BASE, edited(BASE, f"{LET}/target_tags", None)), REACH)
    assert said == "10.1.0.0/16 may open connections to every VM in vpc: tcp:22."
    (said,) = sentences(reported(BASE, edited(BASE, f"{LET}/target_tags", ["web", "db"])), REACH)
    assert said == "10.1.0.0/16 may open connections to VMs with the tag or account db, web in vpc: tcp:22."
    wide = edited(BASE, f"{LET}/target_tags", None)
    assert sentences(reported(wide, BASE), REACH) == []


def test_an_allow_rule_that_wins_over_more_is_told() -> None:
    (said,) = sentences(reported(BASE, edited(BASE, f"{LET}/priority", 10)), REACH)
    assert said == "The firewall rule let allows at priority 10 instead of 1000: it may now win over rules that deny."
    assert sentences(reported(BASE, edited(BASE, f"{LET}/priority", 5000)), REACH) == []


def test_rules_of_one_source_do_not_hide_each_other() -> None:
    second = edited(BASE, "resource/google_compute_firewall/also", {**ALLOW, "name": "also"})
    for name in ("let", "also"):
        after = edited(second, f"resource/google_compute_firewall/{name}/allow/0/ports", ["22", "80"])
        (said,) = sentences(reported(second, after), REACH)
        assert said.endswith(" at tcp:22, tcp:80, instead of tcp:22.")
