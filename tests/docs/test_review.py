"""docs/review.md shows what the review really says, and lists the rules that there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
import yaml

from deployment.comparison import compare
from deployment.stack_files import stack_of
from review.formats import markdown, terminal
from review.material import Material
from review.other_findings import OTHER
from review.replacement import infer
from review.report import Report, assemble
from review.rules import RULES
from tests.conftest import CHECKOUT, DEFAULT, Synthesized
from tests.docs.pages import blocks
from tests.docs.test_pages import merged

PAGE = CHECKOUT / "docs" / "review.md"
REWRITE = "./psc test tests/docs/test_review.py --write-docs"
BASE = "5c396f7"


def rules_table() -> str:
    lines = ["| rule | severity | what it finds | what to do |", "|---|---|---|---|"]
    known = [(one.id, one.severity, one.what, one.remedy) for one in RULES]
    known += [(name, severity, what, remedy) for name, (severity, what, _, remedy) in OTHER.items()]
    lines += [f"| `{name}` | {severity} | {what} | {remedy} |" for name, severity, what, remedy in known]
    return "\n".join(lines)


def shown(former: Synthesized, present: Synthesized) -> Report:
    material = Material(base=BASE, today=date(2026, 11, 25), environments=["default"])
    for name, content in present.items():
        old = stack_of(former[name], "default", name)
        material.code.append(infer(compare(old, stack_of(content, "default", name))))
    return assemble(material)


def written(text: str, pattern: str, value: str) -> str:
    changed, count = re.subn(pattern, lambda found: f"{found[1]}{value}{found[2]}", text, count=1, flags=re.DOTALL)
    assert count == 1
    return changed


def expected(text: str, synth: Callable[..., Synthesized]) -> str:
    edit = next(block.text for block in blocks(PAGE, "yaml") if "accept" in block.text)
    plain: Any = yaml.safe_load(DEFAULT.read_text())
    before = synth(yaml.safe_dump(plain))
    after = synth(yaml.safe_dump(merged(plain, yaml.safe_load(edit))))
    text = written(text, r"(<!-- terminal: limit raised -->\n```text\n).*?(```\n)",
                   terminal.text(shown(before, after)))  # fmt: skip
    opened = deepcopy(before)
    opened["producer"]["resource"]["google_cloud_run_v2_service"]["hello"]["ingress"] = "INGRESS_TRAFFIC_ALL"
    comment, _, _ = markdown.text(shown(before, opened)).partition("### Everything")
    text = written(text, r"(<!-- markdown: ingress opened -->\n````markdown\n).*?(````\n)", comment.rstrip() + "\n")
    return written(text, r"(--write-docs -->\n).*?(\n<!-- end of the rules -->)", rules_table())


def test_the_page_shows_what_is_so(synth: Callable[..., Synthesized], request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text()
    wanted = expected(text, synth)
    if request.config.getoption("--write-docs", default=False):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted, f"docs/review.md is out of date; write it anew: {REWRITE}"
