"""Values that look like credentials: they must not be handed on, and `secrets:` of a service is the place for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployment.credentials import looks_like, shape
from deployment.hidden import hide, holds_hidden
from deployment.kinds.cloud_run import SERVICE
from deployment.stack import SECTIONS
from deployment.values import strings, without


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A value that looks like a credential: where it stands and what it looks like; never the value itself."""

    where: str
    looks_like: str


def in_environment(stack: str, content: Mapping[str, Any], harmless: frozenset[str] = frozenset()) -> Iterator[Suspect]:
    """The plain environment variables of a stack's containers that look like credentials, `harmless` ones aside."""
    for address, run in content.get("resource", {}).get(SERVICE.type, {}).items():
        for variable in run["template"]["containers"][0].get("env", []):
            name, value = variable["name"], variable.get("value")
            if value is None or name in harmless:
                continue
            likeness = looks_like(name, value)
            if likeness:
                yield Suspect(where=f"{stack}: service {address.replace('_', '-')}: env {name}", looks_like=likeness)


def elsewhere(stack: str, content: Mapping[str, Any]) -> Iterator[Suspect]:
    """What else of a stack's resources and outputs a review would hide; containers' variables aside."""
    parts = [
        (f"{kind}.{name}", values)
        for section in SECTIONS.values()
        for kind, named in content.get(section, {}).items()
        for name, values in named.items()
    ]
    parts += [(f"output {name}", output) for name, output in content.get("output", {}).items()]
    for where, values in parts:
        likeness = _shape(values)
        if likeness:
            yield Suspect(where=f"{stack}: {where}", looks_like=likeness)


def _shape(values: Any) -> str:
    others = without(values, lambda key, _: key == "env")
    by_name = "a credential, by its name" if holds_hidden(hide(others)) else ""
    return next(filter(None, map(shape, strings(others))), by_name)
