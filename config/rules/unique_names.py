"""Two resources of one kind with one name: Google refuses the second, at apply.

Within a file that is refused; between two environments it is a note, for one of them may never be deployed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudrun_psc.rules import connections, content_names, defaults
from cloudrun_psc.rules.default_names import service_parts
from cloudrun_psc.rules.faults import Fault
from config.name_prefix import front
from config.problems import KeyPath, dotted
from config.rules.finding import Finding, services_of
from config.settings import ProducerSettings, ServiceNames, Settings

_EVERYWHERE = "global"
_GLOBAL = {"network", "firewall rule", "configuration of flow logs"}


class Named(NamedTuple):
    """A resource as Google tells it from others: `place` is its region or zone, or global."""

    project: str
    place: str
    kind: str
    name: str


def findings(settings: Settings) -> Iterator[Finding]:
    """Every name that a kind of resource has twice in one project and place."""
    taken: dict[Named, KeyPath] = {}
    for named, path in _all(settings):
        first = taken.setdefault(named, path)
        if first != path:
            fault = Fault(
                wrong=f"the {named.kind} {named.name!r} of project {named.project} is already at {dotted(first)}",
                allowed="one of each kind and name in a project",
                remedy="rename one of them",
            )
            yield Finding(path, fault, (first,))
    yield from _ordinary_subnets(settings)
    yield from _made_here(settings)


def _ordinary_subnets(settings: Settings) -> Iterator[Finding]:
    """Nothing has an address of a subnet that is for proxies or for PSC's NAT."""
    if settings.producer is None:
        return
    own, here = settings.producer.project, ("producer", "network", "load_balancer_subnet")
    used: dict[KeyPath, str | None] = {(*here, "existing"): settings.producer.network.load_balancer_subnet.existing}
    taken = {(home, name): path for home, kind, name, path in _producer(settings) if kind == "subnet"}
    for key, consumer in settings.consumers.items():
        used["consumers", key, "network", "subnet", "existing"] = consumer.network.subnet.existing
    for path, _, service in services_of(settings):
        taken |= {_subnet(link, own): (*path, "nat_subnets", at) for at, link in enumerate(service.nat_subnets)}
        used[*path, "vpc_access", "subnet"] = service.vpc_access.subnet if service.vpc_access else None
    for path, link in used.items():
        first = taken.get(_subnet(link, own)) if link else None
        if first and first[:3] != here:
            fault = Fault(
                wrong=f"{link} is for the load balancers' proxies, or for PSC's NAT",
                allowed="an ordinary subnet",
                remedy="take another one",
            )
            yield Finding(path, fault, (first,))


def _made_here(settings: Settings) -> Iterator[Finding]:
    """What is said to exist, and is what the same stack makes: its first plan would look for it in vain."""
    made = {(project, kind, name): path for project, kind, name, path in _producer(settings)}
    for path, _, service in services_of(settings):
        given = {(*path, "nat_subnets", at): ("subnet", link) for at, link in enumerate(service.nat_subnets)}
        if service.forwarding_rule is not None:
            given[*path, "forwarding_rule"] = ("forwarding rule", service.forwarding_rule)
        for here, (kind, link) in given.items():
            first = made.get((connections.project_of(link), kind, link.rpartition("/")[2]))
            if first:
                fault = Fault(
                    wrong=f"{link} is the {kind} that is made at {dotted(first)}",
                    allowed=f"a {kind} that exists",
                    remedy="give another one, or rename the one that is made",
                )
                yield Finding(here, fault, (first,))


def _subnet(link: str, project: str) -> tuple[str, str]:
    """Project and name of a subnet, which may be given by its name alone."""
    return connections.project_of(link) if "/" in link else project, link.rpartition("/")[2]


def shared(settings: Settings, other: Settings) -> list[Named]:
    """What both environments would make, in the order of `settings`: only one of them can."""
    theirs = {named for named, _ in _all(other)}
    return [named for named, _ in _all(settings) if named in theirs]


def _all(settings: Settings) -> Iterator[tuple[Named, KeyPath]]:
    for project, kind, name, path in (*_producer(settings), *_consumers(settings)):
        yield Named(project, _EVERYWHERE if kind in _GLOBAL else settings.region, kind, name), path
    for key, consumer in settings.consumers.items():
        if consumer.test_vm.enabled:
            vm = consumer.test_vm
            yield Named(consumer.project, vm.zone, "VM", vm.name), ("consumers", key, "test_vm", "name")


def _producer(settings: Settings) -> Iterator[tuple[str, str, str, KeyPath]]:
    if settings.producer is None:
        return
    project, network = settings.producer.project, settings.producer.network
    here: KeyPath = ("producer", "network")
    if not network.existing:
        yield project, "network", network.name, (*here, "name")
        for key in ("load_balancer_subnet", "proxy_only_subnet"):
            yield project, "subnet", getattr(network, key).name, (*here, key, "name")
    if not network.existing or any(service.made_ranges for service in settings.producer.services.values()):
        home = connections.project_of(network.existing) if network.existing else project
        yield home, "subnet", network.nat_subnet_name, (*here, "nat_subnet_name")
    for service, values in settings.producer.services.items():
        for part in ServiceNames.model_fields:
            kind = "Cloud Run service" if part == "service" else part.replace("_", " ")
            path: KeyPath = ("producer", "services", service, "names", part)
            if name := getattr(values.names, part):
                yield project, kind, name, path
    yield from _grown(settings.producer, front(settings.name_prefix))


def _grown(producer: ProducerSettings, beginning: str) -> Iterator[tuple[str, str, str, KeyPath]]:
    """Names that take in what they are for, which may be what something else is called."""
    network, here = producer.network, ("producer", "network")
    subnet = network.load_balancer_subnet
    grown = content_names.range_name(subnet.name, subnet.range, defaults.LOAD_BALANCER_SUBNET.range)
    if grown != subnet.name and not subnet.existing:
        yield producer.project, "subnet", grown, (*here, "load_balancer_subnet", "range")
    for key, service in producer.services.items():
        path: KeyPath = ("producer", "services", key)
        for index, range_ in enumerate(service.made_ranges):
            grown = content_names.range_name(network.nat_subnet_name, range_, defaults.NAT_SUBNET.range)
            if grown != network.nat_subnet_name:
                home = connections.project_of(network.existing) if network.existing else producer.project
                yield home, "subnet", grown, (*path, "nat_ranges", index)
        if service.forwarding_rule is not None:
            continue
        names, place = service.names, subnet.range
        plain = service.run_service or service_parts(f"{beginning}{service.former_key or key}")["service"]
        group = content_names.endpoint_group_name(names.network_endpoint_group, names.service, plain)
        if group != names.network_endpoint_group:
            yield producer.project, "network endpoint group", group, (*path, "names", "service")
        content = content_names.rule_content(
            service.port,
            service.address,
            place,
            global_access=service.global_access,
            https=service.https is not None,
        )
        rule = content_names.forwarding_rule_name(names.forwarding_rule, content)
        if rule != names.forwarding_rule:
            yield producer.project, "forwarding rule", rule, (*path, "port")
        if service.address is not None:
            grown = content_names.shared_address_name(service.names.forwarding_rule, service.address)
            yield producer.project, "address", grown, (*path, "address")


def _consumers(settings: Settings) -> Iterator[tuple[str, str, str, KeyPath]]:
    for key, consumer in settings.consumers.items():
        project, here = consumer.project, ("consumers", key)
        if not consumer.network.existing:
            yield project, "network", consumer.network.name, (*here, "network", "name")
            yield project, "subnet", consumer.network.subnet.name, (*here, "network", "subnet", "name")
            if consumer.test_vm.subnet_range:
                yield project, "subnet", consumer.test_vm.subnet_name, (*here, "test_vm", "subnet_name")
        for name, endpoint in consumer.endpoints.items():
            yield project, "forwarding rule", endpoint.name, (*here, "endpoints", name, "name")
            yield project, "address", endpoint.address_name, (*here, "endpoints", name, "address_name")
        # What belongs to a network or a subnet is in its project, which several consumers may have in common.
        existing, subnet = consumer.network.existing, consumer.network.subnet.existing
        if consumer.test_vm.enabled:
            home = connections.project_of(existing) if existing else project
            yield home, "firewall rule", consumer.test_vm.firewall_name, (*here, "test_vm", "firewall_name")
        if subnet and consumer.flow_logs.enabled:
            home, path = connections.project_of(subnet), (*here, "flow_logs", "name")
            yield home, "configuration of flow logs", consumer.flow_logs.name, path
