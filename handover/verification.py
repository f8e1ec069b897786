"""Whether a bundle is what it says it is: checksums, content, Terraform's validation, no secret."""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deployment.credentials import looks_like, shape
from deployment.terraform import Done, Terraform
from deployment.terraform_variables import for_init
from handover.manifest import MANIFEST, SUMS, digest

# A difference longer than this is told by its first lines: it is to be looked at, not read.
_LONGEST_DIFFERENCE = 40
# An environment variable as both formats write it: its name, then its value.
_ENV = re.compile(r'"?name"?\s*[=:]\s*"(?P<name>\w+)",?\s*"?value"?\s*[=:]\s*"(?P<value>(?:[^"\\]|\\.)*)"')
_STATE = (".tfstate", ".tfstate.backup")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One question's answer: `held` is None where it could not be tried."""

    what: str
    held: bool | None
    text: str
    details: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """As it is printed."""
        word = {True: "fine", False: "finding", None: "not tried"}[self.held]
        yield f"{self.what}: {word}: {self.text}" if self.held is not True else f"{self.what}: {self.text}"
        yield from (f"  {line}" for line in self.details)


def checksums(folder: Path, listed: Mapping[str, str]) -> Verdict:
    """Every listed file is there and unedited; further files are told, and are no finding."""
    details = []
    for path, wanted in listed.items():
        try:
            present = digest((folder / path).read_bytes())
        except OSError as error:
            details.append(f"{path}: {'missing' if isinstance(error, FileNotFoundError) else error.strerror}")
            continue
        if present != wanted:
            details.append(f"{path}: edited since it was handed over")
    what = "checksums"
    if details:
        return Verdict(what=what, held=False, text=f"{len(details)} of {len(listed)} files", details=tuple(details))
    more = sorted(path for path in _texts(folder) if path not in listed and path != SUMS)
    text = f"{len(listed)} files as they were handed over" + (f"; also here: {', '.join(more)}" if more else "")
    return Verdict(what=what, held=True, text=text)


def content(folder: Path, listed: Mapping[str, str], wanted: Mapping[str, bytes]) -> Verdict:
    """The files are what this checkout generates, or the difference."""
    details: list[str] = []
    for path in sorted({*listed, *wanted} - {SUMS, MANIFEST}):
        file = folder / path
        try:
            present = file.read_bytes() if file.is_file() else b""
        except OSError:
            present = b""
        if present != wanted.get(path, b""):
            details += _difference(path, present, wanted.get(path, b""))
    what = "content"
    if not details:
        return Verdict(what=what, held=True, text="what this checkout generates")
    return Verdict(what=what, held=False, text="differs from what this checkout generates", details=tuple(details))


def _difference(path: str, present: bytes, wanted: bytes) -> list[str]:
    lines = list(
        difflib.unified_diff(
            present.decode(errors="replace").splitlines(),
            wanted.decode(errors="replace").splitlines(),
            f"here/{path}",
            f"checkout/{path}",
            n=1,
            lineterm="",
        )
    )
    more = len(lines) - _LONGEST_DIFFERENCE
    return lines[:_LONGEST_DIFFERENCE] + ([f"… {more} more lines"] if more > 0 else [])


def validation(folder: Path, stacks: Sequence[str], terraform: Terraform | None) -> Verdict:
    """`terraform validate` of each stack, on a copy; not tried without Terraform or provider."""
    what = "terraform validate"
    if terraform is None:
        return Verdict(what=what, held=None, text="Terraform is not on PATH")
    with tempfile.TemporaryDirectory(prefix="psc-") as place:
        for stack in stacks:
            copy = Path(place) / stack
            ignored = shutil.ignore_patterns(".terraform", "*.tfstate*")
            try:
                shutil.copytree(folder / stack, copy, ignore=ignored)
            except (OSError, shutil.Error) as error:
                return Verdict(what=what, held=False, text=f"{stack} cannot be read ({error})")
            done = terraform.init(copy, for_init(), "-backend=false")
            if done.code != 0:
                details = _said(done)
                return Verdict(what=what, held=None, text=f"{stack}: terraform init failed", details=details)
            done = terraform.validate(copy, for_init())
            if done.code != 0:
                return Verdict(what=what, held=False, text=stack, details=_said(done))
    return Verdict(what=what, held=True, text=f"{', '.join(stacks)} valid")


def _said(done: Done) -> tuple[str, ...]:
    return tuple(line for line in done.lines if line.strip(" ╷│╵"))[:20]


def secrets(folder: Path, harmless: Sequence[str]) -> Verdict:
    """Nothing in the folder looks like a credential; `harmless` names environment variables that only look so."""
    details, states = [], []
    for path in _texts(folder):
        if path.endswith(_STATE):
            states.append(path)
            continue
        try:
            text = (folder / path).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            details.append(f"{path}: cannot be read ({error.strerror})")
            continue
        details += [f"{path}: {suspect}" for suspect in _suspects(text, harmless)]
    note = f"; not looked into: {', '.join(states)}, which holds whatever the resources hold" if states else ""
    if details:
        return Verdict(what="secrets", held=False, text=f"{len(details)} found{note}", details=tuple(details))
    return Verdict(what="secrets", held=True, text=f"none found{note}")


def _suspects(text: str, harmless: Sequence[str]) -> Iterator[str]:
    named = [match for match in _ENV.finditer(text) if match["name"] not in harmless]
    for match in named:
        likeness = looks_like(match["name"], match["value"])
        if likeness:
            yield f"env {match['name']} looks like {likeness}"
    likeness = shape(_ENV.sub("", text))
    if likeness:
        yield f"something looks like {likeness}"


def _texts(folder: Path) -> Iterator[str]:
    """The files of the folder, what Terraform keeps in .terraform aside."""
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if ".terraform" not in path.parts and file.is_file() and not file.is_symlink():
            yield path.as_posix()
