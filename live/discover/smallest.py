"""The smallest configuration that means the same: what is left out has that value by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.content_names import endpoint_group_name, forwarding_rule_name, range_name, rule_content
from cloudrun_psc.rules.default_names import service_parts
from config.problems import ConfigurationError
from config.settings import Settings

Path = tuple[str, ...]


def smallest(settings: dict[str, Any], load: Callable[[dict[str, Any]], Settings]) -> dict[str, Any]:
    """`settings` without every key that says what holds anyway.

    Names that follow from the content unless they are given (docs/adr/0013) stay where they would.

    Raises:
        ConfigurationError: when the whole of it cannot be used.
    """
    whole = load(settings)
    wanted, kept = whole.model_dump(), set(_given(whole))
    for path in sorted(_paths(settings), key=len, reverse=True):
        if any(one[: len(path)] == path for one in kept):
            continue
        smaller = deepcopy(settings)
        _remove(smaller, path)
        try:
            same = load(smaller).model_dump() == wanted
        except ConfigurationError:
            same = False
        if same:
            settings = smaller
    return settings


def _paths(node: dict[str, Any], above: Path = ()) -> Iterator[Path]:
    for key, value in node.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _paths(value, (*above, key))


def _remove(node: dict[str, Any], path: Path) -> None:
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]


def _given(settings: Settings) -> Iterator[Path]:
    """The names that have to be given, because the content is not the reference deployment's; and the region."""
    yield ("region",)
    producer = settings.producer
    if producer is None:
        return
    network: Path = ("producer", "network")
    balancers = producer.network.load_balancer_subnet
    if range_name("", balancers.range, defaults.LOAD_BALANCER_SUBNET.range):
        yield (*network, "load_balancer_subnet", "name")
    ranges = [one for service in producer.services.values() for one in service.made_ranges]
    if ranges and ranges != [defaults.NAT_SUBNET.range]:
        yield (*network, "nat_subnet_name")
    for key, service in producer.services.items():
        names: Path = ("producer", "services", key, "names")
        content = rule_content(
            service.port,
            service.address,
            balancers.range,
            global_access=service.global_access,
            https=service.https is not None,
        )
        if forwarding_rule_name("", content):
            yield (*names, "forwarding_rule")
        if endpoint_group_name("", service.names.service, service_parts(key)["service"]):
            yield (*names, "network_endpoint_group")
