"""What firewall rules let in: more of it is told as opening, less as closing, the same in other words not at all."""

from __future__ import annotations

import random
import time
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from review.firewall_reach import FirewallWays, Ports
from review.firewall_rules import EVERY_PORT
from review.topics import CUT, REACH
from review.way import WayIn
from tests.review.stacks import edited, reported

Json = dict[str, Any]
RULE = "resource/google_compute_firewall/f"
NETWORK = {"google_compute_network": {"n": {"name": "net"}}}


def rule(**values: Any) -> Json:
    known = {"name": "r", "network": "${google_compute_network.n.id}", "direction": "INGRESS",
             "source_ranges": ["10.0.0.0/16"], "allow": [{"protocol": "tcp", "ports": ["22", "80-90"]}]}  # fmt: skip
    return {"resource": {**NETWORK, "google_compute_firewall": {"f": {**known, **values}}}}


CASES: list[tuple[Json, Json, list[tuple[str, str]]]] = [
    # Fewer ports, sources and VMs than before: something is cut, and nothing opened.
    ({}, {"allow": [{"protocol": "tcp", "ports": ["22"]}]}, [(CUT, "at tcp:22 alone, instead of tcp:22, tcp:80-90")]),
    ({}, {"allow": [{"protocol": "tcp", "ports": ["22", "80"]}]}, [(CUT, "at tcp:22, tcp:80 alone")]),
    ({}, {"source_ranges": ["10.0.1.0/24"]}, [(CUT, "10.0.0.0/16 may no longer open connections")]),
    ({}, {"target_tags": ["a"]}, [(CUT, "may no longer open connections to every VM in net")]),
    ({}, {"disabled": True}, [(CUT, "10.0.0.0/16 may no longer open connections")]),
    ({}, {"allow": []}, [(CUT, "10.0.0.0/16 may no longer open connections")]),
    ({"target_tags": ["a", "b"]}, {"target_tags": ["a"]}, [(CUT, "VMs with the tag or account a, b in net")]),
    ({"source_ranges": ["10.0.0.0/16", "10.1.0.0/16"]}, {}, [(CUT, "10.1.0.0/16 may no longer open connections")]),
    # More.
    ({}, {"allow": [{"protocol": "tcp"}]}, [(REACH, "at tcp:every port, instead of")]),
    ({}, {"source_ranges": ["10.0.0.0/8"]}, [(REACH, "10.0.0.0/8 may open connections")]),
    ({"target_tags": ["a"]}, {}, [(REACH, "to every VM in net")]),
    ({"target_tags": ["a"]}, {"target_tags": ["a", "b"]}, [(REACH, "VMs with the tag or account a, b in net")]),
    # Another one: opened and cut.
    ({}, {"allow": [{"protocol": "udp", "ports": ["22"]}]}, [(REACH, "at udp:22, instead of")]),
    ({}, {"source_ranges": ["10.9.0.0/16"]}, [(REACH, "10.9.0.0/16 may open"), (CUT, "10.0.0.0/16 may no longer")]),
    # The same in other words.
    ({}, {"allow": [{"protocol": "TCP", "ports": ["22", "80-85", "86-90"]}]}, []),
    ({}, {"allow": [{"protocol": "6", "ports": ["22", "80-90"]}]}, []),
    ({}, {"source_ranges": ["10.0.0.0/16", "10.0.7.0/24"]}, []),
]


@pytest.mark.parametrize(("before", "after", "told"), CASES)
def test_what_a_firewall_rule_opens_and_closes(before: Json, after: Json, told: list[tuple[str, str]]) -> None:
    report = reported(rule(**before), rule(**after))
    said = [(one.topic, str(one.sentence)) for one in report.decisions]
    assert [topic for topic, _ in said] == [topic for topic, _ in told], said
    assert all(words in sentence for (_, sentence), (_, words) in zip(said, told, strict=True)), said


def test_a_rule_that_goes_is_told_once() -> None:
    (decision,) = reported(rule(), edited(rule(), RULE, None)).decisions
    assert "google_compute_firewall.f (r) is removed" in str(decision.sentence)


@pytest.mark.parametrize("ports", [None, ["0-65535"], ["22", "1-65535"]])
@pytest.mark.parametrize("protocol", ["tcp", "TCP", "17"])
def test_every_port_is_a_finding_however_it_is_written(protocol: str, ports: list[str] | None) -> None:
    allow = {"protocol": protocol} | ({"ports": ports} if ports else {})
    report = reported(rule(), rule(source_ranges=["35.235.240.0/20"], allow=[allow]))
    assert "firewall-wider-than-iap" in {finding.rule for finding in report.findings}


def test_ports_are_as_many_as_their_numbers() -> None:
    chance = random.Random(1)

    def some() -> tuple[list[str], set[tuple[str, int]]]:
        texts, numbers = [], set()
        for _ in range(chance.randint(1, 4)):
            low = chance.randint(0, 30)
            protocol, high = chance.choice(["tcp", "udp"]), low + chance.choice([0, 0, 3, 9])
            texts.append(f"{protocol}:{low}-{high}" if high > low else f"{protocol}:{low}")
            numbers |= {(protocol, port) for port in range(low, high + 1)}
        return texts, numbers

    answers = set()
    for _ in range(2_000):
        (one, of_one), (other, of_other) = some(), some()
        answer = Ports(one).comprise(Ports(other))
        assert answer == (of_other <= of_one), (one, other)
        answers.add(answer)
    assert answers == {True, False}
    assert Ports([f"tcp:{EVERY_PORT}"]).comprise(Ports(["tcp:1-9"]))
    assert not Ports(["tcp:1-9"]).comprise(Ports([f"tcp:{EVERY_PORT}"]))
    assert Ports([f"all:{EVERY_PORT}"]).comprise(Ports(["udp:5", "esp:x"]))


def test_a_way_is_let_in_where_a_wider_one_is() -> None:
    chance = random.Random(2)

    def way() -> WayIn:
        size = chance.choice([8, 12, 16, 32])
        source = str(ip_network(f"10.{chance.randint(0, 3) * 16}.0.0/{size}", strict=False))
        via = ", ".join(sorted(chance.sample(["a", "b"], chance.choice([0, 1, 2]))))
        return WayIn(by="firewall", who=source, what="net", measure=f"tcp:{chance.randint(1, 2)}", via=via)

    def comprises(outer: WayIn, inner: WayIn) -> bool:
        first = ip_network(inner.who)
        ends = first[0] in ip_network(outer.who) and ip_address(first[-1]) in ip_network(outer.who)
        to = not outer.via or (bool(inner.via) and {*inner.via.split(", ")} <= {*outer.via.split(", ")})
        return ends and to and outer.measure == inner.measure

    answers = []
    for _ in range(2_000):
        known, asked = [way() for _ in range(3)], way()
        answers.append(FirewallWays(known).let_in(asked))
        assert answers[-1] == any(comprises(one, asked) for one in known), (known, asked)
    assert 200 < sum(answers) < 1_800


@pytest.mark.parametrize("word", ["allow", "deny"])
def test_twenty_thousand_ports_take_no_time(word: str) -> None:
    def ports(first: int) -> list[Json]:
        return [{"protocol": "tcp", "ports": [str(port) for port in range(first, 40_000 + first, 2)]}]

    before, after = (rule(**{"allow": None, word: ports(first)}) for first in (1, 3))
    began = time.process_time()
    assert reported(before, after).decisions
    assert time.process_time() - began < 20
