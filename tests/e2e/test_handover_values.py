"""A bundle's tests of values: they run offline with both programs, and fail where a value would be refused."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deployment.terraform import Terraform
from deployment.terraform_variables import for_init
from handover.bundle import Wish
from handover.value_tests import FILE, FOLDER
from tests.e2e.conftest import CURRENT
from tests.handover.conftest import CONFIGURATIONS, Make, make, put, synthesized

__all__ = ("make", "synthesized")
pytestmark = pytest.mark.e2e


def run(program: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Terraform or OpenTofu in a folder, without any credentials."""
    return subprocess.run(
        [program, *words], cwd=folder, env=for_init(), capture_output=True, text=True, check=False
    )  # fmt: skip


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_present_values_go_well_and_wrong_ones_are_refused(
    file: Path, make: Make, program: str, provider: Callable[[str], str], tmp_path: Path
) -> None:
    provider(CURRENT)
    called = Terraform(program).name
    made = make(file, Wish(format="hcl", program=called))
    folder = put(made.files, tmp_path / "bundle")
    tested = [stack for stack in made.stacks if f"{stack.name}/{FILE}" in made.files]
    assert tested or called == "tofu"
    for stack in tested:
        assert run(program, folder / stack.name, "init", "-backend=false", "-input=false").returncode == 0
        done = run(program, folder / stack.name, "test", f"-test-directory={FOLDER}", "-no-color")
        assert f"Success! {len(stack.variables) + 1} passed, 0 failed." in done.stdout, done.stdout + done.stderr
    assert not list(folder.rglob("*.tfstate"))


@pytest.mark.parametrize("format_", ["json", "hcl"])
def test_a_wrong_edit_fails_with_the_reason(
    format_: str, make: Make, program: str, provider: Callable[[str], str], tmp_path: Path
) -> None:
    provider(CURRENT)
    folder = put(make(wish=Wish(format=format_)).files, tmp_path / "bundle") / "producer"
    values = next(folder.glob("terraform.tfvars*"))
    values.write_text(values.read_text().replace('"example-consumer-project"', '"another-project"', 1))
    assert run(program, folder, "init", "-backend=false", "-input=false").returncode == 0
    done = run(program, folder, "test", f"-test-directory={FOLDER}", "-no-color")
    assert done.returncode == 1
    said = " ".join((done.stdout + done.stderr).split())
    assert "hello_invokers has the project example-consumer-project, which the variable consumers has not" in said


TAKEN = """
producer:
  project: example-producer-project
  services:
    hello: {run_service: hello-api}
    orders:
      nat_ranges: [10.0.4.0/24]
      https:
        host: orders.internal.example.com
        certificate: projects/example-producer-project/locations/asia-northeast1/certificates/orders
consumers:
  one: {project: example-one-project, endpoints: {hello: {service: hello}}}
  two: {project: example-two-project, endpoints: {hello: {service: hello}}}
"""


@pytest.mark.parametrize("protected", [False, True], ids=["", "protected"])
def test_projects_are_told_apart_and_what_others_own_is_looked_up(
    protected: bool, make: Make, program: str, provider: Callable[[str], str], tmp_path: Path
) -> None:
    provider(CURRENT)
    made = make(f"deletion_protection: {str(protected).lower()}{TAKEN}", Wish(program=Terraform(program).name))
    folder = put(made.files, tmp_path / "bundle") / "producer"
    if not (folder / FILE).exists():
        pytest.skip("OpenTofu takes no tests of this")
    values = json.loads((folder / "terraform.tfvars.json").read_text())
    values["consumers"]["three"] = "example-three-project"
    values["hello_invokers"].append("example-three-project")
    (folder / "terraform.tfvars.json").write_text(json.dumps(values))
    assert run(program, folder, "init", "-backend=false", "-input=false").returncode == 0
    done = run(program, folder, "test", f"-test-directory={FOLDER}", "-no-color")
    assert "Success! " in done.stdout, done.stdout + done.stderr
