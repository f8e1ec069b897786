"""The CDK that everything runs on: CDKTF, or CDK Terrain, its maintained fork; chosen in one place."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
# As in cloudrun_psc and cdktf_fast_synthesis, which are used without this project, too.
VARIABLE = "PSC_CDK"


class UnknownCdkError(ValueError):
    """What was chosen is no CDK that is known here; the message names the place."""


@dataclass(frozen=True)
class Cdk:
    """One CDK: its packages, and where what belongs to it stands here."""

    name: str  # its distribution on PyPI
    bindings: str  # the google bindings' distribution
    group: str  # of Pipfile.lock, in which both are locked
    cli: str  # its CLI's package on npm; without "-cli" that is the CLI's program
    cli_folder: Path  # with package.json and package-lock.json
    prefix: str  # of its folders under .psc


CDKTF = Cdk("cdktf", "cdktf-cdktf-provider-google", "default", "cdktf-cli", CHECKOUT, "")
CDKTN = Cdk("cdktn", "cdktn-provider-google", "cdktn", "cdktn-cli", CHECKOUT / "cdktn-cli", "cdktn-")
CDKS = {cdk.name: cdk for cdk in (CDKTF, CDKTN)}


def chosen() -> Cdk:
    """As the variable says, else as pyproject.toml does.

    Raises:
        UnknownCdkError: when that is none of the two.
    """
    place, name = VARIABLE, os.environ.get(VARIABLE, "")
    if not name:
        settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
        place = "pyproject.toml: tool.cloudrun-psc.cdk"
        name = settings.get("tool", {}).get("cloudrun-psc", {}).get("cdk", CDKTF.name)
    if name not in CDKS:
        raise UnknownCdkError(f"{place}: {name!r} is not known; write {' or '.join(CDKS)}")
    return CDKS[name]
