"""Plans of other people's configurations: modules, maps, dynamic blocks and google-beta, of which nobody has the code.

tests/foreign/make.py makes the plans out of tests/foreign/terraform with the real Terraform and provider.
"""

from __future__ import annotations

import json

import pytest

from review.formats import json_document, markdown, sarif, terminal
from review.formats.wording import told
from review.locations import Locations
from tests.conftest import CHECKOUT
from tests.foreign.make import PLANS, cases
from tests.foreign.reviewed import report_of, said

CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_lead_findings_and_exit_code(name: str) -> None:
    assert said(report_of(PLANS / f"{name}.json")) == CASES[name]["says"]


@pytest.mark.parametrize("name", CASES)
def test_an_edit_is_told_without_what_the_provider_computes(name: str) -> None:
    changes = [change for comparison in report_of(PLANS / f"{name}.json").comparisons for change in comparison.changes]
    attributes = {difference.attribute for change in changes for difference in told(change)}
    computed = {"self_link", "id", "fingerprint", "creation_timestamp", "uid", "conditions", "terraform_labels", "uri"}
    assert not attributes & computed
    assert max(len(told(change)) for change in changes) <= 14


def test_every_format_tells_it_and_the_code_scanning_place_is_the_plan() -> None:
    file = PLANS / "fabric-region.json"
    report = report_of(file)
    assert "google_compute_service_attachment" in markdown.text(report)
    assert "(from the plan)" not in terminal.text(report)
    assert json.loads(json_document.text(report, failed=True))["failed"]
    places = [
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in json.loads(sarif.text(report, Locations(CHECKOUT, [])))["runs"][0]["results"]
        for place in result["locations"]
    ]
    assert set(places) == {file.as_posix()}


def test_two_plans_are_told_side_by_side() -> None:
    report = report_of(PLANS / "fabric-limit.json", PLANS / "fabric-caller.json")
    assert [decision.stack for decision in report.decisions] == ["fabric-limit", "fabric-caller"]
