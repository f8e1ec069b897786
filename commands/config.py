"""`./psc config`: the effective settings and where each comes from, the JSON Schema for editors, or the reference."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import chdir
from typing import TYPE_CHECKING, Any

from commands.command import Command
from commands.environment import CHECKOUT, Environment

if TYPE_CHECKING:
    from config.problems import KeyPath


def arguments(parser: ArgumentParser) -> None:
    """What to show."""
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--schema", action="store_true", help="print the JSON Schema of configuration files instead")
    kind.add_argument("--json", action="store_true", help="print the effective settings as JSON instead")
    kind.add_argument("--reference", action="store_true", help="print the tables of docs/configuration.md instead")


def run(args: Namespace, environment: Environment) -> int:
    """Print; 2 when the configuration cannot be used."""
    # Here and not at the top: these come with the environment.
    from config.loading import load
    from config.problems import ConfigurationError
    from config.reference import reference_text
    from config.schema import schema_text
    from deployment.hidden import hide, scrub_refusals

    if args.schema or args.reference:
        print(schema_text() if args.schema else reference_text(), end="")
        return 0
    try:
        with chdir(CHECKOUT):  # a relative PSC_CONFIG means there by now
            loaded = load(CHECKOUT)
    except ConfigurationError as error:
        print(scrub_refusals(str(error)), file=sys.stderr)
        return 2
    for note in loaded.notes:
        print(f"note: {note}", file=sys.stderr)
    values = hide(loaded.settings.model_dump(mode="json"))
    if args.json:
        print(json.dumps(values, indent=2, default=repr))
        return 0
    rows = [(name, value, _origin(loaded.origins, path)) for path, name, value in leaves(values)]
    widths = [max(len(row[index]) for row in rows) for index in (0, 1)]
    for name, value, origin in rows:
        print(f"{name:<{widths[0]}}  {value:<{min(widths[1], 60)}}  # {origin}")
    return 0


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
        "Shows every setting with its origin: file and line, environment variable, derived from another\n"
        "setting, or default; what looks like a credential is not shown.\n"
        "docs/configuration.md explains them all."
    ),
    examples=(
        "./psc config",
        "./psc config --env staging",
        "./psc config --schema > config/schema.json",
        "./psc config --json",
    ),
    run=run,
    arguments=arguments,
)
