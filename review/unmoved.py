"""What the code changes and the plan does not: an attribute that the provider keeps once it has left the code.

A plan shows it for any kind of resource; without one it is told of Cloud Run, whose settings were tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudrun_psc.rules import defaults, instance_sizes
from cloudrun_psc.rules.access import default_compute_account
from deployment.comparison import Change, Comparison
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.terraform import RECORD
from deployment.references import is_open
from deployment.stack import UNKNOWN, Item, texts
from review.findings import Finding, other
from review.sentence import say

# What a service runs with where nothing is said: left out or given, it is the same.
_TEMPLATE, _CONTAINER = "template", "template.containers"
_LIMITS = f"{_CONTAINER}.resources.limits"
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    SERVICE.type: {
        f"{_TEMPLATE}.max_instance_request_concurrency": defaults.RUN_CONCURRENCY,
        f"{_TEMPLATE}.timeout": f"{defaults.RUN_TIMEOUT_SECONDS}s",
        f"{_TEMPLATE}.scaling.min_instance_count": defaults.RUN_MIN_INSTANCES,
        f"{_TEMPLATE}.scaling.max_instance_count": defaults.RUN_MAX_INSTANCES,
        f"{_CONTAINER}.ports.container_port": defaults.RUN_PORT,
        f"{_CONTAINER}.ports.name": "http1",
        f"{_CONTAINER}.resources.cpu_idle": True,
        f"{_CONTAINER}.resources.startup_cpu_boost": False,
        f"{_LIMITS}.cpu": instance_sizes.DEFAULT_CPU,
        f"{_LIMITS}.memory": instance_sizes.DEFAULT_MEMORY,
    }
}
_ACCOUNT, _PROBE = f"{_TEMPLATE}.service_account", f"{_CONTAINER}.startup_probe"
# A TCP connection to the container's port.
_USUAL_PROBE: Mapping[str, Any] = {
    f"{_PROBE}.period_seconds": defaults.RUN_STARTUP_SECONDS,
    f"{_PROBE}.timeout_seconds": defaults.RUN_STARTUP_SECONDS,
    f"{_PROBE}.failure_threshold": defaults.RUN_STARTUP_FAILURES,
    f"{_PROBE}.initial_delay_seconds": defaults.PROBE_DELAY_SECONDS,
}
# Of these the provider sends the rest anew as long as anything of the block is there.
_BLOCKS = {
    f"{_TEMPLATE}.scaling.min_instance_count": f"{_TEMPLATE}.scaling",
    **dict.fromkeys((f"{_LIMITS}.cpu", f"{_LIMITS}.memory"), _LIMITS),
    **dict.fromkeys(
        (f"{_CONTAINER}.resources.cpu_idle", f"{_CONTAINER}.resources.startup_cpu_boost"), f"{_CONTAINER}.resources"
    ),
}


def left_out(code: Comparison) -> Iterator[Finding]:
    """A finding for each Cloud Run service with settings that leave the code and that Cloud Run keeps."""
    for change in code.changes:
        former, present = code.former(change.address), code.stack.items.get(change.address)
        if change.type != SERVICE.type or change.action != "updated" or former is None or present is None:
            continue
        before, after = (dict(_flat(item.values)) for item in (former, present))
        if any("dynamic" in path.split(".") for path in after) or _ignores(present, _TEMPLATE):
            continue
        gone = sorted(
            (path, value)
            for path, value in before.items()
            if _kept_by_cloud_run(path, value) and not is_open(value) and _is_gone(path, after)
        )
        if gone:
            what = ", ".join(f"{path} ({value!r})" for path, value in gone)
            detail = say("it is left out now, and Cloud Run keeps it: {what}", what=what)
            yield other("plan-without-change", code.stack.label, code.stack.environment, change.address, detail)


def _kept_by_cloud_run(path: str, value: Any) -> bool:
    """Whether Cloud Run goes on with a value that nobody gives any more, as it is none that it has by itself."""
    if path == _ACCOUNT:
        return not str(value).endswith(default_compute_account(""))
    usual = {**_DEFAULTS[SERVICE.type], **_USUAL_PROBE}
    of_probe = path.startswith(f"{_PROBE}.") and path != f"{_PROBE}.tcp_socket.port"
    return (path in usual or of_probe) and str(value) != str(usual.get(path))


def _is_gone(path: str, after: Mapping[str, Any]) -> bool:
    """Whether an attribute is left out; not where an expression stands for what is around it."""
    block = _PROBE if path.startswith(f"{_PROBE}.") else _BLOCKS.get(path, path)
    here = any(there == block or there.startswith(f"{block}.") for there in after)
    return not here and not any(path.startswith(f"{there}.") and is_open(value) for there, value in after.items())


def _ignores(item: Item, attribute: str) -> bool:
    return not {attribute, "all"}.isdisjoint(map(str, texts(item.lifecycle, "ignore_changes")))


def unmoved(code: Comparison, plan: Comparison) -> Iterator[Finding]:
    """A finding for each resource with attributes that stay in the plan as they were in the code before."""
    for change in code.changes:
        kept = sorted(_kept(change, code, plan)) if change.action == "updated" and change.of_resource else []
        if kept:
            what = "; ".join(f"{path} stays {value!r}" for path, value in kept)
            detail = say("the code changes it and the plan does not: {what}", what=what)
            stack = code.stack
            yield other("plan-without-change", stack.label, stack.environment, change.address, detail, "plan")


def _kept(change: Change, code: Comparison, plan: Comparison) -> Iterator[tuple[str, Any]]:
    former, present = code.former(change.address), code.stack.items.get(change.address)
    planned = plan.after.items.get(change.address) if plan.after else None
    if former is None or present is None or planned is None or change.type == RECORD.type:
        return
    before, after, stays = (dict(_flat(item.values)) for item in (former, present, planned))
    usual = _DEFAULTS.get(change.type, {})
    for path, value in before.items():
        known = not is_open(value) and not is_open(after.get(path))
        changed = known and str(after.get(path, usual.get(path))) != str(value)
        if changed and str(stays.get(path)) == str(value) and not _ignores(present, path.partition(".")[0]):
            yield path, value


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Single values by their paths; a block is written as a mapping or as a list of one, which is the same."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        yield from _flat(value[0], path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif value is not None and value is not UNKNOWN and not isinstance(value, (list, dict)):
        yield path, value
