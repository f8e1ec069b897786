"""What is below a bundle's folder, seen whole or not at all, and the permissions of a bundle that takes its place."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path


def _walked(folder: Path) -> Iterator[tuple[Path, list[Path], list[Path]]]:
    """Each folder, with the folders in it, and its files and links; a link to a folder is not followed.

    Raises:
        OSError: for a folder that cannot be read: what nobody saw would not move along.
    """

    def failed(error: OSError) -> None:
        raise error

    for place, names, files in os.walk(folder, onerror=failed) if folder.is_dir() else ():
        below = [Path(place) / name for name in names]
        links = [path for path in below if path.is_symlink()]
        yield (
            Path(place),
            [path for path in below if path not in links],
            [*(Path(place) / name for name in files), *links],
        )


def folders(folder: Path) -> Iterator[Path]:
    """Those below, each before anything in it is looked at."""
    for _, inner, _ in _walked(folder):
        yield from inner


def files(folder: Path) -> Iterator[Path]:
    """Files and links below."""
    for _, _, inner in _walked(folder):
        yield from inner


def empty_folders(folder: Path) -> Iterator[Path]:
    """Those below that hold nothing."""
    for place, inner, held in _walked(folder):
        if place != folder and not inner and not held:
            yield place


def keep_modes(written: Iterable[Path], aside: Path, folder: Path) -> None:
    """What is `written` below `aside` gets the permissions that it has in `folder`, if it is there.

    Whoever closed a folder with states, or a file of values, to others finds it closed. Whatever the umask, everyone
    cannot change what is new: that would be a finding.
    """
    for path in written:
        about, former = path.stat(), folder / path.relative_to(aside)
        before = former.lstat() if os.path.lexists(former) else None
        if before and stat.S_IFMT(before.st_mode) == stat.S_IFMT(about.st_mode):
            path.chmod(stat.S_IMODE(before.st_mode))
        else:
            path.chmod(stat.S_IMODE(about.st_mode) & ~stat.S_IWOTH)
