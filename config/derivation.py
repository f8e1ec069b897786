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
from config.name_prefix import front_of
from config.problems import KeyPath
from config.settings import Settings

# What can be wrong with a name that has it in front: keys by themselves are short enough.
_PREFIX: KeyPath = ("name_prefix",)


def fill(data: dict[str, Any], environment: str) -> tuple[dict[str, Any], dict[KeyPath, KeyPath]]:
    """A copy of the file's data with everything derived filled in, and of each filled path what it follows from."""
    filled = _Filled(deepcopy(data))
    filled.put((), "environment", environment, ())
    front = front_of(data)
    if front and isinstance(filled.at(("producer",)), dict):
        _fill_producer_network(filled, front)
    region = data.get("region", Settings.model_fields["region"].default)
    for key in filled.keys(("consumers",)):
        _fill_consumer(filled, ("consumers", key), key, region, front)
    callers = _callers(filled)
    for key in filled.keys(("producer", "services")):
        _fill_service(filled, ("producer", "services", key), key, front, callers.get(key, []))
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

    def put_mapping(self, path: KeyPath, key: str, *, off: dict[str, Any] | None = None) -> None:
        """A mapping whose keys all have defaults may be said by `true`, and its absence (or `off`) by `false`."""
        here = self.at(path)
        if isinstance(here, dict) and isinstance(here.get(key), bool):
            here[key] = {} if here[key] else off


def _fill_producer_network(filled: _Filled, front: str) -> None:
    """The names that are the same for every producer, with the prefix; without one they are the settings' defaults."""
    network: KeyPath = ("producer", "network")
    if filled.at((*network, "existing")) is not None:
        filled.put(network, "nat_subnet_name", f"{front}{defaults.NAT_SUBNET.name}", _PREFIX)
        return
    filled.put(network, "name", f"{front}{defaults.PRODUCER_NETWORK}", _PREFIX)
    filled.put((*network, "load_balancer_subnet"), "name", f"{front}{defaults.LOAD_BALANCER_SUBNET.name}", _PREFIX)
    filled.put((*network, "proxy_only_subnet"), "name", f"{front}{defaults.PROXY_ONLY_SUBNET.name}", _PREFIX)
    filled.put(network, "nat_subnet_name", f"{front}{defaults.NAT_SUBNET.name}", _PREFIX)


def _fill_consumer(filled: _Filled, path: KeyPath, key: str, region: object, front: str) -> None:
    network = (*path, "network")
    source = _PREFIX if front else path
    exists = filled.at((*network, "existing")) is not None
    if exists:
        filled.put((*path, "flow_logs"), "enabled", False, (*network, "existing"))
        filled.put((*path, "flow_logs"), "name", f"{front}{key}-flow-logs", source)
        filled.put((*path, "test_vm"), "enabled", False, (*network, "existing"))
    else:
        filled.put(network, "name", f"{front}{default_names.network(key)}", source)
        filled.put((*network, "subnet"), "name", f"{front}{default_names.subnet(key)}", source)
        filled.put((*network, "subnet"), "range", defaults.CONSUMER_SUBNET.range, ())
    if front:
        filled.put((*path, "test_vm"), "name", f"{front}{defaults.TEST_VM}", _PREFIX)
        filled.put((*path, "test_vm"), "firewall_name", f"{front}{defaults.IAP_FIREWALL_RULE}", _PREFIX)
    if isinstance(region, str):
        filled.put((*path, "test_vm"), "zone", f"{region}-b", ("region",))
    zone, subnet = filled.at((*path, "test_vm", "zone")), filled.at((*network, "subnet", "name"))
    if filled.at((*path, "test_vm", "subnet_range")) is not None and isinstance(zone, str):
        name = f"{subnet}-{zone.rpartition('-')[0]}"
        filled.put((*path, "test_vm"), "subnet_name", name, (*path, "test_vm", "zone"))
    address = _fifth(filled.at((*network, "subnet", "range")))
    for name in filled.keys((*path, "endpoints")):
        endpoint = (*path, "endpoints", name)
        filled.put(endpoint, "name", f"{front}{name}", _PREFIX if front else endpoint)
        address_name = default_names.reserved_address(filled.at((*endpoint, "name")))
        filled.put(endpoint, "address_name", address_name, (*endpoint, "name"))
        filled.put_mapping(endpoint, "dns")
        if not exists:  # in the subnet of others nobody knows which address is free
            filled.put(endpoint, "address", address, (*network, "subnet", "range"))


def _fifth(range_: object) -> str:
    """The fifth address; that of the default range where `range_` is none, which is told elsewhere."""
    try:
        return str(IPv4Network(range_)[5])
    except (ValueError, TypeError, IndexError):
        return _fifth(defaults.CONSUMER_SUBNET.range)


def _callers(filled: _Filled) -> dict[str, list[str]]:
    """Of each service the consumers that have an endpoint for it."""
    callers: dict[str, dict[str, None]] = {}
    for consumer in filled.keys(("consumers",)):
        for name in filled.keys(("consumers", consumer, "endpoints")):
            service = filled.at(("consumers", consumer, "endpoints", name, "service"))
            if isinstance(service, str):
                callers.setdefault(service, {})[consumer] = None
    return {service: list(keys) for service, keys in callers.items()}


def _fill_service(filled: _Filled, path: KeyPath, key: str, front: str, callers: list[str]) -> None:
    former = filled.at((*path, "former_key"))
    # A renamed key keeps the names of the resources: a new name would replace them and cut every connection.
    stem, source = (former, (*path, "former_key")) if isinstance(former, str) else (key, _PREFIX if front else path)
    exists, balanced = filled.at((*path, "run_service")), filled.at((*path, "forwarding_rule")) is not None
    https = filled.at((*path, "https")) is not None
    if isinstance(exists, str):
        filled.put((*path, "names"), "service", exists, (*path, "run_service"))
    for part, name in default_names.service_parts(f"{front}{stem}").items():
        if part in {"https_proxy", "ssl_policy", "certificate"} and not https:
            continue
        if part == "service_attachment" or not balanced:
            filled.put((*path, "names"), part, name, source)
    if not balanced:
        filled.put(path, "invokers", callers, ("consumers",))
    filled.put_mapping(path, "request_log", off={"enabled": False})
    if https:
        filled.put(path, "port", defaults.HTTPS_PORT, (*path, "https"))
    if filled.at((*path, "connection_preference")) != ACCEPT_AUTOMATIC:
        first: dict[str, str] = {}  # of a project, for all consumers of which its entry stands
        for caller in callers:
            first.setdefault(str(filled.at(("consumers", caller, "project"))), caller)
        filled.put(path, "accept", dict.fromkeys(first.values(), defaults.CONNECTION_LIMIT), ("consumers",))
