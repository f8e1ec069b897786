"""Settings of which something has less than before, as one sentence tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from review.known import Block, Value

# An attribute, its two values, and whether a second value is as much as the first.
Setting = tuple[str, Value, Value, Callable[[Value, Value], bool]]


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
