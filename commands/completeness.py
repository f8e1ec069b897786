"""Whether a folder still holds what was put there: cheap enough to ask at every start.

A file that is deleted changes its folder's modification time. Only when one differs are the files themselves looked
at; a copied checkout has new times and the same files, which is fine.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

FOLDERS, FILES = "folders.json", "files.json"


def record(home: Path) -> None:
    """Remember folders and files of `home`; written last, so it is also the stamp of a finished folder."""
    folders: dict[str, int] = {}
    files: dict[str, int] = {}
    for folder, _, names in os.walk(home):
        relative = os.path.relpath(folder, home)
        if relative != ".":
            folders[relative] = os.stat(folder).st_mtime_ns
        for name in names:
            path = os.path.join(folder, name)
            files[os.path.relpath(path, home)] = os.lstat(path).st_size
    (home / FILES).write_text(json.dumps(files))
    (home / FOLDERS).write_text(json.dumps(folders))


def complete(home: Path) -> bool:
    """Whether everything recorded is still there; False too when nothing was recorded."""
    try:
        folders: dict[str, int] = json.loads((home / FOLDERS).read_text())
        prefix = f"{home}{os.sep}"
        if all(os.stat(prefix + folder).st_mtime_ns == time for folder, time in folders.items()):
            return True
        files: dict[str, int] = json.loads((home / FILES).read_text())
        if any(os.lstat(prefix + name).st_size != size for name, size in files.items()):
            return False
        fresh = {folder: os.stat(prefix + folder).st_mtime_ns for folder in folders}
        (home / FOLDERS).write_text(json.dumps(fresh))
    except (OSError, ValueError):
        return False
    return True
