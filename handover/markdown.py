"""Pieces of Markdown that the runbook is put together from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap

_WIDTH = 120


def shell(*lines: str) -> str:
    """A block of commands."""
    return "\n".join(["```sh", *lines, "```"])


def wrapped(text: str) -> str:
    """Paragraphs and list items broken at words; blocks, tables and headings as they are."""
    return "\n".join(_lines(text))


def _lines(text: str) -> Iterator[str]:
    inside = False
    for line in text.split("\n"):
        fence = line.lstrip().startswith("```")
        inside ^= fence
        if inside or fence or len(line) <= _WIDTH or line.startswith(("|", "#")):
            yield line
            continue
        item = re.match(r"\s*(?:[-*]|\d+\.)\s+|\s*", line)
        indent = " " * (item.end() if item else 0)
        yield from wrap(
            line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )  # fmt: skip
