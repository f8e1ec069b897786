"""A synthesized stack as plain Terraform: without cdktf's metadata, and with messages for people who have no cdktf."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from deployment.values import Json, with_strings, without

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
    content: Json = with_strings(without(stack, _superfluous), _worded)
    google = content["terraform"]["required_providers"]["google"]
    # The same provider, spelled as people write it: `google` alone is short for it.
    google["source"] = "hashicorp/google" if google["source"] == "google" else google["source"]
    return content


def _superfluous(key: str, value: Any) -> bool:
    return key == "//" or (key == "depends_on" and value == [])


def _worded(text: str) -> str:
    for pattern, words in _WORDING:
        text = pattern.sub(words, text)
    return text
