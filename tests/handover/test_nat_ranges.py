"""NAT ranges as values: names follow from them as in the checkout, and what overlaps is refused by a plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from handover import json_format
from handover.handed_stack import HandedStack
from handover.nat_ranges import NAMES, OVERLAPS
from tests.conftest import Json
from tests.handover.conftest import Make
from tests.handover.test_guards import run

TWO = """
region: asia-northeast1
producer:
  project: example-producer-project
  services:
    hello: {nat_ranges: [10.0.3.0/24, 10.0.12.0/24]}
    orders: {nat_ranges: [10.0.4.0/22]}
consumers:
  consumer:
    project: example-consumer-project
    endpoints: {psc-endpoint: {service: hello}}
"""


@pytest.fixture
def terraform() -> str:
    program = shutil.which("terraform")
    if not program:
        pytest.skip("Terraform is not on PATH")
    return program


def evaluated(terraform: str, folder: Path, stack: HandedStack, values: Json, existing: list[str]) -> dict[str, Any]:
    """What the locals come to with these values; Terraform needs no provider for that."""
    folder.mkdir()
    known = {name: one for name, one in stack.content["locals"].items() if name.startswith("nat_")}
    variables = [one for one in stack.variables if one.name.endswith("_nat_ranges")]
    content = {
        "locals": known | {"existing_ranges": existing},
        "variable": {one.name: one.block() for one in variables},
        "output": {name: {"value": f"${{local.{name}}}"} for name in known},
    }
    (folder / "main.tf.json").write_text(json_format.stack_file(content))
    (folder / json_format.VALUES).write_text(json.dumps({one.name: one.value for one in variables} | values))
    done = run(terraform, folder, "apply", "-auto-approve")
    assert done.returncode == 0, done.stderr
    outputs = json.loads((folder / "terraform.tfstate").read_text())["outputs"]
    return {name: one["value"] for name, one in outputs.items()}


def test_names_follow_as_in_the_checkout(make: Make, terraform: str, tmp_path: Path) -> None:
    producer = make(TWO).stacks[0]
    named = evaluated(terraform, tmp_path / "here", producer, {"orders_nat_ranges": ["10.9.0.0/16"]}, [])[NAMES]
    assert named == {
        "10.0.3.0/24": "producer-psc-subnet",
        "10.0.12.0/24": "producer-psc-subnet-10-0-12-0-24",
        "10.9.0.0/16": "producer-psc-subnet-10-9-0-0-16",
    }
    former = {
        one["ip_cidr_range"]: one["name"]
        for one in producer.synthesized["resource"]["google_compute_subnetwork"].values()
        if one.get("purpose") == "PRIVATE_SERVICE_CONNECT"
    }
    there = evaluated(terraform, tmp_path / "there", producer, {}, [])[NAMES]
    assert there == former


@pytest.mark.parametrize(
    ("values", "existing", "overlaps"),
    [
        ({}, ["10.0.3.0/24", "10.0.12.0/24", "10.0.4.0/22", "10.0.1.0/24", "10.0.2.0/24"], {}),
        ({"hello_nat_ranges": ["10.0.1.0/24"]}, ["10.0.1.0/24"], {}),  # in place, and so its own
        ({"hello_nat_ranges": ["10.0.1.128/25"]}, ["10.0.1.0/24"], {"10.0.1.128/25": ["10.0.1.0/24"]}),
        ({"hello_nat_ranges": ["10.0.0.0/16"]}, ["10.0.1.0/24"], {
            "10.0.0.0/16": ["10.0.1.0/24", "10.0.4.0/22"], "10.0.4.0/22": ["10.0.0.0/16"],
        }),
        ({"hello_nat_ranges": ["10.1.3.0/24"]}, ["10.0.1.0/24", "0.0.0.0/0"], {
            "10.1.3.0/24": ["0.0.0.0/0"], "10.0.4.0/22": ["0.0.0.0/0"],
        }),
    ],
)  # fmt: skip
def test_what_overlaps_is_found(
    values: Json, existing: list[str], overlaps: Json, make: Make, terraform: str, tmp_path: Path
) -> None:
    found = evaluated(terraform, tmp_path / "here", make(TWO).stacks[0], values, existing)[OVERLAPS]
    assert {range_: others for range_, others in found.items() if others} == overlaps


def test_the_order_of_ranges_stays_that_of_the_attachment(make: Make) -> None:
    producer = make(TWO).stacks[0]
    (hello,) = [one for one in producer.services if one.address == "hello"]
    assert hello.nat_ranges
    assert hello.nat_ranges.value == ["10.0.3.0/24", "10.0.12.0/24"]
    attachment = producer.content["resource"]["google_compute_service_attachment"]["hello"]
    assert attachment["nat_subnets"] == (
        "${[for range in var.hello_nat_ranges : google_compute_subnetwork.hello_nat[range].id]}"
    )


def test_subnets_of_others_stay_as_they_are(make: Make) -> None:
    text = TWO.replace("hello: {nat_ranges: [10.0.3.0/24, 10.0.12.0/24]}", "hello: {nat_subnets: [LINK]}").replace(
        "LINK", "projects/example-producer-project/regions/asia-northeast1/subnetworks/psc-hello"
    )
    producer = make(text).stacks[0]
    assert [one.name for one in producer.variables if one.name.endswith("_nat_ranges")] == ["orders_nat_ranges"]
    attachment = producer.content["resource"]["google_compute_service_attachment"]["hello"]
    assert attachment["nat_subnets"] == [
        "projects/example-producer-project/regions/asia-northeast1/subnetworks/psc-hello"
    ]
