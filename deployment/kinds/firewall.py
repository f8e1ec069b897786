"""Firewall rules."""

from __future__ import annotations

from deployment.kinds.kind import FIREWALL as WAY_IN
from deployment.kinds.kind import NONE, REPLACED, Grant, Kind

FIREWALL = Kind(
    type="google_compute_firewall",
    called="firewall",
    drawn=True,
    collection="firewalls",
    import_id="projects/{project}/global/firewalls/{name}",
    comment="SSH for Identity-Aware Proxy alone: its range and nothing else of the internet.",
    keys={"allow": {}},
    forcing=("name", "project", "direction", "params"),
    fixed=("network",),
    grants=(Grant(name="roles/compute.securityAdmin", why="networkAdmin holds no firewall rules"),),
    way_in=WAY_IN,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)
