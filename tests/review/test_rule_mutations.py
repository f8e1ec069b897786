"""A rule over values with anything in them replaced by anything answers; it never stumbles."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from review.rules import BY_ID
from review.ways_in import ways_in
from tests.deployment.test_plan_mutations import JUNK, paths, tell_of
from tests.review.rule_cases import CASES, Case
from tests.review.stacks import PRODUCER, compared
from tests.review.test_rules import subject

FILLED = [case for case in CASES if paths({"values": case.values, "beside": dict(case.beside)})]


@settings(max_examples=1000, deadline=None)
@given(case=st.sampled_from(FILLED), data=st.data(), junk=JUNK)
def test_whatever_is_in_the_values(case: Case, data: st.DataObject, junk: Any) -> None:
    both = deepcopy({"values": case.values, "beside": dict(case.beside)})
    path = data.draw(st.sampled_from([path for path in paths(both) if len(path) > (1 if path[0] == "values" else 2)]
                                     or [("values", "x")]))  # fmt: skip
    at: Any = both
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = junk
    judged = subject(replace(case, values=both["values"], beside=both["beside"]))
    assert BY_ID[case.rule].judge(judged).verdict in {"fine", "finding", "undecided"}
    assert isinstance(ways_in(judged.item.stack), list)


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(paths(PRODUCER)), junk=JUNK, backwards=st.booleans())
def test_whatever_is_in_a_stack(path: tuple[Any, ...], junk: Any, backwards: bool) -> None:
    changed = deepcopy(PRODUCER)
    at: Any = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = junk
    tell_of(compared(changed, PRODUCER) if backwards else compared(PRODUCER, changed))
