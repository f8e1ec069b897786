"""Rules of firewall policies are told like those of a network: where the policy is associated, or as the policy's."""

from __future__ import annotations

from typing import Any

import pytest

from review.topics import CUT, REACH, UNJUDGED
from tests.review.stacks import Json, edited, findings, reported, sentences

POLICY, RULES = "google_compute_network_firewall_policy", "resource/google_compute_network_firewall_policy_rule"
ASSOCIATION = f"resource/{POLICY}_association/a"
NETWORK = "projects/p/global/networks/net"


def rule(action: str = "allow", **values: Any) -> Json:
    match = {"src_ip_ranges": ["10.0.0.0/16"], "layer4_configs": [{"ip_protocol": "tcp", "ports": ["22"]}]}
    match |= {key: values.pop(key) for key in [*values] if key.startswith(("src_", "layer4"))}
    return {"firewall_policy": f"${{{POLICY}.p.name}}", "rule_name": "r", "direction": "INGRESS", "action": action,
            "priority": 100, "match": [match], **values}  # fmt: skip


BASE: Json = {
    "resource": {
        POLICY: {"p": {"name": "shared"}},
        f"{POLICY}_association": {"a": {"firewall_policy": f"${{{POLICY}.p.id}}", "attachment_target": NETWORK}},
        f"{POLICY}_rule": {"r": rule()},
    }
}
ELSEWHERE = edited(BASE, ASSOCIATION, None)
DENIES = edited(BASE, f"{RULES}/r", rule("deny"))
HANDS = edited(BASE, f"{RULES}/r", rule("goto_next"))
TOLD: list[tuple[Json, Json, list[tuple[str, str]]]] = [
    (edited(BASE, f"{RULES}/r", None), BASE, [(REACH, "10.0.0.0/16 may open connections to every VM in net: tcp:22.")]),
    (edited(ELSEWHERE, f"{RULES}/r", None), ELSEWHERE,
     [(REACH, "10.0.0.0/16 may open connections to every VM under the firewall policy shared: tcp:22.")]),
    (ELSEWHERE, BASE, [(REACH, "10.0.0.0/16 may open connections to every VM in net: tcp:22.")]),
    (BASE, edited(BASE, f"{RULES}/r/match/0/layer4_configs/0/ports", ["22", "80"]),
     [(REACH, "10.0.0.0/16 may open connections to every VM in net at tcp:22, tcp:80, instead of tcp:22.")]),
    (BASE, edited(BASE, f"{RULES}/r/match/0/src_ip_ranges", ["10.0.1.0/24"]), [(CUT, "10.0.0.0/16 may no longer")]),
    (BASE, edited(BASE, f"{RULES}/r/disabled", True), [(CUT, "10.0.0.0/16 may no longer open")]),
    (BASE, edited(BASE, f"{RULES}/r", rule(target_service_accounts=["a@p.iam.gserviceaccount.com"])),
     [(CUT, "10.0.0.0/16 may no longer open connections to every VM in net")]),
    (DENIES, BASE, [(REACH, "10.0.0.0/16 may open"), (REACH, "The firewall rule r no longer denies tcp:22")]),
    (DENIES, edited(BASE, f"{RULES}/r", rule("goto_next")), [(REACH, "no longer denies tcp:22 from")]),
    (DENIES, edited(DENIES, f"{RULES}/r/direction", "${var.way}"), [(REACH, "may no longer deny anything: direction")]),
    (DENIES, edited(DENIES, f"{RULES}/r/firewall_policy", "other"), [(REACH, "denies in other instead of shared")]),
    (DENIES, edited(DENIES, f"{RULES}/r/firewall_policy", "${var.policy}"), [(REACH, "instead of shared, where")]),
    (DENIES, edited(DENIES, f"{RULES}/r/firewall_policy", "shared"), []),
    (DENIES, edited(DENIES, f"{RULES}/r/priority", 2000), [(REACH, "denies at priority 2000 instead of 100")]),
    (DENIES, edited(DENIES, f"{RULES}/r/match/0/src_ip_ranges", ["10.0.0.0/24"]), [(REACH, "may no longer deny all")]),
    (DENIES, edited(DENIES, f"{RULES}/first", rule("goto_next", priority=1)),
     [(REACH, "hands tcp:22 from 10.0.0.0/16 on: no later rule of its policy decides")]),
    (DENIES, edited(DENIES, f"{RULES}/r/target_resources", [NETWORK]), [(REACH, "may no longer deny all")]),
    (HANDS, edited(HANDS, f"{RULES}/r/match/0/src_ip_ranges", ["10.0.0.0/8"]),
     [(REACH, "hands tcp:22 from 10.0.0.0/8")]),
    (HANDS, edited(HANDS, f"{RULES}/r/priority", 1), [(REACH, "hands tcp:22 from 10.0.0.0/16 on")]),
    (HANDS, edited(HANDS, f"{RULES}/r/match/0/src_ip_ranges", ["10.0.1.0/24"]), []),
    (HANDS, edited(HANDS, f"{RULES}/r/priority", 2000), []),
    (DENIES, edited(DENIES, f"{RULES}/r/match/0/src_ip_ranges", ["10.0.0.0/8"]),
     [(CUT, "now denies tcp:22 from 10.0.0.0/8 in net")]),
    (BASE, edited(BASE, f"{RULES}/r/description", "words"), []),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "told"), TOLD)
def test_what_a_rule_of_a_policy_opens_and_closes(before: Json, after: Json, told: list[tuple[str, str]]) -> None:
    said = [(one.topic, str(one.sentence)) for one in reported(before, after).decisions if one.topic != UNJUDGED]
    said = [one for one in said if "under the firewall policy" not in one[1] or before is not ELSEWHERE]
    assert [topic for topic, _ in said] == [topic for topic, _ in told], said
    assert all(words in sentence for (_, sentence), (_, words) in zip(said, told, strict=True)), said


def test_what_no_way_in_tells_of_a_rule_is_said_to_be_judged_by_nothing() -> None:
    """What VMs may reach, what is logged and inspected, and where to a rule applies: of single rules and of many."""
    kind = f"resource/{POLICY}_with_rules/p"
    empty: Json = {"resource": {}}
    outward = rule(direction="EGRESS", priority=200, src_ip_ranges=None)
    outward["match"][0]["dest_ip_ranges"] = ["10.0.0.0/8"]
    whole = rule(enable_logging=True, tls_inspect=True, security_profile_group="g")
    whole["match"][0]["dest_ip_ranges"] = ["10.0.0.0/16"]
    everywhere, inspected = "match/0/dest_ip_ranges", ("enable_logging", "tls_inspect", "security_profile_group")
    edits: list[tuple[Json, str, Any]] = [
        (outward, everywhere, ["0.0.0.0/0"]),
        (whole, everywhere, None),
        (outward, "match/0/layer4_configs", []),
    ]
    edits += [(whole, name, None) for name in inspected] + [(whole, "match/0/src_network_context", "INTERNET")]
    for former, path, value in edits:
        present, words = edited(former, path, value), path.replace("/0", "").replace("/", ".")
        many = [{"name": "shared", "rule": [rule(priority=1), one]} for one in (former, present)]
        for before, after, told in (
            (edited({}, f"{RULES}/r", former), edited({}, f"{RULES}/r", present), words),
            (edited({}, kind, many[0]), edited({}, kind, many[1]), f"rule.{words}"),
        ):
            said = sentences(reported(before, after), UNJUDGED)
            assert any(f" changes in {told}" in sentence for sentence in said), (path, said)
    for place, new in ((f"{RULES}/r", outward), (kind, {"name": "shared", "rule": [whole, outward]})):
        assert any(" is new, with " in one for one in sentences(reported(empty, edited({}, place, new)), UNJUDGED))
    for place, new in ((f"{RULES}/r", whole), (kind, {"name": "shared", "rule": [whole]})):
        assert sentences(reported(empty, edited({}, place, new)), UNJUDGED) == []
    many = [{"name": "shared", "rule": [*more, whole, outward]} for more in ([], [rule(priority=1)])]
    assert sentences(reported(edited({}, kind, many[0]), edited({}, kind, many[1])), UNJUDGED) == []


def test_a_rule_of_a_folder_names_the_folder() -> None:
    name = "google_compute_firewall_policy"
    after: Json = {
        "resource": {
            name: {"p": {"short_name": "corporate", "parent": "organizations/1"}},
            f"{name}_association": {"a": {"firewall_policy": f"${{{name}.p.id}}", "attachment_target": "folders/7"}},
            f"{name}_rule": {"r": rule(firewall_policy=f"${{{name}.p.name}}", src_ip_ranges=["0.0.0.0/0"])},
        }
    }
    report = reported({"resource": {}}, after)
    assert "0.0.0.0/0 may open connections to every VM in folders/7: tcp:22." in sentences(report)
    assert ("firewall-open-to-internet", f"{name}_rule.r") in findings(report)


def test_an_address_group_of_the_stack_is_its_addresses() -> None:
    group = {"google_network_security_address_group": {"g": {"name": "g", "items": ["10.0.0.0/8", "198.51.100.0/24"]}}}
    link = "${google_network_security_address_group.g.id}"
    after = {"resource": {**group, f"{POLICY}_rule": {"r": rule(src_ip_ranges=None, src_address_groups=[link])}}}
    said = sentences(reported({"resource": {}}, after))
    assert any(sentence.startswith("198.51.100.0/24 may open connections") for sentence in said), said


def test_a_rule_among_several_of_a_policy_is_named() -> None:
    kind = f"resource/{POLICY}_with_rules/p"
    many = {"name": "shared", "rule": [
        rule("deny", rule_name="stop"), rule(rule_name="let", priority=200, src_ip_ranges=["10.0.0.0/8", "0.0.0.0/0"]),
    ]}  # fmt: skip
    report = reported({"resource": {}}, edited({}, kind, many))
    assert "0.0.0.0/0 may connect to tcp:22 (let)" in [str(finding.detail) for finding in report.findings]
    fewer = edited(edited({}, kind, many), f"{kind}/rule/0/action", "goto_next")
    assert sentences(reported(edited({}, kind, many), fewer)) == [
        "The firewall rule stop no longer denies tcp:22 from 10.0.0.0/16 in shared: only other rules decide about that."
    ]
