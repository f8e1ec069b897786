"""The variables' rules, evaluated by Terraform: every present value passes, wrong ones are refused with the reason."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployment.terraform_variables import for_init
from handover import hcl_format, json_format
from handover.bundle import Wish
from handover.handed_stack import HandedStack
from tests.handover.conftest import CONFIGURATIONS, Make

Plan = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Plan a stack's variables alone, with some values instead of the present ones: that needs no provider."""
    terraform = shutil.which("terraform")
    if not terraform:
        pytest.skip("Terraform is not on PATH")

    def run(stack: HandedStack, values: dict[str, Any], format_: str = "json") -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "variables"
        folder.mkdir(exist_ok=True)
        content = {"variable": {variable.name: variable.block() for variable in stack.variables}}
        # A variable that nothing refers to is not looked at by every version.
        content["output"] = {variable.name: {"value": f"${{var.{variable.name}}}"} for variable in stack.variables}
        if format_ == "json":
            (folder / "main.tf.json").write_text(json_format.stack_file(content))
        else:
            (folder / "main.tf").write_text(hcl_format.stack_file(content))
        present = {variable.name: variable.value for variable in stack.variables}
        assert values.keys() <= present.keys()
        (folder / json_format.VALUES).write_text(json.dumps(present | values))
        words = ["plan", "-input=false", "-no-color"]
        return subprocess.run(
            [terraform, *words], cwd=folder, env=for_init(), capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("format_", ["json", "hcl"])
@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_present_values_pass(file: Path, format_: str, make: Make, plan: Plan) -> None:
    handed = make(file).stacks
    for stack in [*handed, *make(file, Wish(stacks=(handed[-1].name,))).stacks]:
        done = plan(stack, {}, format_)
        assert done.returncode == 0, done.stderr


EVERYONE = "Everyone (allUsers, allAuthenticatedUsers) is refused."
LIMIT = "A limit is a whole number, 1 or more."
WRONG: list[tuple[str, str, Any, str]] = [
    ("producer", "orders_accept", {"shop-project": 0}, LIMIT),
    ("producer", "orders_accept", {"shop-project": 1.5}, LIMIT),
    ("producer", "orders_accept", {"shop-project": 2147483648}, LIMIT),
    ("producer", "orders_accept", {"123456789012": 1}, "Entries are project ids"),
    ("producer", "orders_accept", {"projects/p/global/networks/n": 1}, "Entries are project ids"),
    (
        "producer",
        "orders_accept",
        {"banned-project": 1},
        "On the reject list, and so not to be accepted: banned-project.",
    ),
    ("producer", "orders_invokers", ["allUsers"], EVERYONE),
    ("producer", "orders_invokers", ["serviceAccount:a@b.iam.gserviceaccount.com", "a@b.c"], EVERYONE),
    ("producer", "orders_invokers", ["domain:example.com"], EVERYONE),
    ("producer", "orders_invokers", ["shop-project", "allAuthenticatedUsers"], EVERYONE),
    ("producer", "orders_invokers", [""], EVERYONE),
    ("producer", "consumers", {"shop": "123456789012"}, "A consumer's project is its id"),
    ("producer", "orders_image", "https://example.com/x", "An image is HOST/REPOSITORY:TAG"),
    ("producer", "orders_image", "", "An image is HOST/REPOSITORY:TAG"),
    ("producer", "orders_scaling", {"min_instances": 5, "max_instances": 2}, "not below min_instances"),
    ("producer", "orders_scaling", {"min_instances": 101}, "default of 100 counts: for more, give both."),
    ("producer", "orders_scaling", {"max_instances": 0}, "max_instances is a whole number, 1 to 1000."),
    ("producer", "orders_scaling", {"min_instances": -1}, "min_instances is a whole number, 0 to 1000."),
    ("producer", "orders_scaling", {"min_instances": 0.5}, "min_instances is a whole number, 0 to 1000."),
    ("producer", "orders_nat_ranges", [], "There is one range at least"),
    ("producer", "orders_nat_ranges", ["10.0.3.0/24", "10.0.3.0/24"], "none stands here twice"),
    ("producer", "orders_nat_ranges", ["10.0.3.1/24"], "an IPv4 network without host bits"),
    ("producer", "orders_nat_ranges", ["10.0.3.0"], "an IPv4 network without host bits"),
    ("producer", "orders_nat_ranges", ["fd00::/20"], "an IPv4 network without host bits"),
    ("producer", "orders_nat_ranges", ["10.0.3.0/024"], "an IPv4 network without host bits"),
    ("producer", "orders_nat_ranges", ["10.0.3.0/30"], "A range is /4 to /29"),
    ("producer", "orders_nat_ranges", ["127.0.0.0/24"], "A range is /4 to /29"),
    ("producer", "orders_nat_ranges", ["124.0.0.0/6"], "A range is /4 to /29"),
    ("producer", "orders_nat_ranges", ["199.36.153.8/29"], "A range is /4 to /29"),
    ("producer", "orders_nat_ranges", None, "null"),
    ("producer", "orders_accept", None, "null"),
    ("producer", "orders_invokers", None, "null"),
    ("producer", "orders_image", None, "null"),
    ("producer", "orders_scaling", None, "null"),
    ("producer", "consumers", None, "null"),
    ("shop", "orders_address", None, "null"),
    ("shop", "producer_state", None, "null"),
    ("shop", "producer_state", {"backend": "local", "config": {}}, "The config of the backend local has a path"),
    ("shop", "producer_state", {"backend": "gcs", "config": {}}, "The config of the backend local has a path"),
    ("shop", "orders_address", "10.2.0.5", "An address is one of 10.1.0.0/24"),
    ("shop", "orders_address", "10.1.0.05", "An address is one of 10.1.0.0/24"),
    ("shop", "orders_address", "here", "An address is one of 10.1.0.0/24"),
    ("shop", "orders_address", "10.1.0.1", "Google reserves the first two and the last two addresses"),
    ("shop", "orders_address", "10.1.0.255", "Google reserves the first two and the last two addresses"),
]
RIGHT: list[tuple[str, str, Any]] = [
    ("producer", "orders_accept", {}),
    ("producer", "orders_accept", {"shop-project": 1, "another-project": 2147483647}),
    ("producer", "orders_invokers", ["user:a@example.com", "group:b@example.com"]),
    ("producer", "orders_invokers", ["principal://iam.googleapis.com/projects/1/x", "user:a@b.com"]),
    ("producer", "orders_image", f"gcr.io/a/b:1@sha256:{'0' * 64}"),
    ("producer", "orders_scaling", {}),
    ("producer", "orders_scaling", {"min_instances": 100}),
    ("producer", "orders_scaling", {"min_instances": 1000, "max_instances": 1000}),
    ("producer", "orders_nat_ranges", ["10.0.8.0/21", "192.168.0.0/29"]),
    ("producer", "orders_scaling", {"min_instances": 2, "max_instances": 2}),
    ("shop", "orders_address", "10.1.0.253"),
]  # fmt: skip
ENDPOINT = "projects/every-client/regions/asia-northeast1/forwardingRules/4711"
VERSIONS = {"API_KEY": "8", "/secrets/tls/key.pem": "3"}
ALONE = "An endpoint stands alone in the list, with the limit 1"
OF_MANAGER = "projects/example-producer-project/locations/asia-northeast1/certificates"
OF_COMPUTE = "projects/example-producer-project/regions/asia-northeast1/sslCertificates"
HOSTS_OWN, OTHER = "https://hello.internal.example.com", "https://a.example.com:8443/v1"
# Of accepted endpoints and secrets by their numbers, and of HTTPS; None for what passes.
UNUSUAL: list[tuple[str, Any, str | None]] = [
    ("reports_accept", {ENDPOINT: 2}, ALONE),
    ("reports_accept", {ENDPOINT: 1, "every-client": 1}, ALONE),
    ("reports_accept", {ENDPOINT: 1, f"{ENDPOINT}0": 1}, ALONE),
    ("reports_accept", {ENDPOINT.replace("4711", "by-name"): 1}, "Entries are project ids, or one endpoint"),
    ("reports_accept", {"projects/some-project/global/networks/n": 1}, "Entries are project ids, or one endpoint"),
    ("reports_accept", {ENDPOINT: 1}, None),
    ("reports_accept", {f"https://www.googleapis.com/compute/v1/{ENDPOINT}": 1}, None),
    ("reports_accept", {"every-client": 2, "another-project": 2147483647}, None),
    ("reports_accept", {}, None),
    ("api_secret_versions", {}, "There is a version for each of /secrets/tls/key.pem, API_KEY, and for nothing else."),
    ("api_secret_versions", VERSIONS | {"MORE": "1"}, "and for nothing else."),
    ("api_secret_versions", VERSIONS | {"API_KEY": "latest"}, "A version is given by its number."),
    ("api_secret_versions", VERSIONS | {"API_KEY": "0"}, "A version is given by its number."),
    ("api_secret_versions", VERSIONS, None),
    ("hello_audiences", [HOSTS_OWN, "https://"], "An audience is https://HOST[:PORT][/PATH]"),
    ("hello_audiences", [HOSTS_OWN, "https://a.example.com' x '"], "An audience is https://HOST[:PORT][/PATH]"),
    ("hello_audiences", [HOSTS_OWN, "https://A.example.com"], "with the host in lower case"),
    ("hello_audiences", [OTHER], f"{HOSTS_OWN} stays: the outputs tell consumers to take it."),
    ("hello_audiences", [HOSTS_OWN, OTHER, OTHER], "none stands here twice"),
    ("hello_audiences", [HOSTS_OWN, OTHER], None),
    ("hello_certificate", f"{OF_MANAGER}/Hello_{'2' * 58}", None),
    ("hello_certificate", f"{OF_MANAGER}/Hello_{'2' * 59}", f"A certificate is {OF_MANAGER}/NAME"),
    ("hello_certificate", f"{OF_MANAGER}/2026", f"A certificate is {OF_MANAGER}/NAME"),
    ("hello_certificate", f"{OF_COMPUTE}/hello", f"A certificate is {OF_MANAGER}/NAME"),
    ("orders_certificate", f"{OF_COMPUTE}/h{'2' * 62}", None),
    ("orders_certificate", f"{OF_COMPUTE}/Hello", f"A certificate is {OF_COMPUTE}/NAME"),
]
MANY = next(file for file in CONFIGURATIONS if file.stem == "many")


@pytest.mark.parametrize(("stack", "name", "value", "sentence"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_value_is_refused_with_the_reason(
    stack: str, name: str, value: Any, sentence: str, make: Make, plan: Plan
) -> None:
    (handed,) = [candidate for candidate in make(MANY).stacks if candidate.name == stack]
    done = plan(handed, {name: value})
    assert done.returncode == 1
    said = " ".join(re.sub(r"[│╷╵]", " ", done.stderr).split())
    assert sentence in said
    assert said.count("Error: ") == 1, said


@pytest.mark.parametrize(("stack", "name", "value"), RIGHT, ids=lambda value: str(value)[:40])
def test_an_unusual_value_passes(stack: str, name: str, value: Any, make: Make, plan: Plan) -> None:
    (handed,) = [candidate for candidate in make(MANY).stacks if candidate.name == stack]
    done = plan(handed, {name: value})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "value", "sentence"), UNUSUAL, ids=lambda value: str(value)[:40])
def test_numbers_audiences_and_certificates(
    name: str, value: Any, sentence: str | None, make: Make, plan: Plan
) -> None:
    https = "https" if name.startswith(("hello_", "orders_")) else "everything"
    handed = make(next(file for file in CONFIGURATIONS if file.stem == https)).stacks[0]
    done = plan(handed, {name: value})
    said = " ".join(re.sub(r"[│╷╵]", " ", done.stderr).split())
    assert done.returncode == (1 if sentence else 0), said
    assert (sentence or "") in said
    assert said.count("Error: ") == (1 if sentence else 0), said


def test_what_a_consumer_team_is_told_is_checked_too(make: Make, plan: Plan) -> None:
    (handed,) = make(wish=Wish(stacks=("consumer",))).stacks
    link = {"hello_service_attachment_self_link": "projects/p/serviceAttachments/x"}
    assert "A self link is" in " ".join(plan(handed, link).stderr.split())
    elsewhere = "projects/some-project/regions/us-east1/serviceAttachments/some-attachment"
    done = plan(handed, {"hello_service_attachment_self_link": elsewhere})
    assert "in one region, which is asia-northeast1 here" in " ".join(done.stderr.split())
    for wrong in ("http://x", "https://", "https://x.run.app' $(id) '"):
        assert "ID tokens is https://HOST" in " ".join(plan(handed, {"hello_url": wrong}).stderr.split()), wrong
    assert plan(handed, {"hello_url": "https://hello-1.run.app"}).returncode == 0
    assert "A port is a whole number, 1 to 65535" in plan(handed, {"hello_port": 0}).stderr
