"""`./psc init`: begin a configuration of one's own, by questions or by options."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.command import Command
from commands.console import show
from commands.environment import CHECKOUT, Environment
from commands.text_file import write
from deployment.printable import printable, printable_lines

if TYPE_CHECKING:
    from config.beginning import Beginning
    from config.loading import Loaded

Read = Callable[[str], Any]


@dataclass(frozen=True, kw_only=True)
class _Question:
    """`name` of the option, what is asked, how an answer is read, and what an empty one means (None: it is needed)."""

    name: str
    text: str
    read: Read
    default: str | None = None


def arguments(parser: ArgumentParser) -> None:
    """What would be asked."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="the environment's name: config/environments/NAME.yaml")
    parser.add_argument("--producer", metavar="PROJECT", help="the project that publishes")
    parser.add_argument(
        "--service", metavar="KEY", action="append", help="a short name for the service (default: hello)"
    )
    parser.add_argument("--image", metavar="IMAGE", help="its container image (default: Google's hello page)")
    parser.add_argument(
        "--service-attachment", metavar="LINK", help="publish nothing; connect to this attachment of another team"
    )
    parser.add_argument(
        "--consumer", metavar="[KEY=]PROJECT", action="append", help="a project that connects (may be repeated)"
    )
    parser.add_argument("--region", metavar="REGION", help="the region of both sides (default: asia-northeast1)")
    parser.add_argument(
        "--bucket", metavar="BUCKET", help="the Cloud Storage bucket for the state (default: files here)"
    )
    parser.add_argument("--name-prefix", metavar="PREFIX", help="put this prefix in front of every resource's name")
    parser.add_argument("--test-vm", action="store_true", help="add a VM to try the connection from")


def run(args: Namespace, environment: Environment) -> int:
    """Ask for what was not given, write the file, check it; 2 when something cannot be used, and nothing is written."""
    from config.problems import ConfigurationError

    try:
        beginning = _beginning(args)
        file = CHECKOUT / "config" / "environments" / f"{beginning.name}.yaml"
        loaded = _checked(beginning)
        _write(file, beginning)
    except _UnusableError as error:
        for line in error.lines:
            print(f"psc: {printable(line)}", file=sys.stderr)
        return 2
    except ConfigurationError as error:
        print(f"{printable_lines(str(error))}\nnothing was written", file=sys.stderr)
        return 2
    except FileExistsError:
        print(f"psc: {_place(beginning.name)} exists already; choose another name, or edit the file", file=sys.stderr)
        return 2
    except (EOFError, KeyboardInterrupt):
        print("\npsc: nothing was written", file=sys.stderr)
        return 130
    show(_next(beginning, loaded))
    return 0


def _write(file: Path, beginning: Beginning) -> None:
    """Write the new file."""
    try:
        write(file, beginning.text(), new=True)
    except FileExistsError:
        raise
    except OSError as error:
        told = f"{_place(beginning.name)}: cannot be written ({error.strerror})"
        raise _UnusableError(f"{told}; see that the checkout is writable and the disk not full") from error


class _UnusableError(Exception):
    def __init__(self, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def _beginning(args: Namespace) -> Beginning:
    from config.beginning import Beginning

    asked = sys.stdin.isatty() and sys.stderr.isatty()
    answers, wrong = dict[str, Any](), list[str]()
    args.service, *others = args.service or [None]
    if others:
        wrong.append(
            "service: the file begins with one; docs/configuration.md (A second service) shows how to add others"
        )
    for question in _questions(args):
        given = getattr(args, question.name)
        if given is None and question.default is None and not asked:
            option = question.name if question.name == "name" else f"--{question.name.replace('_', '-')}"
            wrong.append(f"{option} is needed, because there is no terminal to ask on: {question.text}")
        elif given is None and asked:
            answers[question.name] = _ask(question)
        else:
            try:
                answers[question.name] = _read(question, given)
            except ValueError as error:
                wrong.append(f"{question.name.replace('_', '-')}: {error}")
    if args.service_attachment and (args.producer or args.image):
        wrong.append("--service-attachment excludes --producer and --image: it connects to another team's service")
    if wrong:
        raise _UnusableError(*wrong)
    answers["consumers"] = answers.pop("consumer")
    if answers.get("service_attachment"):
        answers["region"] = answers["service_attachment"].split("/")[3]
    return Beginning(**answers, test_vm=args.test_vm)


def _questions(args: Namespace) -> Iterator[_Question]:
    """Those that matter, in the order in which they are asked."""
    from cloudrun_psc.rules import defaults
    from config import fields
    from config.settings import Settings

    yield _Question(name="name", text="a name for the environment, such as staging", read=_free_name)
    foreign = _Question(
        name="service_attachment",
        text="another team's service attachment, if you only connect to one (empty: you publish a service)",
        read=_of(fields.SelfLink),
        default="",
    )
    if not (args.producer or args.image):
        yield foreign
    publishing = not args.service_attachment
    if publishing:
        yield _Question(name="producer", text="the project that publishes the service", read=_of(fields.Project))
    yield _Question(name="service", text="a short name for the service", read=_of(fields.Key), default="hello")
    if publishing:
        yield _Question(name="image", text="its container image", read=_of(fields.Image), default=defaults.IMAGE)
        region = str(Settings.model_fields["region"].default)
        yield _Question(name="region", text="the region of both sides", read=_of(fields.Region), default=region)
    yield _Question(name="consumer", text="the projects that connect, separated by spaces", read=_consumers)
    yield _Question(name="bucket", text="a bucket for the state (empty: files in this checkout)",
                    read=_of(fields.Bucket), default="")  # fmt: skip
    if args.name_prefix is not None:
        yield _Question(name="name_prefix", text="", read=_of(fields.NamePrefix), default="")


def _ask(question: _Question) -> Any:
    """Ask until the answer can be used."""
    shown = f" [{question.default}]" if question.default else ""
    while True:
        print(f"{question.text}{shown}: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        try:
            return _read(question, line.strip() or None)
        except ValueError as error:
            print(f"  {printable(str(error))}", file=sys.stderr)


def _read(question: _Question, given: Any) -> Any:
    if given is None:
        if question.default is None:
            raise ValueError("an answer is needed")
        return question.read(question.default) if question.default else ""
    return question.read(given)


def _of(kind: Any) -> Read:
    """A setting's own rule, with its own words."""
    from pydantic import TypeAdapter, ValidationError

    def read(text: str) -> Any:
        try:
            return TypeAdapter[Any](kind).validate_python(text)
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from error

    return read


def _free_name(text: str) -> str:
    from config import fields

    name = str(_of(fields.Key)(text))
    file = CHECKOUT / "config" / "environments" / f"{name}.yaml"
    if file.exists():
        raise ValueError(f"{_place(name)} exists already; choose another name, or edit the file")
    if file.with_suffix(".d").exists():
        folder = _place(name).removesuffix(".yaml")
        raise ValueError(f"{folder}.d exists, and its files would become part of it; choose another name, or remove it")
    return name


def _consumers(given: str | list[str]) -> dict[str, str]:
    """Projects by key; without one, `consumer` for a single project and the project's own id for several."""
    from config import fields

    words = [word for part in ([given] if isinstance(given, str) else given) for word in part.replace(",", " ").split()]
    consumers: dict[str, str] = {}
    for word in words:
        key, _, project = word.rpartition("=")
        project = str(_of(fields.Project)(project))
        key = str(_of(fields.Key)(key or ("consumer" if len(words) == 1 else project)))
        if key in consumers:
            raise ValueError(f"{key} appears twice; give each project its own key, as in shop=my-shop-project")
        consumers[key] = project
    if not consumers:
        raise ValueError("a project is needed")
    return consumers


def _checked(beginning: Beginning) -> Loaded:
    """The file as everything else will read it, before it is in its place."""
    from config.loading import load

    with tempfile.TemporaryDirectory(prefix="psc-init-") as folder:
        file = Path(folder) / f"{beginning.name}.yaml"
        file.write_text(beginning.text(), encoding="utf-8")
        return load(CHECKOUT, {"PSC_CONFIG": str(file)})


def _place(name: str) -> str:
    return f"config/environments/{name}.yaml"


def _next(beginning: Beginning, loaded: Loaded) -> Iterator[str]:
    from deployment.line import Line

    yield from (Line(f"note: {note}", "note") for note in loaded.notes)
    stacks = (["producer"] if beginning.producer else []) + list(beginning.consumers)
    chosen = f"--env {beginning.name}"
    yield "next:"
    yield f"  ./psc rehearse {chosen}   tries it offline, with your Terraform"
    yield f"  ./psc roles {chosen} --gcloud   prints the commands that grant the deployer's roles"
    yield f"  ./psc cdktf {chosen} deploy {' '.join(stacks)}   deploys it"
    yield Line(f"wrote {_place(beginning.name)}, which is complete; docs/publish.md leads on to production", "good")


COMMAND = Command(
    name="init",
    summary="begin a configuration of your own",
    details=(
        "Asks for projects, image, region, consumers and state, or takes them as options, and writes\n"
        "config/environments/NAME.yaml with comments. It checks the file first, never overwrites one, and says what\n"
        "to do next."
    ),
    examples=(
        "./psc init",
        "./psc init staging --producer my-producer --service orders --consumer shop=my-shop --region europe-west1",
        "./psc init api --service-attachment projects/my-peer/regions/us-east1/serviceAttachments/a --consumer my-shop",
    ),
    run=run,
    arguments=arguments,
    chooses=False,
    operands="[NAME]",
)
