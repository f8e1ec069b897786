"""`./psc adopt`: take over what exists in Google Cloud into Terraform's state."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from commands.command import Command, tidy_up_on_signals
from commands.console import show, steps
from commands.environment import CHECKOUT, Environment
from commands.synth import chosen_by
from commands.terraform import require_terraform
from deployment.printable import printable_json

if TYPE_CHECKING:
    from live.adopt.adoption import Adoption

# How long Terraform may take to end an apply after Ctrl-C, seconds; killed, it would leave the state locked or torn.
_PATIENCE = 600
_OF_DISCOVERY = ("producer", "consumer", "region", "output")
_OF_ADOPTING = ("stack", "service", "endpoint", "apply", "allow_differences", "json")


def arguments(parser: ArgumentParser) -> None:
    """What to adopt, and how far to go."""
    parser.add_argument("--stack", action="append", metavar="NAME", help="adopt only this stack (may be repeated)")
    for what in ("service", "endpoint"):
        parser.add_argument(
            f"--{what}",
            action="append",
            metavar="KEY",
            help=f"adopt only this {what} and what it needs (may be repeated)",
        )
    parser.add_argument(
        "--apply", action="store_true", help="apply exactly what was planned, and check that a second plan is empty"
    )
    parser.add_argument(
        "--allow-differences",
        action="store_true",
        help="with --apply: also where the configuration differs, so that what exists is changed to it; what would be "
        "replaced or destroyed is refused all the same",
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document (docs/import.md)")
    found = parser.add_argument_group("instead, write the configuration of what exists, to adopt it with")
    found.add_argument(
        "--discover",
        action="store_true",
        help="walk the live chain and print the smallest configuration that equals it",
    )
    found.add_argument("--producer", metavar="PROJECT", help="with --discover: the project that publishes")
    found.add_argument(
        "--consumer", metavar="[KEY=]PROJECT", action="append",
        help="with --discover: a project that connects (may be repeated)",
    )  # fmt: skip
    found.add_argument("--region", metavar="REGION", help="with --discover: the region of both sides")
    found.add_argument(
        "--output", metavar="FILE", help="with --discover: write it to this file, which must not exist yet"
    )


def run(args: Namespace, environment: Environment) -> int:
    """Adopt; 0 it can be (or was), 1 something is in the way, 2 it could not be found out."""
    # Here and not at the top: these come with the environment.
    from commands.discovery import discovered
    from commands.refusals import refused
    from deployment.unusable import UnusableError
    from live.adopt.report import document, lines

    tidy_up_on_signals()
    try:
        if args.discover:
            if given := [one for one in _OF_ADOPTING if getattr(args, one)]:
                raise UnusableError(f"--{given[0].replace('_', '-')} does not go with --discover, which adopts nothing")
            return discovered(args)
        if given := [one for one in _OF_DISCOVERY if getattr(args, one)]:
            raise UnusableError(f"--{given[0]} goes with --discover; the configuration says it otherwise")
        adoption = _adopted(args, environment)
    except UnusableError as error:
        return refused(error)
    if args.json:
        print(printable_json(document(adoption)))
    else:
        of = "".join(
            f"--{one} {name} " for one in ("stack", "service", "endpoint") for name in getattr(args, one) or ()
        )
        more = " --allow-differences" if args.allow_differences else ""
        show(lines(adoption, f"./psc adopt {chosen_by(adoption.environment)}{of}--apply{more}"))
    return adoption.code


def _adopted(args: Namespace, environment: Environment) -> Adoption:
    from deployment.line import Line
    from deployment.output_folder import chosen, stacks_of
    from deployment.stack_files import read
    from deployment.synthesis import synthesize
    from live.adopt.adoption import Adopter, Adoption, forget_plans
    from live.adopt.keys import keys_of
    from live.adopt.scope import Chosen, Wanted
    from live.sides import sides

    terraform = require_terraform(_PATIENCE)
    wanted = Wanted(stacks=args.stack or (), services=args.service or (), endpoints=args.endpoint or ())
    with steps("synthesis") as begin:
        # Into the checkout's own folder: there lies the state that it is to be taken into.
        made = synthesize(str(environment.python), CHECKOUT, None, environment.variables())
        show((Line(f"note: {note}", "note") for note in made.notes), errors=True)
        folders, stacks = chosen(stacks_of(made.folder), wanted.stacks), read(made.folder, made.environment)
        services = [*(made.settings.producer.services if made.settings.producer else ())]
        endpoints = {name: [*one.endpoints] for name, one in made.settings.consumers.items()}
        wanted.check(services, endpoints)
        scopes = wanted.scopes(folders, stacks)
        folders = [one for one in folders if one.name in scopes]
        adoption = Adoption(environment=made.environment, wanted=args.apply, allowed=args.allow_differences)
        there = [
            Chosen(folder=folder, side=side, scope=scopes[folder.name])
            for folder, side in zip(folders, sides(stacks[one.name] for one in folders), strict=True)
        ]
        keys = keys_of([*services, *(key for given in endpoints.values() for key in given)])
        try:
            Adopter(terraform, dict(os.environ), keys, begin).adopt(adoption, there)
        finally:
            forget_plans(folders)
        return adoption


COMMAND = Command(
    name="adopt",
    summary="take over what exists, such as what gcloud made, without making it anew",
    details=(
        "Synthesizes the environment, asks Google Cloud which of its resources exist, plans their import with your\n"
        "Terraform and state, and gives a verdict for each: taken as it is; with a harmless update; different, with\n"
        "the key and value that would make it equal; refused, as it would be replaced or destroyed; or not there.\n"
        "Nothing is written without --apply, which applies exactly that plan and insists on an empty second one.\n"
        "--service and --endpoint take one of several with what it needs, and leave the rest of its stack untouched.\n"
        "Exit codes: 0 it can be adopted (or was), 1 something is in the way, 2 it could not be found out."
    ),
    examples=(
        "./psc adopt",
        "./psc adopt --discover --producer my-producer --consumer my-consumer --region europe-west1 > ours.yaml",
        "./psc adopt --env staging --stack producer",
        "./psc adopt --service hello --endpoint psc-endpoint --apply",
        "./psc adopt --apply",
        "./psc adopt --json > adoption.json",
    ),
    run=run,
    arguments=arguments,
)
