"""Rules of Cloud DNS: links and names of zones."""

from __future__ import annotations

from cloudrun_psc.rules.content_names import base_name, content_name
from cloudrun_psc.rules.faults import Fault, mismatch
from cloudrun_psc.rules.names import PROJECT_ID, RESOURCE_NAME, resource_name

ZONE = rf"projects/(?P<project>{PROJECT_ID})/managedZones/(?P<name>{RESOURCE_NAME})"
# `gcloud dns record-sets create` has it by default.
TTL_SECONDS = 300


def zone(value: str) -> Fault | None:
    """A managed zone's link."""
    remedy = "`gcloud dns managed-zones list --project=PROJECT` shows them"
    return mismatch(value, ZONE, "a zone", "projects/PROJECT/managedZones/NAME", remedy)


def zone_base_name(value: str) -> Fault | None:
    """A zone's name that leaves room for its host's hash."""
    return resource_name(value) or base_name(value)


def zone_name(name: str, host: str) -> str:
    """The name of the zone of a host: two of them stand side by side while one takes the other's place."""
    return content_name(name, {"host": host}, {})
