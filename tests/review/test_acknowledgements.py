"""An acknowledgement covers one rule at one address until its day; unused and expired ones are findings."""

from __future__ import annotations

import os
import random
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from review.acknowledgements import Acknowledgement
from review.material import acknowledgements
from review.topics import TRUSTED
from tests.deployment.test_plan_mutations import paths
from tests.review.stacks import PRODUCER, TODAY, Json, edited, findings, reported, sentences

ADDRESS = "google_compute_service_attachment.shop"
OPENED = edited(PRODUCER, "resource/google_compute_service_attachment/shop/reconcile_connections", False)


def entry(
    rule: str = "reconcile-off", address: str = f"producer/{ADDRESS}", day: str = "2026-12-31"
) -> Acknowledgement:
    return Acknowledgement(
        key="for-now",
        environment="default",
        rule=rule,
        address=address,
        reason="agreed",
        expires=date.fromisoformat(day),
    )


def test_without_one_the_finding_counts() -> None:
    report = reported(PRODUCER, OPENED)
    assert findings(report) == [("reconcile-off", ADDRESS)]
    assert report.fails("warning")


def test_with_one_it_is_told_and_does_not_count() -> None:
    report = reported(PRODUCER, OPENED, entries=[entry()])
    assert findings(report) == []
    assert [(accepted.finding.rule, accepted.by.reason) for accepted in report.acknowledged] == [
        ("reconcile-off", "agreed")
    ]
    assert not report.fails("note")


def test_its_last_day_still_counts_and_the_next_does_not() -> None:
    assert findings(reported(PRODUCER, OPENED, entries=[entry(day=TODAY.isoformat())])) == []
    report = reported(PRODUCER, OPENED, entries=[entry(day="2026-11-24")])
    assert findings(report) == [
        ("acknowledgement-expired", "acknowledgements.for-now"), ("reconcile-off", ADDRESS)
    ]  # fmt: skip


def test_one_that_matches_nothing_is_a_finding() -> None:
    for other in (entry(rule="plain-http"), entry(address="consumer/x.y"), entry(rule="no-such-rule")):
        report = reported(PRODUCER, PRODUCER, entries=[other])
        assert findings(report) == [("acknowledgement-unused", "acknowledgements.for-now")]


def test_an_existing_finding_may_be_accepted_too() -> None:
    report = reported(OPENED, OPENED, entries=[entry()])
    assert findings(report) == []
    assert sum(report.existing.values()) == 0


def test_one_that_the_change_brings_is_a_point_to_decide_and_accepts_no_error() -> None:
    path = "resource/google_compute_service_attachment/shop/connection_preference"
    automatic = edited(PRODUCER, path, "ACCEPT_AUTOMATIC")
    fresh = replace(entry(rule="automatic-acceptance"), new=True)
    report = reported(PRODUCER, automatic, entries=[fresh])
    assert findings(report) == [("automatic-acceptance", ADDRESS)]
    assert sentences(report, TRUSTED) == [
        f"The change accepts automatic-acceptance at producer/{ADDRESS} until 2026-12-31: agreed"
    ]
    assert findings(reported(PRODUCER, automatic, entries=[replace(fresh, new=False)])) == []
    assert findings(reported(PRODUCER, OPENED, entries=[replace(entry(), new=True)])) == []


def test_what_the_change_makes_of_an_accepted_finding_is_a_point_to_decide() -> None:
    """Whoever accepted it saw another one, or none; as it was, it is no news."""
    path = "resource/google_compute_service_attachment/shop/consumer_accept_lists"
    lists = [[{"project_id_or_num": "example-consumer", "connection_limit": limit}] for limit in (10, 200, 5000)]
    fine, wide, wider = (edited(PRODUCER, path, one) for one in lists)
    accepted = entry(rule="accept-list-bounds")
    for before in (fine, wide):
        report = reported(before, wider, entries=[accepted])
        assert findings(report) == []
        (said,) = [one for one in sentences(report, TRUSTED) if "accepts" in one]
        assert said.startswith(f"for-now accepts what the change brings, accept-list-bounds at producer/{ADDRESS}: ")
        assert "5000" in said
    assert sentences(reported(wide, wide, entries=[accepted]), TRUSTED) == []


def test_of_two_for_the_same_finding_the_bases_counts() -> None:
    path = "resource/google_compute_service_attachment/shop/connection_preference"
    automatic = edited(PRODUCER, path, "ACCEPT_AUTOMATIC")
    known = entry(rule="automatic-acceptance")
    fresh = replace(known, key="again", new=True)
    for entries in ([known, fresh], [fresh, known]):
        assert findings(reported(PRODUCER, automatic, entries=entries)) == []


@pytest.mark.parametrize(
    ("former", "new"),
    [({}, False), ({"expires": "2026-12-30"}, True), ({"expires": "2027-01-01"}, False), ({"rule": "plain-http"}, True),
     (None, True)],
)  # fmt: skip
def test_one_is_new_unless_the_base_has_it_for_as_long(former: dict[str, str] | None, new: bool) -> None:
    written = {"rule": "reconcile-off", "address": "a", "reason": "agreed", "expires": "2026-12-31"}
    settings: Any = SimpleNamespace(acknowledgements={"k": SimpleNamespace(**written)})
    before: Any = SimpleNamespace(
        acknowledgements={"k": SimpleNamespace(**written | former)} if former is not None else {}
    )
    assert [one.new for one in acknowledgements("default", settings, before)] == [new]


def test_a_credential_in_a_reason_is_not_shown() -> None:
    written = SimpleNamespace(rule="r", address="a", reason="agreed; password: swordfish-1", expires="2026-12-31")
    settings: Any = SimpleNamespace(acknowledgements={"k": written})
    (one,) = acknowledgements("default", settings, None)
    assert "swordfish" not in one.reason


VALUES = [
    None,
    "other",
    "7",
    "${var.x}",
    True,
    False,
    "ACCEPT_AUTOMATIC",
    "INGRESS_TRAFFIC_ALL",
    "EXTERNAL",
    "allUsers",
]


def anyhow_edited(chosen: random.Random, content: Json) -> Json:
    after = deepcopy(content)
    *above, last = chosen.choice([path for path in paths(after) if len(path) > 2])
    at: Any = after
    for key in above:
        at = at[key]
    at[last] = chosen.choice(VALUES)
    return after


def test_no_entry_accepts_in_silence_what_a_change_brings() -> None:
    """Any edits, any entries; longer with PSC_FUZZ_ROUNDS."""
    chosen = random.Random(5)
    for _ in range(60 * int(os.environ.get("PSC_FUZZ_ROUNDS", "1"))):
        before = PRODUCER if chosen.random() < 0.5 else anyhow_edited(chosen, PRODUCER)
        after = anyhow_edited(chosen, anyhow_edited(chosen, before))
        brought = reported(before, after).findings
        entries = [
            replace(
                entry(finding.rule, f"{chosen.choice(['producer', 'producer', 'other'])}/{finding.address}"),
                key=f"k{number}", new=chosen.random() < 0.5, expires=TODAY + timedelta(days=chosen.randint(-2, 2)),
            )
            for finding in brought for number in range(chosen.randrange(3))
        ]  # fmt: skip
        report = reported(before, after, entries=entries)
        accepted = [one for one in brought if (one.rule, one.address) not in findings(report)]
        told = sentences(report, TRUSTED)
        for one in accepted:
            assert any(f"{one.rule} at producer/{one.address}" in sentence for sentence in told)
        known = {(one.rule, one.address) for one in entries if not one.new and one.expires >= TODAY}
        assert all((one.rule, f"producer/{one.address}") in known for one in accepted if one.severity == "error")
