"""One call of an API's method, after its address was recognized and its content checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from standin.discovery import Description, Method
from standin.google_error import GoogleError
from standin.message import Json


@dataclass(frozen=True)
class Call:
    """`path` is without API and version (projects/p/global/networks), `params` its parts by Google's names."""

    api: str
    version: str
    method: Method
    description: Description
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Json = field(default_factory=dict)

    def unsimulated(self) -> GoogleError:
        """The refusal of a method that Google has and the stand-in has not, in words that say whose limit it is."""
        return GoogleError(501, f"The stand-in does not simulate {self.method.id}.")
