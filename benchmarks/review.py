"""`python -m benchmarks.review`: how long a review of a plan of 10,000 resources takes, and how much memory.

The goal is 10 seconds and 1 GiB. Half of the resources change; every fifth has drifted.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import peak_memory, timed
from benchmarks.programs import CHECKOUT
from deployment.values import Json

RESOURCES = 10_000
_KINDS = (
    "google_compute_subnetwork", "google_compute_forwarding_rule", "google_compute_service_attachment",
    "google_cloud_run_v2_service",
)  # fmt: skip
_START = "import runpy, sys; sys.path.insert(0, '.'); runpy.run_module('commands', run_name='__main__', alter_sys=True)"


def values(number: int) -> Json:
    """A resource as a state has it: what was written, and what the provider adds."""
    path = f"projects/example-producer/regions/us-east1/things/r{number}"
    return {
        "name": f"r{number}", "project": "example-producer", "region": "us-east1", "id": path,
        "self_link": f"https://www.googleapis.com/compute/v1/{path}", "purpose": "PRIVATE", "role": None,
        "network": "projects/example-producer/global/networks/n", "private_ip_google_access": False,
        "connection_preference": "ACCEPT_MANUAL",
        "ip_cidr_range": f"10.{number // 256 % 256}.{number % 256}.0/24", "gateway_address": "10.0.0.1",
        "log_config": [{"flow_sampling": 0.5, "metadata": "INCLUDE_ALL_METADATA"}], "timeouts": None,
    }  # fmt: skip


def write(folder: Path) -> None:
    """Base, change and plan."""
    resources: dict[str, Json] = {kind: {} for kind in _KINDS}
    changed: dict[str, Json] = {kind: {} for kind in _KINDS}
    entries: list[Json] = []
    configured: list[Json] = []
    for number in range(RESOURCES):
        kind, old = _KINDS[number % len(_KINDS)], values(number)
        new = old | {"private_ip_google_access": number % 2 == 1}
        resources[kind][f"r{number}"], changed[kind][f"r{number}"] = old, new
        change: Json = {
            "actions": ["update" if old != new else "no-op"], "before": old, "after": new, "after_unknown": {},
            "before_sensitive": {}, "after_sensitive": {},
        }  # fmt: skip
        address = {"address": f"{kind}.r{number}", "mode": "managed", "type": kind, "name": f"r{number}"}
        entries.append(address | {"change": change})
        configured.append(address | {"expressions": {key: {"constant_value": one} for key, one in new.items()}})
    project = {"google": {"expressions": {"project": {"constant_value": "example-producer"}}}}
    plan = {
        "format_version": "1.2", "resource_changes": entries, "resource_drift": entries[1::5],
        "planned_values": {"root_module": {"resources": [one["change"]["after"] for one in entries]}},
        "prior_state": {"values": {"root_module": {"resources": []}}},
        "configuration": {"provider_config": project, "root_module": {"resources": configured}},
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan))
    for name, content in (("base", resources), ("change", changed)):
        stack = folder / name / "stacks" / "producer"
        stack.mkdir(parents=True)
        providers = {"google": [{"project": "example-producer"}]}
        (stack / "cdk.tf.json").write_text(json.dumps({"provider": providers, "resource": content}))
        listed = {"producer": {"workingDirectory": "stacks/producer", "dependencies": []}}
        (folder / name / "manifest.json").write_text(json.dumps({"stacks": listed}))


def main() -> int:
    """Print a line for each format."""
    os.chdir(CHECKOUT)
    with tempfile.TemporaryDirectory(prefix="psc-benchmark-") as temporary:
        folder = Path(temporary)
        write(folder)
        plan = folder / "plan.json"
        beside = ["--base-dir", str(folder / "base"), "--dir", str(folder / "change"), "--plan", f"producer={plan}"]
        reviews = [(form, [*beside, "--format", form]) for form in ("terminal", "markdown", "sarif", "json")]
        for name, options in [*reviews, ("a plan alone", ["--plan", str(plan)])]:
            command = [sys.executable, "-s", "-c", _START, "review", *options, "--fail-on", "error"]
            run = timed(command, os.environ, folder / "change")
            memory = peak_memory(command, os.environ)
            print(f"{name}: {run.seconds:.1f} s ({run.processor:.1f} s of processor time), {memory:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
