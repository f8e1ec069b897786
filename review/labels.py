"""A label on the pull request for what its review came to, so that a list of pull requests shows it.

For review/comment.py, so with the standard library alone. A label is one of these, whatever the report says.
"""

from __future__ import annotations

import re
from typing import Any, Protocol
from urllib.parse import quote

NOTHING, DECIDE, FINDINGS, NONE = LABELS = (
    "review: nothing changes", "review: to decide", "review: findings", "review: no report",
)  # fmt: skip


class Calls(Protocol):
    """GitHub's API."""

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """One call, JSON in and out."""


def label_of(text: str) -> str:
    """The label for a comment, by its heading."""
    heading = text.split("\n")[1] if "\n" in text else ""
    if heading == "## Review: nothing changes":
        return NOTHING
    if re.match(r"## Review: (?:no|\d+) points? to decide, no findings that this change brings$", heading):
        return DECIDE
    return FINDINGS if re.search(r"\d findings?\b|outside Terraform", heading) else NONE


def put_label(github: Calls, number: int, label: str) -> None:
    """Have the pull request wear this one of our labels, and no other of them."""
    worn = {one["name"] for one in github.call("GET", f"/issues/{number}/labels", per_page="100")}
    for former in sorted(worn & set(LABELS) - {label}):
        github.call("DELETE", f"/issues/{number}/labels/{quote(former, safe='')}")
    if label not in worn:
        github.call("POST", f"/issues/{number}/labels", {"labels": [label]})
