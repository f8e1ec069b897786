"""The documentation's pages, and what stands in them: blocks, commands, links, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import CHECKOUT

PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "CONTRIBUTING.md",
    CHECKOUT / "CHANGELOG.md",
    *sorted((CHECKOUT / "docs").rglob("*.md")),
]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# What a file's block begins with: its path, and the environment that it belongs to.
_FILE = re.compile(r"# (config/(?:environments/([\w-]+)(?:\.d/[\w-]+)?|shared/[\w-]+)\.yaml)\n")
_INLINE = re.compile(r"`(\./psc[^`\n]*)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and where it stands."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


def name(page: Path) -> str:
    """A page's path as people say it."""
    return page.relative_to(CHECKOUT).as_posix()


def blocks(page: Path, language: str = "") -> list[Block]:
    """The fenced blocks of a page, in order; only those of a language when one is given."""
    text = page.read_text()
    found = [Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in _BLOCK.finditer(text)]
    return [block for block in found if not language or block.language == language]


def environment_of(block: Block) -> str | None:
    """The environment that a block is a file of; "" where it is one that several extend, None where it is no file."""
    named = _FILE.match(block.text)
    return named and (named[2] or "")


def write_environment(page: Path, environment: str, folder: Path) -> None:
    """Put the files of an environment into the checkout `folder`, and those that the page's environments share."""
    for block in blocks(page, "yaml"):
        if environment_of(block) in {environment, ""} and (named := _FILE.match(block.text)):
            file = folder / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _BLOCK.sub("", page.read_text())


def commands(page: Path) -> Iterator[str]:
    """Every `./psc …` of a page: in a line of a shell block, or in the running text."""
    for block in blocks(page, "sh"):
        for line in block.text.splitlines():
            if line.startswith("./psc"):
                yield line
    yield from _INLINE.findall(prose(page))


def links(page: Path) -> list[str]:
    """Where a page links to, other sites left out."""
    return [link for link in _LINK.findall(prose(page)) if not re.match(r"https?://|mailto:", link)]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
