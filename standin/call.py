"""One call of an API's method, after its address was recognized and its content checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from standin.discovery import Description, Method

Json = dict[str, Any]


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
    headers: Mapping[str, str] = field(default_factory=dict)
