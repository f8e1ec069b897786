"""An acknowledgement covers one rule at one address until its day; unused and expired ones are findings."""

from __future__ import annotations

from datetime import date

from review.acknowledgements import Acknowledgement
from tests.review.stacks import PRODUCER, TODAY, edited, findings, reported

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
