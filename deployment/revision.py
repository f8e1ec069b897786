"""Another revision of this checkout: its files, and what it is synthesized with."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path

from deployment.unusable import UnusableError


def check_out(checkout: Path, revision: str, into: Path) -> str:
    """Put the files of `revision` into the empty folder `into` and return its short commit id.

    Nothing of the repository changes: no branch, no work tree, no lock.

    Raises:
        UnusableError: for a revision that git does not know, or that cannot be put on disk.
    """
    git = ["git", "-C", str(checkout)]
    found = subprocess.run(
        [*git, "rev-parse", "--verify", "--quiet", "--short", f"{revision}^{{commit}}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode != 0:
        raise UnusableError(f"{revision!r} is no revision of this checkout; `git log --oneline` shows what there is")
    commit = found.stdout.strip()
    archive = subprocess.run([*git, "archive", "--format=tar", commit], capture_output=True, check=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(into, filter="data")
    except tarfile.TarError as error:  # such as a link that leads out of the checkout
        raise UnusableError(f"{revision} ({commit}) cannot be put on disk: {error}") from error
    if not (into / "main.py").exists():
        raise UnusableError(f"{revision} ({commit}) has no main.py to synthesize with")
    return commit


def differing_packages(checkout: Path, other: Path) -> list[str]:
    """The packages that the other revision's lock has at another version: it runs with those of today."""
    try:
        ours, theirs = (json.loads((folder / "Pipfile.lock").read_text())["default"] for folder in (checkout, other))
    except (OSError, ValueError, KeyError):
        return ["Pipfile.lock"]
    return sorted(
        name for name in ours.keys() | theirs.keys()
        if ours.get(name, {}).get("version") != theirs.get(name, {}).get("version")
    )  # fmt: skip


def own_configuration(checkout: Path, chosen: str) -> tuple[str, bool]:
    """PSC_CONFIG for another revision of `checkout`, and whether that revision has the file itself.

    A file of the checkout is the revision's own, by its relative path; one from elsewhere has no revisions.
    """
    file = (checkout / chosen).resolve()
    if file.is_relative_to(checkout.resolve()):
        return file.relative_to(checkout.resolve()).as_posix(), True
    return str(file), False


def merge_base(checkout: Path) -> str:
    """The commit at which the work tree's branch left the default branch.

    Raises:
        UnusableError: when there is no default branch, or nothing in common with it.
    """
    git = ["git", "-C", str(checkout)]
    for branch in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
        found = subprocess.run([*git, "merge-base", "HEAD", branch], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.strip()
    raise UnusableError(
        "no base to compare with: there is no main or master, here or at origin, that HEAD has a commit in common "
        "with; name one (a shallow clone needs `git fetch --unshallow` first)"
    )
