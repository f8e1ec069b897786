"""Which build of the google provider a stack gets from `terraform init`, and whether one process of it may stay."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from deployment.output_folder import StackFolder
from deployment.registries import GOOGLE, short
from deployment.stack import blocks

_LOCKED = re.compile(r'provider "([^"]+)" \{\s*version\s*=\s*"([^"]+)"')


@dataclass(frozen=True)
class ProviderChoice:
    """What `init` chooses by: the constraints of all providers, and the lock file. Equal ones get the same build."""

    constraints: str
    lock: str


def choice_of(stack: StackFolder) -> ProviderChoice:
    """What decides in a stack's folder."""
    settings = stack.content().get("terraform", {})
    return ProviderChoice(json.dumps(settings.get("required_providers", {}), sort_keys=True), stack.lock())


def init_settings(stack: StackFolder) -> tuple[str, str]:
    """Everything that `init` goes by in a stack's folder: backend and providers, and the lock file."""
    return json.dumps(stack.content().get("terraform", {}), sort_keys=True), stack.lock()


def hindrance(stack: StackFolder) -> str:
    """Why no resident can serve the stack; "" when one can.

    A resident has one configuration at a time, where Terraform would start a process for each `provider` block.
    """
    content = stack.content()
    required = content.get("terraform", {}).get("required_providers", {}).get("google")
    if not isinstance(required, dict) or short(str(required.get("source", "google"))) != "hashicorp/google":
        return f"{stack.name} does not name hashicorp/google as its provider google"
    configured = blocks(content.get("provider", {}), "google")
    if len(configured) > 1 or any("alias" in block for block in configured):
        return f"{stack.name} configures it more than once, or under an alias"
    if content.get("module"):
        return f"{stack.name} has modules, which may configure it too"
    return ""


def build_of(stack: StackFolder) -> Path | None:
    """The build that `init` has put into a stack's folder, itself and not what links to it; None where none stands out.

    By the lock file: the folder also keeps what an earlier `init` has chosen.
    """
    providers = stack.folder / ".terraform" / "providers"
    locked = [providers / name / version for name, version in _LOCKED.findall(stack.lock()) if name in GOOGLE]
    builds = [build for version in locked for build in version.glob("*/terraform-provider-google_v*")]
    return builds[0].resolve() if len(builds) == 1 else None
