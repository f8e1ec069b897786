"""Terraform is run with a provider that stays, and in the ordinary way wherever that cannot be."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployment.deployer import Deployer
from deployment.output_folder import StackFolder
from deployment.terraform import Terraform
from deployment.unusable import UnusableError
from tests.deployment.programs import STAYING, TERRAFORM, program

GOOGLE = {"google": {"source": "google", "version": "~> 7.45"}}
ANEW = "the google provider is started anew at every step: "


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def deployer(tmp_path: Path, told: list[str]) -> Iterator[Deployer]:
    program(tmp_path / "provider", STAYING)
    (tmp_path / "home").mkdir()
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    with Deployer(
        Terraform(str(program(tmp_path / "terraform", TERRAFORM))), variables, variables, told.append
    ) as made:
        yield made


def stack(tmp_path: Path, name: str = "producer", does: dict[str, Any] | None = None, **content: Any) -> StackFolder:
    """A stack, and what the fake Terraform does for it."""
    folder = tmp_path / name
    folder.mkdir()
    made = StackFolder(name, folder)
    made.file.write_text(json.dumps({"terraform": {"required_providers": GOOGLE}} | content))
    (folder / "does.json").write_text(json.dumps(does or {}))
    return made


def asked(stack: StackFolder) -> list[str]:
    return (stack.folder / "asked").read_text().splitlines()


def test_the_provider_is_looked_for_once_and_then_attached_to(
    deployer: Deployer, tmp_path: Path, told: list[str]
) -> None:
    producer, consumer = stack(tmp_path), stack(tmp_path, "consumer")
    assert deployer.plan(producer).empty
    assert deployer.plan(producer).empty
    assert deployer.plan(consumer).empty
    assert asked(producer) == ["init apart", "init attached", "plan attached", "plan attached"]
    assert asked(consumer) == ["init attached", "plan attached"]
    assert consumer.lock() == producer.lock()
    assert (consumer.folder / ".terraform" / "providers").resolve() == producer.folder / ".terraform" / "providers"
    assert told == []


def test_what_is_planned_is_applied_and_read_beside_it(deployer: Deployer, tmp_path: Path) -> None:
    producer = stack(tmp_path, does={"plan": 2, "actions": ["create"]})
    planned, applied = deployer.deploy(producer)
    assert [(change.action, change.name) for change in planned.changes] == [("created", "y")]
    assert applied
    assert applied.ok
    assert sorted(asked(producer)[3:]) == ["apply attached", "show attached"]


def test_an_empty_plan_is_neither_read_nor_applied(deployer: Deployer, tmp_path: Path) -> None:
    producer = stack(tmp_path)
    planned, applied = deployer.deploy(producer)
    assert planned.empty
    assert applied is None
    assert asked(producer)[-1] == "plan attached"


def test_a_plan_without_work_is_read_and_not_applied(deployer: Deployer, tmp_path: Path) -> None:
    producer = stack(tmp_path, does={"plan": 2, "actions": ["read"]})
    planned, applied = deployer.deploy(producer)
    assert planned.empty
    assert applied is None
    assert asked(producer)[-2:] == ["plan attached", "show attached"]


def test_what_only_moves_is_applied_for_the_states_sake(deployer: Deployer, tmp_path: Path) -> None:
    producer = stack(tmp_path, does={"plan": 2, "actions": ["move"]})
    planned, applied = deployer.deploy(producer)
    assert [change.action for change in planned.changes] == ["moved"]
    assert planned.empty
    assert applied is not None


def test_what_is_refused_is_told_in_terraforms_words(deployer: Deployer, tmp_path: Path, told: list[str]) -> None:
    producer = stack(tmp_path, does={"plan": 1})
    planned, applied = deployer.deploy(producer)
    assert (planned.ok, applied) == (False, None)
    assert [said.summary for said in planned.diagnostics] == ["plan failed"], "repeated without the resident"
    assert told == [], "it was not to blame"
    other = stack(tmp_path, "other", does={"plan": 2, "actions": ["create"], "apply": 1})
    assert deployer.deploy(other)[1] is not None
    again = stack(tmp_path, "again", does={"plan": 1})
    assert [said.summary for said in deployer.plan(again).diagnostics] == ["plan attached failed"], (
        "it is known to work"
    )


def test_a_destruction_is_one_command(deployer: Deployer, tmp_path: Path) -> None:
    producer = stack(tmp_path, does={"actions": ["delete", "delete"]})
    planned, applied = deployer.destroy(producer)
    assert [(change.action, change.address) for change in planned.changes] == [
        ("destroyed", "google_x.b"), ("destroyed", "google_x.y")
    ]  # fmt: skip
    assert applied
    assert applied.ok
    assert asked(producer)[2:] == ["apply attached"]


@pytest.mark.parametrize(
    ("code", "commands", "at_plan"),
    [
        pytest.param(1, ["apply attached"], False, id="after a plan, which is never repeated"),
        pytest.param(3, ["apply attached", "apply"], True, id="before a plan, which is tried without the resident"),
    ],
)
def test_a_destruction_that_fails(
    code: int, commands: list[str], at_plan: bool, deployer: Deployer, tmp_path: Path
) -> None:
    producer = stack(tmp_path, does={"apply": code, "actions": ["delete"]})
    planned, applied = deployer.destroy(producer)
    assert asked(producer)[2:] == commands
    assert planned.ok is not at_plan
    assert (applied is None) is at_plan
    said = planned.diagnostics if applied is None else applied.diagnostics
    assert [diagnostic.summary for diagnostic in said] == [f"{commands[-1]} failed"]


def test_a_resident_that_terraform_cannot_use_is_given_up_with_one_line(
    deployer: Deployer, tmp_path: Path, told: list[str]
) -> None:
    producer = stack(tmp_path, does={"plan attached": 1})
    assert deployer.plan(producer).empty
    assert deployer.plan(producer).empty
    assert asked(producer)[2:] == ["plan attached", "plan", "plan"]
    assert told == [f"{ANEW}with one that stays, a plan failed"]


def test_a_resident_that_ends_by_itself_is_not_missed(deployer: Deployer, tmp_path: Path, told: list[str]) -> None:
    producer = stack(tmp_path)
    deployer.plan(producer)
    (file,) = (tmp_path / "home").glob("provider-*")
    os.kill(int(file.name.partition("-")[2]), 9)
    time.sleep(0.5)
    assert deployer.plan(producer).empty
    assert asked(producer)[-1] == "plan"
    assert told == [f"{ANEW}one that was to stay ended by itself"]


def test_a_resident_that_ends_in_the_middle_of_a_plan_is_not_missed(
    deployer: Deployer, tmp_path: Path, told: list[str]
) -> None:
    producer = stack(tmp_path)
    deployer.plan(producer)
    (file,) = (tmp_path / "home").glob("provider-*")
    (producer.folder / "does.json").write_text(json.dumps({"kill": int(file.name.partition("-")[2])}))
    assert deployer.plan(producer).empty
    assert asked(producer)[-2:] == ["plan attached", "plan"]
    assert told == [f"{ANEW}one that was to stay ended by itself"]


ORDINARY: dict[str, tuple[dict[str, Any], str]] = {
    "another provider of this name": (
        {"terraform": {"required_providers": {"google": {"source": "example/google"}}}},
        "producer does not name hashicorp/google as its provider google",
    ),
    "two configurations": (
        {"provider": {"google": [{"project": "a"}, {"project": "b"}]}},
        "producer configures it more than once, or under an alias",
    ),
    "an alias beside the configuration that is always there": (
        {"provider": {"google": {"project": "a", "alias": "b"}}},
        "producer configures it more than once, or under an alias",
    ),
    "modules": ({"module": {"network": {}}}, "producer has modules, which may configure it too"),
}


@pytest.mark.parametrize("case", ORDINARY)
def test_what_one_process_cannot_serve_has_the_provider_started_as_ever(
    deployer: Deployer, tmp_path: Path, told: list[str], case: str
) -> None:
    content, reason = ORDINARY[case]
    producer = stack(tmp_path, **content)
    assert deployer.plan(producer).empty
    assert asked(producer) == ["init apart", "init", "plan"]
    assert told == [f"{ANEW}{reason}"]


def test_an_edit_of_backend_provider_or_lock_initializes_anew(deployer: Deployer, tmp_path: Path) -> None:
    producer = stack(tmp_path)
    deployer.plan(producer)
    locked = producer.lock()
    producer.file.write_text(json.dumps({"terraform": {"required_providers": GOOGLE, "backend": {"gcs": {}}}}))
    producer.lock_file.unlink()  # as an edit of the stack's Terraform settings does
    deployer.plan(producer)
    assert producer.lock() == locked
    assert asked(producer)[3:] == ["init attached", "plan attached"], "the same provider: it is not looked for again"
    producer.file.write_text(json.dumps({"terraform": {"required_providers": {"google": {"version": "6.50.0"}}}}))
    deployer.plan(producer)
    assert asked(producer)[5:] == ["init apart", "init attached", "plan attached"]


def test_a_provider_that_cannot_be_had_is_terraforms_own_message(deployer: Deployer, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="^terraform init failed:\n.*init apart failed.*\n.*local mirror"):
        deployer.plan(stack(tmp_path, does={"init": 1}))


def test_another_deployment_need_not_look_for_the_provider_again(deployer: Deployer, tmp_path: Path) -> None:
    deployer.plan(stack(tmp_path))
    with deployer.beside(deployer.variables) as other:
        elsewhere = stack(tmp_path, "elsewhere")
        other.plan(elsewhere)
        assert asked(elsewhere) == ["init attached", "plan attached"]


def test_side_by_side_gives_results_in_order_and_an_error_ends_it(deployer: Deployer) -> None:
    delays = [0.2, 0.0, 0.1]

    def takes(delay: float) -> float:
        time.sleep(delay)
        return delay

    assert list(deployer.side_by_side(takes, delays)) == delays

    def fails(number: int) -> int:
        raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        list(deployer.side_by_side(fails, [1, 2]))
