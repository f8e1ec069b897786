"""`./psc synth`: what `cdktf synth` does, without the CLI, and an account of what came out."""

from __future__ import annotations

import os
import shlex
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.command import Command, tidy_up_on_signals
from commands.console import show
from commands.environment import CHECKOUT, Environment
from commands.terraform import found
from deployment.printable import printable_json

if TYPE_CHECKING:
    from deployment.output_folder import StackFolder


def arguments(parser: ArgumentParser) -> None:
    """How much to tell, and in what form."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("-q", "--quiet", action="store_true", help="print only the last line")
    form.add_argument("-v", "--verbose", action="store_true", help="print the address of every resource")
    form.add_argument("--json", action="store_true", help="list stacks and resources as one JSON document")


def run(args: Namespace, environment: Environment) -> int:
    """Run main.py; on success, say what is there now and what to do next."""
    from commands.refusals import refused
    from deployment.synthesis import NotSynthesizedError, synthesize

    tidy_up_on_signals()
    try:
        made = synthesize(str(environment.python), CHECKOUT, None, environment.variables(), told=True)
    except NotSynthesizedError as error:
        return refused(error)
    if args.json:
        print(printable_json(document(made.environment, made.folder)))
        return 0
    lines = list(account(made.environment, made.folder, verbose=args.verbose))
    show(lines[-1:] if args.quiet else lines)
    return 0


def account(environment: str, folder: Path, *, verbose: bool = False) -> Iterator[str]:
    """The lines that end a successful synth: what stands in the environment's folder, and what comes next."""
    from deployment.line import Line

    order = _stacks(folder)
    total = 0
    for stack in order:
        resources = stack.content().get("resource", {})
        kinds = Counter({kind: len(named) for kind, named in resources.items()})
        total += kinds.total()
        yield Line(f"{stack.name}: {_count(kinds.total(), 'resource')} in {_file(stack)}", "heading")
        for kind, count in sorted(kinds.items()):
            yield f"  {count} {kind}"
            if verbose:
                yield from (Line(f"      {kind}.{name}", "dim") for name in sorted(resources[kind]))
    names = " ".join(stack.name for stack in order)
    chosen = chosen_by(environment)
    program = found()
    if program is None:
        yield "next: install Terraform 1.5 or newer, or OpenTofu; then these try it offline, and deploy it"
    else:
        yield "next: the first command tries it offline, the second deploys it"
    yield f"  ./psc rehearse {chosen}".rstrip()
    typed = "tofu" if program and "tofu" in Path(program).name else "terraform"
    yield f"  ./psc cdktf {chosen}deploy {names}   (or {typed} init and apply in each folder, in this order)"
    yield Line(f"synthesized {environment}: {_count(len(order), 'stack')}, {_count(total, 'resource')}", "good")


def document(environment: str, folder: Path) -> dict[str, Any]:
    """The same for programs: `stacks` in the order of deployment, with what each needs, its file and its resources."""
    return {
        "schema": 1,
        "environment": environment,
        "stacks": [
            {
                "name": stack.name,
                "needs": list(stack.needs),
                "file": _file(stack),
                "resources": [
                    f"{kind}.{name}"
                    for kind, named in sorted(stack.content().get("resource", {}).items())
                    for name in sorted(named)
                ],
            }
            for stack in _stacks(folder)
        ],
    }


def _stacks(folder: Path) -> list[StackFolder]:
    from deployment.output_folder import stacks_of

    return sorted(stacks_of(folder), key=lambda stack: (len(stack.needs), stack.name != "producer", stack.name))


def _file(stack: StackFolder) -> str:
    return stack.file.relative_to(CHECKOUT).as_posix()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def chosen_by(environment: str) -> str:
    """What the next command needs to take the same configuration, with a blank at its end; "" for the default one."""
    chosen = os.environ.get("PSC_CONFIG")
    if chosen:
        file = str(CHECKOUT / chosen)
        near = os.path.relpath(file)
        return f"--config {shlex.quote(file if near.startswith(os.pardir) else near)} "
    return "" if environment == "default" else f"--env {environment} "


COMMAND = Command(
    name="synth",
    summary="write the Terraform of an environment into cdktf.out",
    details=(
        "Reads the configuration and writes one folder of Terraform JSON per stack below cdktf.out, as `cdktf synth`\n"
        "does. If the configuration has mistakes, the command reports all of them and leaves the previous output\n"
        "unchanged."
    ),
    examples=(
        "./psc synth",
        "PRODUCER_PROJECT=my-producer CONSUMER_PROJECT=my-consumer REGION=europe-west1 ./psc synth",
        "./psc synth --env staging",
        "./psc synth --config ../ours.yaml",
    ),
    run=run,
    arguments=arguments,
)
