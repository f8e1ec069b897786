"""`./psc providers-lock`: the provider's version and checksums, committed, so that review and deploy use the same."""

from __future__ import annotations

import shutil
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import Command
from commands.environment import CHECKOUT, Environment
from commands.terraform import require_terraform

if TYPE_CHECKING:
    from deployment.terraform import Terraform

PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")
LOCKS = "locks"


def arguments(parser: ArgumentParser) -> None:
    """Which platforms, and where the provider comes from."""
    parser.add_argument("--platform", action="append", metavar="OS_ARCH", help=f"default: {', '.join(PLATFORMS)}")
    parser.add_argument("--fs-mirror", metavar="DIR", help="take the provider from this local mirror")
    parser.add_argument(
        "--this-platform",
        action="store_true",
        help="lock the provider that `terraform init` finds here (a local mirror is enough)",
    )


def run(args: Namespace, environment: Environment) -> int:
    """Synthesize aside, lock each stack, and put the files under locks/ only when all went well."""
    from commands.refusals import refused
    from deployment.output_folder import stacks_of
    from deployment.synthesis import NotSynthesizedError, synthesize
    from stacks.layout import LOCK_FILE

    terraform = require_terraform()
    with tempfile.TemporaryDirectory(prefix="psc-") as place:
        try:
            output = Path(place) / "out"
            made = synthesize(str(environment.python), CHECKOUT, output, environment.variables(), told=True)
        except NotSynthesizedError as error:
            return refused(error)
        stacks = stacks_of(made.folder)
        for stack in stacks:
            stack.lock_file.unlink(missing_ok=True)  # the one of the last time: this is to replace it
            if not _lock(terraform, args, stack.folder, stack.name):
                return 1
        target = CHECKOUT / LOCKS / made.environment
        target.mkdir(parents=True, exist_ok=True)
        for stack in stacks:
            file = target / f"{stack.name}{LOCK_FILE}"
            shutil.copyfile(stack.lock_file, file)
            print(f"wrote {file.relative_to(CHECKOUT)}; commit it, and `./psc synth` puts it into the stack's folder")
    return 0


def _lock(terraform: Terraform, args: Namespace, where: Path, stack: str) -> bool:
    from deployment.printable import printable_lines
    from deployment.terraform_variables import for_init

    print(f"{stack}: asking for the provider …", file=sys.stderr, flush=True)
    if args.this_platform:
        done = terraform.init(where, for_init(), "-backend=false")
    else:
        mirror = Path(args.fs_mirror).absolute() if args.fs_mirror else None
        done = terraform.lock_providers(where, for_init(), args.platform or PLATFORMS, mirror)
    if done.code == 0:
        return True
    print(printable_lines((done.output + done.errors).strip()), file=sys.stderr)
    hint = "" if args.this_platform else "; where the registry is out of reach: --this-platform, or --fs-mirror DIR"
    print(f"psc: {stack}: {terraform.name} could not lock the provider{hint}", file=sys.stderr)
    return False


COMMAND = Command(
    name="providers-lock",
    summary="write the provider lock files that a team commits",
    details=(
        "Runs `terraform providers lock` for each stack of the environment and keeps the results as\n"
        "locks/ENVIRONMENT/STACK.terraform.lock.hcl. `./psc synth` copies these files into the stacks' folders, so\n"
        "that everyone has the same provider version and checksums between review and deployment."
    ),
    examples=(
        "./psc providers-lock",
        "./psc providers-lock --env staging --platform linux_amd64",
        "./psc providers-lock --this-platform",
    ),
    run=run,
    arguments=arguments,
)
