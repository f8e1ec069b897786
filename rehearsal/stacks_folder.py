"""The synthesized stacks as a rehearsal deploys them: a copy, in order, without what only the real cloud can give."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACK_FILE = "cdk.tf.json"
_LOCK = ".terraform.lock.hcl"
# Accounts to act as: a rehearsal has no credentials, so there is nothing to impersonate.
_IMPERSONATION = "impersonate_service_account"


@dataclass(frozen=True)
class Stack:
    """One stack of an output folder: its name and the folder that Terraform runs in."""

    name: str
    folder: Path

    @property
    def file(self) -> Path:
        """Its Terraform JSON."""
        return self.folder / STACK_FILE


def stacks_of(output: Path) -> list[Stack]:
    """The stacks below an output folder, in the order of their deployment.

    Raises:
        ValueError: when the folder has no manifest that says so.
    """
    try:
        listed = json.loads((output / "manifest.json").read_text())["stacks"]
        needs = {name: set(stack["dependencies"]) for name, stack in listed.items()}
        folders = {name: output / stack["workingDirectory"] for name, stack in listed.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{output}: no synthesized stacks (manifest.json: {error})") from error
    ordered: list[Stack] = []
    while needs:
        free = sorted(name for name, wanted in needs.items() if not wanted & needs.keys())
        if not free:
            raise ValueError(f"{output}/manifest.json: the stacks {', '.join(sorted(needs))} depend on each other")
        ordered += [Stack(name, folders[name]) for name in free]
        needs = {name: wanted for name, wanted in needs.items() if name not in free}
    return ordered


def put(stack: Stack, into: Path, states: dict[str, str]) -> Stack:
    """Write the stack's Terraform into its folder below `into`, over what an earlier one left there.

    Local states stand below `into` too, named by stack, whatever path the stacks give (`states`, from `local_states`):
    nobody's state is read or changed, and an edit meets the state of the deployment before it.
    """
    folder = into / stack.name
    folder.mkdir(parents=True, exist_ok=True)
    content = json.loads(stack.file.read_text())
    _without(content, _IMPERSONATION)
    for provider in content.get("provider", {}).get("google", []):
        # Else the provider waits 3 s at every step for more calls about APIs to gather (batching's send_after).
        provider["batching"] = {"enable_batching": False}
    text = json.dumps(content, indent=2, sort_keys=True)
    for path in sorted(states, key=len, reverse=True):
        text = text.replace(path, f"../{states[path]}.tfstate")
    former = needs(folder)
    (folder / STACK_FILE).write_text(text)
    if needs(folder) != former:
        # Another provider or backend: what init chose for the former one does not bind.
        (folder / _LOCK).unlink(missing_ok=True)
    if (stack.folder / _LOCK).exists():
        shutil.copyfile(stack.folder / _LOCK, folder / _LOCK)
    return Stack(stack.name, folder)


def needs(folder: Path) -> tuple[str, str]:
    """What `terraform init` goes by in a folder: backend and providers, and the lock file."""
    stack, lock = folder / STACK_FILE, folder / _LOCK
    block = json.loads(stack.read_text())["terraform"] if stack.exists() else {}
    return json.dumps(block, sort_keys=True), lock.read_text() if lock.exists() else ""


def local_states(stacks: list[Stack]) -> dict[str, str]:
    """The paths of the local states that the stacks write, each with its stack's name."""
    found = {}
    for stack in stacks:
        backend = json.loads(stack.file.read_text()).get("terraform", {}).get("backend", {})
        path = backend.get("local", {}).get("path")
        if path:
            found[path] = stack.name
    return found


def _without(value: Any, key: str) -> None:
    if isinstance(value, dict):
        value.pop(key, None)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        _without(inner, key)


def protected(stack: Stack) -> bool:
    """Whether something in the stack is kept from being destroyed."""
    text = stack.file.read_text()
    return '"prevent_destroy": true' in text or '"deletion_protection": true' in text


def unprotect(stack: Stack) -> None:
    """Lift it."""
    content = json.loads(stack.file.read_text())
    _lift(content)
    stack.file.write_text(json.dumps(content, indent=2, sort_keys=True))


def _lift(value: Any) -> None:
    if isinstance(value, dict):
        for key in ("prevent_destroy", "deletion_protection"):
            if value.get(key) is True:
                value[key] = False
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        _lift(inner)


def buckets(stacks: list[Stack]) -> set[str]:
    """The state buckets that the stacks name; in the real cloud they exist before."""
    found = set()
    for stack in stacks:
        backend = json.loads(stack.file.read_text()).get("terraform", {}).get("backend", {})
        if "gcs" in backend:
            found.add(backend["gcs"]["bucket"])
    return found
