"""The folder of a rehearsal, which goes away with it unless it is kept."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Self

# A socket's path has at most 104 bytes (macOS; Linux 108): FOLDER/psc-rehearsal-12345678/home/plugin1234567890.
_LONGEST_FOLDER = 104 - len("/psc-rehearsal-12345678/home/plugin1234567890") - 1


class Workplace:
    """A private folder, empty at first."""

    def __init__(self) -> None:
        """Make it."""
        self.folder = Path(tempfile.mkdtemp(prefix="psc-rehearsal-", dir=short_folder()))
        self.kept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


def short_folder() -> str:
    """The user's temporary folder, or /tmp where that is too long for the sockets of Terraform's providers."""
    folder = tempfile.gettempdir()
    return folder if len(folder) <= _LONGEST_FOLDER else "/tmp"  # noqa: S108  # mkdtemp makes a private folder in it
