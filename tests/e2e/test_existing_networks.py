"""Constructs in networks that somebody else made: own resources, data sources and ids, with the real provider."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deployment.output_folder import StackFolder
from tests.conftest import CHECKOUT, Json
from tests.e2e.conftest import CURRENT
from tests.e2e.live import Live, Outcome

pytestmark = pytest.mark.e2e
EXAMPLE = CHECKOUT / "docs" / "examples" / "existing_networks" / "main.py"
REGION = "europe-west1"
_FAST = """
import runpy, sys
from cdktf_fast_synthesis import use_fast_synthesis
use_fast_synthesis()
runpy.run_path(sys.argv[1])
"""
# Own resources of a consumer's stack, as the producer of the example has them.
_OWN = """
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork
from cdktf_cdktf_provider_google.provider import GoogleProvider
from cloudrun_psc import ExistingNetwork, IapTestVm, PscEndpoint
app = App(stack_traces=False)
stack = TerraformStack(app, "shop")
GoogleProvider(stack, "google", project="shop-team", region="europe-west1")
vpc = ComputeNetwork(stack, "vpc", name="own-vpc", auto_create_subnetworks=False)
subnet = ComputeSubnetwork(stack, "subnet", name="own-subnet", network=vpc.id, ip_cidr_range="RANGE0/24")
network = ExistingNetwork(project="shop-team", region="europe-west1", network=vpc, subnet=subnet)
PscEndpoint(
    stack, "orders", network=network, ip_address="RANGE5", name="orders-endpoint",
    service_attachment="projects/orders-team/regions/europe-west1/serviceAttachments/orders-service-attachment",
)
IapTestVm(stack, "test-vm", network=network, zone="europe-west1-b")
app.synth()
"""


def _stacks(program: Path, out: Path) -> list[StackFolder]:
    """What an app writes, with a state beside the stack and the provider that is at hand."""
    variables = dict(os.environ) | {"CDKTF_OUTDIR": str(out)}
    command = [sys.executable, "-c", _FAST, str(program)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = []
    for name, stack in json.loads((out / "manifest.json").read_text())["stacks"].items():
        file = out / stack["synthesizedStackPath"]
        content = json.loads(file.read_text())
        content["terraform"].pop("backend")
        content["terraform"]["required_providers"]["google"]["version"] = CURRENT
        file.write_text(json.dumps(content))
        found.append(StackFolder(name, file.parent, frozenset(stack["dependencies"])))
    return sorted(found, key=lambda stack: len(stack.needs))


def _platform(folder: Path) -> StackFolder:
    """What other teams own: the APIs, and the consumers' networks."""
    services = {
        f"{team}_{api}": {"project": f"{team}-team", "service": f"{api}.googleapis.com", "disable_on_destroy": False}
        for team, apis in {"orders": ("run", "compute"), "shop": ("compute", "iap"), "billing": ("compute",)}.items()
        for api in apis
    }
    networks: Json = {
        team: {
            "project": f"{team}-team",
            "name": f"{team}-vpc",
            "auto_create_subnetworks": False,
            "depends_on": [f"google_project_service.{team}_compute"],
        }
        for team in ("shop", "billing")
    }
    subnets = {
        team: {
            "project": f"{team}-team",
            "region": REGION,
            "name": f"{team}-subnet",
            "network": f"${{google_compute_network.{team}.id}}",
            "ip_cidr_range": range_,
        }
        for team, range_ in {"shop": "10.8.0.0/24", "billing": "10.9.0.0/24"}.items()
    }
    content = {
        "terraform": {"required_providers": {"google": {"source": "hashicorp/google", "version": CURRENT}}},
        "provider": {"google": [{"project": "orders-team", "region": REGION}]},
        "resource": {
            "google_project_service": services,
            "google_compute_network": networks,
            "google_compute_subnetwork": subnets,
        },
    }
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(content))
    return StackFolder("platform", folder)


def _held(outcome: Outcome) -> None:
    assert outcome.findings == []
    assert set(outcome.connections.values()) <= {"new", "kept", "restored"}


def test_the_example_is_deployed_and_its_consumers_are_accepted(empty: Callable[[], Live], tmp_path: Path) -> None:
    deployed = empty()
    deployed.standin.cloud.open = True  # the example's projects
    platform = _platform(tmp_path / "platform")
    _held(deployed.deploy_stacks([platform]))
    stacks = _stacks(EXAMPLE, tmp_path / "out")
    assert [stack.name for stack in stacks] == ["orders", "billing", "shop"]
    outcome = deployed.deploy_stacks([platform, *stacks])
    _held(outcome)
    for team in ("shop-team", "billing-team"):
        assert outcome.named("forwardingRules", "orders-endpoint", team)["pscConnectionStatus"] == "ACCEPTED"
    outcome = deployed.deploy_stacks([platform, *stacks])
    assert outcome.changes == {}, "the plan over what stands is empty"


def test_a_subnet_of_the_same_stack_takes_what_stands_in_it_along(empty: Callable[[], Live], tmp_path: Path) -> None:
    deployed = empty()
    deployed.standin.cloud.open = True  # the example's projects
    platform = _platform(tmp_path / "platform")
    orders = _stacks(EXAMPLE, tmp_path / "out")[0]
    _held(deployed.deploy_stacks([platform]))
    _held(deployed.deploy_stacks([platform, orders]))
    outcomes = []
    for number, range_ in enumerate(("10.20.0.", "10.30.0.")):
        program = tmp_path / f"own-{number}.py"
        program.write_text(_OWN.replace("RANGE", range_))
        shop = _stacks(program, tmp_path / f"own-{number}")
        outcomes.append(deployed.deploy_stacks([platform, orders, *shop]))
        _held(outcomes[-1])
    assert outcomes[1].changes == {
        "shop google_compute_subnetwork.subnet": "replaced",
        "shop google_compute_address.orders": "replaced",
        "shop google_compute_forwarding_rule.orders": "replaced",
        "shop google_compute_instance.test_vm": "replaced",
        # Whether the network is another one, too, only the subnet's record could tell.
        "shop google_compute_firewall.test_vm_iap_ssh": "replaced",
        "shop terraform_data.test_vm_subnet": "updated",
    }
