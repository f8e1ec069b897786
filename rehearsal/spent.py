"""What a rehearsal's time went into, in one line."""

from __future__ import annotations

from collections.abc import Mapping

_TERRAFORM = ("init", "plan", "show", "apply")


def spent(synthesis: float, commands: Mapping[str, float]) -> str:
    """All of it, in seconds; `commands` are Terraform's, of which some ran side by side."""
    parts = [f"synthesis {synthesis:.1f} s"] if synthesis >= 0.1 else []
    parts += [f"{name} {commands[name]:.1f} s" for name in _TERRAFORM if name in commands]
    return f"time: {', '.join(parts)}; steps that ran side by side count in full"
