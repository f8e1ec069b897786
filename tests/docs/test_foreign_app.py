"""docs/examples/foreign_app: another team's app, with nothing of this checkout but the distribution `cloudrun_psc`."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys

import pytest

import cloudrun_psc
from tests.conftest import CHECKOUT, Json, Synthesized, stacks_in
from tests.docs.pages import Block, blocks

GUIDE = CHECKOUT / "docs" / "constructs.md"
APP = CHECKOUT / "docs" / "examples" / "foreign_app" / "main.py"


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """What the app writes, run as that team would run it: in a folder of its own, on the installed constructs."""
    folder = tmp_path_factory.mktemp("foreign")
    out = folder / "cdktf.out"
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PSC_", "PYTHON"))}
    variables |= {"CDKTF_OUTDIR": str(out), "PYTHONPATH": str(CHECKOUT / "constructs" / "src")}
    done = subprocess.run(
        [sys.executable, str(APP)], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return stacks_in(out)


def addresses(stack: Json) -> set[str]:
    return {f"{kind}.{one}" for kind, named in stack["resource"].items() for one in named}


def test_it_uses_nothing_of_the_configuration_stacks_or_commands() -> None:
    imported = set()
    for node in ast.walk(ast.parse(APP.read_text())):
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
    assert imported <= {"__future__", "cdktf", "cdktf_cdktf_provider_google", "cloudrun_psc", "constructs"}


def test_the_producers_addresses(stacks: Synthesized) -> None:
    assert addresses(stacks["orders"]) == {
        "google_project_service.run",
        "google_project_service.compute",
        "google_compute_network.network",
        "google_compute_subnetwork.load_balancer",
        "google_compute_subnetwork.proxy_only",
        "google_compute_subnetwork.orders_nat_10_0_3_0_24",
        "google_cloud_run_v2_service.orders",
        "google_cloud_run_v2_service_iam_member.orders_shop",
        "google_compute_region_network_endpoint_group.orders",
        "google_compute_region_backend_service.orders",
        "google_compute_region_url_map.orders",
        "google_compute_region_target_http_proxy.orders",
        "google_compute_forwarding_rule.orders",
        "google_compute_service_attachment.orders",
        "terraform_data.first_deployment",
        "terraform_data.orders_forwarding_rule_name",
    }
    assert set(stacks["orders"]["output"]) == {"orders_service_attachment_self_link"}


def test_the_consumers_addresses(stacks: Synthesized) -> None:
    assert addresses(stacks["shop"]) == {
        "google_project_service.compute",
        "google_project_service.iap",
        "google_compute_network.network",
        "google_compute_subnetwork.subnet",
        "google_compute_address.orders",
        "google_compute_forwarding_rule.orders",
        "google_compute_firewall.test_vm_iap_ssh",
        "google_compute_instance.test_vm",
        "terraform_data.first_deployment",
        "terraform_data.orders_target",
    }


def test_the_verbs_and_the_escape_hatch_are_in_what_it_writes(stacks: Synthesized) -> None:
    attachment = stacks["orders"]["resource"]["google_compute_service_attachment"]["orders"]
    assert attachment["consumer_accept_lists"] == [
        {"connection_limit": 2, "project_id_or_num": "billing-team"},
        {"connection_limit": 10, "project_id_or_num": "shop-team"},
    ]
    assert attachment["consumer_reject_lists"] == ["former-partner"]
    service = stacks["orders"]["resource"]["google_cloud_run_v2_service"]["orders"]
    assert service["template"]["execution_environment"] == "EXECUTION_ENVIRONMENT_GEN2"


def test_the_guide_shows_what_the_app_does() -> None:
    guide, app = GUIDE.read_text(), APP.read_text()
    for line in ('attachment.reject("former-partner")', 'attachment.accept("billing-team", connection_limit=2)'):
        assert line in guide
        assert line in app
    assert APP.relative_to(GUIDE.parent).as_posix() in guide


def test_the_guide_names_every_construct_and_record() -> None:
    guide = GUIDE.read_text()
    listed = set(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE))
    assert listed
    assert all(hasattr(cloudrun_psc, one) for one in listed)
    assert [one for one in cloudrun_psc.__all__ if f"`{one}`" not in guide and one[0].isupper()] == []


@pytest.mark.parametrize("block", blocks(GUIDE, "python"), ids=str)
def test_the_guides_python_is_python(block: Block) -> None:
    compile(block.text, str(block), "exec")


def test_the_one_line_before_the_bindings_is_there() -> None:
    from cloudrun_psc.fast_synthesis import use_fast_synthesis

    assert callable(use_fast_synthesis)
    for text in (GUIDE.read_text(), APP.read_text()):
        assert "use_fast_synthesis()" in text
