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
_LISTS = frozenset({"consumer_accept_lists", "template.containers.env"})


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
    return tuple(sorted(_between("", live, wanted, change.get("after_unknown")), key=lambda one: one.path))


def _between(path: str, live: Any, wanted: Any, unknown: Any) -> Iterator[Difference]:
    if unknown is True or live == wanted or (_nothing(live) and _nothing(wanted)) or _same_link(live, wanted):
        return
    if isinstance(live, dict) and isinstance(wanted, dict):
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
