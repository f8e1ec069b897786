"""`./psc synth`: what `cdktf synth` does, without the CLI, and an account of what came out."""

from __future__ import annotations

import json
import os
import shlex
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands.command import Command
from commands.environment import CHECKOUT, Environment


def run(args: Namespace, environment: Environment) -> int:
    """Run main.py; on success, say what is there now and what to do next."""
    with tempfile.TemporaryDirectory(prefix="psc-") as folder:
        report = Path(folder) / "report.json"
        code = environment.run("main.py", PSC_SYNTH_REPORT=str(report), CDKTF_OUTDIR="")
        if code == 0:
            for line in account(json.loads(report.read_text())):
                print(line)
    return code


def account(report: dict[str, Any]) -> Iterator[str]:
    """The lines that end a successful synth, from the report of main.py and the files it wrote."""
    home = CHECKOUT / report["outdir"]
    stacks = json.loads((home / "manifest.json").read_text())["stacks"]
    yield f"environment {report['environment']}: {len(stacks)} stack{'s' if len(stacks) != 1 else ''}"
    order = sorted(
        stacks.values(), key=lambda stack: (len(stack["dependencies"]), stack["name"] != "producer", stack["name"])
    )
    for stack in order:
        path = home / stack["synthesizedStackPath"]
        kinds = Counter({kind: len(named) for kind, named in json.loads(path.read_text()).get("resource", {}).items()})
        yield f"  {stack['name']}: {kinds.total()} resources in {path.relative_to(CHECKOUT).as_posix()}"
        for kind, count in sorted(kinds.items()):
            yield f"    {count} {kind}"
    names = " ".join(stack["name"] for stack in order)
    chosen = _chosen(report["environment"])
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
