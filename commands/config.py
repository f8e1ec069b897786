"""`./psc config`: the effective settings and where each comes from, the JSON Schema for editors, or the reference."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import chdir
from typing import TYPE_CHECKING, Any

from commands.command import Command
from commands.console import drawn, show
from commands.environment import CHECKOUT, Environment

if TYPE_CHECKING:
    from config.problems import KeyPath


# Where a value comes from that nobody has given.
_NOT_SET = ("default", "derived")


def arguments(parser: ArgumentParser) -> None:
    """What to show."""
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--schema", action="store_true", help="print the JSON Schema of configuration files instead")
    kind.add_argument("--json", action="store_true", help="print the effective settings as JSON instead")
    kind.add_argument("--reference", action="store_true", help="print the tables of docs/configuration.md instead")
    kind.add_argument("-a", "--all", action="store_true", help="also show defaults and derived settings")
    parser.add_argument(
        "keys", nargs="*", metavar="KEY", help="show the settings below these keys, such as producer.services"
    )


def run(args: Namespace, environment: Environment) -> int:
    """Print; 2 when the configuration cannot be used."""
    # Here and not at the top: these come with the environment.
    from config.loading import load
    from config.problems import ConfigurationError
    from config.reference import reference_text
    from config.schema import schema_text
    from deployment.hidden import hide, scrub_refusals
    from deployment.line import Line

    if args.schema or args.reference:
        print(schema_text() if args.schema else reference_text(), end="")
        return 0
    try:
        with chdir(CHECKOUT):  # a relative PSC_CONFIG means there by now
            loaded = load(CHECKOUT)
    except ConfigurationError as error:
        print(scrub_refusals(str(error)), file=sys.stderr)
        return 2
    show((Line(f"note: {note}", "note") for note in loaded.notes), errors=True)
    values = hide(loaded.settings.model_dump(mode="json"))
    if args.json:
        print(json.dumps(values, indent=2, default=repr))
        return 0
    every = [(name, value, _origin(loaded.origins, path)) for path, name, value in leaves(values)]
    below = [row for row in every if not args.keys or any(_is_below(row[0], key) for key in args.keys)]
    if not below:
        known = ", ".join(values)
        print(f"psc: {' '.join(args.keys)}: there is nothing below; at the top there are {known}", file=sys.stderr)
        return 2
    rows = below if args.all or args.keys else [row for row in below if not row[2].startswith(_NOT_SET)]
    _print(rows, loaded.file)
    rest = len(below) - len(rows)
    said = f"environment {loaded.settings.environment}: {len(rows)} settings of {loaded.file}"
    said += f"; {rest} more are defaults or derived from these (--all)" if rest else ""
    show([Line(said, "good")])
    return 0


def _print(rows: list[tuple[str, str, str]], file: str) -> None:
    if drawn():
        show(_tree(rows, file))
        return
    widths = [max((len(row[index]) for row in rows), default=0) for index in (0, 1)]
    for name, value, origin in rows:
        print(f"{name:<{widths[0]}}  {value:<{min(widths[1], 60)}}  # {origin}")


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


def _is_below(name: str, key: str) -> bool:
    return name == key or name.startswith((f"{key}.", f"{key}["))


def _origin(origins: Mapping[KeyPath, str], path: KeyPath) -> str:
    """Of a derived list or mapping every part is derived."""
    whole = (origins.get(path[:length]) for length in range(len(path), 0, -1))
    nearest = next((origin for origin in whole if origin), "default")
    return nearest if path in origins or nearest.startswith("derived") else "default"


def leaves(values: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str, str]]:
    """Every single setting: key path, the path as people write it, and its value as YAML would have it."""
    from config.problems import dotted

    if isinstance(values, dict) and values:
        for key, value in values.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, dotted(path), json.dumps(values, default=repr)


COMMAND = Command(
    name="config",
    summary="show the effective settings and where each comes from",
    details=(
        "Shows each setting that is given, with its origin: file and line, or environment variable. With --all, or if\n"
        "you name keys, also shows defaults and settings that are derived from others. Credentials are hidden.\n"
        "docs/configuration.md explains every setting."
    ),
    examples=(
        "./psc config",
        "./psc config --env staging --all",
        "./psc config producer.services.hello",
        "./psc config --schema > config/schema.json",
        "./psc config --json",
    ),
    run=run,
    arguments=arguments,
    operands="[KEY …]",
)
