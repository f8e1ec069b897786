"""docs/rehearsal.md: its tables are the code's, and the rule that it shows works."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from standin import rules
from standin.change import Change
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.proof import PROVEN
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks

PAGE = CHECKOUT / "docs" / "rehearsal.md"
REWRITE = "./psc test tests/docs/test_rehearsal.py --write-docs"


def table() -> Iterator[str]:
    """Every rule of the table, by module and in its order there."""
    yield "| rule | source | doubt |"
    yield "|---|---|---|"
    for rule in sorted(rules.RULES, key=lambda rule: rule.check.__module__):
        sentence = " ".join((rule.check.__doc__ or "").split())
        yield f"| {sentence} (`{rule.name}`) | {linked(rule.source)} | {rule.doubt} |"


def proofs() -> Iterator[str]:
    """Every kind that the provider's tests prove."""
    yield "| kind | tests | run |"
    yield "|---|---|---|"
    for kind, proof in PROVEN.items():
        yield f"| `{kind}` | `{proof.tests}…` | {'all' if proof.whole else 'a part'} |"


def linked(source: str) -> str:
    """A source with its addresses as links."""
    return re.sub(r"(https://[^\s,)]+)", r"<\1>", source)


@pytest.mark.parametrize(("name", "rows"), [("rules", table), ("proven kinds", proofs)])
def test_a_table_is_the_codes(name: str, rows: Callable[[], Iterator[str]], request: pytest.FixtureRequest) -> None:
    text, begin, end = PAGE.read_text(), f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(begin)
    wanted = before + begin + "\n".join(rows()) + "\n" + end + rest.split(end)[1]
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
