"""Where a bundle came from: the revision of this checkout and the versions that made it. No time, no path, no name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from cloudrun_psc.cdk import BINDINGS, in_use
from deployment.revision import git, refuse_what_git_refuses
from deployment.unusable import UnusableError

# As Python's packages have them: https://packaging.python.org/en/latest/specifications/version-specifiers/
_NUMBER = r"[0-9][0-9A-Za-z.+!-]{0,63}"
_Version = Annotated[str, StringConstraints(pattern=rf"^{_NUMBER}$")]


@dataclass(frozen=True, kw_only=True)
class BundleSource:
    """`revision` is the commit, None where git tells none; `changed` whether the work tree differed from it.

    `cdktf` is its version; where the fork was in use, "cdktn" stands in front. All of it stands in the runbook as a
    bundle's manifest says it, which anybody may have written: so nothing but revisions and versions is taken.
    """

    revision: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{7,64}$")] | None
    changed: bool
    project: _Version
    cdktf: Annotated[str, StringConstraints(pattern=rf"^(?:cdktn )?{_NUMBER}$")]
    bindings: _Version

    def __str__(self) -> str:
        if self.revision is None:
            return "a checkout of an unknown revision"
        return f"revision {self.revision}{', with changes that are not committed' if self.changed else ''}"


def source(checkout: Path) -> BundleSource:
    """The source as it is now."""
    revision = _git(checkout, "rev-parse", "--verify", "--quiet", "HEAD")
    cdk = in_use()
    constructs = tomllib.loads((checkout / "constructs" / "pyproject.toml").read_text())
    return BundleSource(
        revision=revision or None,
        changed=bool(_git(checkout, "status", "--porcelain", "--untracked-files=normal")),
        project=str(constructs["project"]["version"]),
        cdktf=version(cdk) if cdk == "cdktf" else f"{cdk} {version(cdk)}",
        bindings=version(BINDINGS[cdk].replace("_", "-")),
    )


def why_unknown(checkout: Path) -> str:
    """Why the revision of a checkout that has one is not known; "" where it is, and where there is none."""
    if not (checkout / ".git").exists():
        return ""
    try:
        refuse_what_git_refuses(checkout)
    except UnusableError as error:
        return str(error)
    return ""


def _git(checkout: Path, *words: str) -> str:
    try:
        done = git(checkout, *words)
    except UnusableError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
