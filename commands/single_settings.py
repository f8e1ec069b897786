"""An environment's settings one by one, and where those of two environments differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from deployment.printable import printable_json

if TYPE_CHECKING:
    from config.problems import KeyPath

# These differ between any two environments, or say only where the rest comes from.
_OWN = {"environment", "extends"}


class Setting(NamedTuple):
    """Its key path, also as people write it, and its value."""

    path: KeyPath
    name: str
    value: Any


class Difference(NamedTuple):
    """A setting's name and its values in two environments; None where one has none."""

    name: str
    value: Any
    against: Any


def single(values: Any, path: KeyPath = ()) -> Iterator[Setting]:
    """Every single setting; a list counts as one."""
    from config.problems import dotted

    if isinstance(values, dict) and values:
        for key, value in values.items():
            yield from single(value, (*path, key))
    else:
        yield Setting(path, dotted(path), values)


def text(value: Any) -> str:
    """A value as YAML would have it."""
    return printable_json(value, indent=None)


def is_below(name: str, keys: list[str]) -> bool:
    """Whether a setting is one of these, or stands below one; where there are none, it does."""
    return not keys or any(name == key or name.startswith((f"{key}.", f"{key}[")) for key in keys)


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs, in the order of `here`, then of `there`."""
    ours, theirs = ({one.path: one for one in single(values) if _is_set(one)} for values in (here, there))
    for path, setting in (ours | theirs).items():
        value, against = (one[path].value if path in one else None for one in (ours, theirs))
        if value != against:
            yield Difference(setting.name, value, against)


def _is_set(setting: Setting) -> bool:
    return setting.name not in _OWN and setting.value not in (None, {})
