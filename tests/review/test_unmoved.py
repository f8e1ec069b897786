"""What the code changes and the plan does not is a finding; what is deployed already, or ignored, is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deployment.comparison import Comparison
from deployment.stack import UNKNOWN, Item, Stack
from review.unmoved import unmoved
from tests.review.stacks import Json, compared

ADDRESS = "google_cloud_run_v2_service.shop"
PORT = {"container_port": 8080}


def code(template: Json, **more: Any) -> Json:
    service = {"name": "shop", "template": {"containers": [{"image": "shop:1"}]} | template, **more}
    return {"resource": {"google_cloud_run_v2_service": {"shop": service}}}


def planned(template: Json, containers: Json | None = None) -> Comparison:
    """As a plan has it: every block is a list, and what the provider computes stands beside it."""
    block = {"containers": [{"image": "shop:1", "name": "shop-1", **(containers or {})}], "timeout": "300s", **template}
    values = {"name": "shop", "uid": UNKNOWN, "template": [block]}
    after = Stack("default", "producer", {ADDRESS: Item(ADDRESS, "google_cloud_run_v2_service", values)}, written=False)
    return Comparison(source="plan", before=after, after=after, changes=())


def kept(before: Json, after: Json, plan: Comparison) -> list[str]:
    return [str(finding.detail) for finding in unmoved(compared(before, after), plan)]


SCALING = {"scaling": {"max_instance_count": 1}}


def test_what_is_taken_out_of_the_code_and_stays_is_told() -> None:
    told = kept(code(SCALING), code({}), planned({"scaling": [{"max_instance_count": 1, "min_instance_count": 0}]}))
    assert told == ["the code changes it and the plan does not: template.scaling.max_instance_count stays 1"]


def test_all_that_stays_is_one_finding_of_the_resource() -> None:
    before = code({"timeout": "60s", "containers": [{"image": "shop:1", "ports": {"container_port": 9000}}]})
    plan = planned({"timeout": "60s"}, {"ports": [{"container_port": 9000, "name": "http1"}]})
    (finding,) = unmoved(compared(before, code({})), plan)
    assert (finding.rule, finding.address, finding.sources) == ("plan-without-change", ADDRESS, ("plan",))
    assert "ports.container_port stays 9000; template.timeout stays '60s'" in str(finding.detail)


@pytest.mark.parametrize(
    ("before", "after", "plan"),
    [
        pytest.param(code(SCALING), code({}), planned({"scaling": []}), id="the plan takes it out"),
        pytest.param(
            code(SCALING),
            code({"scaling": {"max_instance_count": 9}}),
            planned({"scaling": [{"max_instance_count": 9}]}),
            id="deployed already",
        ),
        pytest.param(
            code({"containers": [{"image": "shop:1", "ports": PORT}]}),
            code({}),
            planned({}, {"ports": [PORT]}),
            id="the default was given",
        ),
        pytest.param(
            code(SCALING),
            code({}, lifecycle={"ignore_changes": ["template"]}),
            planned(SCALING),
            id="ignored on purpose",
        ),
        pytest.param(
            code({"timeout": "${var.t}"}), code({}), planned({"timeout": "60s"}), id="nobody knows what it was"
        ),
    ],
)
def test_what_the_plan_does_or_need_not_do_is_not(before: Json, after: Json, plan: Comparison) -> None:
    assert kept(before, after, plan) == []


def test_a_plan_that_lacks_the_resource_tells_nothing() -> None:
    plan = planned({})
    assert kept(code(SCALING), code({}), replace(plan, after=Stack("default", "producer", {}))) == []
