"""A synthesized stack as plain Terraform: without cdktf's metadata, and with messages for people who have no cdktf."""

from __future__ import annotations

from typing import Any

from deployment.values import Json, with_strings, without
from stacks.advice import handed_over


def plain(stack: Json) -> Json:
    """`stack` without metadata and without what is empty; nothing that Terraform acts on is lost."""
    content: Json = with_strings(without(stack, _superfluous), handed_over)
    google = content["terraform"]["required_providers"]["google"]
    # The same provider, spelled as people write it: `google` alone is short for it.
    google["source"] = "hashicorp/google" if google["source"] == "google" else google["source"]
    return content


def _superfluous(key: str, value: Any) -> bool:
    return key == "//" or (key == "depends_on" and value == [])
