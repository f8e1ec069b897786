"""The kinds' part of docs/known-traps.md: the attributes that are as they are on purpose."""

from __future__ import annotations

from deployment.kinds import KINDS


def noteworthy_table() -> str:
    """Every noteworthy attribute once, as Markdown."""
    rows = {
        f"| `{path}` of `{kind.type}` | {attribute.why} | {attribute.seen} |"
        for kind in KINDS
        if kind.ours
        for path, attribute in kind.noteworthy.items()
    }
    return "\n".join(["| attribute | why it is as it is | seen |", "|---|---|---|", *sorted(rows)])
