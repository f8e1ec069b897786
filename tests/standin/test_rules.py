"""Every rule refuses what it is there for, alone, and says where it was read."""

from __future__ import annotations

import re

import pytest

from standin import rules
from tests.standin.conftest import Api
from tests.standin.rows import ROWS


@pytest.mark.parametrize("name", ROWS)
def test_a_rule_refuses_what_nothing_else_does(name: str, deployed: Api) -> None:
    call, words = ROWS[name]
    refused = call(deployed)
    assert refused.code in {400, 403}, f"it was answered {refused.code}: {refused.body}"
    assert words in refused.body["error"]["message"]


@pytest.mark.parametrize("name", ROWS)
def test_without_the_rule_the_call_goes_through(name: str, deployed: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules.table, "RULES", [rule for rule in rules.RULES if rule.name != name])
    answered = ROWS[name][0](deployed)
    assert answered.code == 200, answered.body


def test_every_rule_has_a_row_and_every_row_a_rule() -> None:
    assert sorted(rule.name for rule in rules.RULES) == sorted(ROWS)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_a_rule_says_where_it_was_read(rule: rules.Rule) -> None:
    assert re.search(r"https://|discovery document", rule.source)
    assert rule.check.__doc__
