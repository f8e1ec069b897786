"""What a plan would change of a resource that exists, attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deployment.hidden import hide
from deployment.stack import UNKNOWN
from deployment.values import Json
from live.names import plain

# Lists whose entries belong together, even where there is one.
_VARIABLES = "template.containers.env"
_LISTS = frozenset({"consumer_accept_lists", _VARIABLES})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An attribute by its dotted path, as it is and as the configuration has it; hidden values are wrapped."""

    path: str
    live: Any
    wanted: Any


def differences(change: Json) -> tuple[Difference, ...]:
    """Those of a change of a plan's JSON; what follows from others, and is only known after the apply, is none."""
    live = hide(change["before"] or {}, change.get("before_sensitive"))
    wanted = hide(change["after"] or {}, change.get("after_sensitive"))
    found = (part for one in _between("", live, wanted, change.get("after_unknown")) for part in _parts(one))
    return tuple(sorted(found, key=lambda one: one.path))


def _parts(one: Difference) -> Iterator[Difference]:
    """Environment variables that are values, and those out of secrets, stand in one set, and follow from two keys."""
    if one.path != _VARIABLES or not isinstance(one.wanted or [], list):
        yield one
        return
    for path, secret in ((_VARIABLES, False), (f"{_VARIABLES}.value_source", True)):
        live, wanted = ([entry for entry in of or [] if bool(entry.get("value_source")) is secret]
                        for of in (one.live, one.wanted))  # fmt: skip
        if sorted(live, key=_name) != sorted(wanted, key=_name):
            yield Difference(path=path, live=live, wanted=wanted)


def _name(entry: Json) -> str:
    return str(entry.get("name"))


def _between(path: str, live: Any, wanted: Any, unknown: Any) -> Iterator[Difference]:
    if unknown is True or live == wanted or (_nothing(live) and _nothing(wanted)) or _same_link(live, wanted):
        return
    if (isinstance(live, dict) or _nothing(live)) and (isinstance(wanted, dict) or _nothing(wanted)):
        live, wanted = live or {}, wanted or {}
        marks = unknown if isinstance(unknown, dict) else {}
        for key in sorted(live.keys() | wanted.keys()):
            inner = f"{path}.{key}" if path else key
            yield from _between(inner, live.get(key), wanted.get(key), marks.get(key))
    elif _single(live) and _single(wanted) and path not in _LISTS:
        mark = unknown[0] if isinstance(unknown, list) and unknown else None
        yield from _between(path, live[0], wanted[0], mark)
    else:
        yield Difference(path=path, live=live, wanted=UNKNOWN if _unknown(unknown) else wanted)


def _nothing(value: Any) -> bool:
    """What Terraform calls nothing in several ways."""
    return value is None or value in ("", [], {}) or (isinstance(value, bool) and not value)


def _same_link(live: Any, wanted: Any) -> bool:
    """Whether both are links to the same, with Google's host or without."""
    both = isinstance(live, str) and isinstance(wanted, str) and "projects/" in live
    return both and plain(live) == plain(wanted)


def _single(value: Any) -> bool:
    """A block, of which Terraform has a list of one."""
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)


def _unknown(marks: Any) -> bool:
    inner = marks.values() if isinstance(marks, dict) else marks if isinstance(marks, list) else ()
    return marks is True or any(map(_unknown, inner))
