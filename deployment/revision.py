"""Another revision of this checkout: its files, and what it is synthesized with."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deployment.links import real
from deployment.printable import printable
from deployment.unusable import UnusableError


def check_out(checkout: Path, revision: str, into: Path) -> str:
    """Put the files of `revision` into the empty folder `into` and return its short commit id.

    Nothing of the repository changes: no branch, no work tree, no lock. (Not by `git archive` and tarfile: safe
    extraction came with Python 3.11.4 only.)

    Raises:
        UnusableError: for a revision that git does not know, or that cannot be put on disk.
    """
    named = git(checkout, "rev-parse", "--verify", "--quiet", "--short", f"{revision}^{{commit}}")
    if named.returncode != 0:
        refuse_what_git_refuses(checkout)
        raise UnusableError(f"{revision!r} is no revision of this checkout; `git log --oneline` shows what there is")
    commit = named.stdout.strip()
    with tempfile.TemporaryDirectory(prefix="psc-") as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}  # git's own stays as it is
        for words in (["read-tree", commit], ["checkout-index", "--all", "--quiet", f"--prefix={into}{os.sep}"]):
            done = git(checkout, *words, variables=index)
            if done.returncode != 0:
                reason = " ".join(done.stderr.split())
                raise UnusableError(f"{revision} ({commit}) cannot be put on disk: {reason}")
    _refuse_links(into, f"{revision} ({commit})")
    if not (into / "main.py").exists():
        raise UnusableError(f"{revision} ({commit}) has no main.py to synthesize with")
    if os.environ.get("PSC_CDK") == "cdktn" and not (into / "constructs/src/cloudrun_psc/cdk.py").exists():
        raise UnusableError(
            f"{revision} ({commit}) cannot be synthesized with cdktn, which it did not know yet; both write the same, "
            "so run this with PSC_CDK=cdktf"
        )
    return commit


def git(
    checkout: Path, *words: str, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run git in this checkout's own repository, never in one that stands around it or that a variable names.

    Raises:
        UnusableError: when there is no git.
    """
    command = ["git", "-C", str(checkout), *words]
    given = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    given |= {"GIT_CEILING_DIRECTORIES": str(real(checkout).parent), **(variables or {})}
    try:
        return subprocess.run(command, env=given, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise UnusableError(f"git cannot be started ({error.strerror}); install it, or put it on PATH") from error


def refuse_what_git_refuses(checkout: Path) -> None:
    """A checkout of another user, one with a broken configuration, or none at all: git says why, and what to do.

    Raises:
        UnusableError: when git does not read the checkout, or when there is no git.
    """
    read = git(checkout, "rev-parse", "--git-dir")
    if read.returncode != 0:
        raise UnusableError(f"git does not read this checkout: {' '.join(read.stderr.split())}")


def _refuse_links(folder: Path, name: str) -> None:
    """A link that leads out of the files of a revision would be read as one of them."""
    for path in folder.rglob("*"):
        if path.is_symlink() and not real(path).is_relative_to(real(folder)):
            link = printable(str(path.relative_to(folder)))
            raise UnusableError(f"{name} cannot be put on disk: {link} is a link that leads out of the checkout")


def edited_files(checkout: Path, commit: str) -> list[str]:
    """The files of the work tree that differ from a commit's, with Python files and workflows that git does not know.

    Raises:
        UnusableError: when git does not tell.
    """
    words = (
        ["--no-optional-locks", "diff", "--no-ext-diff", "--no-renames", "--name-only", "-z", commit, "--"],
        ["ls-files", "--others", "--exclude-standard", "-z", "--", "*.py", ".github"],
    )
    told = [git(checkout, *one) for one in words]
    if refused := next((one for one in told if one.returncode != 0), None):
        raise UnusableError(f"git does not tell what differs from {commit}: {' '.join(refused.stderr.split())}")
    return sorted({name for one in told for name in one.stdout.split("\0") if name})


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
    file = real(checkout / chosen)
    if file.is_relative_to(real(checkout)):
        return file.relative_to(real(checkout)).as_posix(), True
    return str(file), False


def merge_base(checkout: Path) -> str:
    """The commit at which the work tree's branch left the default branch.

    Raises:
        UnusableError: when there is no default branch, or nothing in common with it.
    """
    for branch in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
        common = git(checkout, "merge-base", "HEAD", branch)
        if common.returncode == 0:
            return common.stdout.strip()
    refuse_what_git_refuses(checkout)
    raise UnusableError(
        "no base to compare with: there is no main or master, here or at origin, that HEAD has a commit in common "
        "with; name one (a shallow clone needs `git fetch --unshallow` first)"
    )
