"""A binding's tarball, unpacked into an entry of jsii's package cache in one pass, without what no run reads."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from cdktf_fast_synthesis.bundling import BUNDLE, ENTRY, bundle
from cdktf_fast_synthesis.fitting import UnfitError
from cdktf_fast_synthesis.lazy_index import lazy_index
from cdktf_fast_synthesis.package_cache import MARKER
from cdktf_fast_synthesis.type_index import write_type_index

_LARGE = 8_000_000  # bytes, compressed; cdktf has 2 million
_UNUSED = (".d.ts", ".ts", ".md", ".map", ".tsbuildinfo")


def unpack(tarball: Path, entry: Path) -> None:
    """Fill the folder `entry`: aside first, then in place by one rename.

    Raises:
        UnfitError: when the tarball's content is not of the known shape.
        OSError: when the folder cannot be written; nothing is left behind.
    """
    entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=entry.parent))
    try:
        _fill(tarball, aside)
        shutil.rmtree(entry, ignore_errors=True)
        aside.rename(entry)
    except (tarfile.TarError, ValueError, KeyError, EOFError) as error:
        raise UnfitError(f"{tarball} is not of the known shape ({error})") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _fill(tarball: Path, folder: Path) -> None:
    # A provider is too large for one script, and of it only a few modules are asked for.
    bundled = tarball.stat().st_size < _LARGE
    made: set[str] = set()
    modules: dict[str, bytes] = {}
    with tarfile.open(tarball, "r|gz") as archive:
        for member in archive:
            # jsii's tarballs have everything below package/.
            path = member.name.partition("/")[2]
            if not member.isfile() or path.endswith(_UNUSED) or ".." in path.split("/"):
                continue
            content = archive.extractfile(member)
            assert content is not None
            data = content.read()
            if path == ".jsii":
                write_type_index(data, folder)
                continue
            if path.endswith(".js"):
                data = _without_source_map(data)
                if path == ENTRY and (lazy := lazy_index(data)) is not None:
                    data, bundled = lazy, False
            if bundled and path.endswith((".js", ".json")):
                modules[path] = data
            parent = path.rpartition("/")[0]
            if parent not in made:
                os.makedirs(folder / parent, exist_ok=True)  # noqa: PTH103  # a thousand times
                made.add(parent)
            with open(folder / path, "wb") as file:
                file.write(data)
    if bundled:
        (folder / BUNDLE).write_bytes(bundle(modules))
    (folder / MARKER).touch()


def _without_source_map(data: bytes) -> bytes:
    """Two thirds of every module are its source map, which nothing here reads."""
    start = data.rfind(b"\n//# sourceMappingURL=data:")
    return data if start < 0 or b"\n" in data[start + 1 :].rstrip(b"\n") else data[: start + 1]
