"""Settings that follow from keys or from other settings: filled into the raw data before it is validated.

It runs on data that nobody has checked yet, so it only ever fills gaps and leaves what is of the wrong type alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from ipaddress import IPv4Network
from typing import Any

from cloudrun_psc.rules import default_names, defaults
from cloudrun_psc.rules.connections import ACCEPT_AUTOMATIC
from config.problems import KeyPath
from config.settings import Settings


def fill(data: dict[str, Any], environment: str) -> tuple[dict[str, Any], dict[KeyPath, KeyPath]]:
    """A copy of the file's data with everything derived filled in, and of each filled path what it follows from."""
    filled = _Filled(deepcopy(data))
    filled.put((), "environment", environment, ())
    region = data.get("region", Settings.model_fields["region"].default)
    for key in filled.keys(("consumers",)):
        _fill_consumer(filled, ("consumers", key), key, region)
    for key in filled.keys(("producer", "services")):
        _fill_service(filled, ("producer", "services", key), key)
    return filled.data, filled.paths


class _Filled:
    """Raw data under completion; `paths` is what was put in, each with the path that it follows from."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.paths: dict[KeyPath, KeyPath] = {}

    def at(self, path: KeyPath) -> Any:
        here: Any = self.data
        for part in path:
            here = here.get(part) if isinstance(here, dict) else None
        return here

    def keys(self, path: KeyPath) -> Iterator[str]:
        """The keys below a path whose value is a mapping (or nothing at all: all defaults)."""
        mapping = self.at(path)
        for key in list(mapping) if isinstance(mapping, dict) else []:
            if mapping[key] is None:
                mapping[key] = {}
            if isinstance(key, str) and isinstance(mapping[key], dict):
                yield key

    def put(self, path: KeyPath, key: str, value: Any, source: KeyPath) -> None:
        """Set a key that is not there; the mappings on the way to it are made when missing."""
        here: Any = self.data
        for part in path:
            here = here.setdefault(part, {}) if isinstance(here, dict) else None
        if isinstance(here, dict) and key not in here:
            here[key] = value
            self.paths[*path, key] = source


def _fill_consumer(filled: _Filled, path: KeyPath, key: str, region: object) -> None:
    network = (*path, "network")
    filled.put(network, "name", default_names.network(key), path)
    filled.put((*network, "subnet"), "name", default_names.subnet(key), path)
    filled.put((*network, "subnet"), "range", defaults.CONSUMER_SUBNET.range, ())
    if isinstance(region, str):
        filled.put((*path, "test_vm"), "zone", f"{region}-b", ("region",))
    address = _fifth(filled.at((*network, "subnet", "range")))
    for name in filled.keys((*path, "endpoints")):
        endpoint = (*path, "endpoints", name)
        filled.put(endpoint, "name", name, endpoint)
        address_name = default_names.reserved_address(filled.at((*endpoint, "name")))
        filled.put(endpoint, "address_name", address_name, (*endpoint, "name"))
        filled.put(endpoint, "address", address, (*network, "subnet", "range"))


def _fifth(range_: object) -> str:
    """The fifth address; that of the default range where `range_` is none, which is told elsewhere."""
    try:
        return str(IPv4Network(range_)[5])
    except (ValueError, TypeError, IndexError):
        return _fifth(defaults.CONSUMER_SUBNET.range)


def _fill_service(filled: _Filled, path: KeyPath, key: str) -> None:
    former = filled.at((*path, "former_key"))
    # A renamed key keeps the names of the resources: a new name would replace them and cut every connection.
    stem, source = (former, (*path, "former_key")) if isinstance(former, str) else (key, path)
    for part, name in default_names.service_parts(stem).items():
        filled.put((*path, "names"), part, name, source)
    callers = [
        consumer
        for consumer in filled.keys(("consumers",))
        if any(
            filled.at(("consumers", consumer, "endpoints", name, "service")) == key
            for name in filled.keys(("consumers", consumer, "endpoints"))
        )
    ]
    filled.put(path, "invokers", callers, ("consumers",))
    if filled.at((*path, "connection_preference")) != ACCEPT_AUTOMATIC:
        filled.put(path, "accept", dict.fromkeys(callers, defaults.CONNECTION_LIMIT), ("consumers",))
