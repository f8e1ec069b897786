"""A synthesized stack as plain Terraform: without cdktf's metadata, and with messages for people who have no cdktf."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

# What the stacks' messages say to people at a checkout, and what they say to people with the bundle. The first group
# of a pattern is the service's key.
_WORDING: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\(cdktf deploy (\w+)\)"), lambda found: f"(terraform -chdir={found[1]} apply)"),
    (
        re.compile(r"add it to producer\.services\.([\w-]+)\.accept"),
        lambda found: f"add it to the variable {found[1].replace('-', '_')}_accept",
    ),
    (re.compile(r" \(docs/troubleshooting\.md\)"), lambda _: ""),
    (re.compile(r"^Step \d+: (\w)"), lambda found: found[1].upper()),
)


def plain(stack: Json) -> Json:
    """`stack` without metadata and without what is empty; nothing that Terraform acts on is lost."""
    content: Json = _plain(stack)
    google = content["terraform"]["required_providers"]["google"]
    # The same provider, spelled as people write it: `google` alone is short for it.
    google["source"] = "hashicorp/google" if google["source"] == "google" else google["source"]
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _plain(inner) for key, inner in value.items() if key != "//"}
        return {key: inner for key, inner in kept.items() if not (key == "depends_on" and inner == [])}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return _worded(value) if isinstance(value, str) else value


def _worded(text: str) -> str:
    for pattern, words in _WORDING:
        text = pattern.sub(words, text)
    return text


def strings(value: Any, change: Callable[[str], str]) -> Any:
    """`value` with every string in it, keys aside, changed."""
    if isinstance(value, dict):
        return {key: strings(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [strings(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value
