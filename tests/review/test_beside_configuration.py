"""What a change edits beside the configuration: a point to decide wherever it runs, or says who has to approve."""

from __future__ import annotations

import pytest

from review.topics import TRUSTED
from tests.review.stacks import PRODUCER, reported


@pytest.mark.parametrize("file", [
    ".github/workflows/deploy.yml", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", "psc", "commands/synth.py",
    "cdktf.json", "Pipfile", "Pipfile.lock", "package.json", "package-lock.json", "review/report.py",
    "sitecustomize.py", "locks/default/producer.lock.hcl", "cdktn-cli/package-lock.json", ".gitmodules",
    "constructs/pyproject.toml",
])  # fmt: skip
def test_what_runs_or_says_who_approves_is_told(file: str) -> None:
    report = reported(PRODUCER, PRODUCER, edited=["README.md", file])
    (point,) = report.decisions
    assert point.topic == TRUSTED
    assert str(point.sentence).endswith(f"which no rule here judges: {file}.")


def test_what_synthesizes_is_a_note_as_what_it_writes_is_compared() -> None:
    files = [
        "main.py",
        "constructs/src/cloudrun_psc/psc_endpoint.py",
        "config/rules/admission.py",
        "stacks/producer.py",
    ]
    report = reported(PRODUCER, PRODUCER, edited=files)
    assert report.empty
    (note,) = report.notes
    assert str(note).endswith(f"is not: {', '.join(files[:3])} and 1 more.")


@pytest.mark.parametrize("file", [
    "README.md", "docs/review.md", "tests/review/test_rules.py", "config/environments/shop.yaml",
    "config/part.schema.json", "config/environments/shop.d/services.yaml", "config/shared/base.yaml",
    "LICENSE", "docs/performance.svg",
])  # fmt: skip
def test_words_tests_and_configurations_are_not(file: str) -> None:
    report = reported(PRODUCER, PRODUCER, edited=[file])
    assert (report.decisions, report.notes) == ((), ())


def test_rules_of_ones_own_are_told_as_such_and_workflows_come_first() -> None:
    files = ["aa.py", "bb.py", "cc.py", "policies/names.py", ".github/workflows/deploy.yml"]
    report = reported(PRODUCER, PRODUCER, edited=files, rule_edits=[("default", ["policies/names.py"])])
    told = [str(point.sentence).partition(": ")[2] for point in report.decisions]
    assert told == ["policies/names.py.", ".github/workflows/deploy.yml, aa.py, bb.py and 1 more."]
