"""`./psc handover`: the deployment as plain Terraform with a runbook, for those who have no cdktf."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import Command, tidy_up_on_signals
from commands.environment import CHECKOUT, Environment
from commands.terraform import found

if TYPE_CHECKING:
    from handover.bundle import Bundle, Wish
    from handover.source import BundleSource


def arguments(parser: ArgumentParser) -> None:
    """Where to, in which format, and what of it; or what to verify."""
    parser.add_argument("folder", metavar="DIR", help="the bundle's folder; it must be empty or not exist")
    parser.add_argument("--hcl", action="store_true", help="write HCL with comments instead of Terraform JSON")
    parser.add_argument("--stack", action="append", metavar="NAME", help="hand over this stack only")
    parser.add_argument("--tar", action="store_true", help="also write DIR.tar (same content, same bytes)")
    parser.add_argument("--force", action="store_true", help="replace a former bundle in DIR, and no other files there")
    parser.add_argument(
        "--as-configured",
        action="store_true",
        help="with --force: restore what operations removed or changed, as the configuration has it",
    )
    parser.add_argument(
        "--harmless",
        action="append",
        metavar="NAME",
        help="this env variable is not a credential, even if it looks like one",
    )
    parser.add_argument("--verify", action="store_true", help="write nothing; check the bundle that is in DIR")


def run(args: Namespace, environment: Environment) -> int:
    """Hand over, 0; or verify: 0 fine, 1 findings. 2 for what cannot be used."""
    # Here and not at the top: these come with the environment.
    from deployment.unusable import UnusableError

    tidy_up_on_signals()
    folder = Path(args.folder)
    try:
        if args.verify:
            options = ("hcl", "stack", "tar", "force", "harmless", "as_configured")
            others = [name.replace("_", "-") for name in options if getattr(args, name)]
            if others:
                print(
                    f"psc: --verify takes no --{others[0]}: the bundle itself records how it was made", file=sys.stderr
                )
                return 2
            return _verify(folder)
        return _hand_over(args, folder)
    except UnusableError as error:
        print(f"psc: {error}", file=sys.stderr)
        return 2


def _hand_over(args: Namespace, folder: Path) -> int:
    from deployment.links import real
    from deployment.printable import printable
    from deployment.terraform import Terraform
    from deployment.unusable import UnusableError
    from handover.again import operated, told, with_values
    from handover.archive import archive
    from handover.bundle import Wish
    from handover.placing import check, place
    from handover.source import source, why_unknown

    if args.as_configured and not args.force:
        raise UnusableError("--as-configured goes with --force: it says what becomes of a former bundle")
    former = check(folder, CHECKOUT, force=args.force)
    format_ = "hcl" if args.hcl else "json"
    theirs = operated(folder, format_) if args.force and not args.as_configured else {}
    tar = real(folder.parent) / f"{real(folder).name}.tar"
    if args.tar:
        _check_tar(tar, force=args.force)
    wish = Wish(
        format=format_,
        stacks=tuple(args.stack or ()),
        harmless=tuple(args.harmless or ()),
        program=Terraform(found() or "terraform").name,
    )
    made, notes = _made(wish, source(CHECKOUT))
    if former and former.environment != made.manifest.environment:
        raise UnusableError(
            f"{folder} is a bundle of the environment {former.environment}, and this would be one of "
            f"{made.manifest.environment}, with its values and states; give another folder"
        )
    configured, made = made.files, with_values(made, theirs)
    for path in place(made.files, folder):
        kept = printable(path)
        print(f"{kept} had been edited: kept as {kept}.edited; compare the two before you apply", file=sys.stderr)
    for line in told(made, theirs, configured):
        print(printable(line), file=sys.stderr)
    stacks = ", ".join(made.manifest.stacks)
    print(f"wrote {printable(str(folder))}: {stacks}, {len(made.files)} files; begin with README.md")
    if args.tar:
        _write_tar(tar, archive(made.files, real(folder).name))
    changed = ["the checkout has changes that are not committed; the bundle says so"]
    unknown = [f"{why}; the bundle says that its revision is unknown" for why in [why_unknown(CHECKOUT)] if why]
    for note in [*notes, *(changed if made.manifest.source.changed else []), *unknown]:
        print(f"note: {printable(note)}", file=sys.stderr)
    return 0


def _made(wish: Wish, source: BundleSource) -> tuple[Bundle, Sequence[str]]:
    """Synthesize aside and make the bundle; with the notes on its configuration.

    Raises:
        NotSynthesizedError: when the configuration is refused; the message is main.py's own.
    """
    from deployment.output_folder import stacks_of
    from deployment.synthesis import synthesize
    from handover.bundle import bundle

    with tempfile.TemporaryDirectory(prefix="psc-handover-") as place:
        made = synthesize(sys.executable, CHECKOUT, Path(place) / "out")
        return bundle(stacks_of(made.folder), made.settings, source, wish), made.notes


def _check_tar(tar: Path, *, force: bool) -> None:
    from handover.placing import PlacingError

    try:
        mode = tar.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise PlacingError(f"{tar.name}: {error.strerror}; give another folder") from error
    if not (force and stat.S_ISREG(mode)):
        raise PlacingError(f"{tar.name} exists beside the folder; --force replaces it if it is a file")


def _write_tar(tar: Path, content: bytes) -> None:
    from deployment.printable import printable
    from handover.placing import PlacingError

    aside = tar.with_name(f".{tar.name}.handover")
    try:
        aside.unlink(missing_ok=True)  # of a run that was killed
        with aside.open("xb") as file:
            file.write(content)
        aside.replace(tar)
    except OSError as error:
        raise PlacingError(f"{tar}: {error.strerror}; the folder itself was written") from error
    finally:
        with suppress(OSError):
            aside.unlink()
    print(f"wrote {printable(tar.name)} beside it")


def _verify(folder: Path) -> int:
    from deployment.printable import printable
    from deployment.synthesis import NotSynthesizedError
    from deployment.terraform import Terraform
    from deployment.unusable import UnusableError
    from handover import verification
    from handover.again import as_recorded
    from handover.bundle import Wish
    from handover.manifest import read
    from handover.present import present

    program = found()
    manifest, listed = read(folder)
    _choose(manifest.environment)
    wish = Wish(
        format=manifest.format,
        stacks=manifest.stacks,
        harmless=manifest.harmless,
        program=manifest.program,
    )
    there = present(folder)
    wanted: Mapping[str, bytes] = {}
    names: frozenset[str] = frozenset()
    # Where it came from is taken from the manifest; only what it holds is compared.
    try:
        made = as_recorded(_made(wish, manifest.source)[0], manifest.operated)
        wanted, names = made.files, made.names
        content = verification.content(there, listed, wanted)
    except NotSynthesizedError as error:
        raise UnusableError(
            *str(error).split("\n"),
            f"the bundle was made from the environment {manifest.environment}; give the same --env or --config",
        ) from error
    except UnusableError as error:
        content = verification.Verdict(what="content", held=False, text=f"this checkout cannot make it: {error}")
    verdicts = [
        verification.checksums(there, listed),
        content,
        verification.validation(there, wanted, manifest.stacks, Terraform(program) if program else None),
        verification.secrets(there, manifest.harmless, names, wanted),
    ]
    # A bundle of another environment, or of fewer stacks, may take the place of one and be fine as such.
    print(f"bundle: {', '.join(manifest.stacks)} of the environment {manifest.environment}")
    for verdict in verdicts:
        for line in verdict.lines():
            print(printable(line))
    return 1 if any(verdict.held is False for verdict in verdicts) else 0


def _choose(environment: str) -> None:
    """The bundle's own environment, unless another one was asked for."""
    if not os.environ.get("PSC_CONFIG") and not os.environ.get("PSC_ENV"):
        os.environ["PSC_ENV"] = environment


COMMAND = Command(
    name="handover",
    summary="the deployment as plain Terraform with a runbook, for an operations team",
    details=(
        "Writes a folder that needs nothing but Terraform: plain Terraform without cdktf's metadata, variables with\n"
        "present values for everything that operations may change, the backend in a separate file, and a runbook\n"
        "(README.md). It continues the state of the original deployment: the first plan moves some addresses in it,\n"
        "and adds, changes and destroys nothing. docs/handover.md shows an example."
    ),
    examples=(
        "./psc handover ../handover",
        "./psc handover --hcl --tar ../handover",
        "./psc handover --env production --stack consumer ../for-the-consumers-team",
        "./psc handover --verify ../handover",
    ),
    run=run,
    arguments=arguments,
    operands="DIR",
)
