"""A picture as Mermaid, which renders where Markdown is read: on GitHub, and in most editors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deployment.picture import Node, Picture

_MARKS = {"same": "", "added": "+ ", "changed": "~ ", "removed": "− "}
# Colours as GitHub's own for added, changed and removed.
_STYLES = {
    "same": "fill:#f6f8fa,stroke:#8c959f,color:#1f2328",
    "added": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "changed": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "removed": "fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:4",
}


def mermaid(drawn: Picture) -> str:
    """The picture with its states marked, and a legend."""
    lines = [*_graph(drawn, {}, marked=True), *(f"  classDef {state} {style}" for state, style in _STYLES.items())]
    more = f" {drawn.left_out} unchanged parts are left out." if drawn.left_out else ""
    legend = f"Marked: + added, ~ changed, − removed; the rest stays.{more}"
    return "\n".join(["```mermaid", *lines, "```", "", legend])


def plain_mermaid(drawn: Picture, titles: Mapping[str, str]) -> str:
    """The picture of what stands, without marks; `titles` are what its stacks are called."""
    return "\n".join(["```mermaid", *_graph(drawn, titles, marked=False), "```"])


def _graph(drawn: Picture, titles: Mapping[str, str], *, marked: bool) -> Iterator[str]:
    yield "flowchart LR"
    for index, stack in enumerate(dict.fromkeys(node.stack for node in drawn.nodes)):
        yield f'  subgraph s{index}["{_entities(titles.get(stack, stack))}"]'
        yield from (f"    {_box(node, marked=marked)}" for node in drawn.nodes if node.stack == stack)
        yield "  end"
    for start, end, label in drawn.arrows:
        yield f'  {start} -->|"{_entities(label)}"| {end}' if label else f"  {start} --> {end}"


def _box(node: Node, *, marked: bool) -> str:
    mark, style = (_MARKS[node.state], f":::{node.state}") if marked else ("", "")
    return f'{node.id}["{mark}{_entities(node.what)}<br>{_entities(node.label)}"]{style}'


def _entities(value: str) -> str:
    """Mermaid's escape, #NUMBER;, for everything but letters, digits, a few harmless signs, and a port's colon.

    Behind another colon Mermaid may find the name of an icon, which it would draw in the name's place.
    """
    short = value if len(value) <= 60 else f"{value[:59]}…"
    return re.sub(r"[^A-Za-z0-9 ._/:-]|:(?![0-9])", lambda sign: f"#{ord(sign[0])};", short)
