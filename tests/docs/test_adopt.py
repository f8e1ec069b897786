"""docs/import.md: its list of harmless updates is the code's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from live.adopt.harmless import HARMLESS
from tests.conftest import CHECKOUT

PAGE = CHECKOUT / "docs" / "import.md"
REWRITE = "./psc test tests/docs/test_adopt.py --write-docs"


def table() -> Iterator[str]:
    yield "| of | update | why |"
    yield "|---|---|---|"
    for rule in HARMLESS:
        shown = " -> ".join("null" if one is None else str(one).lower() if isinstance(one, bool) else str(one)
                            for one in (rule.live, rule.wanted) if type(one) is not object)  # fmt: skip
        of = "everything" if rule.type == "*" else f"`{rule.type}`"
        yield f"| {of} | `{rule.path}{f': {shown}' if shown else ''}` | {rule.why} |"


def test_the_table_is_the_codes(request: pytest.FixtureRequest) -> None:
    text, begin, end = PAGE.read_text(), "<!-- harmless -->\n", "<!-- end of harmless -->"
    before, rest = text.split(begin)
    wanted = before + begin + "\n".join(table()) + "\n" + end + rest.split(end)[1]
    if request.config.getoption("--write-docs", default=False):
        PAGE.write_text(wanted)
        text = wanted
    assert text == wanted, f"docs/import.md is out of date; write it anew: {REWRITE}"
