"""The JavaScript packages inside the bindings, unpacked once in the form in which jsii's own package cache keeps them.

jsii 1.142 reads the types of an unpacked package through an index beside it. To find the package in its cache, it
digests 31 MB at every start; the first time it unpacks the lot and parses 98 MB of descriptions. Here the same folder
is made by one pass over the tarball (without documentation, source maps and type declarations), under the digest of a
stamp of a hundred bytes that jsii is given as the tarball.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cdktf_fast_synthesis import package_cache
from cdktf_fast_synthesis.cache import put
from cdktf_fast_synthesis.fitting import UnfitError

# Raised when packages are unpacked differently: what former versions left is then not used.
RECIPE = 2


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
    entry = package_cache.entry(cache, wanted.name, wanted.version, stamp)
    if not package_cache.complete(entry):
        from cdktf_fast_synthesis.unpacking import unpack

        with _locked(cache):
            if not package_cache.complete(entry):
                unpack(wanted.tarball, entry)
                package_cache.remove_unused(entry)
    if not file.is_file() or file.stat().st_size != len(stamp):
        put(file, stamp)
    return file


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """One process at a time unpacks; the lock is gone with the process that holds it."""
    import fcntl

    with open(cache / "lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
