"""Edits of anything in our own stacks: those that no review speaks of are written down here, with the reason."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.conftest import Synthesized
from tests.deployment.test_plan_mutations import paths
from tests.review.stacks import Json, reported
from tests.stacks.test_inventories import text

# By attribute and sort of edit; `[!u]*` is any sort but an unknown value.
SILENT = {
    "*.depends_on: *": "the order of an apply",
    "*.description: [!u]*": "words",
    "output.description: *": "words, which Terraform takes as text alone",
    "*.error_message: *": "words",
    "*.annotations*: [!u]*": "words",
    "*labels*: [!u]*": "words",
    "*.lifecycle.create_before_destroy: *": "how the next replacement is gone about, which is told then",
    "*.lifecycle.*: more": "a further guard",
    "*.condition: unknown": "what another condition asks, nobody judges (docs/review.md)",
    "resource.google_compute_forwarding_rule.name: *": "ignored by a lifecycle; a record replaces it",
    "resource.google_compute_subnetwork.name: *": "ignored by a lifecycle, as it is the one with a given name",
    "provider.google.add_terraform_attribution_label: *": "words",
    "resource.google_cloud_run_v2_service.deletion_protection: *": "on afterwards; off is a finding",
    "resource.google_cloud_run_v2_service.template: gone": "no provider takes a service without one",
    "resource.google_cloud_run_v2_service.template.containers.env*: *": "what variables hold (docs/review.md)",
    "resource.google_cloud_run_v2_service.template.containers.resources.cpu_idle: gone": "off without it",
    "resource.google_cloud_run_v2_service.template.containers.resources.limits.cpu: other": "more",
    "resource.google_cloud_run_v2_service.template.containers.startup_probe*: *": "a revision without it gets nothing",
    "resource.google_cloud_run_v2_service.template.scaling.m??_instance_count: *": "more",
    "resource.google_cloud_run_v2_service.template.volumes*: *": "which files those are (docs/review.md)",
    "resource.google_cloud_run_v2_service.template.containers.volume_mounts*: *": "which files those are",
    "resource.google_compute_instance.allow_stopping_for_update: *": "of a test VM",
    "resource.google_compute_instance.machine_type: *": "of a test VM",
    "resource.google_compute_subnetwork.log_config*: *": "more, or the provider's defaults",
    "resource.terraform_data*.input*: *": "read by guards alone",
    "resource.terraform_data: *": "a record that guards nothing, or what Terraform takes for no block",
    **dict.fromkeys(
        (
            "data.google_compute_region_ssl_certificate: gone",
            "data.google_compute_subnetworks: gone",
            "data.terraform_remote_state: gone",
            "ephemeral.google_secret_manager_secret_version: gone",
        ),
        "Terraform refuses what refers to nothing",
    ),
    "provider.google: more": "Terraform refuses what is no block",
    "terraform.required_version: *": "Terraform refuses to run where it is too old",
}


def edits(value: Any) -> Iterator[tuple[str, Any]]:
    """Sorts of edits of a value, with what is there afterwards; None takes it away."""
    yield from (("gone", None), ("other", "other"), ("other", "7"), ("unknown", "${var.x}"))
    if isinstance(value, bool):
        yield "other", not value
    elif isinstance(value, int):
        yield from (("other", 0), ("more", value + 1), ("less", value - 1))
    elif isinstance(value, list):
        yield from (("gone", []), ("less", value[:-1]), ("more", [*value, "other"]))
    elif isinstance(value, dict):
        yield "gone", {}


def places(content: Json) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The path of every single thing, with what stands there."""
    for path in paths(content):
        at: Any = content
        for key in path:
            at = at[key]
        if len(path) > (2 if path[0] in {"data", "ephemeral", "resource"} else 1):
            yield path, at


def attribute(path: tuple[Any, ...], value: Any) -> str:
    """A path without names and numbers: `resource.google_compute_network.mtu`."""
    named = {"check": 1, "output": 1, "data": 2, "ephemeral": 2, "resource": 2}.get(path[0])
    kept = [str(key) for at, key in enumerate(path) if at != named and not isinstance(key, int)]
    if kept[-1] == "lifecycle" and isinstance(value, dict) and len(value) == 1:
        kept += value
    return ".".join(kept)


def edited(content: Json, path: tuple[Any, ...], value: Any) -> Json:
    after = deepcopy(content)
    at: Any = after
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return after


@pytest.mark.parametrize("name", ["everything", "https", "own-balancer", "pem", "shared-vpc"])
def test_what_no_review_speaks_of(name: str, synth: Callable[..., Synthesized]) -> None:
    """Some edits of many; all of them, which takes ten minutes, with PSC_FUZZ_ROUNDS=100."""
    every = [
        (content, path, old, sort, value)
        for content in synth(text(name)).values()
        for path, old in places(content)
        for sort, value in edits(old)
    ]
    rounds = int(os.environ.get("PSC_FUZZ_ROUNDS", "1"))
    silent = set()
    for content, path, old, sort, value in random.Random(7).sample(every, min(len(every), 150 * rounds)):
        report = reported(content, edited(content, path, value))
        if value != old and not report.decisions and not report.findings:
            silent.add(f"{attribute(path, old)}: {sort}")
    assert {one for one in silent if not any(fnmatchcase(one, pattern) for pattern in SILENT)} == set()
