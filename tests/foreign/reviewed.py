"""What a review of a foreign plan says, as tests compare it."""

from __future__ import annotations

from pathlib import Path

from deployment.values import Json
from review.material import Material, review_alone
from review.report import Report, assemble
from tests.review.stacks import TODAY


def report_of(*files: Path) -> Report:
    """The review of plans alone."""
    material = Material(base="the state", today=TODAY)
    review_alone(material, files)
    return assemble(material)


def said(report: Report) -> Json:
    """Its lead, its findings and its exit code."""
    return {
        "lead": [str(decision.sentence) for decision in report.decisions],
        "findings": [f"{finding.severity} {finding.rule} {finding.address}" for finding in report.findings],
        "exit": int(report.fails("warning")),
    }
