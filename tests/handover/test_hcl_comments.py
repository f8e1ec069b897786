"""The comments of HCL bundles: everything can be said, and nothing is kept that no bundle says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deployment.kinds import KINDS
from handover.bundle import Wish
from tests.handover.conftest import CONFIGURATIONS, Make

OURS = [kind for kind in KINDS if kind.ours]


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_everything_that_is_synthesized_can_be_said(file: Path, make: Make) -> None:
    assert make(file, Wish(format="hcl")).files


def commented(text: str) -> str:
    """A file of HCL with its comments in one line each."""
    return re.sub(r"\n *# ", " ", text)


def test_every_reason_and_comment_stands_in_some_bundle(make: Make) -> None:
    """With its comments unused, a kind says something that nobody reads, or of an attribute that is no longer set."""
    texts = [
        commented(content.decode())
        for file in CONFIGURATIONS
        for path, content in make(file, Wish(format="hcl")).files.items()
        if path.endswith(".tf")
    ]
    said = [attribute.why for kind in OURS for attribute in kind.noteworthy.values()]
    said += [kind.comment for kind in OURS if isinstance(kind.comment, str)]
    assert [why for why in said if not any(why in text for text in texts)] == []
