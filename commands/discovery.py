"""`./psc adopt --discover`: the configuration of what exists."""

from __future__ import annotations

import os
import re
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.console import show, steps
from commands.environment import CHECKOUT
from commands.text_file import write

if TYPE_CHECKING:
    from config.settings import Settings
    from live.discover.found import Discovery

_HEAD = """\
# yaml-language-server: $schema=../schema.json
# What stands in Google Cloud, as ./psc adopt --discover found it; ./psc adopt takes it into Terraform's state.
"""


def discovered(args: Namespace) -> int:
    """Print or write the configuration; 0 done, 1 something cannot be said in one.

    Raises:
        UnusableError: when it cannot be found out, or the words cannot be used.
    """
    from config.problems import ConfigurationError
    from deployment.line import Line
    from deployment.printable import printable
    from deployment.unusable import UnusableError
    from live.discover.smallest import smallest

    if args.output and Path(args.output).exists():
        raise UnusableError(f"{args.output} exists already; choose another name, or remove it")
    found = _found(args)
    notes = list(dict.fromkeys(found.notes))  # both sides can stand in one network
    show((Line(f"note: {printable(one)}", "note") for one in notes), errors=True)
    if found.unsaid:
        show((Line(f"no configuration says that {printable(one)}", "bad") for one in found.unsaid), errors=True)
        show(["nothing was written"], errors=True)
        return 1
    try:
        text = _text(smallest(found.settings, as_loaded), notes)
    except ConfigurationError as error:
        told = re.sub(r"\S*/discovered\.yaml", "found", str(error))
        raise UnusableError("what exists makes no configuration that could be used:", *told.split("\n")) from error
    if not args.output:
        print(text, end="")
        return 0
    try:
        write(Path(args.output), text, new=True)
    except OSError as error:
        raise UnusableError(f"{args.output}: cannot be written ({error.strerror})") from error
    show([f"next: ./psc adopt --config {args.output}", Line(f"wrote {args.output}", "good")])
    return 0


def _found(args: Namespace) -> Discovery:
    from deployment.stack import Stack
    from deployment.unusable import UnusableError
    from live.access import Access
    from live.discover.configuration import discover
    from live.discover.found import Place
    from live.failures import AnswerError, ApiOffError, NotAllowedError, as_described
    from live.reader import Reader
    from live.sides import clients

    region, publishing, connecting = args.region or os.environ.get("REGION"), args.producer, args.consumer or []
    if not (publishing or connecting):  # the walk-through's variables
        publishing = os.environ.get("PRODUCER_PROJECT")
        connecting = [project] if (project := os.environ.get("CONSUMER_PROJECT")) else []
    if not region or not (publishing or connecting):
        raise UnusableError(
            "--discover needs --region, and --producer or --consumer (or both); or the variables REGION, "
            "PRODUCER_PROJECT and CONSUMER_PROJECT"
        )
    consumers = dict(_consumers(connecting))
    reader = Reader(clients()(Access.of(Stack("", "found", {}), os.environ)))

    def place(project: str) -> Place:
        try:
            told = reader.get("cloudresourcemanager.projects.get", name=f"projects/{project}") or {}
        except AnswerError:
            told = {}  # then a default account is written out, whose number is in its name
        return Place(project=project, number=str(told.get("name", "")).rpartition("/")[2], reader=reader)

    with steps("reads what exists"):
        try:
            with as_described():
                producer = place(publishing) if publishing else None
                return discover(region, producer, {key: place(project) for key, project in consumers.items()})
        except NotAllowedError as error:
            raise UnusableError(f"{error}; needs {error.needs}") from error
        except ApiOffError as error:
            raise UnusableError(f"{error}, so nothing of it exists there: {error.remedy}") from error
        except AnswerError as error:
            raise UnusableError(str(error)) from error


def _consumers(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        key, _, project = word.rpartition("=")
        yield key or ("consumer" if len(words) == 1 else project), project


def as_loaded(settings: dict[str, Any]) -> Settings:
    """The settings of a file that says this, by the rules for files."""
    import yaml

    from config.loading import load

    with tempfile.TemporaryDirectory(prefix="psc-discover-") as folder:
        file = Path(folder) / "discovered.yaml"
        file.write_text(yaml.safe_dump(settings, sort_keys=False, width=10_000), encoding="utf-8")
        return load(CHECKOUT, {"PSC_CONFIG": str(file)}).settings


def _text(settings: dict[str, Any], notes: list[str]) -> str:
    import yaml

    from deployment.printable import printable, without_commands

    class OneLine(yaml.SafeDumper):
        """A text of several lines as one in quotes: what is printed may end up in a log."""

    def represent(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
        style = None if printable(text) == text else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    OneLine.add_representer(str, represent)
    remarks = "".join(f"# {printable(note)}\n" for note in notes)
    written = yaml.dump(settings, Dumper=OneLine, sort_keys=False, width=10_000_000)
    return f"{_HEAD}{remarks}{without_commands(written)}"
