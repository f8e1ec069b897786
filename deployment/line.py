"""A line for people: plain text, and what it is, so that a terminal can draw it."""

from __future__ import annotations

from typing import Literal, Self

# What a line is about; commands/console.py says how each looks.
Style = Literal[
    "", "heading", "error", "warning", "note", "good", "bad", "added", "changed", "replaced", "removed", "dim"
]
_OF_ACTION: dict[str, Style] = {
    "created": "added",
    "updated": "changed",
    "replaced": "replaced",
    "destroyed": "removed",
    "forgotten": "removed",
    "moved": "dim",
}


class Line(str):
    """Text that is printed as it stands wherever nothing is drawn."""

    __slots__ = ("style",)
    style: Style

    def __new__(cls, text: str, style: Style = "") -> Self:
        """A line of a style."""
        line = super().__new__(cls, text)
        line.style = style
        return line


def style_of(action: str) -> Style:
    """The style of what is done to a resource, as Terraform has it: created, updated, replaced, destroyed."""
    return _OF_ACTION.get(action, "")
