"""What a rehearsal's time went into, in one line."""

from __future__ import annotations

import time
from collections.abc import Mapping

_TERRAFORM = ("init", "plan", "show", "apply")


class Spent:
    """A clock that is read at the end of each part."""

    def __init__(self) -> None:
        """Start it."""
        self._since = time.monotonic()
        self._parts: dict[str, float] = {}

    def on(self, part: str) -> None:
        """The time since the start, or since the last part, went into this one."""
        now = time.monotonic()
        self._parts[part] = now - self._since
        self._since = now

    def line(self, commands: Mapping[str, float]) -> str:
        """All of it; `commands` are Terraform's, in seconds, of which some ran side by side."""
        parts = [f"{part} {seconds:.1f} s" for part, seconds in self._parts.items()]
        parts += [f"{name} {commands[name]:.1f} s" for name in _TERRAFORM if name in commands]
        return f"time: {', '.join(parts)}; what ran side by side counts in full"
