"""Names that change with what they name, so that a replacement can stand before the original is gone.

Google Cloud refuses two resources of one name, and refuses to delete what is in use. A resource that must be replaced
while in use therefore needs a new name for its new content. The content of a first deployment keeps the plain name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

# 6 hexadecimal digits: two contents of one resource collide once in 16 million edits.
_DIGITS = 6
LONGEST_SUFFIX = 1 + _DIGITS


def content_name(name: str, content: Mapping[str, object], plain: Mapping[str, object]) -> str:
    """`name` itself while `content` equals `plain`, else with a short hash of the content at its end."""
    if content == plain:
        return name
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def range_name(name: str, range_: str, plain: str) -> str:
    """`name` itself for the range `plain`, else with the range at its end: producer-subnet-10-0-4-0-24."""
    return name if range_ == plain else f"{name}-{range_.replace('.', '-').replace('/', '-')}"
