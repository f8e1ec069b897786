"""Where is looked, and what is found: the configuration as it grows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from live.reader import Reader


@dataclass(frozen=True, kw_only=True)
class Place:
    """A project of which the side in it is looked for, how it is read, and its number; "" for one that is not known."""

    project: str
    number: str
    reader: Reader = field(repr=False)


@dataclass
class Discovery:
    """What was found: the configuration, remarks on it, and what it cannot say."""

    settings: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)


def key_of(name: str) -> str:
    """A name as a key can be: up to 30 lower-case letters, digits and single hyphens, beginning with a letter."""
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "-", name.lower()))[:30].strip("-") or "service"
