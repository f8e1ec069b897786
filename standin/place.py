"""Where a resource stands, read from its path (projects/p/regions/r/subnetworks/s)."""

from __future__ import annotations

from dataclasses import dataclass


class Placed:
    """Whatever has a path."""

    path: str

    @property
    def project(self) -> str:
        """The project's id."""
        return self.path.split("/")[1]

    @property
    def scope(self) -> str:
        """`global`, `regions/r` or `zones/z`."""
        return "/".join(self.path.split("/")[2:-2])

    @property
    def collection(self) -> str:
        """The collection, such as subnetworks."""
        return self.path.split("/")[-2]

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.path.rsplit("/", 1)[1]


@dataclass(frozen=True)
class Place(Placed):
    """A place alone, whether something stands there or not."""

    path: str
