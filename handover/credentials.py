"""Values that look like credentials: they must not be handed on, and `secrets:` of a service is the place for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from config.settings import Settings
from deployment.credentials import is_credential_name, looks_like, shape
from deployment.hidden import hide, holds_hidden
from deployment.kinds.cloud_run import SERVICE
from deployment.stack import SECTIONS
from deployment.values import mappings, strings, with_strings, without

# Many issuers of identities call them by what looks like a key. https://cloud.google.com/iam/docs/principal-identifiers
_PRINCIPAL = re.compile(r'\bprincipal(?:Set)?://[^\s"]+')


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


def telling_names(settings: Settings) -> frozenset[str]:
    """The keys of services, consumers and endpoints that sound like a credential's name: `auth`, `webhook`."""
    keys = {*settings.consumers} | {key for one in settings.consumers.values() for key in one.endpoints}
    keys |= {*settings.producer.services} if settings.producer else set()
    return frozenset(key for key in keys if is_credential_name(key) or is_credential_name(f"{key}_of"))


def without_names(text: str, names: Collection[str]) -> str:
    """A text without principals, in which none of these names makes a credential of what stands beside it."""
    text = _PRINCIPAL.sub("principal", text)
    if not names:
        return text
    spelled = (re.escape(name).replace("\\-", "[-_]") for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![^\W_])(?:{'|'.join(spelled)})(?![^\W_])", "named", text)


def elsewhere(stack: str, content: Mapping[str, Any], names: Collection[str] = ()) -> Iterator[Suspect]:
    """What else of a stack's resources and outputs a review would hide; containers' variables aside.

    What stands beside one of the configuration's own `names` is none.
    """
    parts = [
        (f"{kind}.{name}", values)
        for section in SECTIONS.values()
        for kind, named in content.get(section, {}).items()
        for name, values in named.items()
    ]
    parts += [(f"output {name}", output) for name, output in content.get("output", {}).items()]
    for where, values in parts:
        likeness = _shape(with_strings(values, lambda text: without_names(text, names)))
        if likeness:
            yield Suspect(where=f"{stack}: {where}", looks_like=likeness)


def _shape(values: Any) -> str:
    # What CDKTF notes of a construct is made of names, which may be those of principals.
    others = without(values, lambda key, _: key in {"env", "//"})
    by_name = "a credential, by its name" if holds_hidden(hide(others)) else ""
    keys = (key for mapping in mappings(others) for key in mapping)
    return next(filter(None, map(shape, chain(strings(others), keys))), by_name)
