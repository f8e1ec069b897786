"""Outputs that hand out the same by another name, because what they hand out has moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from deployment.stack import Item, Stack
from deployment.values import with_strings


def renamed_outputs(former: Stack, present: Stack) -> dict[str, str]:
    """The new name of each output that is gone: named after what has moved, or the only one with its value."""
    gone = [item for item in former.of("output") if item.address not in present.items]
    come = {item.address: item for item in present.of("output") if item.address not in former.items}
    renamed: dict[str, str] = {}
    for item in gone if present.moved else ():
        moved = referring(item, present.moved)
        same = [address for address, new in come.items() if new.values.get("value") == moved.values.get("value")]
        named = [address for address in _names(item.address, present.moved) if address in same]
        if named or (len(same) == 1 and moved.values != item.values):
            renamed[item.address] = (named or same)[0]
    return renamed


def _names(address: str, moved: Mapping[str, str]) -> Iterator[str]:
    """The addresses that an output named after something has once that has moved."""
    name = address.partition(".")[2]
    for old, new in sorted(moved.items(), key=lambda move: -len(move[0])):
        before, after = (one.rpartition(".")[2] for one in (old, new))
        if name == before or name.startswith(f"{before}_"):
            yield f"output.{after}{name[len(before) :]}"


def read_by_other_names(before: Stack | None, after: Stack | None) -> Iterator[tuple[str, str]]:
    """What a stack's references to outputs of the stacks beside it are called now, by what they were called."""
    if before is None or after is None:
        return
    for name, other in after.others.items():
        former = before.others.get(name)
        for old, new in renamed_outputs(former, other).items() if former else ():
            for key in ("", "[0]"):
                start = f"data.terraform_remote_state.{name}{key}.outputs."
                yield f"{start}{old.partition('.')[2]}", f"{start}{new.partition('.')[2]}"


def referring(item: Item, renamed: Mapping[str, str]) -> Item:
    """An item as it was, with references to what has another address now."""
    if not renamed:
        return item
    named = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, sorted(renamed, key=len, reverse=True)))})(?![\w-])")
    return replace(item, values=with_strings(item.values, lambda text: named.sub(lambda at: renamed[at[1]], text)))
