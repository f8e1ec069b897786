"""A container's probes, and its files out of Secret Manager, as keys of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join
from typing import Any

from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.services import secret_file, secret_volume
from deployment.values import Json

_NUMBERS = {
    "initialDelaySeconds": ("initial_delay_seconds", defaults.PROBE_DELAY_SECONDS),
    "periodSeconds": ("period_seconds", defaults.PROBE_PERIOD_SECONDS),
    "timeoutSeconds": ("timeout_seconds", defaults.PROBE_TIMEOUT_SECONDS),
    "failureThreshold": ("failure_threshold", defaults.PROBE_FAILURE_THRESHOLD),
}
# What each way to try has beside its port, and the key that says it.
_WAYS: dict[str, dict[str, str]] = {
    "httpGet": {"path": "http_path"},
    "grpc": {"service": "grpc_service"},
    "tcpSocket": {},
}
# What Cloud Run makes by itself: a TCP connection to the container's port.
_OWN = {
    "period_seconds": defaults.RUN_STARTUP_SECONDS,
    "timeout_seconds": defaults.RUN_STARTUP_SECONDS,
    "failure_threshold": defaults.RUN_STARTUP_FAILURES,
}


def port_of(container: Json) -> int:
    """The port that requests go to."""
    ports = container.get("ports") or [{}]
    return int(ports[0].get("containerPort", defaults.RUN_PORT))


def probe(container: Json, which: str) -> Json | None:
    """The keys of a container's startupProbe or livenessProbe; None if it has something that no key says.

    An empty one is Cloud Run's own, or none at all.
    """
    block: Json = {name: value for name, value in (container.get(which) or {}).items() if value is not None}
    ways = block.keys() & _WAYS.keys()
    if not block:
        return {}
    if len(ways) != 1 or block.keys() - _NUMBERS.keys() - ways:
        return None
    way = ways.pop()
    tried: Json = block[way] or {}
    if tried.keys() - _WAYS[way].keys() - {"port"}:
        return None
    numbers = {key: block.get(name, default) for name, (key, default) in _NUMBERS.items()}
    said: dict[str, Any] = {key: tried.get(name, "") for name, key in _WAYS[way].items()}
    said |= {key: numbers[key] for key, default in _NUMBERS.values() if numbers[key] != default}
    if tried.get("port", port_of(container)) != port_of(container):
        said["port"] = tried["port"]
    if which == "startupProbe" and said == _OWN:
        return {}
    # One with nothing to say would be read as none.
    return said or {"period_seconds": numbers["period_seconds"]}


def secret_files(template: Json, container: Json) -> Json | None:
    """The files by path, each with its secret and version; None if a volume is another than the stacks would make."""
    mounts = {one.get("name"): one.get("mountPath", "") for one in container.get("volumeMounts", [])}
    volumes = template.get("volumes", [])
    files = [file for volume in volumes for file in _files(volume, mounts)]
    return dict(files) if len(files) == len(volumes) == len(mounts) else None


def _files(volume: Json, mounts: Json) -> Iterator[tuple[str, Json]]:
    secret: Json = volume.get("secret") or {}
    items = secret.get("items", [])
    if volume.keys() - {"name", "secret"} or secret.keys() - {"secret", "items"} or len(items) != 1:
        return
    item = items[0]
    path = join(mounts.get(volume["name"], ""), item.get("path", ""))
    if dirname(path) == mounts.get(volume["name"]) and volume["name"] == secret_volume(path) and not secret_file(path):
        version = item.get("version") or defaults.SECRET_VERSION
        named = {"secret": secret.get("secret"), **({} if version == defaults.SECRET_VERSION else {"version": version})}
        if not item.keys() - {"path", "version"}:
            yield path, named
