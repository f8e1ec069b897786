"""What a version constraint admits, as Terraform reads it."""

from __future__ import annotations

import pytest

from cloudrun_psc.rules.provider_versions import Version, admits_older

FIRST: Version = (7, 24, 0)
ADMIT_OLDER = (
    "6.50.0", "= 7.23.5", "7", "~> 7", "~> 7.0", "~> 7.23", "~> 7.23.0", "~> 6.50", ">= 7.0, < 8", ">=7.0,<8",
    "> 7.23.0", "< 8", "<= 8.0.0", "!= 6.50.0", "!= 0", "!= 0, != 0.0.1", ">= 6.50, != 7.0", "~> 7.0, != 7.0.0", "> 7",
    "< 7.24",
)  # fmt: skip
ADMIT_NONE_OLDER = (
    "~> 7.45", "~> 7.24", "~> 7.24.0", "~> 7.45.0", "~> 8.0", "~> 8", "7.24.0", "7.24", "= 7.45.0", ">= 7.24", "> 7.24",
    ">= 7.24, < 9", ">= 7.0, < 8, ~> 7.45", ">= 6.0, ~> 8.0, != 8.0.1", "8", "> 7.23, >= 7.24.0",
)  # fmt: skip
# Nothing can be chosen: Terraform says so itself.
ADMIT_NOTHING = ("~> 6.50, >= 7.24", "~> 6, >= 7.0", "< 0", "> 7.23.0, < 7.23.1", "7.0.0, != 7.0.0")


@pytest.mark.parametrize("constraint", ADMIT_OLDER)
def test_an_older_version_could_be_taken(constraint: str) -> None:
    assert admits_older(constraint, FIRST)


@pytest.mark.parametrize("constraint", [*ADMIT_NONE_OLDER, *ADMIT_NOTHING])
def test_no_older_version_could_be_taken(constraint: str) -> None:
    assert not admits_older(constraint, FIRST)
