"""Values that look like credentials: they must not be handed on, and `secrets:` of a service is the place for them.

Deliberately no measure of randomness: image digests, hashes and ids are random too. Known shapes and telling names
only, so that what is refused can be explained.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployment.credential_shapes import shape

_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:_|$)",
    re.IGNORECASE,
)
# Where a credential is kept, how long it is good, what it is called: no credential.
_ABOUT = re.compile(
    r"_(?:FILE|PATH|DIR|URL|URI|NAME|ID|HOST|PORT|TYPE|TTL|EXPIRY|ISSUER|AUDIENCE|SECONDS|LENGTH)$", re.IGNORECASE
)
_HARMLESS = re.compile(r"|true|false|yes|no|on|off|none|null|[0-9]{1,3}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A value that looks like a credential: where it stands and what it looks like; never the value itself."""

    where: str
    looks_like: str


def in_environment(stack: str, content: Mapping[str, Any], harmless: frozenset[str] = frozenset()) -> Iterator[Suspect]:
    """The plain environment variables of a stack's containers that look like credentials, `harmless` ones aside."""
    for address, run in content.get("resource", {}).get("google_cloud_run_v2_service", {}).items():
        for variable in run["template"]["containers"][0].get("env", []):
            name, value = variable["name"], variable.get("value")
            if value is None or name in harmless:
                continue
            looks = looks_like(name, value)
            if looks:
                yield Suspect(where=f"{stack}: service {address.replace('_', '-')}: env {name}", looks_like=looks)


def elsewhere(stack: str, content: Mapping[str, Any]) -> Iterator[Suspect]:
    """What else of a stack's resources and outputs is shaped like a credential; containers' variables aside."""
    for section in ("resource", "data"):
        for kind, named in content.get(section, {}).items():
            for name, values in named.items():
                looks = next((found for text in _texts(values, without="env") if (found := shape(text))), "")
                if looks:
                    yield Suspect(where=f"{stack}: {kind}.{name}", looks_like=looks)
    for name, output in content.get("output", {}).items():
        looks = next((found for text in _texts(output, without="env") if (found := shape(text))), "")
        if looks:
            yield Suspect(where=f"{stack}: output {name}", looks_like=looks)


def _texts(value: Any, *, without: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != without:
                yield from _texts(inner, without=without)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, without=without)
    elif isinstance(value, str):
        yield value


def looks_like(name: str, value: str) -> str:
    """What a variable's value looks like, by its shape or its name; empty when like no credential."""
    return shape(value) or ("a credential, by its name" if _telling(name, value) else "")


def _telling(name: str, value: str) -> bool:
    return bool(_NAME.search(name)) and not _ABOUT.search(name) and not _HARMLESS.fullmatch(value)
