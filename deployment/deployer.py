"""Stacks, planned and applied in a deployment of their own, by a provider that stays where it can."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar

from deployment.initialization import Initialization
from deployment.output_folder import StackFolder
from deployment.planned import Applied, Planned, applied, destroyed, has_work, planned, was_planned
from deployment.resident_pool import ResidentPool
from deployment.resident_provider import ResidentProvider
from deployment.terraform import SOMETHING_TO_DO, Done, Terraform

_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")
# Terraform and a provider need about 400 MB together.
_MOST_AT_ONCE = 4


@dataclass
class _Attached:
    """A stack that Terraform may run for: its variables lead to a resident, where there is one."""

    stack: StackFolder
    own: Mapping[str, str]
    resident: ResidentProvider | None

    @property
    def variables(self) -> Mapping[str, str]:
        """What Terraform runs with."""
        return {**self.own, **(self.resident.variables if self.resident else {})}


class Deployer:
    """Terraform with two sets of variables: the user's own for finding the provider, a clean one for all else.

    It is to be ended, as a `with` block does.
    """

    def __init__(
        self,
        terraform: Terraform,
        init_variables: Mapping[str, str],
        variables: Mapping[str, str],
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`tell` gets a line when no provider can stay."""
        self.terraform, self.variables = terraform, variables
        self._width = _cores()
        self._residents = ResidentPool(variables, self._width, tell)
        self._initialization = Initialization(terraform, init_variables, variables, self._residents)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End what still runs, resident providers too."""
        self.terraform.end()
        self._residents.end()

    def beside(self, variables: Mapping[str, str]) -> Deployer:
        """One for another deployment, which need not look for the providers that this one has found."""
        init = self._initialization
        other = Deployer(Terraform(self.terraform.program), init.init_variables, variables)
        other._initialization.chosen |= init.chosen
        return other

    def side_by_side(self, work: Callable[[_Argument], _Result], arguments: Iterable[_Argument]) -> Iterator[_Result]:
        """The results in the order of the arguments; as many at once as the machine has cores."""
        with ThreadPoolExecutor(self._width) as pool:
            futures = [pool.submit(work, argument) for argument in arguments]
            try:
                for future in futures:
                    yield future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.terraform.end()
                raise

    def init(self, stack: StackFolder) -> None:
        """Prepare a stack's folder, once for each backend, provider version and lock file.

        Raises:
            UnusableError: when the provider cannot be had; the message is Terraform's own.
        """
        self._initialization.prepare(stack)

    def plan(self, stack: StackFolder) -> Planned:
        """Plan and keep the plan in the stack's folder for `apply`."""
        with self._attached(stack) as attached:
            done = self._plan(attached)
            return planned(done, self._show(attached) if done.code == SOMETHING_TO_DO else None)

    def apply(self, stack: StackFolder) -> Applied:
        """Apply the plan that `plan` left."""
        with self._attached(stack) as attached:
            return self._apply(attached)

    def deploy(self, stack: StackFolder) -> tuple[Planned, Applied | None]:
        """Plan, and apply unless there is nothing to do; what the plan does is read in the meantime."""
        with self._attached(stack) as attached:
            done = self._plan(attached)
            if done.code != SOMETHING_TO_DO:
                return planned(done), None
            if not has_work(done):
                only = planned(done, self._show(attached))
                # What moves or is forgotten is work on the state alone, and done by an apply all the same.
                return only, self._apply(attached) if only.changes or only.outputs else None
            with ThreadPoolExecutor(1) as pool:
                shown = pool.submit(self._show, attached)
                result = self._apply(attached)
                return planned(done, shown.result()), result

    def destroy(self, stack: StackFolder) -> tuple[Planned, Applied | None]:
        """Destroy everything; of the changes only what Terraform's messages say is told, which is no names."""
        with self._attached(stack) as attached:
            return destroyed(self._tried(attached, partial(self.terraform.destroy, stack.folder), was_planned))

    @contextmanager
    def _attached(self, stack: StackFolder) -> Iterator[_Attached]:
        build = self._initialization.prepare(stack)
        with self._residents.lent(build) as resident:
            yield _Attached(stack, self.variables, resident)

    def _plan(self, attached: _Attached) -> Done:
        plan = partial(self.terraform.plan, attached.stack.folder)
        return self._tried(attached, plan, lambda done: done.code in (0, SOMETHING_TO_DO))

    def _tried(
        self, attached: _Attached, run: Callable[[Mapping[str, str]], Done], got: Callable[[Done], bool]
    ) -> Done:
        """A command, which is repeated without the resident where that may be why it did not get to a plan."""
        done, resident = run(attached.variables), attached.resident
        if got(done):
            if resident:
                resident.proven = True
        elif resident and (not resident.proven or resident.soon_gone()):
            # Nothing was changed yet, so it may be repeated. Where it goes no better, the resident was not to blame.
            attached.resident = None
            again = run(attached.own)
            if again.code != done.code or not resident.alive:
                self._residents.refuse(resident, "with one that stays, a plan failed")
            return again
        return done

    def _show(self, attached: _Attached) -> Done:
        done = self.terraform.show(attached.stack.folder, attached.variables)
        if done.code != 0 and attached.resident:
            done = self.terraform.show(attached.stack.folder, attached.own)
        return done

    def _apply(self, attached: _Attached) -> Applied:
        if attached.resident:
            self._residents.prepare(attached.resident.build)  # the next steps may run side by side
        return applied(self.terraform.apply(attached.stack.folder, attached.variables))


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, _MOST_AT_ONCE))
