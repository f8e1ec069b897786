"""`./psc verify`: whether what is deployed in Google Cloud is as the configuration says."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from commands.command import Command, tidy_up_on_signals
from commands.console import show, steps
from commands.environment import Environment
from commands.expectation import expectation
from deployment.printable import printable_json

if TYPE_CHECKING:
    from live.verification import Verification


def arguments(parser: ArgumentParser) -> None:
    """What to verify, and how to tell it."""
    parser.add_argument("--stack", action="append", metavar="NAME", help="verify only this stack (may be repeated)")
    parser.add_argument(
        "--connectivity",
        action="store_true",
        help="also have Google's Connectivity Test analyse the way to each endpoint; it makes a test, and deletes it",
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document (docs/verify.md)")


def run(args: Namespace, environment: Environment) -> int:
    """Verify; 0 all facts hold, 1 some fail, 2 it could not be found out."""
    # Here and not at the top: these come with the environment.
    from commands.refusals import refused
    from deployment.unusable import UnusableError
    from live.report import document, lines

    tidy_up_on_signals()
    try:
        verification = _verified(args, environment)
    except UnusableError as error:
        return refused(error)
    if args.json:
        print(printable_json(document(verification)))
    else:
        show(lines(verification))
    return verification.code


def _verified(args: Namespace, environment: Environment) -> Verification:
    from live.verification import Verification, analysed, asked

    if args.connectivity:
        show(["a Connectivity Test is made for each endpoint, in its project, and deleted again"], errors=True)
    with steps("synthesis") as begin:
        made, wanted = expectation(environment, args.stack or ())
        told = [*asked(wanted, begin), *(analysed(wanted, begin) if args.connectivity else ())]
        return Verification(environment=made.environment, told=tuple(told))


COMMAND = Command(
    name="verify",
    summary="whether what is deployed is as configured, without Terraform's state",
    details=(
        "Synthesizes the environment, reads the projects with your own credentials, and tells for each fact whether\n"
        "it holds: APIs, proxy-only subnet, service, invokers, load balancer, certificate, attachment, NAT addresses,\n"
        "connections on both sides, names in DNS. It needs no Terraform and goes on where it may not read\n"
        "(docs/roles.md lists the roles); it changes nothing, except for the tests that --connectivity makes\n"
        "and deletes. Exit codes: 0 all facts that are known hold, 1 some fail, 2 it could not be found out."
    ),
    examples=(
        "./psc verify",
        "./psc verify --env staging --stack producer",
        "./psc verify --json > verification.json",
        "./psc verify --stack consumer --connectivity",
    ),
    run=run,
    arguments=arguments,
)
