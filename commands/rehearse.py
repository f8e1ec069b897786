"""`./psc rehearse`: the whole deployment, offline, with the real Terraform and google provider."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import Command
from commands.environment import CHECKOUT, Environment
from commands.lockfile import REHEARSE
from commands.terraform import require_terraform

if TYPE_CHECKING:
    from deployment.output_folder import StackFolder
    from rehearsal.report import Report


# A socket's path has at most 104 bytes (macOS; Linux 108): FOLDER/psc-rehearsal-12345678/home/plugin1234567890.
_LONGEST_FOLDER = 104 - len("/psc-rehearsal-12345678/home/plugin1234567890") - 1


def arguments(parser: ArgumentParser) -> None:
    """What to deploy first, and what to leave behind."""
    former = parser.add_mutually_exclusive_group()
    former.add_argument(
        "--from", dest="revision", metavar="REF", help="deploy what this git revision synthesizes first"
    )
    former.add_argument("--from-dir", metavar="DIR", help="deploy this earlier cdktf.out first")
    parser.add_argument("--dir", metavar="DIR", help="this cdktf.out as it is, instead of synthesizing")
    parser.add_argument("--stack", action="append", metavar="NAME", help="only this stack and what it depends on")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document (docs/rehearsal.md)")
    parser.add_argument("--keep", action="store_true", help="leave the folder and the stand-in for a look around")


def run(args: Namespace, environment: Environment) -> int:
    """Rehearse; 0 held, 1 findings, 2 unusable."""
    from deployment.unusable import UnusableError
    from rehearsal.cloud import CloudError

    terraform = require_terraform()
    # What `timeout` or a CI system sends must tidy up like Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="psc-rehearsal-", dir=_short_folder()))
    kept = False
    try:
        report, kept = _rehearse(args, terraform, folder)
    except (CloudError, UnusableError) as error:
        print(f"psc: {error}", file=sys.stderr)
        return 2
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    if args.json:
        print(json.dumps(report.document(), indent=2))
    else:
        for line in report.lines():
            print(line)
    return 0 if report.held else 1


def _short_folder() -> str:
    """The user's temporary folder, or /tmp where that is too long for the sockets of Terraform's providers."""
    folder = tempfile.gettempdir()
    return folder if len(folder) <= _LONGEST_FOLDER else "/tmp"  # noqa: S108  # mkdtemp makes a private folder in it


def _rehearse(args: Namespace, terraform: str, folder: Path) -> tuple[Report, bool]:
    from deployment.surroundings import for_deployment, for_init
    from deployment.terraform import Terraform
    from rehearsal.cloud import RehearsalCloud
    from rehearsal.report import Report
    from rehearsal.run import Rehearsal

    tell = _teller()
    former, name, notes = _former(args, folder)
    present, environment = _present(args, folder)
    tell("synthesized")
    home = folder / "home"
    home.mkdir()
    cloud = RehearsalCloud(CHECKOUT, folder / "requests.log")
    kept = False
    try:
        tell(f"stand-in at {cloud.url}; no API is enabled yet")
        variables = for_deployment(home, cloud.url, cloud.endpoints)
        program = Terraform(terraform, for_init(), variables)
        report = Report(environment=environment, provider=_provider(present), former=name)
        report.notes += notes
        rehearsal = Rehearsal(folder / "stacks", cloud, program, report, tell)
        went = rehearsal.deploy(former or present)
        if former and went:
            went = rehearsal.edit(present)
        if went:
            rehearsal.settle()
        rehearsal.look()
        if args.keep:
            cloud.keep()
            kept = True
            _show_around(folder, cloud.url, cloud.process_id, present)
        elif went:
            rehearsal.destroy()
    finally:
        if not kept:
            cloud.stop()
    return report, kept


def _teller() -> Callable[[str], None]:
    """Progress on standard error, each line with the time since the start."""
    started = time.monotonic()

    def tell(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {line}", file=sys.stderr, flush=True)

    return tell


def _present(args: Namespace, folder: Path) -> tuple[list[StackFolder], str]:
    """What is deployed in the end: its stacks, and what their environment is called."""
    from deployment.output_folder import stacks_of, with_needs
    from deployment.synthesis import synthesize

    if args.dir:
        return with_needs(stacks_of(Path(args.dir)), args.stack or ()), args.dir
    made = synthesize(sys.executable, CHECKOUT, folder / "present")
    return with_needs(stacks_of(made.folder), args.stack or ()), made.environment


def _former(args: Namespace, folder: Path) -> tuple[list[StackFolder], str, list[str]]:
    """What is deployed first: its stacks, its name, and notes on how it was made."""
    from deployment.output_folder import stacks_of, with_needs
    from deployment.revision import check_out, differing_packages, own_configuration
    from deployment.synthesis import synthesize

    if args.from_dir:
        return with_needs(stacks_of(Path(args.from_dir)), args.stack or ()), args.from_dir, []
    if not args.revision:
        return [], "", []
    other = folder / "former-checkout"
    other.mkdir()
    commit = check_out(CHECKOUT, args.revision, other)
    different = differing_packages(CHECKOUT, other)
    notes = (
        [f"{args.revision} ran with today's packages; its lock differs in {', '.join(different)}"] if different else []
    )
    variables = dict(os.environ)
    if chosen := variables.get("PSC_CONFIG"):
        variables["PSC_CONFIG"], its_own = own_configuration(CHECKOUT, chosen)
        if not its_own:
            notes.append(
                f"{chosen} stands outside the checkout, so {args.revision} was synthesized with it as it is now"
            )
    made = synthesize(sys.executable, other, folder / "former", variables)
    return with_needs(stacks_of(made.folder), args.stack or ()), f"{args.revision} ({commit})", notes


def _provider(stacks: list[StackFolder]) -> str:
    return str(stacks[0].content()["terraform"]["required_providers"]["google"]["version"])


def _show_around(folder: Path, url: str, process_id: int, stacks: list[StackFolder]) -> None:
    print(f"kept: {folder}", file=sys.stderr)
    print(f'  eval "$({sys.executable} -s -m standin env --url {url})"   # in {CHECKOUT}', file=sys.stderr)
    for stack in stacks:
        print(f"  terraform -chdir={folder / 'stacks' / stack.name} plan", file=sys.stderr)
    print(
        f"  gcloud compute networks list --project=PROJECT; requests are in {folder / 'requests.log'}", file=sys.stderr
    )
    print(f"  when done: kill {process_id}; rm -r {folder}", file=sys.stderr)


COMMAND = Command(
    name="rehearse",
    summary="deploy offline, with the real Terraform and provider, against a stand-in",
    details=(
        "Synthesizes, then applies producer and consumers with your Terraform and the real google provider against a\n"
        "stand-in for the Google Cloud APIs on loopback: no credentials, no network. A second plan must be empty,\n"
        "connections ACCEPTED, and after destroy nothing left. With --from it deploys an earlier revision first and\n"
        "tells what the change does to it."
    ),
    examples=(
        "./psc rehearse",
        "./psc rehearse --from HEAD~1",
        "./psc rehearse --env staging --from main --json",
        "./psc rehearse --keep",
    ),
    run=run,
    arguments=arguments,
    groups=(REHEARSE,),
)
