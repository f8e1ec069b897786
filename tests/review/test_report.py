"""What counts: the findings that a change brings, once, whoever found them."""

from __future__ import annotations

import pytest

from deployment.account import Account, Connection, Fate, Finding, Step
from deployment.planned_change import PlannedChange
from review.material import Material
from review.rehearsed import rehearsed
from review.report import assemble
from review.topics import CUT
from tests.review.stacks import PRODUCER, TODAY, compared, edited, findings, reported

ATTACHMENT = "resource/google_compute_service_attachment/shop"
OFF = edited(PRODUCER, f"{ATTACHMENT}/reconcile_connections", False)
RENAMED = edited(PRODUCER, f"{ATTACHMENT}/name", "other")
ENDPOINTS = "projects/c/regions/r/forwardingRules"


def connection(status: str) -> Connection:
    return Connection(id="1", status=status, attachment="a")


def account(*changes: PlannedChange, ok: bool = True) -> Account:
    """A rehearsal of an edit of the producer."""
    was = connection("ACCEPTED")
    return Account(
        environment="x",
        provider="~> 7.45",
        former="abc",
        steps=[
            Step(what="first deployment", stack="producer", ok=True, seconds=1.0),
            Step(what="deployment", stack="producer", ok=ok, seconds=2.0, changes=changes),
        ],
        connections=[
            Fate(endpoint=f"{ENDPOINTS}/kept", outcome="kept", before=was, after=was),
            Fate(endpoint=f"{ENDPOINTS}/gone", outcome="lost", before=was, after=connection("CLOSED")),
            Fate(endpoint=f"{ENDPOINTS}/left", outcome="removed", before=was, after=None),
        ],
        findings=[Finding(kind="connection", message="swordfish: the connection is CLOSED")],
    )


def changed(action: str, *because: str) -> PlannedChange:
    return PlannedChange(address="google_compute_service_attachment.shop", action=action, because=because)


def test_an_unchanged_stack_has_nothing_to_decide() -> None:
    report = reported(PRODUCER, PRODUCER)
    assert report.empty
    assert not report.fails("note")


def test_what_was_there_before_does_not_count() -> None:
    report = reported(OFF, edited(OFF, f"{ATTACHMENT}/description", "x"))
    assert findings(report) == []
    assert report.existing == {"error": 0, "warning": 1, "note": 0}


def test_what_gets_worse_counts_again() -> None:
    limit = f"{ATTACHMENT}/consumer_accept_lists/0/connection_limit"
    before = edited(PRODUCER, limit, 200)
    assert findings(reported(before, edited(before, f"{ATTACHMENT}/description", "x"))) == []
    assert [rule for rule, _ in findings(reported(before, edited(before, limit, 300)))] == ["accept-list-bounds"]


def test_what_is_repaired_is_counted_as_gone() -> None:
    assert reported(OFF, PRODUCER).resolved == 1


@pytest.mark.parametrize(("fail_on", "fails"), [("error", False), ("warning", True), ("note", True)])
def test_the_severity_decides(fail_on: str, fails: bool) -> None:
    assert reported(PRODUCER, OFF).fails(fail_on) is fails


def test_a_new_stack_brings_all_of_its_findings() -> None:
    assert [rule for rule, _ in findings(reported(None, OFF))] == ["reconcile-off"]


def test_an_environment_that_does_not_load_is_a_finding_and_its_entries_are_not() -> None:
    from tests.review.test_acknowledgements import entry

    report = reported(PRODUCER, PRODUCER, unusable=[("default", "region: is missing")], entries=[entry()])
    assert findings(report) == [("environment-unusable", "config/environments/default.yaml")]


def test_a_rehearsal_that_could_not_be_done_is_said_and_the_rest_stands() -> None:
    report = reported(PRODUCER, OFF, unrehearsed=[("default", "terraform init failed")])
    assert findings(report) == [
        ("not-rehearsed", "rehearsal"),
        ("reconcile-off", "google_compute_service_attachment.shop"),
    ]
    assert report.fails("warning")


def test_a_rehearsal_adds_fates_and_findings_and_is_believed_about_replacements() -> None:
    code = compared(PRODUCER, RENAMED)
    assert {one.action for one in code.changes} == {"replaced"}
    told = rehearsed(account(changed("updated")), "default", {"swordfish"})
    report = assemble(Material(base="b", today=TODAY, environments=["default"], code=[code], rehearsals=[told]))
    assert {one.action for one in report.comparisons[0].changes} == {"updated"}
    assert [(one.rule, str(one.detail)) for one in report.findings] == [
        ("rehearsal", "(hidden): the connection is CLOSED")
    ]
    assert [str(decision.sentence) for decision in report.decisions if decision.topic == CUT] == [
        "The connection of gone is lost: it is CLOSED after the apply.",
        "The connection of left ends, with its endpoint.",
    ]
    assert [str(line) for line in told.lines] == [
        "producer: 1 updated",
        "Connection of kept: kept, without interruption (ACCEPTED)",
        "Connection of gone: lost (CLOSED)",
        "Connection of left: removed with its endpoint (gone)",
    ]


def test_what_a_refused_rehearsal_did_not_reach_is_not_taken_for_kept() -> None:
    code = compared(PRODUCER, RENAMED)
    material = Material(base="b", today=TODAY, environments=["default"], code=[code],
                        rehearsals=[rehearsed(account(ok=False), "default")])  # fmt: skip
    assert {one.action for one in assemble(material).comparisons[0].changes} == {"replaced"}


@pytest.mark.parametrize("ok", [True, False])
def test_what_a_rehearsal_replaced_is_replaced_and_why(ok: bool) -> None:
    code = compared(PRODUCER, OFF)
    assert [(change.action, change.because) for change in code.changes] == [("updated", ())]
    told = rehearsed(account(changed("replaced", "target_service"), ok=ok), "default")
    material = Material(base="b", today=TODAY, environments=["default"], code=[code], rehearsals=[told])
    (change,) = assemble(material).comparisons[0].changes
    assert (change.action, change.because, change.inferred) == ("replaced", ("target_service",), False)
