"""How the runbook shows an edit of values, and the commands that apply it."""

from __future__ import annotations

from typing import Any

from handover.facts import Facts
from handover.handed_stack import HandedStack
from handover.markdown import shell


def edit(facts: Facts, stack: HandedStack, **values: Any) -> str:
    """The lines of the file of values as they are to be."""
    file = f"`{stack.name}/{facts.format.VALUES}`"
    return f"In {file}:\n\n```{facts.format.NAME}\n{facts.format.assignment(values)}\n```"


def applied(stack: HandedStack) -> str:
    """The commands after it."""
    return shell(*(f"terraform -chdir={stack.name} {verb}" for verb in ("plan", "apply")))
