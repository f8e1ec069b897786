"""Texts of others, such as names of files, on a terminal or in a log."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

# What CI systems take for a command: `::error::` where a line begins and `##[error]` anywhere are GitHub's
# (actions/runner, src/Runner.Common/ActionCommand.cs), `##vso[…]` is Azure Pipelines', `##teamcity[…]` TeamCity's.
_ANYWHERE = re.compile(r"#(?=#[A-Za-z]{0,16}\[)")
_COMMAND = re.compile(rf"^(\s*):(?=:[A-Za-z])|{_ANYWHERE.pattern}")
# Letters and marks that show nothing: fillers, a blank of Braille, selectors of variants.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# More marks than two on one letter, or one on what stands in front of a text.
_MOST_MARKS = 2


def printable(value: str) -> str:
    """A text in one line, with everything written out that would be more than text.

    That is control, format, invisible and other unprintable characters, marks that are piled up, and the beginning of
    a command of a CI system.
    """
    line = value if value.isascii() and value.isprintable() else "".join(_written_out(value))
    return _COMMAND.sub(lambda found: r"\x23" if found[0] == "#" else rf"{found[1]}\x3a", line)


def _written_out(value: str) -> Iterator[str]:
    marks = _MOST_MARKS
    for character in value:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        shows = character.isprintable() and marks <= _MOST_MARKS and not INVISIBLE.match(character)
        yield character if shows else character.encode("unicode_escape").decode()


def printable_lines(value: str) -> str:
    """A message of several lines: each as one."""
    return "\n".join(map(printable, value.split("\n")))


def printable_json(value: Any, *, indent: int | None = 2, sort_keys: bool = False) -> str:
    """A document as JSON in ASCII; what is not JSON's, such as hidden values, by `repr`.

    The beginning of a command of a CI system can only stand inside a text, where an escape means the same.
    """
    written = json.dumps(value, indent=indent, sort_keys=sort_keys, default=repr)
    return without_commands(written)


def without_commands(written: str) -> str:
    """JSON, or YAML whose texts stand in double quotes, that means the same and is no command of a CI system."""
    return _ANYWHERE.sub(r"\\u0023", written)
