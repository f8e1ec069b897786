"""The stacks that may be worked on side by side: those that need none of each other."""

from __future__ import annotations

from collections.abc import Sequence

from deployment.output_folder import StackFolder


def waves(stacks: Sequence[StackFolder]) -> list[list[StackFolder]]:
    """The stacks in groups: each needs only what stands in the groups before its own; their order is kept.

    `stacks` are in the order of their deployment. What is needed and not among them is there already.
    """
    groups: list[list[StackFolder]] = []
    place: dict[str, int] = {}
    for stack in stacks:
        place[stack.name] = max((place[need] + 1 for need in stack.needs if need in place), default=0)
        if place[stack.name] == len(groups):
            groups.append([])
        groups[place[stack.name]].append(stack)
    return groups
