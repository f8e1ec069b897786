"""What a rehearsal deploys: this checkout's stacks, and before them those of another revision or folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deployment.output_folder import StackFolder, stacks_of, with_needs
from deployment.revision import check_out, differing_packages, own_configuration
from deployment.synthesis import synthesize
from rehearsal.rehearse import Wish


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What was asked for: `output` is a cdktf.out to deploy in place of a synthesis, `former_output` one before it.

    `revision` names the git revision whose stacks are deployed before; `names` the stacks, all where there are none.
    """

    checkout: Path
    output: str | None = None
    former_output: str | None = None
    revision: str | None = None
    names: Collection[str] = ()

    def wish(self, folder: Path, *, kept: bool) -> Wish:
        """Synthesize what is to be synthesized, below `folder` and side by side.

        Raises:
            UnusableError: for a folder, revision, configuration or stack that is none.
        """
        started = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            former, present = pool.submit(self._former, folder), pool.submit(self._present, folder)
            stacks_before, name, notes = former.result()
            stacks, environment, remarks = present.result()
        return Wish(
            stacks=stacks,
            environment=environment,
            former=stacks_before,
            former_name=name,
            notes=(*remarks, *notes),
            kept=kept,
            synthesis_seconds=time.monotonic() - started,
        )

    def _present(self, folder: Path) -> tuple[list[StackFolder], str, tuple[str, ...]]:
        """The stacks, what their environment is called, and what synthesis remarked, such as a variable that wins."""
        if self.output:
            return with_needs(stacks_of(Path(self.output)), self.names), self.output, ()
        made = synthesize(sys.executable, self.checkout, folder / "present")
        return with_needs(stacks_of(made.folder), self.names), made.environment, made.notes

    def _former(self, folder: Path) -> tuple[list[StackFolder], str, tuple[str, ...]]:
        """The stacks, their name, and notes on how they were made."""
        if self.former_output:
            return with_needs(stacks_of(Path(self.former_output)), self.names), self.former_output, ()
        if not self.revision:
            return [], "", ()
        other = folder / "former-checkout"
        other.mkdir()
        commit = check_out(self.checkout, self.revision, other)
        variables, notes = self._variables()
        different = differing_packages(self.checkout, other)
        if different:
            packages = (
                f"{self.revision} ran with the packages that are installed now; its lock file differs in "
                f"{', '.join(different)}"
            )
            notes = (packages, *notes)
        made = synthesize(sys.executable, other, folder / "former", variables)
        return with_needs(stacks_of(made.folder), self.names), f"{self.revision} ({commit})", notes

    def _variables(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """Those that the revision is synthesized with, and a note where its configuration is not its own."""
        variables = dict(os.environ)
        chosen = variables.get("PSC_CONFIG")
        if not chosen:
            return variables, ()
        variables["PSC_CONFIG"], its_own = own_configuration(self.checkout, chosen)
        if its_own:
            return variables, ()
        note = f"{chosen} is outside the checkout, so {self.revision} was synthesized with the file as it is now"
        return variables, (note,)
