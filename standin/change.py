"""A change that is about to happen to one resource: what every rule looks at."""

from __future__ import annotations

from dataclasses import dataclass

from standin.cloud import Cloud, Record
from standin.google_error import GoogleError, invalid
from standin.message import Json
from standin.place import Placed


@dataclass(frozen=True)
class Change(Placed):
    """`verb` is the API's (insert, patch, delete, setTarget …).

    `before` is None for an insert, `after` None for a delete; `after` is complete, with Google's defaults in it,
    while `sent` holds only what the caller wrote.
    """

    cloud: Cloud
    verb: str
    path: str
    before: Json | None
    after: Json | None
    sent: Json

    @property
    def event(self) -> str:
        """What rules register for: subnetworks.insert."""
        return f"{self.collection}.{self.verb}"

    @property
    def former(self) -> Json:
        """What the resource was; empty for an insert."""
        return self.before or {}

    @property
    def wanted(self) -> Json:
        """What the resource is to be; empty for a delete."""
        return self.after or {}

    def linked(self, field: str) -> Record | None:
        """The resource of Compute Engine that a field of the wanted one leads to, if it exists."""
        return self.cloud.compute.linked(self.wanted.get(field))

    def invalid(self, field: str, why: str, value: object = None) -> GoogleError:
        """Compute Engine's 400 for a field's value: the wanted one unless another is given."""
        return invalid(f"resource.{field}", self.wanted.get(field) if value is None else value, why)

    def others(self, collection: str) -> list[Record]:
        """Every other resource of a kind of Compute Engine, in all projects."""
        return [record for record in self.cloud.compute.of(collection) if record.path != self.path]
