"""What the parts of fast synthesis were made for, and the one line when something else is installed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder

OFF = "CLOUDRUN_PSC_FAST_SYNTHESIS"
# jsii's kernel protocol, its cache layout and the names inside its modules are its own business and may change with
# any release. These were read and tried.
JSII = ("1.142.0",)


@dataclass(frozen=True)
class Cdk:
    """One of the packages that an app is written with; all their names here are Python's, but one."""

    module: str  # and the assembly's name
    # Whose JavaScript modules have the known shape: a stack trace per token, and a provider's index that only requires.
    versions: tuple[str, ...]
    bindings: str
    bindings_assembly: str
    # Bindings that import every resource with the first one. Later ones do not: there is nothing to put in their place.
    eager_bindings: tuple[str, ...]


# CDKTF, and CDK Terrain, its maintained fork.
CDKS = (
    Cdk("cdktf", ("0.21.0",), "cdktf_cdktf_provider_google", "@cdktf/provider-google", ("16.12.1",)),
    Cdk("cdktn", ("0.24.0",), "cdktn_provider_google", "@cdktn/provider-google", ()),
)
CHOICE = "PSC_CDK"


def cdk() -> Cdk:
    """The one that the app uses: as `PSC_CDK` says, else what is installed, of both cdktf."""
    chosen = [one for one in CDKS if one.module == os.environ.get(CHOICE)]
    there = chosen or [one for one in CDKS if (spec := PathFinder.find_spec(one.module)) is not None and spec.origin]
    return (there or list(CDKS))[0]


class UnfitError(Exception):
    """A part of fast synthesis does not fit what is installed, or where this runs; the message says why."""


def switched_off() -> bool:
    """Whether the one variable says off."""
    return os.environ.get(OFF, "").strip().lower() in {"off", "0", "false", "no"}


def installed(distribution: str, known: tuple[str, ...]) -> str:
    """The version of an installed distribution, which must be one of `known`.

    Raises:
        UnfitError: when it is another one, or none.
    """
    module = distribution.replace("-", "_")
    spec = PathFinder.find_spec(module)
    if spec is None or spec.origin is None:
        raise UnfitError(f"{distribution} is not installed")
    # Beside the package, as pip puts it; importlib.metadata would tell the same, and costs more than all else here.
    beside = os.path.dirname(os.path.dirname(spec.origin))  # noqa: PTH120
    for version in known:
        if os.path.isdir(os.path.join(beside, f"{module}-{version}.dist-info")):  # noqa: PTH112, PTH118
            return version
    from importlib import metadata

    try:
        found = metadata.version(distribution)
    except metadata.PackageNotFoundError:
        raise UnfitError(f"{distribution} is not installed") from None
    if found in known:
        return found
    raise UnfitError(f"{distribution} {found} is not known to it (known: {', '.join(known)})")


def say(part: str, reason: object) -> None:
    """The one quiet line about a part that is left to cdktf as it is."""
    print(f"note: ordinary synthesis for {part}: {reason}", file=sys.stderr)
