"""Terraform JSON as plain values: the walks over it that everything here is built from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]


# What cty, Terraform's type system, converts: https://pkg.go.dev/github.com/zclconf/go-cty/cty/convert
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def boolean(value: Any) -> bool | None:
    """What Terraform takes a value for where it wants a boolean; None for what is none, or not known."""
    return value if isinstance(value, bool) else _BOOLEANS.get(value) if isinstance(value, str) else None


def unique(pairs: list[tuple[str, Any]]) -> Json:
    """A mapping in JSON, for `json.loads`: what stands under one name twice Terraform takes twice, or refuses.

    Raises:
        ValueError: when something does, comments aside.
    """
    for name, times in Counter(name for name, _ in pairs).items() if len(dict(pairs)) < len(pairs) else ():
        if times > 1 and name != "//":
            raise ValueError(f"{name!r} is given twice")
    return dict(pairs)


def children(value: Any) -> Iterator[Any]:
    """What stands directly in a mapping or list; nothing of any other value."""
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def mappings(value: Any) -> Iterator[Json]:
    """Every mapping in a value, itself included; the outer ones first, so that they may be changed on the way."""
    if isinstance(value, dict):
        yield value
    for inner in children(value):
        yield from mappings(inner)


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, keys aside."""
    if isinstance(value, str):
        yield value
    for inner in children(value):
        yield from strings(inner)


def with_strings(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of a value with every string in it changed, keys aside."""
    if isinstance(value, dict):
        return {key: with_strings(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_strings(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def without(value: Any, drop: Callable[[str, Any], bool]) -> Any:
    """A copy of a value without the entries of its mappings that `drop` says true to."""
    if isinstance(value, dict):
        return {key: without(inner, drop) for key, inner in value.items() if not drop(key, inner)}
    return [without(inner, drop) for inner in value] if isinstance(value, list) else value


def without_metadata(value: Any) -> Any:
    """A copy of synthesized JSON without cdktf's own remarks."""
    return without(value, lambda key, _: key == "//")
