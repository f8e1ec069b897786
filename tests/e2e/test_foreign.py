"""The stored foreign plans are what the real Terraform and provider say: a review of a fresh one says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.foreign.make import MIRROR, VERSION, cases, made
from tests.foreign.reviewed import report_of, said

pytestmark = pytest.mark.e2e
CASES = cases()


@pytest.mark.parametrize(
    "name", ["fabric-port", "consumer-address", "service-public", "external-public", "renamed-module", "internal-port"]
)
def test_a_fresh_plan_is_told_as_the_stored_one(name: str, program: str, tmp_path: Path) -> None:
    if not MIRROR.is_dir() or Path(program).name != "terraform":
        pytest.skip(f"the google provider {VERSION} is not among Terraform's own plugins")
    file = tmp_path / f"{name}.json"
    file.write_text(json.dumps(made(CASES[name], program)))
    assert said(report_of(file)) == CASES[name]["says"]
