"""Operations of Compute Engine: every change answers one, and the caller asks until it is DONE."""

from __future__ import annotations

from collections.abc import Callable

from standin import links
from standin.cloud import Cloud, Pending, Record
from standin.google_error import GoogleError, not_found
from standin.message import Json

# Kinds whose operations are called by the full name of the method, as answers recorded from the API show
# (https://github.com/GoogleCloudPlatform/k8s-config-connector, mockgcp/mockcompute).
_QUALIFIED = frozenset({"serviceAttachments", "networkEndpointGroups"})


def start(
    cloud: Cloud,
    verb: str,
    record: Record,
    *,
    finish: Callable[[], None] = lambda: None,
    undo: Callable[[], None] = lambda: None,
) -> Json:
    """A new operation on a resource; `finish` runs when its time has come, `undo` when it fails then."""
    name = f"operation-{cloud.new_id()}"
    path = f"projects/{record.project}/{record.scope}/operations/{name}"
    now = cloud.timestamp()
    body: Json = {
        "kind": "compute#operation",
        "id": cloud.new_id(),
        "name": name,
        "operationType": _type(verb, record),
        "targetLink": links.full(record.path),
        "targetId": record.body["id"],
        "status": "RUNNING",
        "user": "standin@example.com",
        "progress": 0,
        "insertTime": now,
        "startTime": now,
        "selfLink": links.full(path),
        **links.scope_fields(record.project, record.scope),
    }
    failure = cloud.faults.failure(f"{record.collection}.{verb}", record.name)

    def end() -> GoogleError | None:
        undo() if failure else finish()
        return failure

    cloud.start(f"compute/{path}", Pending(body, f"compute/{record.path}", end))
    if verb == "setLabels":
        cloud.finish(f"compute/{path}")  # the one change whose first answer is DONE already
    return dict(body)


def _type(verb: str, record: Record) -> str:
    """What an operation says it does: mostly the verb."""
    if verb in ("setTarget", "setUrlMap"):
        return f"S{verb[1:]}"
    if record.collection in _QUALIFIED and verb in ("insert", "delete"):
        regional = record.collection == "networkEndpointGroups" and record.scope.startswith("regions/")
        collection = f"region{record.collection[0].upper()}{record.collection[1:]}" if regional else record.collection
        return f"compute.{collection}.{verb}"
    return verb


def get(cloud: Cloud, path: str) -> Json:
    """An operation as it stands. Raises 404 for an unknown one."""
    pending = cloud.operations.get(f"compute/{path}")
    if pending is None:
        raise not_found(path)
    return dict(pending.body)


def wait(cloud: Cloud, path: str) -> Json:
    """An operation at its end. Raises 404 for an unknown one."""
    cloud.finish(f"compute/{path}")
    return get(cloud, path)
