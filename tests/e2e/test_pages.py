"""What the pages show of rehearsals, and the configurations that they lead to, with the real Terraform and provider."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.report import lines
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import CONSUMER, PRODUCER, Live

pytestmark = pytest.mark.e2e

PUBLISH = CHECKOUT / "docs" / "publish.md"
FILES = [block for block in blocks(PUBLISH, "yaml") if block.text.startswith("# config/environments/")]


@pytest.mark.parametrize("block", FILES, ids=str)
def test_the_files_of_the_guide_are_deployed_and_destroyed(
    block: Any, program: str, provider: Callable[[str], str], tmp_path: Path
) -> None:
    provider(CURRENT)
    text = block.text.replace("my-producer", PRODUCER).replace("my-shop", CONSUMER)  # the projects that there are
    config = yaml.safe_load(text) | {"environment": "shown", "deletion_protection": False}
    live = Live(tmp_path / "live", program)
    try:
        assert live.deploy(config).findings == []
        # The bucket is there before, and stays.
        assert [one for one in live.destroy().findings if not one.endswith("after destroy: bucket my-states")] == []
    finally:
        live.stop()


def test_the_transcripts_are_what_a_rehearsal_says(
    program: str, provider: Callable[[str], str], tmp_path: Path
) -> None:
    """Numbers of seconds aside."""
    provider(CURRENT)
    live = Live(tmp_path / "live", program)
    try:
        report = live.deploy(configuration("default")).report
    finally:
        live.stop()
    said = [f"{step.what}: {step.stack}: {len(step.changes)} created" for step in report.steps if step.changes]
    assert len(said) == 2
    verdict = list(lines(report))[-1].replace("tried", "default")
    for page in ("README.md", "docs/rehearsal.md"):
        shown = next(block.text for block in blocks(CHECKOUT / page, "text") if "first deployment" in block.text)
        plain = re.sub(r"\[ *[\d.]+ s\] | \(\d+ s\)", "", shown).splitlines()
        assert [line for line in [*said, verdict] if line not in plain] == []
