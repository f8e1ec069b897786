"""Making a folder under .psc/ as a whole or not at all, once, however many ask for it at the same time."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from commands.completeness import complete, record
from commands.progress import grouped, say


class BuildError(Exception):
    """Something that the project needs could not be installed; the message says what to do."""


_held: list[IO[str]] = []  # open for the life of the process: the folders that it uses


def built(home: Path, what: str, build: Callable[[Path], None]) -> Path:
    """`home`, made by `build` unless it is there and complete; `what` names it to the waiting user.

    `build` fills a folder beside `home`, which takes its place by one rename. The folder is kept from being cleaned
    away for as long as this process or what it starts runs.

    Raises:
        BuildError: as `build` does; nothing half-made is left.
    """
    if not complete(home):
        with _alone(home.parent):
            if not complete(home):
                with grouped(f"set up {what}"):
                    _make(home, what, build)
    _keep(home)
    return home


def _make(home: Path, what: str, build: Callable[[Path], None]) -> None:
    started = time.monotonic()
    say(f"Setting up {what} (once) …")
    for rest in home.parent.glob("building-*"):
        shutil.rmtree(rest, ignore_errors=True)
    aside = home.parent / f"building-{home.name}-{os.getpid()}"
    try:
        aside.mkdir(parents=True)
        build(aside)
        record(aside)
        if home.exists():
            home.rename(home.parent / f"building-broken-{os.getpid()}")
        aside.rename(home)
    except OSError as error:
        raise BuildError(
            f"{error.filename}: {error.strerror}; see that the checkout is writable and the disk not full"
        ) from error
    finally:
        for rest in home.parent.glob("building-*"):
            shutil.rmtree(rest, ignore_errors=True)
    say(f"… done in {time.monotonic() - started:.0f} s")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise BuildError(f"{error.filename}: {error.strerror}; the checkout must be writable") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./psc is setting up; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(home: Path) -> None:
    try:
        handle = (home.parent / f"{home.name}.use").open("w")
        fcntl.flock(handle, fcntl.LOCK_SH)
        os.set_inheritable(handle.fileno(), True)
        _held.append(handle)
    except OSError:
        pass  # a read-only checkout: nobody can clean it either


def clean(folder: Path, pattern: str, keep: Path | None) -> list[Path]:
    """Remove the folders of former locks that nobody uses any more; which they were."""
    removed = []
    for old in sorted(folder.glob(pattern)):
        if (keep and old.resolve() == keep.resolve()) or not old.is_dir() or old.is_symlink():
            continue
        use = folder / f"{old.name}.use"
        try:
            with use.open("w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(old, ignore_errors=True)
                use.unlink()
                removed.append(old)
        except OSError:
            continue
    return removed
