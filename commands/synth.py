"""`./psc synth`: what `cdktf synth` does, without the CLI, and an account of what came out."""

from __future__ import annotations

import os
import shlex
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from commands.command import Command
from commands.environment import CHECKOUT, Environment


def run(args: Namespace, environment: Environment) -> int:
    """Run main.py; on success, say what is there now and what to do next."""
    from deployment.synthesis import NotSynthesizedError, synthesize

    try:
        made = synthesize(str(environment.python), CHECKOUT, None, environment.variables(), told=True)
    except NotSynthesizedError as error:
        return error.code
    for line in account(made.environment, made.folder):
        print(line)
    return 0


def account(environment: str, folder: Path) -> Iterator[str]:
    """The lines that end a successful synth: what stands in the environment's folder."""
    from deployment.output_folder import stacks_of

    stacks = stacks_of(folder)
    yield f"environment {environment}: {len(stacks)} stack{'s' if len(stacks) != 1 else ''}"
    order = sorted(stacks, key=lambda stack: (len(stack.needs), stack.name != "producer", stack.name))
    for stack in order:
        kinds = Counter({kind: len(named) for kind, named in stack.content().get("resource", {}).items()})
        yield f"  {stack.name}: {kinds.total()} resources in {stack.file.relative_to(CHECKOUT).as_posix()}"
        for kind, count in sorted(kinds.items()):
            yield f"    {count} {kind}"
    names = " ".join(stack.name for stack in order)
    chosen = _chosen(environment)
    yield f"next: ./psc cdktf {chosen}deploy {names}   (or terraform init and apply in each folder, in this order)"


def _chosen(environment: str) -> str:
    """What the next command needs to take the same configuration."""
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
        "Reads the configuration and writes one folder of Terraform JSON per stack below cdktf.out, as\n"
        "`cdktf synth` would. "
        "When anything is wrong it says all of it and leaves the previous output as it was."
    ),
    examples=(
        "./psc synth",
        "PRODUCER_PROJECT=my-producer CONSUMER_PROJECT=my-consumer REGION=europe-west1 ./psc synth",
        "./psc synth --env staging",
        "./psc synth --config ../ours.yaml",
    ),
    run=run,
)
