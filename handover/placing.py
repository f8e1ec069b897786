"""Writing a bundle: whole or not at all, over nothing that is not ours, and never half over a former one."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deployment.links import real
from deployment.printable import printable
from deployment.unusable import UnusableError
from handover import tree
from handover.manifest import SUMS, Manifest, ManifestError, digest, read
from handover.present import STATE, plain_file

EDITED = ".edited"
# What Terraform puts beside a local state while it runs. It would go on in a folder that nobody sees any more.
_RUNNING = ".*.lock.info"


class PlacingError(UnusableError):
    """A bundle cannot be written there; the message says why and what to do. Nothing was changed."""


def check(folder: Path, checkout: Path, *, force: bool) -> Manifest | None:
    """Whether a bundle may be written to `folder`; with the manifest of the one that is to be replaced, if any.

    What a killed run left there is repaired first, so that the former bundle is seen.

    Raises:
        PlacingError: when not.
    """
    try:
        wrong = _wrong_place(folder, checkout)
    except OSError as error:  # such as a name that is too long
        wrong = f"{folder}: {error.strerror}; give another folder"
    if wrong:
        raise PlacingError(wrong)
    with _alone(folder):
        pass
    if not _entries(folder):
        return None
    if not force:
        raise PlacingError(f"{folder} is not empty; --force replaces a former bundle in it (and nothing else)")
    try:
        former, _ = read(folder)
    except ManifestError as error:
        raise PlacingError(f"{error}; --force replaces only what a former bundle's {SUMS} lists") from error
    for lock in sorted(folder.rglob(_RUNNING)):
        raise PlacingError(
            f"{printable(str(lock))} says that Terraform is running there; wait for it, or delete that file if it is "
            "not"
        )
    for place in tree.folders(folder):
        if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
            raise PlacingError(
                f"{printable(str(place))} is not readable and writable, so it cannot move along; chmod u+rwx it first"
            )
    return former


def _wrong_place(folder: Path, checkout: Path) -> str:
    if Path.cwd().is_relative_to(real(folder)):
        return f"{folder} is or holds the directory you are in and would be renamed; change to another directory first"
    if folder.name == "..":
        return f"{folder} ends with ..; give the folder by its own name"
    if folder.is_symlink():
        return f"{folder} is a symbolic link; give the folder that it leads to, or another one"
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file; give a folder that is empty or does not exist"
    if not folder.parent.is_dir():
        if os.path.lexists(folder.parent):
            return f"{folder.parent} is no folder; give another one"
        return f"{folder.parent} does not exist; make it first, or give another folder"
    if real(folder).is_relative_to(real(checkout)):
        return f"{folder} is inside this checkout; give a folder outside, such as ../handover"
    places = [folder.parent, *([folder] if folder.exists() else [])]
    closed = [place for place in places if not os.access(place, os.W_OK | os.X_OK)]
    if closed:
        return f"{closed[0]} is not writable; give another folder"
    return f"{folder} is a mount point, which cannot be renamed; give a folder in it" if folder.is_mount() else ""


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise PlacingError(f"{folder} cannot be read ({error.strerror}); give another folder") from error


def place(files: Mapping[str, bytes], folder: Path) -> tuple[str, ...]:
    """Write `files` as `folder`, which `check` has let pass.

    The new bundle is built aside and takes the former one's name by two renames; the next run repairs what is left
    between them. Files that the former bundle does not list move along untouched. Those that it lists and that were
    edited are kept beside the new ones, with `.edited` at their end, and their names are returned.

    Raises:
        PlacingError: when it cannot be written; the former bundle is as it was.
    """
    with _alone(folder) as (folder, aside):
        try:
            edited = _build(files, folder, aside)
            _put(aside, folder)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        return edited


@contextmanager
def _alone(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The folder and the one aside, once nobody else writes there and what a killed run left is repaired."""
    folder = real(folder.parent) / folder.name
    aside = folder.parent / f".{folder.name}.handover"
    try:
        handle = os.open(folder.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _recover(folder, aside)
            yield folder, aside
        finally:
            os.close(handle)
    except BlockingIOError as error:
        raise PlacingError(f"another ./psc handover is writing into {folder.parent}; wait for it") from error
    except OSError as error:
        raise PlacingError(
            f"{printable(str(error.filename or folder))}: {error.strerror or error}; nothing was changed"
        ) from error


def _recover(folder: Path, aside: Path) -> None:
    """What a run left that was killed: half of a new bundle, or the former one aside."""
    former = aside.with_name(f"{aside.name}-former")
    for rest in (aside, former):
        if rest.is_symlink() or (rest.exists() and not rest.is_dir()):
            raise PlacingError(f"{printable(str(rest))} is in the way, and no folder; move it")
    if former.exists() and not _entries(folder):
        former.rename(folder)
    if former.exists():
        try:
            read(folder)  # the new one, which took its place, and has all that is not replaced
        except ManifestError as error:
            raise PlacingError(
                f"{error}, and a killed run left the former bundle as {printable(str(former))}; move one of them away"
            ) from error
        shutil.rmtree(former)
    if aside.exists():
        shutil.rmtree(aside)


def _build(files: Mapping[str, bytes], folder: Path, aside: Path) -> tuple[str, ...]:
    aside.mkdir()
    for path, content in files.items():
        (aside / path).parent.mkdir(parents=True, exist_ok=True)
        (aside / path).write_bytes(content)
    for place in tree.empty_folders(folder):
        (aside / place.relative_to(folder)).mkdir(parents=True, exist_ok=True)
    edited = _moved_along(folder, aside) if _entries(folder) else ()
    tree.keep_modes([*(aside / path for path in files), *tree.folders(aside), aside], aside, folder)
    return edited


def _moved_along(folder: Path, aside: Path) -> tuple[str, ...]:
    """Take along what the former bundle does not list, and what was edited.

    States, too, where the list was made anew with everything that lay there.
    """
    _, listed = read(folder)
    edited = []
    for source in sorted(tree.files(folder)):
        path = source.relative_to(folder).as_posix()
        name = path
        if path in listed and not path.lower().endswith(STATE):
            if _digest(source) in {listed[path], _digest(aside / path)} - {""}:
                continue
            edited.append(path)
            name = _free(folder, f"{path}{EDITED}")
        elif path == SUMS:
            continue
        else:
            if (aside / path).exists() or (aside / path).is_symlink():
                raise PlacingError(
                    f"{printable(str(source))} is not of the former bundle, and the new one has a file there; move it"
                )
        _carry(source, aside / name)
    return tuple(edited)


def _digest(file: Path) -> str:
    try:
        return digest(plain_file(real(file)))
    except OSError:
        return ""


def _free(folder: Path, path: str) -> str:
    """An earlier edit that was kept stays too."""
    number = 1
    while (folder / path).exists():
        number += 1
        path = f"{path.rpartition(EDITED)[0]}{EDITED}{number}"
    return path


def _carry(source: Path, target: Path) -> None:
    """The same file under the new folder: a state that Terraform is about to write stays one file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _put(aside: Path, folder: Path) -> None:
    if not _entries(folder):
        aside.rename(folder)  # over an empty folder, or none
        return
    former = aside.with_name(f"{aside.name}-former")
    folder.rename(former)
    aside.rename(folder)
    shutil.rmtree(former, ignore_errors=True)  # all of it has moved along; what is left the next run takes away
