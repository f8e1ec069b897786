"""The manifest of a bundle: what was handed over and from where, and the checksum of every file.

Two files: manifest.json for programs, SHA256SUMS for `sha256sum --check`, which needs nothing of ours.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deployment.unusable import UnusableError
from handover.formats import FORMATS
from handover.source import BundleSource

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
SCHEMA = 1
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<path>[^/\\\n][^\\\n]*)")


class ManifestError(UnusableError):
    """A folder is no bundle, or its manifest cannot be read; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was asked for, and where it came from. `stacks` in the order of their deployment."""

    environment: str
    format: str
    stacks: tuple[str, ...]
    harmless: tuple[str, ...]
    provider: str
    source: BundleSource

    def text(self) -> str:
        """As it is written: no time, no path."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2, sort_keys=True) + "\n"


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
        listed = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"{folder}: no bundle of ./psc handover ({_short(error)})") from error
    checksums = {}
    for line in listed:
        match = _LINE.fullmatch(line)
        if match is None or ".." in match["path"].split("/"):
            raise ManifestError(f"{folder / SUMS}: a line that is none of ours: {line[:80]!r}")
        checksums[match["path"]] = match["digest"]
    return _manifest(folder, document), checksums


def _manifest(folder: Path, document: Any) -> Manifest:
    try:
        if document["schema"] != SCHEMA:
            raise ManifestError(f"{folder / MANIFEST}: schema {document['schema']}, this checkout knows {SCHEMA}")
        if document["format"] not in FORMATS:
            raise ManifestError(f"{folder / MANIFEST}: format {document['format']!r}; there are {', '.join(FORMATS)}")
        return Manifest(
            environment=str(document["environment"]),
            format=str(document["format"]),
            stacks=tuple(document["stacks"]),
            harmless=tuple(document["harmless"]),
            provider=str(document["provider"]),
            source=BundleSource.of(document["source"]),
        )
    except (KeyError, TypeError) as error:
        raise ManifestError(f"{folder / MANIFEST}: not a manifest of ./psc handover ({_short(error)})") from error


def _short(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"no {Path(str(error.filename)).name}"
    return getattr(error, "strerror", None) or str(error)
