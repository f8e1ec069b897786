"""A look around in a rehearsal that was kept: a shell of its own, whose programs talk to the stand-in."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deployment.output_folder import StackFolder
from deployment.stack import blocks

_SCRIPT = """\
#!/bin/sh
# A shell in which Terraform, its google provider and gcloud talk to the stand-in of this rehearsal; `exit` leaves it.
{exports}
cd {stacks} || exit
exec "${{SHELL:-/bin/sh}}" "$@"
"""


def write_shell(folder: Path, variables: Mapping[str, str]) -> Path:
    """Write the script that starts the shell; nothing of it stays in the shell that it is called from.

    `variables` are those that the rehearsal's Terraform runs with. gcloud wants a token, and any will do. A Terraform
    that is initialized in the shell, as `./psc adopt` does, finds the provider that the rehearsal has: its home is
    another one, and no registry can be reached from there.
    """
    for providers in sorted(folder.glob("stacks/*/.terraform/providers"))[:1]:
        # https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
        plugins = folder / "home" / ".terraform.d" / "plugins"
        plugins.parent.mkdir(parents=True, exist_ok=True)
        plugins.symlink_to(providers)
    token = folder / "home" / "token"
    token.write_text("rehearsal\n")
    exported = {
        **variables,
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(token),
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
    }
    exported.pop("PATH")
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(exported.items()))
    script = folder / "shell"
    script.write_text(_SCRIPT.format(exports=exports, stacks=shlex.quote(str(folder / "stacks"))))
    script.chmod(0o700)
    return script


def directions(
    folder: Path, script: Path, process_id: int, stacks: Sequence[StackFolder], program: str = "terraform"
) -> Iterator[str]:
    """What to type, for people; `program` is what they type for Terraform."""
    yield f"kept: {folder}; requests are in {folder / 'requests.log'}"
    yield f"  {script}   # a shell that talks to the stand-in; in it, for instance:"
    for stack in stacks:
        yield f"    {program} -chdir={stack.name} plan"
    projects = [block.get("project") for block in blocks(stacks[0].content().get("provider", {}), "google")]
    yield f"    gcloud compute networks list --project={next(filter(None, projects), 'PROJECT')}"
    yield f"  when done: exit; kill {process_id}; rm -r {shlex.quote(os.fspath(folder))}"
