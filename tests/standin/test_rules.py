"""Every rule refuses what it is there for, alone, and says where it was read."""

from __future__ import annotations

import re

import pytest

from standin import rules
from tests.standin.conftest import Api
from tests.standin.rows import ROWS

rules.load()


@pytest.mark.parametrize("name", ROWS)
def test_a_rule_refuses_what_nothing_else_does(name: str, deployed: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    call, words = ROWS[name]
    refused = call(deployed)
    assert refused.code in {400, 403}, f"it was answered {refused.code}: {refused.body}"
    assert words in refused.body["error"]["message"]


@pytest.mark.parametrize("name", ROWS)
def test_without_the_rule_the_call_goes_through(name: str, deployed: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules.table, "RULES", [one for one in rules.RULES if one.name != name])
    answered = ROWS[name][0](deployed)
    assert answered.code == 200, answered.body


def test_every_rule_has_a_row_and_every_row_a_rule() -> None:
    assert sorted(one.name for one in rules.RULES) == sorted(ROWS)


@pytest.mark.parametrize("one", rules.RULES, ids=lambda one: one.name)
def test_a_rule_says_where_it_was_read(one: rules.Rule) -> None:
    assert re.search(r"https://|discovery document", one.source)
    assert one.check.__doc__
