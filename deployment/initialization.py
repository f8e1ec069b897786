"""`terraform init`, as seldom as it is needed: the provider is looked for once for all stacks that choose the same."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deployment.output_folder import StackFolder
from deployment.provider_choice import ProviderChoice, build_of, choice_of, hindrance, init_settings
from deployment.resident_pool import ResidentPool
from deployment.terraform import Done, Terraform
from deployment.unusable import UnusableError


@dataclass(frozen=True)
class _Prepared:
    """What a folder was prepared for, and the build of the provider that may stay for it."""

    settings: tuple[str, str]
    build: Path | None


@dataclass(frozen=True)
class _Chosen:
    """Where a provider is that `init` has chosen, and what it locked; an edit takes the lock file there away."""

    folder: Path
    lock: str


@dataclass
class Initialization:
    """The folders that are prepared, and what was chosen on the way.

    `init_variables` are the user's own, by which the provider is found; `variables` the clean ones for the rest.
    """

    terraform: Terraform
    init_variables: Mapping[str, str]
    variables: Mapping[str, str]
    residents: ResidentPool
    chosen: dict[ProviderChoice, _Chosen] = field(default_factory=dict)
    _prepared: dict[Path, _Prepared] = field(default_factory=dict)
    # A plugin cache bears no two of them: https://developer.hashicorp.com/terraform/cli/config/config-file
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self, stack: StackFolder) -> Path | None:
        """Prepare a stack's folder, once for each backend, provider version and lock file; the build that may stay.

        Raises:
            UnusableError: when the provider cannot be had; the message is Terraform's own.
        """
        with self._one_at_a_time:
            prepared = self._prepared.get(stack.folder)
            if prepared is None or prepared.settings != init_settings(stack):
                build = self._initialize(stack)
                prepared = self._prepared[stack.folder] = _Prepared(init_settings(stack), build)
            return prepared.build

    def _initialize(self, stack: StackFolder) -> Path | None:
        wanted = choice_of(stack)
        providers = stack.folder / ".terraform" / "providers"
        if wanted in self.chosen:
            _share(self.chosen[wanted], stack, providers)
        else:
            # The backend is configured with the clean variables: init for a bucket talks to it.
            _require(self.terraform.init(stack.folder, self.init_variables, "-backend=false"), _PROVIDER)
        for choice in (wanted, choice_of(stack)):
            self.chosen.setdefault(choice, _Chosen(stack.folder, stack.lock()))
        build = self._build(stack)
        with self.residents.lent(build) as resident:
            # The provider is here now; `-plugin-dir` keeps Terraform from looking elsewhere.
            words = [] if resident else [f"-plugin-dir={providers}"]
            variables = {**self.variables, **(resident.variables if resident else {})}
            _require(self.terraform.init(stack.folder, variables, "-reconfigure", *words))
        return build

    def _build(self, stack: StackFolder) -> Path | None:
        reason = hindrance(stack)
        build = None if reason else build_of(stack)
        if build is None:
            self.residents.tell_once(reason or f"{stack.name} has no build of it that stands out")
        return build


def _share(chosen: _Chosen, stack: StackFolder, providers: Path) -> None:
    """Let a stack have what was chosen before: the provider itself, by a link, and its lock file."""
    stack.lock_file.write_text(chosen.lock, encoding="utf-8")
    if chosen.folder == stack.folder:
        return
    if providers.is_symlink():
        providers.unlink()
    else:
        shutil.rmtree(providers, ignore_errors=True)
    providers.parent.mkdir(exist_ok=True)
    providers.symlink_to((chosen.folder / ".terraform" / "providers").resolve())


_PROVIDER = (
    "init has to find the google provider: in its registry, a plugin cache or a local mirror (docs/rehearsal.md)"
)


def _require(done: Done, *remedy: str) -> None:
    if done.code != 0:
        raise UnusableError(f"{done.program} init failed:", *done.lines, *remedy)
