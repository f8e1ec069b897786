"""Raw blocks of Terraform's JSON, before anything is known of their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployment.references import is_open
from deployment.stack import UNKNOWN
from deployment.values import Json, unique


def lower(pairs: list[tuple[str, Any]]) -> Json:
    """A mapping in JSON with its keys in lower case: https://pkg.go.dev/encoding/json#Unmarshal.

    Raises:
        ValueError: when one is there twice, as Go may then take parts of both.
    """
    return unique([(key.lower(), value) for key, value in pairs])


def listed(value: Any) -> list[Any]:
    """One or many, as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def blocks_of(values: Any, name: str) -> list[Any]:
    """The blocks of a name: one or many, dynamic ones with what is known of their content."""
    found = list(listed(values.get(name)))
    for dynamic in listed(values.get("dynamic")):
        for many in listed(dynamic.get(name)) if isinstance(dynamic, dict) else ():
            found += contents(many)
    return found


def contents(dynamic: Any) -> Iterator[Any]:
    """What a dynamic block makes, as far as it is certain that it makes any."""
    if not isinstance(dynamic, dict):
        yield UNKNOWN
        return
    many = dynamic.get("for_each")
    if isinstance(many, (list, dict)):
        yield from listed(dynamic.get("content")) if many else ()
    else:
        # Whether there is one is as unknown as how many; what each would hold is known in part.
        yield many if is_open(many) else UNKNOWN
        yield from listed(dynamic.get("content"))
