"""A plan with anything in it replaced by anything is reviewed or refused; nothing else may come of it."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from deployment.comparison import Comparison
from deployment.plan_comparison import read, read_alone
from deployment.plan_constants import constants_differing
from deployment.unusable import UnusableError
from review.comment_form import misshapen
from review.formats import json_document, markdown, terminal
from review.material import Material
from review.report import assemble
from tests.deployment.test_plans import BEFORE, CODE, PLAN, SUBNET, WRITTEN, configured, entry
from tests.review.stacks import TODAY, stack

WHOLE = deepcopy(PLAN) | {
    "resource_drift": [entry(SUBNET, ["update"], {"name": "s"}, {"name": "t"})],
    "output_changes": {"o": {"actions": ["create"], "before": None, "after": "x", "after_unknown": False,
                             "before_sensitive": False, "after_sensitive": False}},
    "action_invocations": [
        {"address": "action.a.b", "lifecycle_action_trigger": {"triggering_resource_address": SUBNET}},
    ],
    "prior_state": {"values": {"root_module": {"resources": [
        {"type": "google_project", "values": {"number": "1", "project_id": "p"}}]}}},
}  # fmt: skip
_TOKEN = "ghp_" + "a1" * 18
WHOLE["resource_changes"].append(
    entry("google_compute_instance.v", ["delete", "create"], BEFORE, BEFORE | {"description": _TOKEN, "tags": [_TOKEN]})
)
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5), st.just([]), st.just({}),
    st.just([1]), st.just({"a": 1}), st.just([[{}]]), st.just("${google_x_y.z.id}"), st.just("10.0.0.0/99"),
)  # fmt: skip


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = [here] if here else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        inside += paths(child, (*here, key))
    return inside


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(paths(WHOLE)), junk=JUNK)
def test_whatever_is_in_a_plan(path: tuple[Any, ...], junk: Any) -> None:
    plan = deepcopy(WHOLE)
    at: Any = plan
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = junk
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan))
        with suppress(UnusableError):
            tell_of(read(file, "plan.json", stack(CODE)))
        with suppress(UnusableError):
            tell_of(read_alone(file, "plan.json", "plan"))


def tell_of(comparison: Comparison) -> None:
    report = assemble(Material(base="b", today=TODAY, environments=["default"], code=[comparison]))
    comment, lines, document = markdown.text(report), terminal.text(report), json_document.text(report, failed=False)
    assert misshapen(comment) is None
    assert all(character.isprintable() or character == "\n" for character in lines)
    assert json.loads(document)["summary"]
    assert _TOKEN not in comment + lines + document


def test_no_other_edit_of_what_a_plan_shows_is_taken() -> None:
    """Any value taken away, or replaced by another constant, reference or function."""
    # Addresses are compared on their own, and so are the versions of providers.
    shown = [path for path in paths(WRITTEN) if len(path) > 3 and "lifecycle" not in path and path[0] != "terraform"]
    taken = []
    for path, value in product(shown, (None, "another", 7, "${google_a_b.c.id}", '${file("x")}', {"a": "${var.a}"})):
        after = deepcopy(WRITTEN)
        at: Any = after
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        taken += [] if list(constants_differing(configured(), stack(after))) else [(path, value)]
    assert taken == []
