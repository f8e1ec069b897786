"""Links of Compute Engine: from any accepted form to the canonical path and to the full address.

A path is `projects/p/regions/r/subnetworks/s`; the full address is what the API answers with.
"""

from __future__ import annotations

import re

COMPUTE = "https://www.googleapis.com/compute/v1/"

_SCOPED = re.compile(r"(?:global|regions/[^/]+|zones/[^/]+)(?:/.*)?")


def path_of(link: str, project: str = "") -> str | None:
    """The canonical path of a full link, `projects/…` or (with a project) `regions/…`; None for anything else."""
    match = re.search(r"(?:^|/)(projects/[^/]+(?:/.*)?)$", link)
    if match:
        return match[1]
    if project and _SCOPED.fullmatch(link):
        return f"projects/{project}/{link}"
    return None


def full(path: str) -> str:
    """The address that Compute Engine gives for a path."""
    return COMPUTE + path


def same(first: str, second: str) -> bool:
    """Whether two links lead to the same resource."""
    return bool(first) and path_of(first) == path_of(second)


def region_of(scope: str) -> str:
    """The region of a scope: `regions/r` or `zones/r-b`; empty for global."""
    kind, _, name = scope.partition("/")
    if kind == "regions":
        return name
    return name.rsplit("-", 1)[0] if kind == "zones" else ""


def scope_fields(project: str, scope: str) -> dict[str, str]:
    """The field `region` or `zone` of what stands in a scope; none for what is global."""
    kind, _, name = scope.partition("/")
    return {kind[:-1]: full(f"projects/{project}/{scope}")} if name else {}
