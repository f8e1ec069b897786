"""Every value of a bundle, edited as operations would: an apply carries it out whole, or a plan says why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handover.bundle import Wish
from tests.e2e.handed import Handed
from tests.e2e.live import CONSUMER, Live, found

pytestmark = pytest.mark.e2e
OTHER = "example-other-project"
ACCOUNT = "serviceAccount:caller@example-consumer-project.iam.gserviceaccount.com"
DEFAULT_ACCOUNT = "serviceAccount:222222222222-compute@developer.gserviceaccount.com"  # of CONSUMER
STATE = "../producer/../terraform.tried.producer.tfstate"
NOTHING = "No changes."

# What is put into a stack's file of values, one after the other, and what the plan counts.
EDITS: list[tuple[str, dict[str, Any], str]] = [
    ("producer", {"hello_image": "gcr.io/example/hello:2", "second_image": "docker.io/example/hello"}, "0, 2, 0"),
    ("producer", {"hello_scaling": {"min_instances": 1, "max_instances": 7}}, "0, 1, 0"),
    ("producer", {"second_scaling": {"max_instances": 3}}, "0, 1, 0"),
    ("producer", {"hello_scaling": {"min_instances": 0, "max_instances": 1}}, "0, 1, 0"),
    ("producer", {"hello_accept": {CONSUMER: 1, OTHER: 2, "example-newer-project": 3}}, "0, 1, 0"),
    ("producer", {"hello_accept": {CONSUMER: 10, OTHER: 10}, "second_accept": {CONSUMER: 2}}, "0, 2, 0"),
    ("producer", {"hello_invokers": [CONSUMER, OTHER, ACCOUNT, "group:callers@example.com"]}, "2, 0, 0"),
    ("producer", {"hello_invokers": [CONSUMER], "second_invokers": [], "consumers": {"consumer": CONSUMER}}, "0, 0, 5"),
    ("producer", {"consumers": {"renamed": CONSUMER, "other": OTHER}}, "2, 0, 1"),
    ("producer", {"second_invokers": [CONSUMER, OTHER], "hello_invokers": [DEFAULT_ACCOUNT]}, "3, 0, 1"),
    ("producer", {"hello_nat_ranges": ["10.0.3.0/24", "10.0.20.0/22"]}, "1, 1, 0"),
    ("producer", {"hello_nat_ranges": ["10.0.30.0/29"], "second_nat_ranges": ["172.16.0.0/24"]}, "2, 2, 3"),
    ("consumer", {"psc_endpoint_address": "10.1.0.20", "to_second_address": "10.1.0.253"}, "4, 0, 4"),
    ("consumer", {"producer_state": {"backend": "local", "config": {"path": STATE}}}, NOTHING),
]  # fmt: skip
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("producer", {"hello_nat_ranges": ["10.0.1.128/25"]}, "The NAT range 10.0.1.128/25 of hello overlaps 10.0.1.0/24"),
    ("producer", {"hello_nat_ranges": ["172.16.0.0/24"]}, "Two services have the NAT range 172.16.0.0/24"),
    ("producer", {"hello_nat_ranges": ["172.16.0.0/16"]}, "hello overlaps 172.16.0.0/24"),
    ("producer", {"hello_nat_ranges": []}, "There is one range at least"),
    ("producer", {"hello_invokers": ["example-newer-project"]}, "which the variable consumers has not"),
    ("producer", {"consumers": {}}, "which the variable consumers has not"),
    ("producer", {"hello_invokers": [CONSUMER, DEFAULT_ACCOUNT]}, f"hello_invokers has {DEFAULT_ACCOUNT} twice"),
    ("producer", {"hello_image": "https://gcr.io/example/hello"}, "An image is HOST/REPOSITORY:TAG"),
    ("producer", {"hello_scaling": {"min_instances": 8, "max_instances": 7}}, "max_instances is not below"),
    ("producer", {"hello_accept": {CONSUMER: 0}}, "A limit is a whole number"),
    ("consumer", {"psc_endpoint_address": "10.1.0.253"}, "has the address 10.1.0.253, which another one has, too"),
    ("consumer", {"psc_endpoint_address": "10.1.0.255"}, "Google reserves the first two and the last two"),
    ("consumer", {"producer_state": {"backend": "local", "config": {"path": "../elsewhere"}}}, "has no output"),
]


def edit(handed: Handed, stack: str, values: dict[str, Any]) -> None:
    """Put values in place of those that are there."""
    file = handed.folder / stack / "terraform.tfvars.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values, indent=2))


def test_each_value_may_be_changed(live: Callable[..., Live], tmp_path: Path) -> None:
    handed = Handed.of(live("pair"), tmp_path / "bundle", Wish())
    handed.lay_out_states()
    handed.types_section("State")
    handed.types_section("Apply")
    values = {
        (stack, name)
        for stack in ("producer", "consumer")
        for name in json.loads((handed.folder / stack / "terraform.tfvars.json").read_text())
    }
    assert {(stack, name) for stack, edited, _ in EDITS for name in edited} == values
    for stack, edited, counted in EDITS:
        edit(handed, stack, edited)
        planned = handed.types(f"terraform -chdir={stack} plan")
        said = (
            "Plan: {} to add, {} to change, {} to destroy.".format(*counted.split(", ")) if "," in counted else counted
        )
        assert said in planned, f"{edited}\n{planned}"
        handed.types(f"terraform -chdir={stack} apply")
        assert "Resources: " not in _planned(handed, stack), edited
    accepted = {one: _status(handed, one) for one in ("psc-endpoint", "to-second")}
    assert accepted == dict.fromkeys(accepted, "ACCEPTED")
    refused_with_a_sentence(handed)
    handed.again()
    for stack in ("producer", "consumer", "other"):
        assert NOTHING in handed.types(f"terraform -chdir={stack} plan"), "edits outlive a second hand-over"


def _account(counted: str) -> str:
    """What a plan says of so many resources."""
    if counted == NOTHING:
        return counted
    return "Plan: {} to add, {} to change, {} to destroy.".format(*counted.split(", "))


def _planned(handed: Handed, stack: str) -> str:
    """A second plan: no resource has anything left to do; outputs may read what the first apply has made."""
    said = handed.types(f"terraform -chdir={stack} plan")
    return "" if NOTHING in said or "without changing any real infrastructure" in said else f"Resources: {said}"


def _status(handed: Handed, endpoint: str) -> str:
    return str(found(handed.live.state(), "forwardingRules", endpoint, CONSUMER)["pscConnectionStatus"])


def refused_with_a_sentence(handed: Handed) -> None:
    """Nothing of a refused edit is carried out."""
    before = handed.live.state()
    for stack, edited, sentence in REFUSED:
        file = handed.folder / stack / "terraform.tfvars.json"
        former = file.read_text()
        edit(handed, stack, edited)
        done = handed.tries(f"terraform -chdir={stack} apply")
        said = " ".join(done.stderr.replace("│", " ").split())
        assert done.returncode == 1, edited
        assert sentence in said, f"{edited}\n{said}"
        file.write_text(former)
    after = handed.live.state()
    assert {kind: after[kind] for kind in ("compute", "run", "policies")} == {
        kind: before[kind] for kind in ("compute", "run", "policies")
    }
