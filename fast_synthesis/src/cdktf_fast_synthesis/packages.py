"""The JavaScript packages inside the bindings, unpacked once in the form in which jsii's own package cache keeps them.

jsii 1.142 keeps an unpacked package in ROOT/NAME/VERSION/DIGEST, DIGEST being that of the tarball it is given, and
reads types through an index beside it. To find out, it digests 31 MB at every start; the first time it unpacks the lot
and parses 98 MB of descriptions. Here the same folder is made by one pass over the tarball (without documentation,
source maps and type declarations), under the digest of a stamp of a hundred bytes that jsii is given as the tarball.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cdktf_fast_synthesis.cache import put
from cdktf_fast_synthesis.fitting import UnfitError

# Raised when packages are unpacked differently: what former versions left is then not used.
RECIPE = 2
MARKER = ".jsii-runtime-package-cache"  # jsii's own sign of a complete entry
# jsii's own time to live of an unused entry.
_UNUSED_DAYS = 30


@dataclass(frozen=True)
class Package:
    """One jsii assembly of an installed distribution."""

    name: str
    version: str
    module: str
    tarball: Path


def package(name: str, module_folder: Path) -> Package:
    """The assembly in `module_folder`/_jsii; its version stands in the tarball's name.

    Raises:
        UnfitError: when there is not exactly one tarball.
    """
    short = name.rpartition("/")[2]
    found = sorted((module_folder / "_jsii").glob(f"{short}@*.jsii.tgz"))
    if len(found) != 1:
        raise UnfitError(f"{module_folder} does not hold one tarball of {name}")
    version = found[0].name.removeprefix(f"{short}@").removesuffix(".jsii.tgz")
    return Package(name=name, version=version, module=module_folder.name, tarball=found[0])


def root(cache: Path) -> Path:
    """What jsii is told is the root of its package cache."""
    return cache / "packages"


def unpacked(cache: Path, wanted: Package) -> Path:
    """The stamp to hand to jsii in place of the tarball; the package is unpacked now if it is not yet.

    Raises:
        OSError: when the cache cannot be written.
        UnfitError: when the tarball's content is not of the known shape.
    """
    facts = wanted.tarball.stat()
    told = {"recipe": RECIPE, "name": wanted.name, "version": wanted.version}
    stamp = json.dumps(told | {"size": facts.st_size, "time": facts.st_mtime_ns}).encode()
    file = cache / "stamps" / f"{wanted.tarball.name}-{hashlib.sha256(stamp).hexdigest()[:16]}.json"
    entry = _entry(cache, wanted, stamp)
    if not _complete(entry):
        from cdktf_fast_synthesis.unpacking import unpack

        with _locked(cache):
            if not _complete(entry):
                unpack(wanted.tarball, entry)
                _remove_unused(entry)
    if not file.is_file() or file.stat().st_size != len(stamp):
        put(file, stamp)
    return file


def forget(cache: Path) -> None:
    """Throw away everything that is unpacked, so that the next run unpacks it anew."""
    shutil.rmtree(root(cache), ignore_errors=True)


def _entry(cache: Path, wanted: Package, stamp: bytes) -> Path:
    """Where jsii will look: it digests the file's bytes, then each of name and version behind a NUL."""
    digest = hashlib.sha256(stamp + b"\0" + wanted.name.encode() + b"\0" + wanted.version.encode()).hexdigest()
    return root(cache) / wanted.name / wanted.version / digest


def _complete(entry: Path) -> bool:
    return (entry / MARKER).is_file() and (entry / "package.json").is_file()


def _remove_unused(entry: Path) -> None:
    """Other entries of this package, once jsii has not touched their marker for as long as jsii keeps its own."""
    oldest = time.time() - _UNUSED_DAYS * 86_400
    for other in entry.parent.parent.glob("*/*"):
        marker = other / MARKER
        if other != entry and marker.is_file() and marker.stat().st_mtime < oldest:
            shutil.rmtree(other, ignore_errors=True)


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """One process at a time unpacks; the lock is gone with the process that holds it."""
    import fcntl

    with open(cache / "lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
