"""What README shows of the tool is what the tool says."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy

import pytest
import yaml

from review.costs import PRICES
from review.formats import markdown
from tests.conftest import CHECKOUT, DEFAULT, Synthesized
from tests.docs.pages import blocks
from tests.docs.test_review import shown

README = CHECKOUT / "README.md"
WALK = CHECKOUT / "docs" / "walk-through.md"
REWRITE = "./psc test tests/docs/test_readme.py --write-docs"


def test_the_comment_is_the_reviews(synth: Callable[..., Synthesized], request: pytest.FixtureRequest) -> None:
    plain = yaml.safe_load(DEFAULT.read_text())
    edited = deepcopy(plain)
    edited["producer"]["services"]["hello"]["accept"] = {"consumer": 10, "partner-project": 2}
    edited["producer"]["services"]["hello"]["invokers"] = ["consumer", "caller@partner-project.iam.gserviceaccount.com"]
    comment = markdown.text(shown(synth(yaml.safe_dump(plain)), synth(yaml.safe_dump(edited))))
    head = comment.partition("### The deployment")[0].replace("<!-- cloudrun-psc review -->\n", "").strip()
    # Headings would stand in README's own table of contents.
    lines = re.sub(r"^#+ (.*)$", r"**\1**", head, flags=re.MULTILINE).splitlines()
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    text = README.read_text()
    before, _, rest = text.partition("<!-- comment -->\n")
    wanted = f"{before}<!-- comment -->\n{quoted}\n\n```mermaid{rest.partition('```mermaid')[2]}"
    if request.config.getoption("--write-docs", default=False):
        README.write_text(wanted)
    assert README.read_text() == wanted, f"README.md is out of date; write it anew: {REWRITE}"


def test_the_table_of_costs_has_the_figures_that_reviews_go_by(request: pytest.FixtureRequest) -> None:
    rows = [
        f"| {price.short}{price.what} | {price.about} | "
        f"{', '.join(f'[{name}]({page})' for name, page in price.sources)} |"
        for price in PRICES
    ]
    text = README.read_text()
    head = "| what | about | source |\n|---|---|---|\n"
    before, _, rest = text.partition(head)
    wanted = f"{before}{head}{chr(10).join(rows)}\n\n{rest.partition(chr(10) * 2)[2]}"
    if request.config.getoption("--write-docs", default=False):
        README.write_text(wanted)
    assert README.read_text() == wanted, f"README.md is out of date; write it anew: {REWRITE}"


def test_the_transcript_counts_what_is_synthesized(synth: Callable[..., Synthesized]) -> None:
    (transcript,) = [block.text for block in blocks(README, "text") if "rehearse" in block.text]
    counts = {name: sum(map(len, stack["resource"].values())) for name, stack in synth().items()}
    for name, count in counts.items():
        assert f"first deployment: {name}: {count} created" in transcript
        assert f"destroy: {name}: {count} destroyed" in transcript
    assert f"held: {len(counts)} stacks, {sum(counts.values())} resources, 1 connection ACCEPTED\n" in transcript


def test_the_walk_through_is_what_the_genuine_gcloud_is_tested_with() -> None:
    def words(text: str) -> list[str]:
        lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*$", "", text, flags=re.MULTILINE)).splitlines()
        return [" ".join(line.split()) for line in lines if line.startswith("gcloud")]

    page = words("\n".join(block.text for block in blocks(WALK, "sh")))
    typed = words((CHECKOUT / "tests" / "e2e" / "ten_steps.sh").read_text())
    assert [line for line in typed if line not in page] == []
