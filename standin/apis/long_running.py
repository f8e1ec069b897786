"""Long-running operations of the newer APIs (google.longrunning.Operation)."""

from __future__ import annotations

from collections.abc import Callable

from standin.cloud import Cloud, Pending
from standin.google_error import GoogleError
from standin.message import Json


def start(
    cloud: Cloud,
    name: str,
    target: str,
    event: str,
    response: Json,
    *,
    metadata: Json | None = None,
    finish: Callable[[], GoogleError | None] = lambda: None,
    undo: Callable[[], None] = lambda: None,
) -> Json:
    """A new operation; `response` is its answer when done. `event` names it for faults, after which `undo` runs."""
    body: Json = {"name": name, "done": False, "response": response}
    if metadata:
        body["metadata"] = metadata
    failure = cloud.faults.failure(event, target.rsplit("/", 1)[-1])

    def end() -> GoogleError | None:
        if failure is None:
            return finish()
        undo()
        return failure

    cloud.start(name, Pending(body, target, end))
    return _shown(body)


def get(cloud: Cloud, name: str) -> Json:
    """An operation as it stands. Raises 404 for an unknown one."""
    pending = cloud.operations.get(name)
    if pending is None:
        raise GoogleError(404, f"Operation '{name}' not found.")
    return _shown(pending.body)


def wait(cloud: Cloud, name: str) -> Json:
    """An operation at its end. Raises 404 for an unknown one."""
    cloud.finish(name)
    return get(cloud, name)


def _shown(body: Json) -> Json:
    """Without a response before it is done; `done` is left out while false, as protocol buffers do."""
    return {key: value for key, value in body.items() if body["done"] or key not in ("done", "response")}
