"""The stacks that may be worked on side by side: those that need none of each other."""

from __future__ import annotations

from collections.abc import Sequence

from deployment.output_folder import StackFolder


def waves(stacks: Sequence[StackFolder]) -> list[list[StackFolder]]:
    """The stacks in groups: each needs only what stands in the groups before its own; their order is kept.

    What is needed and not among them is there already.
    """
    named = {stack.name: stack for stack in stacks}

    def place(stack: StackFolder) -> int:
        return max((place(named[need]) + 1 for need in stack.needs if need in named), default=0)

    groups: dict[int, list[StackFolder]] = {}
    for stack in stacks:
        groups.setdefault(place(stack), []).append(stack)
    return [groups[at] for at in sorted(groups)]
