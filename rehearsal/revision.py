"""What another revision of this checkout synthesizes: from its own files, with the environment of today."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path


class RevisionError(Exception):
    """A revision cannot be had or cannot be synthesized."""


def check_out(checkout: Path, revision: str, into: Path) -> str:
    """Put the files of `revision` into the empty folder `into` and return its short commit id.

    Nothing of the repository changes: no branch, no work tree, no lock.

    Raises:
        RevisionError: for a revision that git does not know, or that cannot be put on disk.
    """
    git = ["git", "-C", str(checkout)]
    found = subprocess.run(
        [*git, "rev-parse", "--verify", "--quiet", "--short", f"{revision}^{{commit}}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode != 0:
        raise RevisionError(f"{revision!r} is no revision of this checkout; `git log --oneline` shows what there is")
    commit = found.stdout.strip()
    archive = subprocess.run([*git, "archive", "--format=tar", commit], capture_output=True, check=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(into, filter="data")
    except tarfile.TarError as error:  # such as a link that leads out of the checkout
        raise RevisionError(f"{revision} ({commit}) cannot be put on disk: {error}") from error
    if not (into / "main.py").exists():
        raise RevisionError(f"{revision} ({commit}) has no main.py to synthesize with")
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
        RevisionError: when there is no default branch, or nothing in common with it.
    """
    git = ["git", "-C", str(checkout)]
    for branch in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
        found = subprocess.run([*git, "merge-base", "HEAD", branch], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.strip()
    raise RevisionError(
        "no base to compare with: there is no main or master, here or at origin, that HEAD has a commit in common "
        "with; name one (a shallow clone needs `git fetch --unshallow` first)"
    )


def synthesize(
    python: str, checkout: Path, output: Path, report: Path, variables: Mapping[str, str] | None = None
) -> str:
    """Run the main.py of `checkout` with `python` into `output`; returns the environment's folder below it.

    `variables` are those that it runs with, by default this process's own.

    Raises:
        RevisionError: when it refuses; the message is its own.
    """
    given = dict(os.environ if variables is None else variables)
    variables = given | {"CDKTF_OUTDIR": str(output), "PSC_SYNTH_REPORT": str(report)}
    done = subprocess.run(
        [python, "-s", str(checkout / "main.py")],
        cwd=checkout,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RevisionError(done.stderr.strip() or "main.py failed")
    facts = json.loads(report.read_text())
    environment = str(facts["environment"])
    below = output if environment == "default" else output / environment
    return str(below)
