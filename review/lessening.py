"""Settings of which something has less than before, as one sentence tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from deployment.comparison import Comparison
from review.known import Block, Value, View

# An attribute, its two values, and whether a second value is as much as the first.
Setting = tuple[str, Value, Value, Callable[[Value, Value], bool]]


def was_and_now(comparison: Comparison, type_: str) -> Iterator[tuple[View, View]]:
    """Each resource of a type that stays, as it was and as it will be."""
    before, after = comparison.before, comparison.after
    for item in after.of(type_) if before and after else ():
        former = comparison.former(item.address)
        if former is not None and before is not None and after is not None:
            yield View(former, before), View(item, after)


def less(settings: Iterable[Setting]) -> Iterator[str]:
    """`attribute after instead of before` for each setting that is not surely as much as it was."""
    for name, old, new, as_much in settings:
        if old.readable != new.readable and not as_much(old, new):
            yield f"{name} {new.readable} instead of {old.readable}"


def given(block: Block, name: str, default: str) -> Value:
    """An attribute, or what holds where it is not set."""
    value = block.get(name)
    return block.given(default) if value.absent or value.equals("") else value


def at_least(old: Value, new: Value) -> bool:
    """Whether both are numbers, and the second is no smaller."""
    return old.number is not None and new.number is not None and new.number >= old.number


def is_on(old: Value, new: Value) -> bool:
    """Whether a switch is on afterwards."""
    del old
    return new.equals(True) is True
