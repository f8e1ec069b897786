"""Projects and their APIs."""

from __future__ import annotations

from deployment.kinds.kind import NONE, REPLACED, Grant, Kind, Noteworthy, data_source
from deployment.values import Json, boolean


def _kept(values: Json) -> str:
    enabled = boolean(values.get("disable_on_destroy")) is False
    return " from Terraform's care; the API stays enabled" if enabled else ""


def _of_consumers(values: Json) -> str:
    several = "for_each" in values
    return "A project has a default Compute Engine account only once this API is enabled." if several else NONE


PROJECT_SERVICE = Kind(
    type="google_project_service",
    called="API",
    drawn=False,
    collection=NONE,
    import_id="{project}/{service}",
    comment=_of_consumers,
    keys={},
    forcing=("project", "service"),
    grants=(
        Grant(name="roles/serviceusage.serviceUsageAdmin", why="enables the API (it is never disabled again)"),
    ),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=_kept,
    noteworthy={
        "disable_on_destroy": Noteworthy(
            when=False,
            why="On when unset: everything else in the project that uses the API stops when the stack is destroyed.",
            seen="6.50.0; not so in 7.45.0",
        )
    },
)  # fmt: skip

PROJECT = data_source(
    "google_project",
    "project",
    grants=(Grant(name="roles/browser", why="resourcemanager.projects.get, for its number; Billing is asked too"),),
)
