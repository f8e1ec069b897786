"""The user's own Terraform: found, or asked for in a sentence."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from commands.building import BuildError

if TYPE_CHECKING:
    from deployment.terraform import Terraform

OLDEST = (1, 5)


def require_terraform() -> Terraform:
    """A Terraform that is new enough.

    Raises:
        BuildError: when there is none on PATH, it does not run, or it is too old.
    """
    # Here and not at the top: these come with the environment.
    from deployment.terraform import Terraform
    from deployment.terraform_variables import for_init
    from deployment.unusable import UnusableError

    program = shutil.which("terraform")
    wanted = f"Terraform {OLDEST[0]}.{OLDEST[1]} or newer"
    if program is None:
        raise BuildError(f"{wanted} is needed on PATH; see https://developer.hashicorp.com/terraform/install")
    terraform = Terraform(program)
    try:
        version = terraform.version(for_init())
        number = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
    except (UnusableError, ValueError) as error:
        raise BuildError(f"{program} does not tell its version; {wanted} is needed") from error
    if number < OLDEST:
        raise BuildError(f"{program} is Terraform {version}; {wanted} is needed (`check` blocks)")
    return terraform
