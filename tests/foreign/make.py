"""Plans of the configurations in terraform/, made with the real Terraform and provider against the stand-in, trimmed.

`python -m tests.foreign.make [NAME...]` writes plans/NAME.json anew; tests/e2e/test_foreign.py asks whether they still
are what Terraform says.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from commands.environment import CHECKOUT
from commands.terraform import found
from deployment.plan_written import read_before
from deployment.registries import HOSTS
from deployment.values import Json
from rehearsal.cloud import RehearsalCloud

HERE = Path(__file__).parent
VERSION, PLATFORM = "7.45.0", "linux_amd64"
MIRROR = Path.home() / ".terraform.d/plugins/registry.terraform.io/hashicorp/google" / VERSION / PLATFORM
PROJECTS = ("example-producer-project", "example-consumer-project")
SERVICES = [f"{name}.googleapis.com" for name in ("compute", "iam", "run", "secretmanager", "servicedirectory", "dns")]
PLANS, CASES = HERE / "plans", HERE / "cases.yaml"


def cases() -> dict[str, Json]:
    """Every case by name."""
    loaded: dict[str, Json] = yaml.safe_load(CASES.read_text())
    return loaded


def made(case: Json, program: str) -> Json:
    """The plan of a case: `beside` stands already, `before` is applied (`was` in its place), then `after` planned."""
    with tempfile.TemporaryDirectory() as place, RehearsalCloud(CHECKOUT, Path(place) / "requests.log") as cloud:
        folder = Path(place) / "terraform" / case["of"]
        shutil.copytree(HERE / "terraform", folder.parent)
        for project in PROJECTS:
            cloud.call("POST", f"/serviceusage/v1/projects/{project}/services:batchEnable", {"serviceIds": SERVICES})
        providers = _providers(folder.parent)
        if "beside" in case:
            _runner(program, folder.parent / case["beside"], cloud, providers)("apply", "-auto-approve")
        run = _runner(program, folder, cloud, providers)
        if case.get("before") is not None:
            former = folder.parent / case.get("was", case["of"])
            _runner(program, former, cloud, providers)("apply", "-auto-approve", *_variables(case["before"]))
            if former != folder:
                shutil.copy(former / "terraform.tfstate", folder)
        run("plan", "-out=plan", *_variables(case.get("after") or {}))
        plan: Json = json.loads(run("show", "-json", "plan").splitlines()[-1])  # OpenTofu may warn of something first
    return plan


def trimmed(plan: Json) -> Json:
    """What a review reads of a plan, without what is null or follows."""
    changes = [{**one, "change": _kept(one["change"])} for one in plan["resource_changes"]]
    read = [one for one in read_before(plan) if one["mode"] == "data"]
    return {
        "format_version": plan["format_version"],
        "terraform_version": plan["terraform_version"],
        "planned_values": {},
        "prior_state": {"values": {"root_module": {"resources": read}}},
        "configuration": plan["configuration"],
        "resource_changes": [{key: one[key] for key in one if key not in _BESIDE} for one in changes],
        "output_changes": plan.get("output_changes", {}),
    }


_BESIDE = {"module_address", "provider_name", "name", "index"}


def _kept(change: Json) -> Json:
    """A change without what is empty on a side."""
    marks = {key: one for key, one in change.items() if not key.endswith("_sensitive")}
    for side in ("before", "after"):
        if change[side] is not None:
            marks[side] = {key: one for key, one in change[side].items() if one not in (None, "", [], {})}
    return marks


def _runner(program: str, folder: Path, cloud: RehearsalCloud, providers: Path) -> Any:
    variables = {**os.environ, **cloud.endpoints, "GOOGLE_OAUTH_ACCESS_TOKEN": "t", "CHECKPOINT_DISABLE": "1"}

    def run(*words: str) -> str:
        done = subprocess.run([program, *words], cwd=folder, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    run("init", "-input=false", f"-plugin-dir={providers}")
    return run


def _providers(place: Path) -> Path:
    """A folder with the google provider, and with the same once more under the name of the other one."""
    for host, name in product(HOSTS, ("google", "google-beta")):
        folder = place / "providers" / host / "hashicorp" / name / VERSION / PLATFORM
        folder.mkdir(parents=True)
        for file in MIRROR.iterdir():
            (folder / file.name.replace("provider-google_", f"provider-{name}_")).symlink_to(file)
    return place / "providers"


def _variables(values: Mapping[str, Any]) -> list[str]:
    return [f"-var={name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in values.items()]


if __name__ == "__main__":
    for name, one in cases().items():
        if name in sys.argv[1:] or not sys.argv[1:]:
            program = shutil.which(one["program"]) if "program" in one else found()
            assert program
            (PLANS / f"{name}.json").write_text(json.dumps(trimmed(made(one, program)), sort_keys=True) + "\n")
            print(name)
