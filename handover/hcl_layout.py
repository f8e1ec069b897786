"""HCL as `terraform fmt` lays it out: indentation, `=` under `=`, blocks apart.

Done here, so that the bytes do not depend on a Terraform being at hand; a test holds them against `terraform fmt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

_COMMENT_WIDTH = 96


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """`name = value`; one of several lines has brackets at the ends of the first and last one, or is a heredoc."""

    name: str
    value: tuple[str, ...]
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Block:
    """`type "label" { … }`; `above` and `inside` are comments for programs, which stand there as they are."""

    type: str
    labels: tuple[str, ...] = ()
    first: Sequence[Attribute] = field(default_factory=tuple)
    attributes: Sequence[Attribute] = field(default_factory=tuple)
    blocks: Sequence[Block] = field(default_factory=tuple)
    last: Sequence[Attribute] = field(default_factory=tuple)
    comment: str = ""
    above: Sequence[str] = ()
    inside: Sequence[str] = ()


def text(blocks: Sequence[Block]) -> str:
    """A file of blocks."""
    return "\n".join("\n".join(_block(block)) + "\n" for block in blocks)


def once(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of a file with each comment where it is first said, and not again."""
    said = set[str]()

    def first(comment: str) -> str:
        known = comment in said
        said.add(comment)
        return "" if known else comment

    def of_attributes(attributes: Sequence[Attribute]) -> Sequence[Attribute]:
        return [replace(attribute, comment=first(attribute.comment)) for attribute in attributes]

    def of_block(block: Block) -> Block:
        return replace(
            block,
            comment=first(block.comment),
            first=of_attributes(block.first),
            attributes=of_attributes(block.attributes),
            blocks=[of_block(inner) for inner in block.blocks],
            last=of_attributes(block.last),
        )

    return map(of_block, blocks)


def assignments(attributes: Sequence[Attribute]) -> Iterator[str]:
    """Lines of attributes: those that follow each other on single lines are aligned."""
    run: list[Attribute] = []
    for attribute in attributes:
        in_brackets = len(attribute.value) > 1 and not attribute.value[0].startswith("<<")
        if attribute.comment or in_brackets:
            yield from _aligned(run)
            run = []
        yield from comment_lines(attribute.comment)
        if in_brackets:
            # What opens brackets is not aligned, and ends the run.
            first, *rest = attribute.value
            yield f"{attribute.name} = {first}"
            yield from rest
        else:
            run.append(attribute)
    yield from _aligned(run)


def comment_lines(comment: str) -> Iterator[str]:
    """A comment, broken at words."""
    line = "#"
    for word in comment.split():
        if len(line) + 1 + len(word) > _COMMENT_WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    if comment:
        yield line


def _aligned(run: Sequence[Attribute]) -> Iterator[str]:
    width = max((len(attribute.name) for attribute in run), default=0)
    for attribute in run:
        yield f"{attribute.name:<{width}} = {attribute.value[0]}"
        yield from attribute.value[1:]


def _block(block: Block) -> Iterator[str]:
    yield from comment_lines(block.comment)
    yield from block.above
    head = " ".join([block.type, *(f'"{label}"' for label in block.labels)])
    parts = [list(assignments(each)) for each in (block.first, block.attributes)]
    parts = [*parts, *(list(_block(inner)) for inner in block.blocks)]
    parts = [part for part in [*parts, list(assignments(block.last))] if part]
    parts = [[*block.inside, *(parts[0] if parts else [])], *parts[1:]] if block.inside else parts
    if not parts:
        yield f"{head} {{}}"
        return
    yield f"{head} {{"
    for index, part in enumerate(parts):
        if index:
            yield ""
        for line in part:
            yield f"  {line}" if line else ""
    yield "}"
