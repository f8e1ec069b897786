"""An output folder of synthesis: which stacks stand in it, in which order, and what their files say."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from deployment.unusable import UnusableError
from deployment.values import Json, unique
from stacks.layout import LOCK_FILE, MANIFEST, STACK_FILE

# What Terraform and OpenTofu read of a folder that they run in, values among it:
# https://developer.hashicorp.com/terraform/language/files
CONFIGURATION = (
    r"[^.].*\.(?:tf|tofu)(?:\.json)?|.*\.auto\.tfvars(?:\.json)?|terraform\.tfvars(?:\.json)?"
)  # fmt: skip


@dataclass(frozen=True)
class StackFolder:
    """One stack of an output folder: its name, the folder that Terraform runs in, and the stacks that go before it."""

    name: str
    folder: Path
    needs: frozenset[str] = frozenset()

    @property
    def file(self) -> Path:
        """Its Terraform JSON."""
        return self.folder / STACK_FILE

    @property
    def lock_file(self) -> Path:
        """Its provider lock file, which need not be there."""
        return self.folder / LOCK_FILE

    def content(self) -> Json:
        """What its Terraform JSON says.

        Raises:
            UnusableError: when it is none.
        """
        try:
            content = json.loads(_text(self.file), object_pairs_hook=unique)
            if not isinstance(content, dict):
                raise ValueError("no mapping at its top")
            json.dumps(content)  # nested so deep that nothing else could go through it either
        except RecursionError as error:
            raise UnusableError(f"{self.name}: {self.file.name} is nested deeper than any stack") from error
        except (OSError, ValueError) as error:
            raise UnusableError(f"{self.name}: {self.file.name} is no Terraform JSON ({error})") from error
        return content

    def lock(self) -> str:
        """What its provider lock file says; "" where there is none.

        Raises:
            UnusableError: when it cannot be read.
        """
        try:
            return _text(self.lock_file) if self.lock_file.exists() else ""
        except (OSError, ValueError) as error:
            raise UnusableError(f"{self.name}: {self.lock_file.name} is no lock file ({error})") from error

    def others(self) -> dict[str, str]:
        """What else Terraform would read there, by name, with a digest of it.

        Raises:
            UnusableError: when it cannot be read.
        """
        try:
            names = [path.name for path in self.folder.iterdir() if path.name != STACK_FILE]
            found = sorted(name for name in names if re.fullmatch(CONFIGURATION, name, re.DOTALL | re.IGNORECASE))
            return {name: hashlib.sha256(_text(self.folder / name).encode()).hexdigest() for name in found}
        except (OSError, ValueError) as error:
            raise UnusableError(f"{self.name}: its folder has what cannot be read ({error})") from error

    def backend(self) -> tuple[str, Json]:
        """The kind of its backend, and the backend's settings."""
        backend = self.content().get("terraform", {}).get("backend", {})
        return next(iter(backend.items()), ("local", {}))


def _text(file: Path) -> str:
    """A file's text; a pipe or a device, which may never end, is none.

    Raises:
        ValueError: for what is no file of text.
        OSError: when it cannot be read.
    """
    if not file.is_file():
        raise ValueError("there is no such file" if not file.exists() else "it is no plain file")
    return file.read_text(encoding="utf-8")


def stacks_of(output: Path) -> list[StackFolder]:
    """The stacks below an output folder, in the order of their deployment.

    Raises:
        UnusableError: when the folder has no manifest that says so.
    """
    try:
        listed = json.loads(_text(output / MANIFEST))["stacks"]
        stacks = [
            StackFolder(name, output / stack["workingDirectory"], frozenset(stack["dependencies"]))
            for name, stack in listed.items()
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableError(f"{output}: no synthesized stacks ({MANIFEST}: {error})") from error
    ordered: list[StackFolder] = []
    waiting = {stack.name: stack for stack in stacks}
    while waiting:
        free = sorted(name for name, stack in waiting.items() if not stack.needs & waiting.keys())
        if not free:
            raise UnusableError(f"{output}/{MANIFEST}: the stacks {', '.join(sorted(waiting))} depend on each other")
        ordered += [waiting.pop(name) for name in free]
    return ordered


def chosen(stacks: list[StackFolder], names: Collection[str]) -> list[StackFolder]:
    """The stacks of these names, in their order; all of them where no name is given.

    Raises:
        UnusableError: for a name that no stack has.
    """
    known = {stack.name for stack in stacks}
    unknown = sorted(set(names) - known)
    if unknown:
        raise UnusableError(f"there is no stack {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return [stack for stack in stacks if not names or stack.name in names]


def with_needs(stacks: list[StackFolder], names: Collection[str]) -> list[StackFolder]:
    """The stacks of these names and those that they need, in their order; all of them where no name is given.

    Raises:
        UnusableError: for a name that no stack has.
    """
    needed = {need for stack in chosen(stacks, names) for need in (stack.name, *stack.needs)}
    return [stack for stack in stacks if stack.name in needed]


def local_states(stacks: Iterable[StackFolder]) -> dict[str, str]:
    """The paths of the local states that the stacks write, each with its stack's name."""
    backends = {stack.name: stack.backend() for stack in stacks}
    return {
        settings["path"]: name for name, (kind, settings) in backends.items() if kind == "local" and "path" in settings
    }


def buckets(stacks: Iterable[StackFolder]) -> set[str]:
    """The state buckets that the stacks name; in the real cloud they exist before."""
    backends = [stack.backend() for stack in stacks]
    return {settings["bucket"] for kind, settings in backends if kind == "gcs"}
