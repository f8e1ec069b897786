"""What lies in a bundle's folder, as somebody else may have left it: only plain files are opened, and each once."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deployment.output_folder import CONFIGURATION
from deployment.printable import INVISIBLE

# Of a file, and of all files of a folder. A thousand services take about 5 MB; a state may be larger, and is not read.
LARGEST_BYTES = 50_000_000
STATE = (".tfstate", ".tfstate.backup")
# Beside a stack's configuration: `.terraform` holds providers and modules that would be run, `terraform.d` may hold
# providers (https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories), and a
# first `init` copies `terraform.tfstate`, and every workspace of `terraform.tfstate.d`, over what the backend has.
# `NAME.tftest.hcl`, `.tofumock`, `.tfquery`, `.tfmigrate`, `.tfcomponent`: every command has such files of its own.
_LOADED = re.compile(
    rf"{CONFIGURATION}|\.terraform\.lock\.hcl|.*\.(?:tf|tofu)(?!vars\.|state\.|lint\.|sec\.|plan\.)[a-z]+\.(?:hcl|json)|\.terraform"
    r"|terraform\.d|terraform\.tfstate(?:\.d)?",
    re.DOTALL,  # a line break may stand in a name
)
# On some file systems `Terraform.tfvars` is the file of values, and `PRODUCER` the folder of a stack.
_LOADED_SOMEWHERE = re.compile(_LOADED.pattern, re.DOTALL | re.IGNORECASE)
_OF_EVERYONE = "may be changed by everyone on this machine (chmod o-w)"
VALUES = ("terraform.tfvars", "terraform.tfvars.json")
_KINDS = {
    stat.S_IFLNK: "is a link", stat.S_IFIFO: "is a pipe", stat.S_IFSOCK: "is a socket", stat.S_IFCHR: "is a device",
    stat.S_IFBLK: "is a device",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Present:
    """The plain files with their content, `states` that were not read, and what was `refused` with the reason.

    `linked` are the plain files that have another name somewhere: an edit there is an edit here.
    """

    files: Mapping[str, bytes]
    states: tuple[str, ...]
    refused: Mapping[str, str]
    linked: tuple[str, ...] = ()

    def unlisted(self, listed: Mapping[str, str]) -> list[str]:
        """What Terraform would load, be it only on some file systems, although nobody handed it over."""
        paths = {*self.files, *self.refused} - listed.keys()
        return sorted(path for path in paths if is_loaded(path))

    def twins(self, names: Iterable[str]) -> dict[str, str]:
        """Which of `names` a path is on some file systems; what Terraform would load aside."""
        known = {_taken_for(name): name for name in names}
        taken = {path: _taken_for(path) for path in {*self.files, *self.refused} - {*known.values()}}
        return {path: known[taken[path]] for path in sorted(taken) if taken[path] in known and not is_loaded(path)}


def is_loaded(path: str, *, case: bool = False) -> bool:
    """Whether Terraform, run in the file's folder, takes it into account, on some system or where `case` matters."""
    name = path.rpartition("/")[2]
    if case:
        return _LOADED.fullmatch(name) is not None
    return any(_LOADED_SOMEWHERE.fullmatch(one) for one in (name, *_taken_for(name).split("/")))


def _taken_for(path: str) -> str:
    """What a path is, in one case, where names have no case and no invisible characters (macOS, ext4), and on Windows.

    There dots and blanks at a name's end are not part of it, what stands behind a colon is no name, and a backslash
    parts folders, also where an archive is unpacked, and `..` leads out of one. git guards its own folder likewise:
    https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreprotectNTFS
    """
    seen = INVISIBLE.sub("", "".join(character for character in path if unicodedata.category(character) != "Cf"))
    parts: list[str] = []
    for part in seen.casefold().replace("\\", "/").split("/"):
        if part == "..":
            del parts[-1:]
        elif name := part.partition(":")[0].rstrip(". "):
            parts.append(name)
    return "/".join(parts)


def present(folder: Path) -> Present:
    """Look at everything below `folder`; a folder that Terraform keeps for itself is named and not looked into."""
    files: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    states: list[str] = []
    linked: list[str] = []
    left = LARGEST_BYTES
    if folder.stat().st_mode & stat.S_IWOTH:
        refused["."] = _OF_EVERYONE
    for path, problem in _below(folder):
        if problem:
            refused[path] = problem
        elif path.lower().endswith(STATE) and not is_loaded(path):
            states.append(path)
        else:
            try:
                files[path] = plain_file(folder / path, left)
                left -= len(files[path])
                linked += [path] if (folder / path).lstat().st_nlink > 1 else []
            except OSError as error:
                refused[path] = error.strerror or str(error)
    return Present(files=files, states=tuple(sorted(states)), refused=refused, linked=tuple(linked))


def _below(folder: Path) -> Iterator[tuple[str, str]]:
    """The path of everything that is no folder, and what is wrong with it; no link is followed."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(folder / above) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
            for entry in entries:
                path = f"{above}/{entry.name}" if above else entry.name
                mode = entry.stat(follow_symlinks=False).st_mode
                problem = _odd(mode)
                if stat.S_ISDIR(mode) and not problem and not is_loaded(path):
                    waiting.append(path)
                else:
                    yield path, problem or ("is a folder" if stat.S_ISDIR(mode) else "")
        except OSError as error:
            yield above or ".", error.strerror or str(error)


def _odd(mode: int) -> str:
    """What is wrong with a file before it is opened."""
    kind = _KINDS.get(stat.S_IFMT(mode))
    if kind:
        return f"{kind}, and a bundle has files and folders alone"
    if mode & stat.S_IWOTH:
        return _OF_EVERYONE
    return "has the setuid, setgid or sticky bit" if stat.S_ISREG(mode) and mode & 0o7000 else ""


def plain_file(file: Path, at_most: int = LARGEST_BYTES) -> bytes:
    """The content of a plain file; nothing that would block or lead elsewhere is opened.

    Raises:
        OSError: when it is no plain file, too large, or cannot be read.
    """
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as stream:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(0, "is no plain file")
        if about.st_size > at_most:
            raise OSError(0, f"is larger than {LARGEST_BYTES:,} bytes, alone or with the files before it")
        return stream.read(at_most)
