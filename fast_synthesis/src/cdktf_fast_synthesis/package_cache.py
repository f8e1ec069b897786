"""jsii's cache of unpacked packages: where an entry stands, when it is complete, and when it goes.

jsii 1.142 keeps an unpacked package in ROOT/NAME/VERSION/DIGEST, DIGEST being that of the tarball it is given.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

MARKER = ".jsii-runtime-package-cache"  # jsii's own sign of a complete entry
# jsii's own time to live of an unused entry.
_UNUSED_DAYS = 30


def root(cache: Path) -> Path:
    """What jsii is told is the root of its package cache."""
    return cache / "packages"


def entry(cache: Path, name: str, version: str, tarball: bytes) -> Path:
    """Where jsii will look: it digests the tarball's bytes, then each of name and version behind a NUL."""
    digest = hashlib.sha256(tarball + b"\0" + name.encode() + b"\0" + version.encode()).hexdigest()
    return root(cache) / name / version / digest


def complete(entry: Path) -> bool:
    """Whether jsii would take the entry as it is."""
    return (entry / MARKER).is_file() and (entry / "package.json").is_file()


def remove_unused(entry: Path) -> None:
    """Other entries of this package, once jsii has not touched their marker for as long as jsii keeps its own."""
    oldest = time.time() - _UNUSED_DAYS * 86_400
    for other in entry.parent.parent.glob("*/*"):
        marker = other / MARKER
        if other != entry and marker.is_file() and marker.stat().st_mtime < oldest:
            shutil.rmtree(other, ignore_errors=True)


def forget(cache: Path) -> None:
    """Throw away everything that is unpacked, so that the next run unpacks it anew."""
    shutil.rmtree(root(cache), ignore_errors=True)
