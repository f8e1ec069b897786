"""Long-running operations of the newer APIs (google.longrunning.Operation)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from standin.cloud import Cloud, Pending
from standin.google_error import GoogleError

Json = dict[str, Any]


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

    cloud.start(name, Pending(body, target, 0.0, end))
    return _shown(body)


def get(cloud: Cloud, name: str) -> Json:
    """An operation as it stands. Raises 404 for an unknown one."""
    pending = cloud.operations.get(name)
    if pending is None:
        raise GoogleError(404, f"Operation '{name}' not found.")
    return _shown(pending.body)


def wait(cloud: Cloud, name: str) -> Json:
    """Answers when done. Simulated time is not slept: the operation is finished now."""
    pending = cloud.operations.get(name)
    if pending:
        pending.done_at = min(pending.done_at, cloud.clock())
        cloud.settle()
    return get(cloud, name)


def _shown(body: Json) -> Json:
    """Without a response before it is done; `done` is left out while false, as protocol buffers do."""
    return {k: v for k, v in body.items() if body["done"] or k not in ("done", "response")}
