"""Messages as Google's APIs take and give them: plain JSON, and what a patch makes of one."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Json = dict[str, Any]


def fill(message: Json, **usual: Any) -> None:
    """Give the fields that a message leaves out their usual values."""
    for name, value in usual.items():
        message.setdefault(name, value)


def merge(message: Json, patch: Json) -> None:
    """JSON merge patch (RFC 7396), as Compute Engine's patch methods do: null removes, lists are replaced."""
    for key, value in patch.items():
        if value is None:
            message.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(message.get(key), dict):
                message[key] = {}
            merge(message[key], value)
        else:
            message[key] = deepcopy(value)


def without_nulls(value: Any) -> Any:
    """A copy of a message in which null is not there, as in what Google's APIs give: it means the field is not set.

    https://protobuf.dev/programming-guides/json/#null-values
    """
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def without_empty(message: Json) -> Json:
    """A copy without nulls, empty lists and empty messages, which Compute Engine does not keep."""
    copied: Json = {}
    for key, value in message.items():
        if isinstance(value, dict):
            if kept := without_empty(value):
                copied[key] = kept
        elif isinstance(value, list):
            # google provider 6.50.0 sends [null] for scheduling.nodeAffinities, and crashes if it gets that back.
            if entries := [item for item in value if item is not None]:
                copied[key] = [without_empty(item) if isinstance(item, dict) else item for item in entries]
        elif value is not None:
            copied[key] = value
    return copied
