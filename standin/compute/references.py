"""What refers to what in Compute Engine: the fields that hold links, and where those may lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from standin.message import Json


@dataclass(frozen=True)
class Reference:
    """A field with a link to a resource of one of the collections in `to`.

    `field` leads there from the body: `backends[].group` is that field of every entry of the list. `holds`: what the
    link leads to cannot be deleted meanwhile. `literal`: the field may also hold something else, such as an address.
    """

    field: str
    to: tuple[str, ...]
    holds: bool = True
    literal: bool = False


class Link(NamedTuple):
    """A link in a body: what is known of its field, the message or list that it stands in, its key there, its text."""

    reference: Reference
    holder: Any
    key: Any
    text: str


NETWORK = Reference("network", ("networks",))
SUBNETWORK = Reference("subnetwork", ("subnetworks",))


def links_in(references: Iterable[Reference], body: Json) -> Iterator[Link]:
    """Every link in a body that is one of these references."""
    for reference in references:
        for holder, key in places(body, reference.field):
            text = holder[key]
            if isinstance(text, str) and text and _is_meant(reference, text):
                yield Link(reference, holder, key, text)


def places(body: Json, field: str) -> Iterator[tuple[Any, Any]]:
    """Where a field stands in a body, as often as it does: the message or list around it, and the key there."""
    step, _, rest = field.partition(".")
    name = step.removesuffix("[]")
    if not isinstance(body, dict) or body.get(name) is None:
        return
    entries: list[tuple[Any, Any]] = [(body, name)]
    if step.endswith("[]"):
        entries = [(body[name], index) for index in range(len(body[name]))]
    for holder, key in entries:
        if rest:
            yield from places(holder[key], rest)
        else:
            yield holder, key


def _is_meant(reference: Reference, text: str) -> bool:
    """Whether a value belongs to this reference: `target` may lead to a proxy or to an attachment."""
    if "/" not in text:
        return not (reference.literal or reference.field == "target")
    collection = re.sub(r".*/([^/]+)/[^/]+$", r"\1", text)
    return collection in reference.to or (not reference.literal and reference.field != "target")
