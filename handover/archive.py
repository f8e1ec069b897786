"""A bundle as one tar archive: the same bytes for the same files, whoever makes it and when."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping


def archive(files: Mapping[str, bytes], name: str) -> bytes:
    """`files` below one folder `name`. Not compressed: compressors differ, and it is small.

    Paths of any length: pax says in a record of its own what the old header cannot hold.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        folders = {path.rpartition("/")[0] for path in files} - {""}
        for folder in ("", *sorted(folders)):
            entry = _entry(f"{name}/{folder}".rstrip("/"), 0o755)
            entry.type = tarfile.DIRTYPE
            tar.addfile(entry)
        for path, content in sorted(files.items()):
            entry = _entry(f"{name}/{path}", 0o644)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _entry(path: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mode = mode
    entry.mtime = 0
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
