"""`./psc roles`: what the deployers of an environment must be allowed to do, and the commands that allow it."""

from __future__ import annotations

import re
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import Command, tidy_up_on_signals
from commands.console import show
from commands.environment import CHECKOUT, Environment
from deployment.printable import printable

if TYPE_CHECKING:
    from deployment.needed_roles import Needed

_MEMBER = re.compile(r"(user|group|serviceAccount|domain):\S+@?\S*|principal(Set)?://\S+")
_WHOEVER = "group:deployers@example.com"


def arguments(parser: ArgumentParser) -> None:
    """Whose roles, and in what form."""
    parser.add_argument("--stack", action="append", metavar="NAME", help="list only this stack (may be repeated)")
    parser.add_argument("--gcloud", action="store_true", help="print the gcloud commands that grant the roles instead")
    parser.add_argument("--member", metavar="MEMBER", default=_WHOEVER,
                        help=f"grant the roles to this IAM member (default: {_WHOEVER})")  # fmt: skip


def run(args: Namespace, environment: Environment) -> int:
    """Print them, stack by stack; 2 when the configuration cannot be used."""
    from commands.refusals import refused
    from deployment.needed_roles import needed
    from deployment.output_folder import stacks_of
    from deployment.synthesis import synthesize
    from deployment.unusable import UnusableError

    tidy_up_on_signals()
    if not _MEMBER.fullmatch(args.member) or printable(args.member) != args.member:
        show([f"psc: --member {args.member!r}: give an IAM member, such as group:NAME@DOMAIN"], errors=True)
        return 2
    with tempfile.TemporaryDirectory(prefix="psc-roles-") as folder:
        try:
            made = synthesize(str(environment.python), CHECKOUT, Path(folder), environment.variables())
            stacks = {stack.name: needed(stack.content()) for stack in stacks_of(made.folder)}
        except UnusableError as error:
            return refused(error)
    unknown = sorted({*(args.stack or ())} - stacks.keys())
    if unknown:
        show([f"psc: --stack {unknown[0]!r}: there is no such stack; there are {', '.join(stacks)}"], errors=True)
        return 2
    chosen = {name: roles for name, roles in stacks.items() if not args.stack or name in args.stack}
    if args.gcloud and args.member == _WHOEVER:
        show([f"note: {_WHOEVER} stands for whoever deploys; --member says who that is"], errors=True)
    for name, roles in chosen.items():
        if args.gcloud:
            print("\n".join([f"# {name}", *(one.command(args.member) for one in roles)]))
        else:
            show(_lines(name, roles))
    if not args.gcloud:
        count = sum(map(len, chosen.values()))
        show([f"{count} roles and permissions for {', '.join(chosen)}; --gcloud prints the commands that grant them"])
    return 0


def _lines(name: str, roles: list[Needed]) -> Iterator[str]:
    from deployment.line import Line

    project = ""
    yield Line(f"stack {name}", "heading")
    for one in roles:
        if one.project != project:
            project = one.project
            yield f"  in {project}"
        on = f" on {one.on}" if one.on else ""
        to = f", for {one.member}" if one.member else ""
        yield f"    {one.role}{on}{to}: {one.why}"


COMMAND = Command(
    name="roles",
    summary="the roles that deploying an environment needs",
    details=(
        "Synthesizes the environment and lists the roles that each stack's deployer needs, and what to grant them on.\n"
        "With --gcloud, prints commands for somebody who may grant them. This command itself grants nothing.\n"
        "docs/roles.md says which roles testers need."
    ),
    examples=(
        "./psc roles",
        "./psc roles --env staging --stack producer",
        "./psc roles --gcloud --member group:platform@example.com > grant.sh",
    ),
    run=run,
    arguments=arguments,
)
