"""What is known of one kind of resource: wherever Compute Engine treats it in a way of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from standin import links
from standin.cloud import Cloud, Record
from standin.compute.references import Link, Reference, links_in
from standin.message import Json, without_empty

# A method with a name of its own: changes a copy of the resource by what the caller sent.
Action = Callable[[Cloud, Record, Json], None]
# A method that tells something of a resource and changes nothing.
View = Callable[[Cloud, Record, Json], Json]


def _nothing(*_: object) -> None:
    """What most kinds do at most points."""


def _no_parts(*_: object) -> Sequence[Record]:
    """What comes with one of most kinds."""
    return ()


@dataclass(frozen=True)
class Kind:
    """One kind, by the name of its collection.

    - `references`: its fields with links; what they hold cannot be deleted.
    - `singular`: what messages and the field `kind` call one of them, if that is not the collection without its s.
    - `fingerprints`: its fields with an opaque value that changes with every write.
    - `numbered_link`: whether it shows a link by its number, too.
    - `not_inserted`: its fields that an insert ignores; another method sets them.
    - `even_empty`: its messages that are kept with nothing in them, because they say something by being there.
    - `takes`: the field with an address that it uses in its network.
    - `complete`: adds what Google adds to a body, and looks at nothing else.
    - `resolve`: writes links to what is there without anyone creating it (machine types) in full, for a project.
    - `created`, `changed`, `deleted`: what follows for it and for others.
    - `derive`: adds what follows from other resources to the body that is answered.
    - `if_asked`: what is added only where a parameter of `get` asks for it, by that parameter.
    - `parts`: what came with it and goes with it.
    - `actions`: its methods with names of their own; `views`: those of them that change nothing.
    """

    collection: str
    references: tuple[Reference, ...] = ()
    singular: str = ""
    fingerprints: tuple[str, ...] = ("fingerprint",)
    numbered_link: bool = False
    not_inserted: tuple[str, ...] = ()
    even_empty: tuple[str, ...] = ()
    takes: str = ""
    complete: Callable[[Json], None] = _nothing
    resolve: Callable[[str, Json], None] = _nothing
    created: Callable[[Cloud, Record], None] = _nothing
    changed: Callable[[Cloud, Record], None] = _nothing
    deleted: Callable[[Cloud, Record], None] = _nothing
    derive: Callable[[Cloud, Record, Json], None] = _nothing
    if_asked: Mapping[str, Callable[[Cloud, Record, Json], None]] = field(default_factory=dict)
    parts: Callable[[Cloud, Record], Sequence[Record]] = _no_parts
    actions: Mapping[str, Action] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)

    @property
    def noun(self) -> str:
        """What messages and the field `kind` call one of them."""
        return self.singular or self.collection.removesuffix("s")

    def kept(self, message: Json) -> Json:
        """What is kept of a message: no nulls, and nothing empty but what says something by being there."""
        return without_empty(message) | {field: {} for field in self.even_empty if message.get(field) == {}}

    def links_in(self, body: Json) -> Iterator[Link]:
        """Every link in a body of this kind."""
        return links_in(self.references, body)

    def held_by(self, body: Json) -> set[str]:
        """The paths of everything that a resource of this kind keeps from being deleted."""
        paths = (links.path_of(link.text) for link in self.links_in(body) if link.reference.holds)
        return {path for path in paths if path}

    def shown(self, cloud: Cloud, record: Record) -> Json:
        """A resource as the API answers it."""
        body = deepcopy(record.body)
        self.derive(cloud, record, body)
        return body


# By collection; the modules in `kinds` fill it.
KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known."""
    KINDS.update((kind.collection, kind) for kind in kinds)
