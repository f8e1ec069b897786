"""Texts of others, such as names of files, on a terminal or in a log."""

from __future__ import annotations

import json
import re
from typing import Any

# What GitHub's runner takes for a command: `::error::` where a line begins, `##[error]` anywhere
# (actions/runner, src/Runner.Common/ActionCommand.cs).
_COMMAND = re.compile(r"^(\s*):(?=:[A-Za-z])|#(?=#\[)")


def printable(value: str) -> str:
    """A text in one line, with everything written out that would be more than text.

    That is control, format and other unprintable characters, and the beginning of a command of a CI system.
    """
    line = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in value
    )
    return _COMMAND.sub(lambda found: r"\x23" if found[0] == "#" else rf"{found[1]}\x3a", line)


def printable_lines(value: str) -> str:
    """A message of several lines: each as one."""
    return "\n".join(map(printable, value.split("\n")))


def printable_json(value: Any, *, indent: int | None = 2, sort_keys: bool = False) -> str:
    """A document as JSON in ASCII; what is not JSON's, such as hidden values, by `repr`.

    The beginning of a command of a CI system can only stand inside a text, where an escape means the same.
    """
    written = json.dumps(value, indent=indent, sort_keys=sort_keys, default=repr)
    return written.replace("##[", r"\u0023#[")
