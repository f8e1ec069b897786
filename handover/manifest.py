"""The manifest of a bundle: what was handed over and from where, and the checksum of every file.

Two files: manifest.json for programs, SHA256SUMS for `sha256sum --check`, which needs nothing of ours.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Len
from pydantic import StringConstraints, TypeAdapter, ValidationError

from deployment.terraform import ProgramName
from deployment.unusable import UnusableError
from handover.present import VALUES, plain_file
from handover.source import BundleSource

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
SCHEMA = 1
# Of a manifest; thousands of stacks take less. For each item that is wrong, pydantic takes a kilobyte.
_LARGEST = 500_000
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<path>[^/\\\n][^\\\n]*)")


class ManifestError(UnusableError):
    """A folder is no bundle, or its manifest cannot be read; the message says which."""


# Of environments and stacks: they stand in paths and on command lines.
_Name = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]{0,62}$")]


_Path = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}/[A-Za-z0-9_.-]{1,200}$")]
_Values = Annotated[str, StringConstraints(pattern=rf"^[a-z][a-z0-9-]{{0,62}}/(?:{'|'.join(map(re.escape, VALUES))})$")]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was asked for, and where it came from. `stacks` in the order of their deployment."""

    environment: _Name
    format: Literal["json", "hcl"]
    stacks: Annotated[tuple[_Name, ...], Len(min_length=1)]
    harmless: tuple[str, ...]
    provider: str
    source: BundleSource
    # Whose commands the runbook has, and whose lock files are in the folders.
    program: ProgramName = "terraform"
    # Files of values that operations edited in former bundles, which are theirs.
    operated: tuple[_Values, ...] = ()
    # Only of bundles that had a file for each caller: those that operations took away.
    revoked: tuple[_Path, ...] = ()

    def text(self) -> str:
        """As it is written: no time, no path, and what bundles of earlier versions have not only where it is used."""
        document = {"schema": SCHEMA, **asdict(self)}
        later = {"program": "terraform", "revoked": (), "operated": ()}
        document = {key: value for key, value in document.items() if later.get(key, ...) != value}
        return json.dumps(document, indent=2, sort_keys=True) + "\n"


def sums(files: Mapping[str, bytes]) -> bytes:
    """SHA256SUMS of `files`."""
    return "".join(f"{digest(content)}  {path}\n" for path, content in sorted(files.items())).encode()


def digest(content: bytes) -> str:
    """The checksum of a file."""
    return hashlib.sha256(content).hexdigest()


def read(folder: Path) -> tuple[Manifest, dict[str, str]]:
    """A bundle's manifest, and its files with their checksums, SHA256SUMS itself aside.

    Raises:
        ManifestError: when the folder is no bundle.
    """
    try:
        # By line feeds alone, as sha256sum reads them; what stands behind the last one is nothing.
        *listed, rest = plain_file(folder / SUMS).decode().split("\n")
        if rest:
            raise ManifestError(f"{SUMS}: has no line feed at its end")
        document = plain_file(folder / MANIFEST).decode()
    except (OSError, ValueError) as error:
        raise ManifestError(f"{folder}: no bundle of ./psc handover ({_short(error)})") from error
    if len(document) > _LARGEST:
        raise ManifestError(f"{folder / MANIFEST}: larger than any manifest of ours")
    checksums: dict[str, str] = {}
    for line in listed:
        match = _LINE.fullmatch(line)
        if match is None or not line.isprintable() or {"", ".", ".."} & {*match["path"].split("/")}:
            raise ManifestError(f"{folder / SUMS}: a line that is none of ours: {line[:80]!r}")
        if match["path"] in checksums:
            raise ManifestError(f"{folder / SUMS}: {match['path']!r} is listed twice")
        checksums[match["path"]] = match["digest"]
    return _manifest(folder, document), checksums


@dataclass(frozen=True, kw_only=True)
class _Document(Manifest):
    schema: Literal[1]


def _manifest(folder: Path, text: str) -> Manifest:
    try:
        document = TypeAdapter(_Document).validate_json(text, strict=True)
    except ValidationError as error:
        # Of another schema everything else may differ.
        wrong = min(error.errors(), key=lambda detail: detail["loc"] != ("schema",))
        place = ".".join(map(str, wrong["loc"]))
        said = f"{place}: {wrong['msg']}" if place else wrong["msg"]
        raise ManifestError(f"{folder / MANIFEST}: not a manifest that this checkout knows ({said})") from error
    return Manifest(**{field.name: getattr(document, field.name) for field in fields(Manifest)})


def _short(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"no {Path(str(error.filename)).name}"
    return getattr(error, "strerror", None) or str(error)
