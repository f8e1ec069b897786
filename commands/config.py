"""`./psc config`: the effective settings and where each comes from, or in what they differ from another environment's.

Also prints the JSON Schemas for editors, and the reference.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import chdir
from typing import TYPE_CHECKING

from commands.command import Command
from commands.console import drawn, show
from commands.environment import CHECKOUT, Environment
from commands.single_settings import differences, is_below, single, text
from deployment.printable import printable, printable_json

if TYPE_CHECKING:
    from config.problems import KeyPath


# Where a value comes from that nobody has given.
_NOT_SET = ("default", "derived")


def arguments(parser: ArgumentParser) -> None:
    """What to show."""
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--schema", action="store_true", help="print the JSON Schema of configuration files instead")
    kind.add_argument(
        "--part-schema", action="store_true", help="print that of a file which may lack what another one has (NAME.d)"
    )
    kind.add_argument("--json", action="store_true", help="print the effective settings as JSON instead")
    kind.add_argument("--reference", action="store_true", help="print the tables of docs/configuration.md instead")
    kind.add_argument("-a", "--all", action="store_true", help="also show defaults and derived settings")
    parser.add_argument(
        "--against", metavar="NAME", help="show instead what differs from this environment (also with --json)"
    )
    parser.add_argument(
        "keys", nargs="*", metavar="KEY", help="show the settings below these keys, such as producer.services"
    )


def run(args: Namespace, environment: Environment) -> int:
    """Print; 1 when there are differences that were asked for, 2 when the configuration cannot be used."""
    # Here and not at the top: these come with the environment.
    from config.loading import load
    from config.problems import ConfigurationError
    from config.reference import reference_text
    from config.schema import schema_text
    from deployment.hidden import hide, scrub_refusals
    from deployment.line import Line

    if args.schema or args.part_schema or args.reference:
        print(reference_text() if args.reference else schema_text(part=args.part_schema), end="")
        return 0
    if args.against is not None:
        return _compare(args)
    try:
        with chdir(CHECKOUT):  # a relative PSC_CONFIG means there by now
            loaded = load(CHECKOUT)
    except ConfigurationError as error:
        print(scrub_refusals(str(error)), file=sys.stderr)
        return 2
    show((Line(f"note: {note}", "note") for note in loaded.notes), errors=True)
    values = hide(loaded.settings.model_dump(mode="json"))
    if args.json:
        print(printable_json(values))
        return 0
    settings = [setting for setting in single(values) if is_below(setting.name, args.keys)]
    below = [(one.name, text(one.value), _origin(loaded.origins, one.path)) for one in settings]
    if not below:
        return _nothing_below(args.keys, values)
    rows = below if args.all or args.keys else [row for row in below if not row[2].startswith(_NOT_SET)]
    _print(rows, loaded.file)
    rest = len(below) - len(rows)
    others = len(loaded.files) - 1
    files = f"{loaded.file}{f' and {others} more file' if others else ''}{'s' if others > 1 else ''}"
    said = f"environment {loaded.settings.environment}: {len(rows)} settings of {files}"
    said += f"; {rest} more are defaults or derived from these (--all)" if rest else ""
    show([Line(said, "good")])
    return 0


def _compare(args: Namespace) -> int:
    """Show what differs from another environment, as the files are: variables such as REGION are left out."""
    from config.loading import ENVIRONMENTS, load
    from config.problems import ConfigurationError
    from deployment.hidden import hide, scrub_refusals
    from deployment.line import Line

    known = sorted(file.stem for file in (CHECKOUT / ENVIRONMENTS).glob("*.yaml"))
    if args.against not in known:
        names = ", ".join(map(printable, known))
        show([f"psc: --against: there is no environment {args.against!r}; there are {names}"], errors=True)
        return 2
    chosen = {name: os.environ[name] for name in ("PSC_ENV", "PSC_CONFIG") if name in os.environ}
    try:
        with chdir(CHECKOUT):
            here, there = (load(CHECKOUT, one).settings for one in (chosen, {"PSC_ENV": args.against}))
    except ConfigurationError as error:
        print(scrub_refusals(str(error)), file=sys.stderr)
        return 2
    ours, theirs = (hide(one.model_dump(mode="json")) for one in (here, there))  # what is hidden can be compared
    if not any(is_below(one.name, args.keys) for one in (*single(ours), *single(theirs))):
        return _nothing_below(args.keys, ours)
    found = [one for one in differences(ours, theirs) if is_below(one.name, args.keys)]
    if args.json:
        rows = [{"key": one.name, "value": one.value, "against": one.against} for one in found]
        facts = {"schema": 1, "environment": here.environment, "against": there.environment, "differences": rows}
        print(printable_json(facts))
    else:
        said = [["not set" if value is None else text(value) for value in (one.value, one.against)] for one in found]
        show(f"{one.name}: {' → '.join(values)}" for one, values in zip(found, said, strict=True))
        count = f"{len(found) or 'no'} difference{'' if len(found) == 1 else 's'}"
        show([Line(f"environments {here.environment} → {there.environment}: {count}", "good")])
    return 1 if found else 0


def _nothing_below(keys: list[str], values: Mapping[str, object]) -> int:
    wanted = " ".join(keys)
    show([f"psc: {wanted}: there is nothing below; at the top there are {', '.join(values)}"], errors=True)
    return 2


def _print(rows: list[tuple[str, str, str]], file: str) -> None:
    if drawn():
        show(_tree(rows, file))
        return
    widths = [max((len(row[index]) for row in rows), default=0) for index in (0, 1)]
    for name, value, origin in rows:
        print(printable(f"{name:<{widths[0]}}  {value:<{min(widths[1], 60)}}  # {origin}"))


def _tree(rows: list[tuple[str, str, str]], file: str) -> Iterator[str]:
    """As the file has them, each key once, with the line of the file or where else a value comes from."""
    from deployment.line import Line

    before: list[str] = []
    for name, value, origin in rows:
        *above, key = name.split(".")
        same = next((at for at, pair in enumerate(zip(above, before, strict=False)) if pair[0] != pair[1]), None)
        start = min(len(above), len(before)) if same is None else same
        for depth in range(start, len(above)):
            yield Line(f"{'  ' * depth}{above[depth]}:", "heading")
        before = above
        where = origin.replace(f"{file}:", "line ")
        yield Line(f"{'  ' * len(above)}{key}: {value}   # {where}", "dim" if origin.startswith(_NOT_SET) else "")


def _origin(origins: Mapping[KeyPath, str], path: KeyPath) -> str:
    """Of a derived list or mapping every part is derived."""
    whole = (origins.get(path[:length]) for length in range(len(path), 0, -1))
    nearest = next((origin for origin in whole if origin), "default")
    return nearest if path in origins or nearest.startswith("derived") else "default"


COMMAND = Command(
    name="config",
    summary="show the effective settings and where each comes from",
    details=(
        "Shows each setting that is given, with its origin: file and line, or environment variable. With --all, or if\n"
        "you name keys, also shows defaults and settings that are derived from others. Credentials are hidden.\n"
        "With --against, shows what differs between two environments once everything is derived, as the files are:\n"
        "variables such as REGION are ignored. Exit codes: 0 shown, or no difference, 1 differences, 2 unusable\n"
        "input.\n"
        "docs/configuration.md explains every setting."
    ),
    examples=(
        "./psc config",
        "./psc config --env staging --all",
        "./psc config producer.services.hello",
        "./psc config --schema > config/schema.json",
        "./psc config --json",
        "./psc config --env staging --against production",
    ),
    run=run,
    arguments=arguments,
    operands="[KEY …]",
)
