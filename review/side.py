"""One side of a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deployment.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Side:
    """An environment on one of the two sides. `problem` says why it has no stacks although its file is there."""

    environment: str
    exists: bool = False
    folder: Path | None = None
    stacks: Mapping[str, Stack] = field(default_factory=dict)
    problem: str = ""
