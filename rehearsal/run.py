"""The rehearsal itself: deploy, deploy again, look, destroy, look again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from deployment.account import DESTROY, FIRST, NEXT, SECOND, Account, Connection
from deployment.output_folder import StackFolder, local_states
from deployment.planned_change import PlannedChange
from deployment.values import Json
from rehearsal import attempts, beforehand
from rehearsal.attempts import Attempt, Terraform
from rehearsal.connections import connections, fates, owners
from rehearsal.copies import protected, put
from rehearsal.leftovers import leftovers
from rehearsal.reach import obstacles
from rehearsal.waves import waves

Tell = Callable[[str], None]
# The provider asks at its start who it is running as, at a fixed address, and goes on without an answer
# (google/transport/config.go, GetCurrentUserEmail). The proxy variables keep that on this machine too.
_ASKED_BY_PROVIDER = frozenset({"openidconnect.googleapis.com:443"})


class Cloud(beforehand.Cloud, Protocol):
    """What a rehearsal wants of the stand-in, wherever that runs."""

    def state(self) -> Json:
        """Everything that exists."""


class Rehearsal:
    """One rehearsal in one folder against one cloud; its account grows as it goes."""

    def __init__(
        self, folder: Path, cloud: Cloud, terraform: Terraform, account: Account, tell: Tell,
        doing: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        """`folder` is empty; `tell` gets a line for each step that is done, `doing` what is being done."""
        self._folder, self._cloud, self._terraform = folder, cloud, terraform
        self.account, self._tell, self._doing = account, tell, doing
        self._beforehand = beforehand.Beforehand(cloud)
        self._standing: list[StackFolder] = []
        self._owners: dict[str, str] = {}
        self._left: set[str] = set()
        # By stack and name: another consumer's endpoint may have the same name.
        self._renamed: dict[tuple[str, str], str] = {}
        self._touched: set[tuple[str, str]] = set()

    def deploy(self, stacks: list[StackFolder], what: str = FIRST) -> bool:
        """Deploy the stacks, side by side those that do not need each other.

        What is refused is a finding, and ends it as it would end a real deployment: what needs others is left out.
        """
        self._beforehand.make(stacks)
        self._tell_granted()
        states = local_states(stacks)
        for wave in waves(stacks):
            copies = [put(stack, self._folder, states) for stack in wave]
            self._know(copies)
            names = {copy.name for copy in copies}
            self._standing = [stack for stack in self._standing if stack.name not in names] + copies
            self._doing(f"{what} of {', '.join(sorted(names))}")
            tried = self._terraform.side_by_side(partial(attempts.deploy, self._terraform), copies)
            went = [self._record(what, attempt) for attempt in tried]
            if not all(went):
                return False
        return True

    def _tell_granted(self) -> None:
        there = sorted(self._beforehand.resources)
        note = f"taken to exist before: {', '.join(there)}"
        if there and note not in self.account.notes:
            self.account.notes.append(note)

    def take_over(self, standing: list[StackFolder]) -> None:
        """Go on from what an earlier rehearsal of these stacks deployed in this folder and cloud.

        One that was refused never came to the stacks behind; these have no copy here.
        """
        copies = [StackFolder(stack.name, self._folder / stack.name, stack.needs) for stack in standing]
        self._standing = [copy for copy in copies if copy.file.exists()]
        self._know(self._standing)

    def _know(self, stacks: list[StackFolder]) -> None:
        """Whose endpoints are whose; of what leaves, too."""
        for stack in stacks:
            self._owners |= owners(stack)

    def edit(self, present: list[StackFolder]) -> bool:
        """Deploy `present` over what stands, as a merge would; tells each connection's fate.

        A stack that is not among them stays deployed: nothing destroys what has left the configuration.
        """
        before = connections(self._cloud.state())
        self._renamed, self._touched = {}, set()
        self._left = {stack.name for stack in self._standing} - {stack.name for stack in present}
        went = self.deploy(present, NEXT)
        self._compare(before)
        self.account.notes += map(self._leaving, sorted(self._left))
        return went

    def _leaving(self, name: str) -> str:
        held = [fate for fate in self.account.connections if fate.stack == name]
        what = "".join(f"; its connection {fate.endpoint_name} is {fate.status}" for fate in held)
        return (
            f"{name} has left the configuration and stays deployed, as nothing destroys it{what} "
            "(docs/troubleshooting.md, A consumer leaves)"
        )

    def settle(self) -> None:
        """A second plan of everything must be empty."""
        work = partial(attempts.plan, self._terraform)
        self._doing(SECOND)
        planned_again = [stack for stack in self._standing if stack.name not in self._left]
        for attempt in self._terraform.side_by_side(work, planned_again):
            planned = attempt.planned
            if self._record(SECOND, attempt) and not planned.empty:
                changed = [
                    f"{change.address} is {change.action}" for change in planned.changes if change.action != "moved"
                ]
                changed += [f"output {name} changes" for name in planned.outputs]
                sentence = f"a second plan is not empty: {'; '.join(changed)}"
                self.account.find("unsettled", sentence, attempt.stack.name)

    def look(self) -> None:
        """Connections, and whether requests would arrive."""
        state = self._cloud.state()
        if not self.account.former:
            self._compare({})
        for obstacle in obstacles(state):
            self.account.find("unreachable", obstacle)
        for note in state["notes"]:
            if note["kind"] == "left" and note["text"] not in _ASKED_BY_PROVIDER:
                self.account.find("left", f"a call tried to leave the machine: {note['text']}")

    def destroy(self) -> None:
        """Destroy everything, consumers first; nothing may be left."""
        work = partial(attempts.destroy, self._terraform)
        for wave in reversed(waves(self._standing)):
            wave = wave[::-1]
            self._doing(f"{DESTROY} of {', '.join(stack.name for stack in wave)}")
            for stack in wave:
                if protected(stack):
                    self.account.notes.append(f"{stack.name}: deletion protection was lifted for the destroy")
            for tried in self._terraform.side_by_side(work, wave):
                went = [self._record(DESTROY, attempt) for attempt in tried]
                if went[-1]:
                    gone = tried[-1].stack
                    self._standing = [stack for stack in self._standing if stack.name != gone.name]
        left = leftovers(self._cloud.state(), {*self._beforehand.buckets, *self._beforehand.resources})
        if left:
            self.account.find("left over", f"still there after destroy: {', '.join(left)}")
        if changed := list(self._beforehand.changed()):
            self.account.find("changed", f"what others own did not stay as it was: {', '.join(changed)}")

    def _record(self, what: str, attempt: Attempt) -> bool:
        self.account.steps.append(attempt.step(what))
        self._tell(f"{what}: {attempt.stack.name}: {attempt.summary()} ({attempt.seconds:.0f} s)")
        self.account.findings += attempt.findings(what)
        self._remember(attempt.stack.name, attempt.planned.changes)
        return attempt.ok

    def _remember(self, stack: str, changes: tuple[PlannedChange, ...]) -> None:
        for change in changes:
            if change.former_name and change.name and change.former_name != change.name:
                self._renamed[stack, change.former_name] = change.name
            if change.action in {"replaced", "destroyed"} and change.name:
                self._touched |= {(stack, change.name), (stack, change.former_name or change.name)}

    def _compare(self, before: dict[str, Connection]) -> None:
        """Fates against `before`; a connection that its own side did not touch must be kept."""
        after = connections(self._cloud.state())
        paths = {}
        for old in before:
            place, _, name = old.rpartition("/")
            present = self._renamed.get((self._owners.get(old, ""), name))
            if present:
                paths[old] = f"{place}/{present}"
        self.account.connections = fates(before, after, paths, self._owners)
        for fate in (fate for fate in self.account.connections if fate.stack not in self._left):
            if fate.outcome in {"lost", "waiting"}:
                sentence = f"the connection of {fate.name} is {fate.status}, not ACCEPTED ({fate.outcome})"
                self.account.find("connection", sentence)
            elif fate.outcome == "restored" and (fate.stack, fate.endpoint_name) not in self._touched:
                sentence = f"the connection of {fate.name} was interrupted by the other side"
                self.account.find("connection", sentence)
