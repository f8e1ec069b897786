"""The copy of a stack that a rehearsal deploys: with states of its own, without what only the real cloud can give."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from deployment.output_folder import StackFolder
from deployment.provider_choice import init_settings
from deployment.stack import blocks
from deployment.values import Json, mappings, without

# Accounts to act as: a rehearsal has no credentials, so there is nothing to impersonate.
_IMPERSONATION = "impersonate_service_account"
_PROTECTION = ("prevent_destroy", "deletion_protection")


def put(stack: StackFolder, into: Path, states: Mapping[str, str]) -> StackFolder:
    """Write the stack's Terraform into its folder below `into`, over what an earlier one left there.

    Local states stand below `into` too, named by stack, whatever path the stacks give (`states`, from `local_states`):
    nobody's state is read or changed, and an edit meets the state of the deployment before it.
    """
    copy = StackFolder(stack.name, into / stack.name, stack.needs)
    copy.folder.mkdir(parents=True, exist_ok=True)
    content: Json = without(stack.content(), lambda key, _: key == _IMPERSONATION)
    for provider in blocks(content.get("provider", {}), "google"):
        # Else the provider waits 3 s at every step for more calls about APIs to gather (batching's send_after).
        provider["batching"] = {"enable_batching": False}
    text = _text(content)
    for path in sorted(states, key=len, reverse=True):
        text = text.replace(path, f"../{states[path]}.tfstate")
    former = init_settings(copy) if copy.file.exists() else None
    copy.file.write_text(text)
    if init_settings(copy) != former:
        # Another provider or backend: what init chose for the former one does not bind.
        copy.lock_file.unlink(missing_ok=True)
    if stack.lock_file.exists():
        shutil.copyfile(stack.lock_file, copy.lock_file)
    return copy


def protected(stack: StackFolder) -> bool:
    """Whether something in the stack is kept from being destroyed."""
    return any(mapping.get(key) is True for mapping in mappings(stack.content()) for key in _PROTECTION)


def unprotect(stack: StackFolder) -> None:
    """Lift it."""
    content = stack.content()
    for mapping in mappings(content):
        mapping |= {key: False for key in _PROTECTION if mapping.get(key) is True}
    stack.file.write_text(_text(content))


def _text(content: Json) -> str:
    return json.dumps(content, indent=2, sort_keys=True)
