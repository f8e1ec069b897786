"""What the code changes and the plan does not is a finding; what is deployed already, or ignored, is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deployment.comparison import Comparison
from deployment.stack import UNKNOWN, Item, Stack
from review.unmoved import left_out, unmoved
from tests.review.stacks import Json, compared, findings, reported

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


def containers(**more: Any) -> Json:
    return {"containers": [{"image": "shop:1", **more}]}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (containers(ports={"container_port": 9000}), "template.containers.ports.container_port (9000)"),
        (containers(ports={"name": "h2c"}), "template.containers.ports.name ('h2c')"),
        (containers(resources={"limits": {"cpu": "2"}}), "template.containers.resources.limits.cpu ('2')"),
        (containers(resources={"limits": {"memory": "1Gi"}}), "template.containers.resources.limits.memory ('1Gi')"),
        (containers(resources={"cpu_idle": False}), "template.containers.resources.cpu_idle (False)"),
        (containers(resources={"startup_cpu_boost": True}), "template.containers.resources.startup_cpu_boost (True)"),
        (SCALING, "template.scaling.max_instance_count (1)"),
        ({"scaling": {"min_instance_count": 1}}, "template.scaling.min_instance_count (1)"),
        ({"timeout": "60s"}, "template.timeout ('60s')"),
        ({"max_instance_request_concurrency": 5}, "template.max_instance_request_concurrency (5)"),
        (
            {"service_account": "a@p.iam.gserviceaccount.com"},
            "template.service_account ('a@p.iam.gserviceaccount.com')",
        ),
        (
            containers(startup_probe={"http_get": {"path": "/h"}}),
            "template.containers.startup_probe.http_get.path ('/h')",
        ),
        (
            containers(startup_probe={"tcp_socket": {"port": 9}, "period_seconds": 5}),
            "template.containers.startup_probe.period_seconds (5)",
        ),
    ],
)
def test_without_a_plan_it_is_told_of_cloud_run(given: Json, words: str) -> None:
    (finding,) = left_out(compared(code(given), code({})))
    assert (finding.rule, finding.address, finding.severity) == ("plan-without-change", ADDRESS, "warning")
    assert str(finding.detail) == f"it is left out now, and Cloud Run keeps it: {words}"
    assert ("plan-without-change", ADDRESS) in findings(reported(code(given), code({})))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(code(SCALING), code({"scaling": {"max_instance_count": 9}}), id="another value"),
        pytest.param(code(SCALING), code({"scaling": "${var.s}"}), id="an expression in its place"),
        pytest.param(code(SCALING), code({"dynamic": {"scaling": {"for_each": "${var.s}"}}}), id="dynamic"),
        pytest.param(code(SCALING), code({}, lifecycle={"ignore_changes": ["template"]}), id="ignored on purpose"),
        pytest.param(code({"timeout": "300s"}), code({}), id="the default was given"),
        pytest.param(code({"timeout": "${var.t}"}), code({}), id="nobody knows what it was"),
        pytest.param(code({"scaling": {"max_instance_count": 3, "min_instance_count": 1}}), code({"scaling": {
            "max_instance_count": 3}}), id="the provider sends 0 beside the most"),
        pytest.param(code({"service_account": "1-compute@developer.gserviceaccount.com"}), code({}),
                     id="the default account was given"),
        pytest.param(code(containers(startup_probe={"tcp_socket": {"port": 80}, "period_seconds": 240,
                                                    "timeout_seconds": 240, "failure_threshold": 1})),
                     code(containers()), id="Cloud Run's own probe was given"),
        pytest.param(code(containers(startup_probe={"http_get": {"path": "/h"}})),
                     code(containers(startup_probe={"tcp_socket": {"port": 80}})), id="another probe"),
        pytest.param(code(SCALING), {"resource": {}}, id="the service goes"),
        pytest.param({"resource": {}}, code(SCALING), id="the service comes"),
    ],
)  # fmt: skip
def test_without_a_plan_nothing_else_is(before: Json, after: Json) -> None:
    assert [*left_out(compared(before, after))] == []
