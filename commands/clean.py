"""`./psc clean`: take away what set-up has made and nothing uses any more."""

from __future__ import annotations

import os
import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path

from commands.building import clean
from commands.cdk import CDKS
from commands.cdktf import cli_home
from commands.command import Command
from commands.environment import HOME, Environment


def arguments(parser: ArgumentParser) -> None:
    """How much."""
    parser.add_argument(
        "--all", action="store_true", help="remove everything under .psc; the next call sets it up anew"
    )


def run(args: Namespace, environment: Environment) -> int:
    """Remove; what a running command uses stays."""
    before = _size(HOME)
    if args.all:
        for entry in sorted(HOME.iterdir()) if HOME.is_dir() else ():
            shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        print(f"removed {_said(before)}: all of {HOME.name}")
        return 0
    removed = clean(HOME, "building-*", None)
    for cdk in CDKS.values():
        removed += clean(HOME, f"{cdk.prefix}env-*", (HOME / f"{cdk.prefix}env").resolve())
        removed += clean(HOME, f"{cdk.prefix}node-*", cli_home(cdk))
    names = ", ".join(folder.name for folder in removed) or "nothing"
    after = _size(HOME)
    print(f"removed {names} ({_said(before - after)}); {HOME.name} holds {_said(after)}, which --all removes")
    return 0


def _size(folder: Path) -> int:
    """Bytes on disk, files of several names once."""
    seen: dict[tuple[int, int], int] = {}
    for home, _, names in os.walk(folder):
        for name in names:
            status = (Path(home) / name).lstat()
            seen[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(seen.values())


def _said(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.0f} MB"


COMMAND = Command(
    name="clean",
    summary="remove set-up files that nothing uses any more",
    details=(
        "Set-up keeps everything under .psc: a Python environment, the cdktf CLI once you have used it, and caches.\n"
        "This command removes environments and CLIs of former lock files. With --all it removes everything under\n"
        ".psc. It never touches cdktf.out or states."
    ),
    examples=("./psc clean", "./psc clean --all"),
    run=run,
    arguments=arguments,
    chooses=False,
    needs_environment=False,
)
