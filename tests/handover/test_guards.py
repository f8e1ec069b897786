"""What a plan refuses by the records of a bundle, evaluated by Terraform: no provider is needed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from deployment.terraform_variables import for_init
from handover import hcl_format, json_format
from handover.handed_stack import HandedStack
from tests.conftest import Json
from tests.handover.conftest import CONFIGURATIONS, Make

FIXED = {"load_balancer_subnet", "network", "proxy_only_range", "proxy_only_subnet", "region"}


@pytest.fixture
def terraform() -> str:
    program = shutil.which("terraform")
    if not program:
        pytest.skip("Terraform is not on PATH")
    return program


def run(terraform: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [terraform, *words, "-input=false", "-no-color"],
        cwd=folder,
        env=for_init(),
        capture_output=True,
        text=True,
        check=False,
    )


def recorded(stack: HandedStack, *names: str) -> Json:
    """The records of a stack that tell of nothing but values, and the locals that they compare with."""
    records = {name: one for name, one in stack.content["resource"]["terraform_data"].items() if name in names}
    known = {name: one for name, one in stack.content["locals"].items() if name == "fixed" or name.endswith("left_out")}
    return {"locals": known, "resource": {"terraform_data": records}}


def write(folder: Path, content: Json, format_: str) -> None:
    made = hcl_format if format_ == "hcl" else json_format
    (folder / f"main{made.ENDING}").write_text(made.stack_file(content))


@pytest.mark.parametrize("format_", ["json", "hcl"])
@pytest.mark.parametrize("key", sorted(FIXED))
def test_what_no_apply_can_change_is_refused(
    key: str, format_: str, make: Make, terraform: str, tmp_path: Path
) -> None:
    (producer,) = [stack for stack in make().stacks if stack.name == "producer"]
    content = recorded(producer, "first_deployment")
    assert content["locals"]["fixed"].keys() == FIXED
    write(tmp_path, content, format_)
    assert run(terraform, tmp_path, "apply", "-auto-approve").returncode == 0
    former = content["locals"]["fixed"][key]
    content["locals"]["fixed"] |= {key: "another"}
    write(tmp_path, content, format_)
    done = run(terraform, tmp_path, "plan")
    assert done.returncode == 1
    said = " ".join(done.stderr.replace("│", " ").split())
    assert f"cannot change from {former} to another. " in said
    assert said.count("Error: ") == 1


def test_a_record_that_is_older_than_a_value_refuses_nothing(make: Make, terraform: str, tmp_path: Path) -> None:
    (producer,) = [stack for stack in make().stacks if stack.name == "producer"]
    content = recorded(producer, "first_deployment")
    later = content["locals"]["fixed"].pop("proxy_only_range")
    conditions = content["resource"]["terraform_data"]["first_deployment"]["lifecycle"].pop("postcondition")
    write(tmp_path, content, "json")
    assert run(terraform, tmp_path, "apply", "-auto-approve").returncode == 0
    content["locals"]["fixed"]["proxy_only_range"] = later
    content["resource"]["terraform_data"]["first_deployment"]["lifecycle"]["postcondition"] = conditions
    write(tmp_path, content, "json")
    assert "No changes." in run(terraform, tmp_path, "plan").stdout


@pytest.mark.parametrize("format_", ["json", "hcl"])
def test_settings_that_are_left_out_are_refused_by_their_names(
    format_: str, make: Make, terraform: str, tmp_path: Path
) -> None:
    (producer,) = [stack for stack in make().stacks if stack.name == "producer"]
    content = recorded(producer, "hello_settings")
    record = content["resource"]["terraform_data"]["hello_settings"]
    given = record | {"input": record["input"] | {"concurrency": 40, "memory": "1Gi", "cpu": "1"}, "lifecycle": {}}
    write(tmp_path, content | {"resource": {"terraform_data": {"hello_settings": given}}}, format_)
    assert run(terraform, tmp_path, "apply", "-auto-approve").returncode == 0
    write(tmp_path, content, format_)
    said = " ".join(run(terraform, tmp_path, "plan").stderr.replace("│", " ").split())
    assert (
        "Settings of hello-service were given once and are left out now (concurrency: 40, and Cloud Run's default is "
        '80; memory: "1Gi", and Cloud Run\'s default is "512Mi"). Cloud Run would keep them. Give each as its default; '
        "once that is deployed, it may be left out."
    ) in said
    given["input"] |= {"concurrency": 80, "memory": "512Mi"}
    write(tmp_path, content | {"resource": {"terraform_data": {"hello_settings": given}}}, format_)
    assert run(terraform, tmp_path, "apply", "-auto-approve").returncode == 0
    write(tmp_path, content, format_)
    assert "No changes." in run(terraform, tmp_path, "plan").stdout


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_all_refusals_about_records_stand_in_one_file(file: Path, make: Make) -> None:
    for stack in make(file).stacks:
        elsewhere = {name: one for name, one in stack.files.items() if name != "guards"}
        assert "first_deployment" not in json.dumps(elsewhere)
        assert "google_compute_subnetworks" not in json.dumps(elsewhere)


@pytest.mark.parametrize(
    ("existing", "inside"),
    [
        (["10.0.1.0/24", "10.0.2.0/24", "10.0.0.0/25"], False),  # itself, and neighbours
        (["10.0.1.0/25", "10.0.1.128/26"], False),  # it grows around them
        (["10.0.0.0/23"], True),
        (["10.0.2.0/23", "10.0.0.0/16"], True),
        (["0.0.0.0/0"], True),
        (["10.0.2.0/23", "11.0.0.0/8"], False),
        ([], False),
    ],
)
def test_a_range_in_another_one_is_refused_as_in_the_checkout(
    existing: list[str], inside: bool, make: Make, terraform: str, tmp_path: Path
) -> None:
    (producer,) = [stack for stack in make().stacks if stack.name == "producer"]
    there, here = [
        rule["condition"]
        for stack in (producer.synthesized, producer.content)
        for rule in stack["resource"]["google_compute_subnetwork"]["load_balancer"]["lifecycle"]["precondition"]
        if "cidrhost" in rule["condition"]
    ]
    assert len(here) < len(there) / 2
    listed = there[there.index("[for one in") : there.index(".name]") + len(".name]")]
    content = {
        "locals": {"existing_ranges": existing},
        "output": {
            "there": {"value": there.replace(listed, "local.existing_ranges")},
            "here": {"value": here},
        },
    }
    write(tmp_path, content, "hcl")
    done = run(terraform, tmp_path, "apply", "-auto-approve")
    assert done.returncode == 0, done.stderr
    outputs = json.loads((tmp_path / "terraform.tfstate").read_text())["outputs"]
    assert {name: one["value"] for name, one in outputs.items()} == {"there": not inside, "here": not inside}
