"""The user's own Terraform, or OpenTofu: found, or asked for in a sentence."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from commands.building import BuildError

if TYPE_CHECKING:
    from deployment.terraform import Terraform

# The cdktf CLI's own variable: https://developer.hashicorp.com/terraform/cdktf/create-and-deploy/environment-variables
VARIABLE = "TERRAFORM_BINARY_NAME"
OLDEST = (1, 5)


def found() -> str | None:
    """The program: what the variable names, else `terraform` on PATH, else `tofu`; None where there is none.

    Raises:
        BuildError: when the variable names something that is not there.
    """
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return shutil.which("terraform") or shutil.which("tofu")
    program = shutil.which(wanted)
    if program is None:
        raise BuildError(f"{VARIABLE} names {wanted!r}, which is not on PATH; correct it, or unset it")
    return program


def require_terraform(patience: float | None = None) -> Terraform:
    """A Terraform or OpenTofu that is new enough; `patience` is how long it may take to stop, seconds.

    Raises:
        BuildError: when there is none, it does not run, or it is too old.
    """
    # Here and not at the top: these come with the environment.
    from deployment.terraform import Terraform
    from deployment.terraform_variables import for_init
    from deployment.unusable import UnusableError

    program = found()
    wanted = f"Terraform {OLDEST[0]}.{OLDEST[1]} or newer, or OpenTofu,"
    if program is None:
        raise BuildError(f"{wanted} is needed on PATH; see https://developer.hashicorp.com/terraform/install")
    terraform = Terraform(program) if patience is None else Terraform(program, patience)
    try:
        version = terraform.version(for_init())
        number = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
    except (UnusableError, ValueError) as error:
        raise BuildError(f"{program} does not print its version; {wanted} is needed") from error
    if number < OLDEST:
        raise BuildError(f"{program} is {terraform.name} {version}; {wanted} is needed (`check` blocks)")
    return terraform
