"""Where fast synthesis keeps what it prepares: one private folder that can be deleted at any time.

`CLOUDRUN_PSC_CACHE` names it; else it is `cloudrun-psc` in the user's cache folder. Everything in it is written aside
and put in place by one rename, so that two processes at a time do not meet.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

from cdktf_fast_synthesis.fitting import UnfitError

VARIABLE = "CLOUDRUN_PSC_CACHE"


def cache_folder() -> Path:
    """The folder, made if it is missing.

    Raises:
        UnfitError: when it cannot be made or written, or when others than its owner could write into it: code is
            loaded from there.
    """
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else _users() / "cloudrun-psc"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.stat()
    except OSError as error:
        raise UnfitError(f"no cache folder: {error}") from error
    if not os.access(folder, os.W_OK):
        raise UnfitError(f"the cache folder {folder} cannot be written; {VARIABLE} names another")
    others = stat.S_IWGRP | stat.S_IWOTH
    if hasattr(os, "getuid") and (facts.st_uid != os.getuid() or facts.st_mode & others):
        raise UnfitError(f"others can write into the cache folder {folder}; {VARIABLE} names another")
    return folder.resolve()


def _users() -> Path:
    """The user's cache folder, as each system has it."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    named = os.environ.get("XDG_CACHE_HOME", "")
    # An XDG path that is not absolute is to be ignored (XDG Base Directory Specification).
    return Path(named) if named.startswith("/") else Path.home() / ".cache"


def put(target: Path, content: bytes) -> None:
    """Write a file in one step: readers see all of it or none.

    Raises:
        OSError: when it cannot be written; nothing is left behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(prefix=f".{target.name[:40]}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(aside).replace(target)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
