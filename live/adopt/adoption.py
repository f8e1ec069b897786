"""Stacks adopted: asked for, planned with their imports, judged; and applied where nothing forbids that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployment.diagnostics import Diagnostic, diagnostics
from deployment.output_folder import StackFolder
from deployment.planned import planned
from deployment.terraform import PLAN, SOMETHING_TO_DO, Done, Terraform
from deployment.unusable import UnusableError
from deployment.values import Json
from live.adopt.beside import beside, new_triggers
from live.adopt.inventory import Found, inventory
from live.adopt.scope import Chosen, Scope
from live.adopt.verdicts import State, Verdict, refusals, unread, verdicts
from stacks.contract import outputs_read
from stacks.layout import PRODUCER

_WORSE: frozenset[State] = frozenset({"differs", "refused"})
# What Terraform calls a refusal by the conditions of the stacks themselves.
_CONDITION = "condition failed"
NEEDED = "adopting takes the roles of a deployment, which ./psc roles --gcloud grants"


@dataclass
class Adopted:
    """What became of one stack: its verdicts, whether it was applied, and what a second plan still changes.

    `scope` is how much of it was looked at; `waits` says why it could not be planned yet.
    """

    name: str
    project: str
    scope: Scope = field(default_factory=Scope)
    verdicts: tuple[Verdict, ...] = ()
    waits: str = ""
    applied: bool = False
    left: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass
class Adoption:
    """All of it. `wanted` is whether it was to be applied, `allowed` whether differences may be."""

    environment: str
    wanted: bool
    allowed: bool
    stacks: list[Adopted] = field(default_factory=list)

    def count(self, state: State) -> int:
        """How many resources came to a state."""
        return sum(one.state == state for stack in self.stacks for one in stack.verdicts)

    @property
    def is_done(self) -> bool:
        """Whether everything is in the state already."""
        states = {one.state for stack in self.stacks for one in stack.verdicts}
        return states == {"kept"} and not any(stack.waits for stack in self.stacks)

    @property
    def hindered(self) -> bool:
        """Whether something forbids to apply it."""
        return bool(self.count("refused") or (self.count("differs") and not self.allowed))

    @property
    def code(self) -> int:
        """The exit code: 0 it can be adopted or was, 1 something is in the way, 2 it could not be found out."""
        if self.count("unknown"):
            return 2
        undone = any(stack.failed or stack.left or (self.wanted and not stack.applied) for stack in self.stacks)
        return 1 if self.hindered or undone else 0


class Adopter:
    """Adopts the stacks of one environment with the user's own Terraform, variables and credentials."""

    def __init__(
        self,
        terraform: Terraform,
        variables: Mapping[str, str],
        keys: Mapping[str, str],
        begin: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`keys` are the configuration's, by what Terraform addresses make of them; `begin` is told what is done."""
        quiet = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
        self._terraform, self._variables, self._keys, self._begin = terraform, {**variables, **quiet}, keys, begin

    def adopt(self, adoption: Adoption, chosen: Iterable[Chosen]) -> None:
        """Judge every stack, and apply them in their order if that is wanted and nothing forbids it.

        Raises:
            UnreachableError: when Google cannot be asked.
            UnusableError: when Terraform cannot plan.
        """
        stacks = list(chosen)
        readers = {one.side.project: one.side.reader for one in stacks}
        found = {one.name: inventory(one.side, readers, one.scope.addresses, self._begin) for one in stacks}
        missing = {one.name: tuple(unread(one.name, found[one.name])) for one in stacks}
        if any(missing.values()):
            adoption.stacks = [_begun(one, missing[one.name]) for one in stacks]
            return
        outputs: Json | None = None
        for one in stacks:
            self._init(one.folder)
            adopted, plan = self._judged(one, found[one.name], outputs)
            adoption.stacks.append(adopted)
            if one.name == PRODUCER:
                outputs = _outputs(plan)
        if adoption.wanted and not adoption.hindered:
            self._apply_all(adoption, stacks, found)

    def _apply_all(self, adoption: Adoption, stacks: list[Chosen], found: Mapping[str, tuple[Found, ...]]) -> None:
        for number, one in enumerate(stacks):
            if one.folder.needs & found.keys():
                # What it was judged by was a guess at the producer's state, which is there now.
                again, _ = self._judged(one, found[one.name], None)
                adoption.stacks[number] = again
                if again.waits or adoption.hindered:
                    return
            adopted = adoption.stacks[number]
            self._begin(f"{one.name}: apply")
            done = self._terraform.apply(one.folder.folder, self._variables)
            if done.code != 0:
                adopted.failed = _errors(done)
                return
            adopted.applied = True
            adopted.left = self._left(one)
            if adopted.left:
                return

    def _judged(self, one: Chosen, found: tuple[Found, ...], outputs: Json | None) -> tuple[Adopted, Json]:
        adopted = _begun(one)
        if outputs is not None and (lacking := sorted(_read(one) - outputs.keys())):
            adopted.waits = f"is planned once the producer has {', '.join(lacking)}"
            return adopted, {}
        self._begin(f"{one.name}: plan")
        with beside(one.folder, one.stack, found, outputs):
            done, plan = self._plan(one)
        if new := new_triggers(plan):
            with beside(one.folder, one.stack, found, outputs, new):
                done, plan = self._plan(one)
        said = diagnostics(done.output, done.errors)
        if plan:
            adopted.verdicts = verdicts(one.name, plan, found, self._keys)
        else:
            adopted.verdicts = refusals(one.name, _conditions(one.name, done, said))
        return adopted, plan

    def _init(self, folder: StackFolder) -> None:
        self._begin(f"{folder.name}: init")
        done = self._terraform.init(folder.folder, self._variables)
        if done.code != 0:
            raise UnusableError(f"{folder.name}: {done.program} init failed:", *done.lines)

    def _plan(self, one: Chosen) -> tuple[Done, Json]:
        done = self._terraform.plan(one.folder.folder, self._variables, one.scope.targets)
        if done.code not in (0, SOMETHING_TO_DO):
            return done, {}
        shown = self._terraform.show(one.folder.folder, self._variables)
        if shown.code != 0:
            raise UnusableError(f"{one.name}: {done.program} show failed:", *shown.lines)
        return done, shown.document()

    def _left(self, one: Chosen) -> tuple[str, ...]:
        """What a second plan would still change; it must be nothing."""
        self._begin(f"{one.name}: second plan")
        done = self._terraform.plan(one.folder.folder, self._variables, one.scope.targets)
        if done.code not in (0, SOMETHING_TO_DO):
            return _errors(done)
        if done.code == 0:
            return ()
        second = planned(done, self._terraform.show(one.folder.folder, self._variables))
        return tuple(f"{change.address} {change.action}" for change in second.changes) + tuple(
            f"output {name} changed" for name in second.outputs
        )


def forget_plans(folders: Iterable[StackFolder]) -> None:
    """Remove the saved plans: they hold what the state holds."""
    for folder in folders:
        Path(folder.folder / PLAN).unlink(missing_ok=True)


def _begun(one: Chosen, told: tuple[Verdict, ...] = ()) -> Adopted:
    return Adopted(name=one.name, project=one.side.project, scope=one.scope, verdicts=told)


def _outputs(plan: Json) -> Json:
    """The outputs that are known by a plan; of what it leaves aside, those that the state holds."""
    told: dict[str, Any] = {
        **plan.get("prior_state", {}).get("values", {}).get("outputs", {}),
        **plan.get("planned_values", {}).get("outputs", {}),
    }
    return {name: one["value"] for name, one in told.items() if one.get("value") is not None}


def _read(one: Chosen) -> set[str]:
    """The outputs of the producer without which a stack cannot be planned: those that its resources read."""
    items = (one.stack.items[address] for address in one.scope.addresses)
    texts = (json.dumps(item.values, default=str) for item in items)
    return {output for text in texts for output in outputs_read(text)}


def _conditions(name: str, done: Done, said: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The refusals of a plan.

    Raises:
        UnusableError: when it failed for anything else.
    """
    errors = [one for one in said if one.severity == "error"]
    if not errors or any(_CONDITION not in one.summary for one in errors):
        told = _errors(done)
        raise UnusableError(f"{name}: {done.program} plan failed:", *told, *([NEEDED] if denied(told) else ()))
    yield from errors


def denied(errors: Iterable[str]) -> bool:
    """Whether Google refused something for want of a right."""
    return any("Error 403" in one for one in errors)


def _errors(done: Done) -> tuple[str, ...]:
    said = [one for one in diagnostics(done.output, done.errors) if one.severity == "error"]
    parts = [(one.address, one.summary, " ".join(one.detail.split())) for one in said]
    return tuple(": ".join(filter(None, part)) for part in parts) or tuple(done.lines[-5:])
