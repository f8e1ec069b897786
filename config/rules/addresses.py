"""Ranges that must be disjoint, and addresses that must stand in their subnet and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules import ranges
from cloudrun_psc.rules.faults import Fault
from config.problems import KeyPath, dotted
from config.rules.finding import Finding, endpoints_of, refused, services_of
from config.settings import ProducerSettings, Settings


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the ranges of the producer, and with the addresses of both sides."""
    if settings.producer is not None:
        yield from _producer_ranges(settings, settings.producer)
        yield from _load_balancer_addresses(settings, settings.producer)
        services, made = len(settings.producer.services), settings.producer.network.load_balancer_subnet
        subnet: KeyPath = ("producer", "network", "load_balancer_subnet", "range")
        if made.known_range is not None:
            yield from refused(subnet, ranges.room(made.known_range, services, f"{services} load balancers"))
    yield from _endpoint_addresses(settings)
    yield from _consumer_room(settings)


def _producer_ranges(settings: Settings, producer: ProducerSettings) -> Iterator[Finding]:
    network: KeyPath = ("producer", "network")
    subnets = producer.network
    taken: dict[KeyPath, str] = {}
    if subnets.load_balancer_subnet.known_range is not None:
        taken[*network, "load_balancer_subnet", "range"] = subnets.load_balancer_subnet.known_range
    if not subnets.proxy_only_subnet.existing:
        taken[*network, "proxy_only_subnet", "range"] = subnets.proxy_only_subnet.range
    for path, _, service in services_of(settings):
        taken |= {(*path, "nat_ranges", index): value for index, value in enumerate(service.made_ranges)}
    by_name = {dotted(path): path for path in taken}
    for first, second in ranges.overlaps({name: taken[path] for name, path in by_name.items()}):
        fault = ranges.overlap_fault(taken[by_name[second]], first, taken[by_name[first]])
        yield Finding(by_name[second], fault, (by_name[first],))


def _load_balancer_addresses(settings: Settings, producer: ProducerSettings) -> Iterator[Finding]:
    subnet = producer.network.load_balancer_subnet.known_range
    taken: dict[str, KeyPath] = {}
    for path, _, service in services_of(settings):
        if service.address is None:
            continue
        here = (*path, "address")
        if subnet is not None:
            fault = ranges.address_in_subnet(service.address, subnet)
            yield from refused(here, fault, ("producer", "network", "load_balancer_subnet", "range"))
        if service.address in taken:
            other = taken[service.address]
            wrong = f"{service.address} is also the address of the service {other[2]!r}"
            fault = Fault(wrong=wrong, allowed="each address once", remedy="give each service its own address, or none")
            yield Finding(here, fault, ((*other, "address"),))
        taken.setdefault(service.address, path)


def _consumer_room(settings: Settings) -> Iterator[Finding]:
    """Endpoints have addresses of their own; the test VM takes what is left."""
    for key, consumer in settings.consumers.items():
        endpoints, vm = len(consumer.endpoints), consumer.test_vm.enabled
        what = f"{endpoints} endpoints{' and the test VM' if vm else ''}"
        if consumer.network.subnet.range:
            fault = ranges.room(consumer.network.subnet.range, endpoints + vm, what)
            yield from refused(("consumers", key, "network", "subnet", "range"), fault)


def _endpoint_addresses(settings: Settings) -> Iterator[Finding]:
    taken: dict[tuple[str, str], KeyPath] = {}
    for path, key, consumer, endpoint in endpoints_of(settings):
        subnet, here = consumer.network.subnet.range, (*path, "address")
        if not endpoint.address:
            continue  # told by the rules about what exists
        if subnet:
            fault = ranges.address_in_subnet(endpoint.address, subnet)
            yield from refused(here, fault, ("consumers", key, "network", "subnet", "range"))
        if (key, endpoint.address) in taken:
            other = taken[key, endpoint.address]
            wrong = f"{endpoint.address} is also the address of {other[3]}"
            fault = Fault(wrong=wrong, allowed="each address once", remedy="give each endpoint its own address")
            yield Finding(here, fault, ((*other, "address"),))
        taken.setdefault((key, endpoint.address), path)
