"""docs/rehearsal.md: its table of rules is the code's, and the rule that it shows works."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from standin import rules
from standin.change import Change
from standin.cloud import Cloud
from standin.google_error import GoogleError
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks

PAGE = CHECKOUT / "docs" / "rehearsal.md"
BEGIN, END = "<!-- rules -->\n", "<!-- end of rules -->"
REWRITE = "./psc test tests/docs/test_rehearsal.py --write-docs"


def table() -> Iterator[str]:
    """Every rule of the table, by module and in its order there."""
    yield "| rule | source | doubt |"
    yield "|---|---|---|"
    for rule in sorted(rules.RULES, key=lambda rule: rule.check.__module__):
        sentence = " ".join((rule.check.__doc__ or "").split())
        yield f"| {sentence} (`{rule.name}`) | {linked(rule.source)} | {rule.doubt} |"


def linked(source: str) -> str:
    """A source with its addresses as links."""
    return re.sub(r"(https://[^\s,)]+)", r"<\1>", source)


def test_the_table_is_the_codes(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    wanted = before + BEGIN + "\n".join(table()) + "\n" + END + after
    if request.config.getoption("--write-docs", default=False):
        PAGE.write_text(wanted)
        text = wanted
    assert text == wanted, f"docs/rehearsal.md is out of date; write it anew: {REWRITE}"


def test_the_rule_that_is_shown_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules.table, "RULES", [])
    names = {"rule": rules.rule, "Change": Change}
    exec(blocks(PAGE, "python")[0].text, names)
    path = "projects/p/global/firewalls/f"
    rules.table.RULES[0].check(Change(Cloud(), "insert", path, None, {"priority": 1000}, {}))
    with pytest.raises(GoogleError, match="'70000'. Must be between 0 and 65535"):
        rules.table.RULES[0].check(Change(Cloud(), "insert", path, None, {"priority": 70000}, {}))
