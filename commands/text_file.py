"""A text that a command writes into a file of the user's choice."""

from __future__ import annotations

from pathlib import Path


def write(file: Path, text: str, *, new: bool = False) -> None:
    """Write a text; with `new` the file must not exist. Of a text that the disk has no room for nothing stays.

    Raises:
        OSError: when it cannot be written.
    """
    with file.open("x" if new else "w", encoding="utf-8") as target:
        try:
            target.write(text)
            target.flush()
        except OSError:
            if file.is_file():  # and no device, such as /dev/full
                file.unlink()
            raise
