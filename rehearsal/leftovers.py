"""What a deployment leaves behind in the cloud after its destroy."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from deployment.values import Json


def leftovers(state: Json, given: Collection[str]) -> list[str]:
    """The paths of everything that is still there, except the buckets and resources that were `given` beforehand.

    A service account goes by its address, a bucket by its own form of a path.
    """
    zones = state["dns"]
    there = [
        *state["compute"],
        *state["run"],
        *(path for path in zones if not _is_the_zones_own(path, zones)),
        *state["certificates"],
        *state["flow_logs"],
        *state["secrets"],
    ]
    return [
        *(path for path in there if path not in given),
        *(f"service account {email}" for email in state["accounts"]),
        *(f"bucket {name}" for name in state["buckets"] if name not in given),
    ]


def _is_the_zones_own(path: str, zones: Mapping[str, Json]) -> bool:
    """Whether a record set of a zone came with the zone, which is told itself."""
    zone, _, record_set = path.partition("/rrsets/")
    name, _, type_ = record_set.partition("/")
    return type_ in ("NS", "SOA") and zones.get(zone, {}).get("dnsName") == name
