"""`./psc review`: what a change does to the deployment, for whoever reviews it."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Set
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.command import Command, tidy_up_on_signals
from commands.console import show
from commands.environment import CHECKOUT, Environment
from commands.text_file import write

if TYPE_CHECKING:
    from review.material import Material
    from review.report import Report
    from review.side import Side

_FORMATS = ("terminal", "summary", "markdown", "sarif", "json")


def arguments(parser: ArgumentParser) -> None:
    """What to compare, what else to take into account, and how to tell it."""
    sides = parser.add_mutually_exclusive_group()
    sides.add_argument("--base", metavar="REF", help="compare with this git revision (default: where the branch began)")
    sides.add_argument("--base-dir", metavar="DIR", help="compare with this cdktf.out instead")
    parser.add_argument("--dir", metavar="DIR", help="review this existing cdktf.out instead of synthesizing")
    parser.add_argument("--env", action="append", metavar="NAME", help="review only this environment (may be repeated)")
    parser.add_argument(
        "--rehearse", action="store_true", help="deploy base and change offline, and report what happened"
    )
    parser.add_argument("--plan", action="append", default=[], metavar="[STACK=]FILE",
                        help="also use this plan, the output of terraform show -json; without STACK, review it alone, "
                        "whatever it is a plan of (may be repeated)")  # fmt: skip
    parser.add_argument("--rules", metavar="DIR",
                        help="with --plan FILE: judge by the rules of this folder, too (those that a configuration "
                        "names are for its own stacks)")  # fmt: skip
    parser.add_argument("-q", "--quiet", action="store_true", help="print only the headline and findings")
    parser.add_argument(
        "--format", choices=_FORMATS, default="terminal", help="the format of the report (default: terminal)"
    )
    parser.add_argument("--output", metavar="FILE", help="write to this file instead of standard output")
    parser.add_argument("--also", action="append", default=[], metavar="FORMAT=FILE",
                        help="also write the same review to a file in another format (may be repeated)")  # fmt: skip
    parser.add_argument("--fail-on", choices=("error", "warning", "note"), default="warning",
                        help="exit 1 if a finding has at least this severity (default: warning)")  # fmt: skip
    parser.add_argument(
        "--existing", action="store_true", help="also list the findings that were there before and do not count"
    )
    parser.add_argument("--today", metavar="DAY", help="the date to check acknowledgements against (default: today)")


def run(args: Namespace, environment: Environment) -> int:
    """Review; 0 nothing at or above --fail-on, 1 findings at or above it, 2 unusable input."""
    # Here and not at the top: these come with the environment.
    from deployment.hidden import scrub_refusals
    from deployment.unusable import UnusableError
    from review.formats import summary, terminal

    tidy_up_on_signals()
    try:
        outputs = _outputs(args)
        with tempfile.TemporaryDirectory(prefix="psc-review-") as folder:
            report, names = _review(args, Path(folder))
        failed = report.fails(args.fail_on)
        for form, file in outputs:
            if form == "terminal" and file is None:
                lines = terminal.findings if args.quiet else terminal.lines
                show(lines(report, args.fail_on))
            elif form == "summary" and file is None:
                show(summary.lines(report, args.fail_on))
            else:
                _write(_formatted(form, report, names, args.fail_on), file)
        if args.output:  # nothing is on the screen that says why the exit code is what it is
            show([terminal.headline_of(report), terminal.result(report, args.fail_on)], errors=True)
    except UnusableError as error:
        print(f"psc: {scrub_refusals(str(error))}", file=sys.stderr)
        return 2
    return 1 if failed else 0


def _outputs(args: Namespace) -> list[tuple[str, str | None]]:
    from deployment.unusable import UnusableError

    outputs: list[tuple[str, str | None]] = []
    for word in args.also:
        form, _, file = word.partition("=")
        if form not in _FORMATS or not file:
            raise UnusableError(f"--also {word}: give FORMAT=FILE, with one of {', '.join(_FORMATS)}")
        outputs.append((form, file))
    return [(args.format, args.output), *outputs]


def _write(text: str, file: str | None) -> None:
    from deployment.unusable import UnusableError

    if file is None:
        sys.stdout.write(text)
        return
    try:
        write(Path(file), text)
    except OSError as error:
        raise UnusableError(f"{file}: cannot be written ({error.strerror})") from error


def _formatted(form: str, report: Report, names: list[str], fail_on: str) -> str:
    from review.formats import json_document, markdown, sarif, summary, terminal
    from review.locations import Locations

    match form:
        case "markdown":
            return markdown.text(report)
        case "sarif":
            return sarif.text(report, Locations(CHECKOUT, names))
        case "json":
            return json_document.text(report, failed=report.fails(fail_on))
        case "summary":
            return summary.text(report, fail_on)
        case _:
            return terminal.text(report, fail_on)


def _review(args: Namespace, folder: Path) -> tuple[Report, list[str]]:
    from deployment.unusable import UnusableError
    from review.material import Material, gather, plans, plans_alone, plans_named, read_day, review_alone
    from review.own_rules import rules_in
    from review.report import assemble

    today = read_day(args.today) if args.today else date.today()
    if alone := plans_alone(args.plan):
        _refuse_beside(args)
        rules = {"": rules_in(args.rules)} if args.rules else {}
        material = Material(base="the state", today=today, lists_former=args.existing, rules=rules)
        review_alone(material, alone)
        return assemble(material), []
    if args.rules:
        raise UnusableError("--rules is for --plan FILE; a configuration names its own with review_rules")
    files = plans_named(args.plan)
    before, after, base, edited, notes = _sides(args, folder)
    material = Material(base=base, today=today, notes=notes, edited=edited, lists_former=args.existing)
    gather(material, before, after)
    plans(material, files)
    if not args.dir:
        _configure(material, after, folder / "base-checkout")
    if args.rehearse:
        from commands.review_rehearsal import rehearse_all

        rehearse_all(material, before, after)
    return assemble(material), material.environments


def _refuse_beside(args: Namespace) -> None:
    """Refuse what needs the code, of which a plan alone knows nothing."""
    from deployment.unusable import UnusableError

    for name in ("base", "base_dir", "dir", "env", "rehearse"):
        if getattr(args, name):
            option = f"--{name.replace('_', '-')}"
            raise UnusableError(
                f"{option} needs the code, and --plan FILE is a plan alone; give --plan STACK=FILE, or no {option}"
            )


def _sides(args: Namespace, folder: Path) -> tuple[dict[str, Side], dict[str, Side], str, list[str], list[Any]]:
    """Both sides by environment, what the base is called, the files that differ from it, and notes."""
    from deployment.revision import check_out, differing_packages, edited_files, merge_base
    from review.revisions import environments, from_folder, sides
    from review.sentence import say

    notes: list[Any] = []
    edited: list[str] = []
    former = folder / "base-checkout"
    base = args.base_dir or ""
    if not base and not (args.dir and args.base is None):
        former.mkdir()
        revision = args.base or merge_base(CHECKOUT)
        commit = check_out(CHECKOUT, revision, former)
        base = f"{args.base} ({commit})" if args.base and args.base != commit else commit
        edited = edited_files(CHECKOUT, commit) if not args.dir else []
        different = differing_packages(CHECKOUT, former)
        if different:
            text = "The base ran with the packages that are installed now; its lock file differs in {names}."
            notes.append(say(text, names=", ".join(different)))
    known = {*environments(CHECKOUT), *environments(former)}
    _refuse_unknown(args.env or (), known)
    names = args.env or sorted(known, key=lambda name: (name != "default", name))
    only = args.env[0] if args.env else "default"
    if args.dir:
        after = {only: from_folder(Path(args.dir), only)}
    else:
        after = sides(sys.executable, CHECKOUT, names, folder / "the change", _tell)
    if args.base_dir:
        before = {only: from_folder(Path(args.base_dir), only)}
    elif former.exists():
        before = sides(sys.executable, former, [only] if args.dir else names, folder / "the base", _tell)
    else:
        before, base = {}, "nothing: everything is new"
    return before, after, base, edited, notes


def _refuse_unknown(wanted: Iterable[str], known: Set[str]) -> None:
    from deployment.printable import printable
    from deployment.unusable import UnusableError

    for name in wanted:
        if name not in known:
            raise UnusableError(
                f"there is no environment {name!r}; there are {', '.join(sorted(map(printable, known)))}"
            )


def _tell(line: str) -> None:
    from deployment.printable import printable

    print(f"synthesized {printable(line)}", file=sys.stderr, flush=True)


def _configure(material: Material, after: Mapping[str, Side], former: Path) -> None:
    """What the configurations say of their own review: what is accepted, and rules of their own."""
    from config.loading import load
    from config.problems import ConfigurationError
    from review.material import acknowledgements
    from review.own_rules import edited, load_rules, rule_files

    for name, side in after.items():
        if side.stacks:
            present = load(CHECKOUT, {"PSC_ENV": name}).settings
            try:
                before = load(former, {"PSC_ENV": name}).settings
            except ConfigurationError:
                before = None  # there is none, or none that loads: then all of it is new
            material.entries += acknowledgements(name, present, before)
            folder = present.review_rules
            material.rules[name] = load_rules(rule_files(CHECKOUT, folder))
            # Of an environment that is new, or did not load, the base has the rules all the same.
            former_folder = before.review_rules if before else folder
            changed = edited(CHECKOUT, folder, former, former_folder) if former.exists() else []
            material.rule_edits += [(name, changed)] if changed else []


COMMAND = Command(
    name="review",
    summary="what a change does to the deployment, for its reviewer",
    details=(
        "Synthesizes a base revision and the work tree, compares the two in every environment, judges the change by\n"
        "the rules of docs/review.md, and leads with what a reviewer has to decide. It needs no credentials.\n"
        "With --plan FILE it reviews a plan alone, of any configuration, without the code and outside any repository.\n"
        "Variables such as PRODUCER_PROJECT are ignored: the files are reviewed as they are. Exit codes: 0 the change\n"
        "brings no findings at or above --fail-on, 1 it brings some, 2 unusable input."
    ),
    examples=(
        "./psc review",
        "./psc review --base origin/main --rehearse",
        "./psc review --format markdown --output review.md --also sarif=review.sarif",
        "./psc review --plan producer=plan.json --fail-on error",
        "./psc review --plan plan.json",
    ),
    run=run,
    arguments=arguments,
    chooses=False,
)
