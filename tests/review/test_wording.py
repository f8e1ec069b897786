"""What reports for people have in common: what comes first, one list for code and plan, the last line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deployment.comparison import Change, Comparison, Difference
from review.comment_form import misshapen
from review.formats import markdown, summary, terminal
from review.formats.wording import listed, tally
from review.material import Material
from review.report import Report, assemble
from review.sentence import say
from tests.review.stacks import PRODUCER, TODAY, compared, edited, reported

SERVICE, ATTACHMENT = "google_cloud_run_v2_service.shop", "google_compute_service_attachment.shop"
LIMIT = "resource/google_compute_service_attachment/shop/consumer_accept_lists"
RAISED = edited(PRODUCER, LIMIT, [{"project_id_or_num": "example-consumer", "connection_limit": 20}])
UNPROTECTED = "resource/google_cloud_run_v2_service/shop/deletion_protection"


def with_notes() -> Report:
    """A limit is raised, which is to be decided; a new service without protection is a note, and there is another."""
    other = dict(PRODUCER["resource"]["google_cloud_run_v2_service"]["shop"], name="other", deletion_protection=False)
    after = edited(RAISED, "resource/google_cloud_run_v2_service/other", other)
    return reported(PRODUCER, after, notes=[say("The base ran with other packages.")])


@pytest.mark.parametrize("form", [terminal, markdown], ids=["terminal", "markdown"])
def test_what_is_to_be_decided_comes_before_notes(form: object) -> None:
    report = with_notes()
    assert [finding.severity for finding in report.findings] == ["note"]
    text = terminal.text(report) if form is terminal else markdown.text(report)
    decided, noted, remarked = map(
        text.index, ("Who can newly reach what", "deletion-protection-off", "other packages")
    )
    assert decided < noted < remarked < text.index("changed")


def planned(*changes: Change) -> Comparison:
    code = compared(PRODUCER, RAISED)
    return replace(code, source="plan", changes=changes)


def change(address: str, action: str = "updated") -> Change:
    difference = Difference(path="description", before="a", after="b")
    return Change(address=address, type=address.partition(".")[0], action=action, differences=(difference,))


def test_code_and_plan_are_one_list_as_the_plan_has_it() -> None:
    code = compared(PRODUCER, edited(RAISED, UNPROTECTED, False))
    plan = planned(change(ATTACHMENT), change("google_compute_network.by_hand", "destroyed"))
    report = assemble(Material(base="b", today=TODAY, environments=["default"], code=[code], plans=[plan]))
    (stack,) = listed(report)
    assert str(tally(stack)) == "producer (code and plan against the real state): 2 changed, 1 destroyed"
    assert [(one.address, where) for one, where in stack.changes] == [
        (SERVICE, "in the code alone"), ("google_compute_network.by_hand", "in the plan alone"), (ATTACHMENT, "")
    ]  # fmt: skip
    assert [difference.path for difference in stack.changes[-1][0].differences] == ["description"]
    text = terminal.text(report)
    assert f"  changed, in the code alone {SERVICE}\n" in text
    assert text.count(f"changed {ATTACHMENT}") == 1
    assert misshapen(markdown.text(report)) is None
    assert f"| **changed, in the code alone** `{SERVICE}` |" in markdown.text(report)


def test_a_summary_has_a_line_for_each_resource_and_the_result() -> None:
    code = compared(PRODUCER, edited(edited(RAISED, UNPROTECTED, False), "output/more", {"value": 1}))
    report = assemble(Material(base="b", today=TODAY, environments=["default"], code=[code]))
    assert list(summary.lines(report)) == [
        f"producer: changed {SERVICE}: deletion_protection",
        f"producer: changed {ATTACHMENT}: consumer_accept_lists",
        "producer: 1 output and settings",
        "1 point to decide, 2 findings that this change brings",
        "exit code 1: 1 finding at or above --fail-on warning",
    ]
    replaced = assemble(Material(base="b", today=TODAY, environments=["default"], code=[
        compared(PRODUCER, edited(PRODUCER, "resource/google_compute_service_attachment/shop/name", "other"))
    ]))  # fmt: skip
    assert summary.text(replaced).splitlines()[0] == f"producer: replaced (expected) {ATTACHMENT} because of name"


@pytest.mark.parametrize(
    ("fail_on", "line"),
    [
        ("error", "exit code 0: nothing at or above --fail-on error"),
        ("warning", "exit code 0: nothing at or above --fail-on warning"),
        ("note", "exit code 1: 1 finding at or above --fail-on note"),
    ],
)
def test_the_last_line_is_the_result(fail_on: str, line: str) -> None:
    report = with_notes()
    assert list(terminal.lines(report, fail_on))[-1] == line
    assert list(terminal.findings(report, fail_on))[-1] == line
    assert line.startswith("exit code 1") is report.fails(fail_on)


def test_former_findings_are_listed_on_request_and_counted_always() -> None:
    before = edited(PRODUCER, UNPROTECTED, False)
    code = compared(before, edited(RAISED, UNPROTECTED, False))
    for wanted in (False, True):
        material = Material(base="b", today=TODAY, environments=["default"], code=[code], lists_former=wanted)
        report = assemble(material)
        for text in (terminal.text(report), markdown.text(report)):
            assert "1 finding (1 note) was there before and does not count." in text
            assert ("Findings that were there before" in text) is wanted
            assert (f"producer: {SERVICE}" in text) is wanted
        assert misshapen(markdown.text(report)) is None
        assert not report.fails("note")
