"""`./psc rehearse`: the whole deployment, offline, with the real Terraform and google provider."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from typing import TYPE_CHECKING

from commands.command import Command, tidy_up_on_signals
from commands.console import drawn, show
from commands.environment import CHECKOUT, Environment
from commands.progress import grouped, telling
from commands.terraform import require_terraform
from deployment.printable import printable, printable_json

if TYPE_CHECKING:
    from deployment.account import Account


def arguments(parser: ArgumentParser) -> None:
    """What to deploy first, and what to leave behind."""
    former = parser.add_mutually_exclusive_group()
    former.add_argument(
        "--from", dest="revision", metavar="REF", help="first deploy this git revision, then the work tree over it"
    )
    former.add_argument("--from-dir", metavar="DIR", help="first deploy this earlier cdktf.out")
    parser.add_argument("--dir", metavar="DIR", help="deploy this existing cdktf.out instead of synthesizing")
    parser.add_argument(
        "--stack", action="append", metavar="NAME", help="deploy only this stack and the stacks it depends on"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("-q", "--quiet", action="store_true", help="print only findings and the verdict")
    form.add_argument("-v", "--verbose", action="store_true", help="print every change of every step")
    form.add_argument("--json", action="store_true", help="print the result as one JSON document (docs/rehearsal.md)")
    parser.add_argument(
        "--keep", action="store_true", help="keep the folder and the stand-in, so that you can look around"
    )


def run(args: Namespace, environment: Environment) -> int:
    """Rehearse; 0 held, 1 findings, 2 unusable."""
    # Here and not at the top: these come with the environment.
    from deployment.printable import printable_lines
    from deployment.unusable import UnusableError
    from rehearsal.cloud import CloudError
    from rehearsal.report import document, lines

    tidy_up_on_signals()
    try:
        account = _rehearsed(args)
    except (CloudError, UnusableError) as error:
        print(f"psc: {printable_lines(str(error))}", file=sys.stderr)
        return 2
    if args.json:
        print(printable_json(document(account)))
    else:
        told = list(lines(account, verbose=args.verbose))
        show(told[-1 - len(account.findings) :] if args.quiet else told)
    return 0 if account.held else 1


def _rehearsed(args: Namespace) -> Account:
    from deployment.terraform_variables import for_deployment
    from rehearsal.around import directions, write_shell
    from rehearsal.cloud import RehearsalCloud
    from rehearsal.rehearse import rehearse
    from rehearsal.sides import Sides
    from rehearsal.workplace import Workplace

    tell = _Progress(silent=args.quiet)
    terraform = require_terraform()
    sides = Sides(
        checkout=CHECKOUT, output=args.dir, former_output=args.from_dir, revision=args.revision, names=args.stack or ()
    )
    with (
        grouped("rehearsal"),
        Workplace() as place,
        RehearsalCloud(CHECKOUT, place.folder / "requests.log") as cloud,
        telling(lambda: tell.doing) if drawn(errors=True) and not args.quiet else nullcontext(),
    ):
        wish = sides.wish(place.folder, kept=args.keep)
        tell("synthesized")
        account = rehearse(wish, terraform.program, cloud, place.folder, tell, tell.begin)
        if args.keep:
            cloud.keep()
            place.kept = True
            script = write_shell(place.folder, for_deployment(place.folder / "home", cloud.url, cloud.endpoints))
            for line in directions(place.folder, script, cloud.process_id, wish.stacks, terraform.name):
                print(printable(line), file=sys.stderr)
    return account


class _Progress:
    """Progress on standard error, each line with the time since the start."""

    def __init__(self, *, silent: bool) -> None:
        self._silent, self._started = silent, time.monotonic()
        self.doing = "synthesis"

    def begin(self, what: str) -> None:
        """What is being done from now on."""
        self.doing = what

    def __call__(self, line: str) -> None:
        """Something is done."""
        if self._silent:
            return
        show([f"[{time.monotonic() - self._started:5.1f} s] {line}"], errors=True)


COMMAND = Command(
    name="rehearse",
    summary="deploy offline, with the real Terraform and provider, against a stand-in",
    details=(
        "Synthesizes, then applies producer and consumers with your Terraform and the real google provider against a\n"
        "stand-in for the Google Cloud APIs on loopback: no credentials, no network. A second plan must be empty, the\n"
        "connections must be ACCEPTED, and nothing may be left after destroy. With --from, it deploys an earlier\n"
        "revision first and shows what the change does to it."
    ),
    examples=(
        "./psc rehearse",
        "./psc rehearse --from HEAD~1",
        "./psc rehearse --env staging --from main --json",
        "./psc rehearse --keep",
    ),
    run=run,
    arguments=arguments,
)
