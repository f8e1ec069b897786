"""The bindings' run-time type checks, with the same verdicts and messages, at a fraction of the time.

The bindings resolve the type hints of every call anew and give each argument to typeguard. Here hints are resolved
once, and a value that plainly has its type is let through; whatever is not that plain goes to typeguard as before,
which then has the last word and the wording. So nothing is accepted here that typeguard would refuse.
"""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable
from importlib import metadata
from typing import Any

import jsii._type_checking

Predicate = Callable[[object], bool]

_hints: dict[object, dict[str, Any]] = {}
# By identity: the hints are kept above, so an id is never used twice.
_predicates: dict[int, tuple[object, Predicate]] = {}
_genuine_check = jsii._type_checking.check_type


def cached_type_hints(stub: Callable[..., Any]) -> dict[str, Any]:
    """`typing.get_type_hints(stub)`, resolved once: the annotations of a stub never change."""
    hints = _hints.get(stub)
    if hints is None:
        hints = _hints[stub] = typing.get_type_hints(stub)
    return hints


def check_type(argname: str, value: object, expected_type: Any) -> Any:
    """Return when `value` has its type.

    Raises:
        TypeError: typeguard's own, when it has not.
    """
    known = _predicates.get(id(expected_type))
    if known is None:
        known = _predicates[id(expected_type)] = (expected_type, _predicate(expected_type))
    if known[1](value):
        return None
    return _genuine_check(argname=argname, value=value, expected_type=expected_type)


def _predicate(expected: Any) -> Predicate:
    """A test that is true only for values that typeguard accepts; false means no more than: ask typeguard."""
    if expected is Any:
        return _always
    if expected is None or expected is type(None):
        return _is_none
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin in (typing.Union, types.UnionType):
        return _any_of([_predicate(one) for one in arguments])
    if origin is collections.abc.Sequence or origin is list:
        return _list_of(_predicate(arguments[0]))
    if origin in (collections.abc.Mapping, dict):
        return _dict_of(_predicate(arguments[0]), _predicate(arguments[1]))
    if isinstance(expected, type) and origin is None:
        return _instance_of(expected)
    return _never


def _instance_of(expected: type) -> Predicate:
    if getattr(expected, "_is_protocol", False):
        # typeguard 2 checks no protocol that is not a run-time one; later versions compare members.
        unchecked = _typeguard_major() == 2 and not getattr(expected, "_is_runtime_protocol", False)
        return _always if unchecked else _never
    return lambda value: isinstance(value, expected)


def _any_of(predicates: list[Predicate]) -> Predicate:
    if _always in predicates:
        return _always
    if len(predicates) == 2 and _is_none in predicates:
        other = next(one for one in predicates if one is not _is_none)
        return lambda value: value is None or other(value)
    return lambda value: any(one(value) for one in predicates)


def _list_of(item: Predicate) -> Predicate:
    return lambda value: type(value) is list and all(map(item, value))


def _dict_of(key: Predicate, item: Predicate) -> Predicate:
    return lambda value: type(value) is dict and all(map(key, value)) and all(map(item, value.values()))


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    return False


def _is_none(value: object) -> bool:
    return value is None


def _typeguard_major() -> int:
    return int(metadata.version("typeguard").partition(".")[0])
