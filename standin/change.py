"""A change that is about to happen to one resource: what every rule looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standin.cloud import Cloud, Record

Json = dict[str, Any]


@dataclass(frozen=True)
class Change:
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
    def collection(self) -> str:
        """The collection, such as subnetworks."""
        return self.path.split("/")[-2]

    @property
    def project(self) -> str:
        """The project's id."""
        return self.path.split("/")[1]

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.path.rsplit("/", 1)[1]

    @property
    def scope(self) -> str:
        """`global`, `regions/r` or `zones/z`."""
        return "/".join(self.path.split("/")[2:-2])

    @property
    def event(self) -> str:
        """What rules register for: subnetworks.insert."""
        return f"{self.collection}.{self.verb}"

    @property
    def wanted(self) -> Json:
        """What the resource is to be; empty for a delete."""
        return self.after or {}

    def others(self, collection: str) -> list[Record]:
        """Every other resource of a kind of Compute Engine, in all projects."""
        return [record for record in self.cloud.compute.of(collection) if record.path != self.path]
