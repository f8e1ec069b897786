"""The user's own Terraform: found, or asked for in a sentence."""

from __future__ import annotations

import json
import shutil
import subprocess

from commands.building import BuildError

OLDEST = (1, 5)


def require_terraform() -> str:
    """The path of a Terraform that is new enough.

    Raises:
        BuildError: when there is none on PATH, it does not run, or it is too old.
    """
    program = shutil.which("terraform")
    wanted = f"Terraform {OLDEST[0]}.{OLDEST[1]} or newer"
    if program is None:
        raise BuildError(f"{wanted} is needed on PATH; see https://developer.hashicorp.com/terraform/install")
    done = subprocess.run([program, "version", "-json"], capture_output=True, text=True, check=False)
    try:
        version = str(json.loads(done.stdout)["terraform_version"])
        found = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
    except (ValueError, KeyError) as error:
        raise BuildError(f"{program} does not tell its version; {wanted} is needed") from error
    if found < OLDEST:
        raise BuildError(f"{program} is Terraform {version}; {wanted} is needed (`check` blocks)")
    return program
