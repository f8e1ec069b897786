"""How an adoption goes on after what Terraform says: refused plans, failed applies, second plans that find work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployment.output_folder import StackFolder
from deployment.terraform import Done, Terraform
from deployment.unusable import UnusableError
from deployment.values import Json
from live.adopt.adoption import Adopter, Adoption
from live.adopt.report import lines
from live.client import Client
from live.sides import sides
from tests.live.world import ELSEWHERE, World

PORT = {"address": "google_compute_network.network", "type": "google_compute_network", "mode": "managed"}


def planned(*actions: str, **outputs: Any) -> Json:
    change = {"actions": list(actions), "before": {"mtu": 1}, "after": {"mtu": 1}, "importing": {"id": "x"}}
    told = {name: {"value": value} for name, value in outputs.items()}
    return {"resource_changes": [{**PORT, "change": change}], "planned_values": {"outputs": told}}


def done(code: int = 0, *errors: tuple[str, str]) -> Done:
    said = (
        {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": summary, "detail": detail}}
        for summary, detail in errors
    )
    return Done(program="terraform", code=code, output="\n".join(map(json.dumps, said)), errors="")


class Script(Terraform):
    """A Terraform that says what it is told to, and keeps what it was asked for."""

    def __init__(self, *plans: tuple[Done, Json], applies: Done | None = None) -> None:
        super().__init__("terraform")
        self.plans, self.applies, self.asked = list(plans), applies or done(), list[str]()
        self.shown: Json = {}

    def init(self, folder: Path, variables: Any, *words: str) -> Done:
        return done()

    def plan(self, folder: Path, variables: Any, *, destroy: bool = False) -> Done:
        self.asked.append(f"plan {folder.name}")
        said, self.shown = self.plans.pop(0)
        return said

    def show(self, folder: Path, variables: Any) -> Done:
        return Done(program="terraform", code=0, output=json.dumps(self.shown), errors="")

    def apply(self, folder: Path, variables: Any) -> Done:
        self.asked.append(f"apply {folder.name}")
        return self.applies


@pytest.fixture
def adopt(world: Callable[..., World], tmp_path: Path) -> Callable[..., Adoption]:
    def run(terraform: Script, *names: str, wanted: bool = True) -> Adoption:
        here = world().deploy()
        folders = []
        for name in names or ("producer", "consumer"):
            (tmp_path / name).mkdir()
            folders.append(StackFolder(name, tmp_path / name, frozenset({"producer"} - {name})))
        by_name = {one.stack.name: one for one in sides(here.stacks.values(), lambda _: Client(here, ELSEWHERE), {})}
        adoption = Adoption(environment="default", wanted=wanted, allowed=False)
        Adopter(terraform, {}, {}).adopt(adoption, folders, {folder.name: by_name[folder.name] for folder in folders})
        assert not [*tmp_path.rglob("adopt*.json")]
        return adoption

    return run


LINK = {"hello_service_attachment_self_link": "projects/p/regions/r/serviceAttachments/a"}
SAME = (done(2), planned("no-op", **LINK))
EMPTY = (done(0), planned("no-op"))


def test_the_producer_is_applied_before_the_consumer_is_planned_in_earnest(adopt: Callable[..., Adoption]) -> None:
    terraform = Script(SAME, SAME, EMPTY, SAME, EMPTY)
    assert adopt(terraform).code == 0
    assert terraform.asked == [
        "plan producer", "plan consumer", "apply producer", "plan producer",
        "plan consumer", "apply consumer", "plan consumer",
    ]  # fmt: skip


def test_without_apply_nothing_is_applied(adopt: Callable[..., Adoption]) -> None:
    terraform = Script(SAME, SAME)
    assert adopt(terraform, wanted=False).code == 0
    assert terraform.asked == ["plan producer", "plan consumer"]


def test_a_consumer_waits_for_outputs_that_nobody_knows_yet(adopt: Callable[..., Adoption]) -> None:
    adoption = adopt(Script((done(2), planned("no-op"))), wanted=False)
    assert "planned once the producer has hello_service_attachment_self_link" in adoption.stacks[1].waits
    assert adoption.code == 0


def test_what_one_side_would_replace_stops_both(adopt: Callable[..., Adoption]) -> None:
    terraform = Script(SAME, (done(2), planned("delete", "create")))
    adoption = adopt(terraform)
    assert adoption.code == 1
    assert not any(words.startswith("apply") for words in terraform.asked)
    assert "nothing was applied" in list(lines(adoption, ""))


def test_what_only_the_second_look_shows_stops_the_consumer(adopt: Callable[..., Adoption]) -> None:
    terraform = Script(SAME, SAME, EMPTY, (done(2), planned("delete", "create")))
    adoption = adopt(terraform)
    assert [stack.applied for stack in adoption.stacks] == [True, False]
    assert adoption.code == 1


def test_a_condition_of_the_stacks_is_a_refusal(adopt: Callable[..., Adoption]) -> None:
    adoption = adopt(Script((done(1, ("Resource precondition failed", "The region cannot change.")), {})), "producer")
    assert [(one.state, one.text) for one in adoption.stacks[0].verdicts] == [("refused", "The region cannot change.")]
    assert adoption.code == 1


def test_any_other_error_of_a_plan_is_unusable(adopt: Callable[..., Adoption]) -> None:
    with pytest.raises(UnusableError, match=r"producer: terraform plan failed:\nError 403: No"):
        adopt(Script((done(1, ("Error 403", "No")), {})), "producer")


def test_an_apply_that_fails_is_told(adopt: Callable[..., Adoption]) -> None:
    adoption = adopt(Script(SAME, applies=done(1, ("Error 409", "in use"))), "producer")
    assert adoption.stacks[0].failed == ("Error 409: in use",)
    assert adoption.code == 1


def test_a_second_plan_must_be_empty(adopt: Callable[..., Adoption]) -> None:
    adoption = adopt(Script(SAME, (done(2), planned("update"))), "producer")
    assert adoption.stacks[0].left == ("google_compute_network.network updated",)
    assert adoption.code == 1
    assert any("a second plan still has" in line for line in lines(adoption, ""))
