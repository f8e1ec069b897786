"""How an adoption goes on after what Terraform says: refused plans, failed applies, second plans that find work."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from deployment.output_folder import stacks_of
from deployment.terraform import Done, Terraform
from deployment.unusable import UnusableError
from deployment.values import Json
from live.adopt.adoption import NEEDED, Adopter, Adoption
from live.adopt.report import lines
from live.adopt.scope import Chosen, Wanted
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

    def plan(self, folder: Path, variables: Any, targets: Iterable[str] = ()) -> Done:
        self.asked.append(" ".join(["plan", folder.name, *targets]))
        said, self.shown = self.plans.pop(0)
        return said

    def show(self, folder: Path, variables: Any) -> Done:
        return Done(program="terraform", code=0, output=json.dumps(self.shown), errors="")

    def apply(self, folder: Path, variables: Any) -> Done:
        self.asked.append(f"apply {folder.name}")
        return self.applies


ALL = Wanted()


@pytest.fixture
def adopt(world: Callable[..., World], tmp_path: Path) -> Callable[..., Adoption]:
    def run(terraform: Script, *names: str, wanted: bool = True, scope: Wanted = ALL) -> Adoption:
        here = world().deploy()
        folders = [one for one in stacks_of(tmp_path / "out") if one.name in (names or here.stacks)]
        scopes = scope.scopes(folders, here.stacks)
        by_name = {one.stack.name: one for one in sides(here.stacks.values(), lambda _: Client(here, ELSEWHERE), {})}
        adoption = Adoption(environment="default", wanted=wanted, allowed=False)
        Adopter(terraform, {}, {}).adopt(
            adoption,
            [
                Chosen(folder=one, side=by_name[one.name], scope=scopes[one.name])
                for one in folders
                if one.name in scopes
            ],
        )
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
    with pytest.raises(UnusableError, match=rf"producer: terraform plan failed:\nError 403: No\n{NEEDED}"):
        adopt(Script((done(1, ("Error 403", "No")), {})), "producer")


def test_an_apply_that_fails_is_told(adopt: Callable[..., Adoption]) -> None:
    adoption = adopt(Script(SAME, applies=done(1, ("Error 409", "in use"))), "producer")
    assert adoption.stacks[0].failed == ("Error 409: in use",)
    told = [str(line) for line in lines(adoption, "")]
    assert "mend it, and run the same again" in told[told.index("  FAILED   Error 409: in use") + 1]
    assert "nothing was applied" not in told
    assert told[-1].startswith("adopt of default: adopted in part: ")
    assert NEEDED not in "\n".join(told)


def test_a_right_that_is_missing_is_told_with_the_command(adopt: Callable[..., Adoption]) -> None:
    adoption = adopt(Script(SAME, applies=done(1, ("Error 403", "Required 'a.b.update' permission"))), "producer")
    assert any(NEEDED in str(line) for line in lines(adoption, ""))
    assert adoption.code == 1


def test_a_second_plan_must_be_empty(adopt: Callable[..., Adoption]) -> None:
    adoption = adopt(Script(SAME, (done(2), planned("update"))), "producer")
    assert adoption.stacks[0].left == ("google_compute_network.network updated",)
    assert adoption.code == 1
    assert any("a second plan still has" in line for line in lines(adoption, ""))


def test_every_plan_of_a_part_is_of_that_part_alone(adopt: Callable[..., Adoption]) -> None:
    terraform = Script(SAME, SAME, EMPTY, SAME, EMPTY)
    adoption = adopt(terraform, scope=Wanted(services=["hello"], endpoints=["psc-endpoint"]))
    assert adoption.code == 0
    plans = [words.split()[1:] for words in terraform.asked if words.startswith("plan ")]
    assert [name for name, *_ in plans] == ["producer", "consumer", "producer", "consumer", "consumer"]
    for name, *targets in plans:
        mine = (
            "google_compute_service_attachment.hello" if name == "producer" else "google_compute_address.psc_endpoint"
        )
        assert mine in targets
        assert "google_compute_instance.test_vm" not in targets
    told = list(lines(adoption, ""))
    assert "consumer (example-consumer-project), only endpoint psc-endpoint with what is needed for it" in told
    outside = next(line for line in told if line.startswith("  outside"))
    assert "google_compute_instance.test_vm" in outside
    assert told[-1].startswith("adopt of service hello and endpoint psc-endpoint of default: adopted: ")


def test_outputs_of_what_is_left_aside_are_those_of_the_state(adopt: Callable[..., Adoption]) -> None:
    plan = planned("no-op")
    plan["prior_state"] = {"values": {"outputs": {name: {"value": value} for name, value in LINK.items()}}}
    terraform = Script((done(2), plan), SAME)
    adoption = adopt(terraform, wanted=False)
    assert [stack.waits for stack in adoption.stacks] == ["", ""]
