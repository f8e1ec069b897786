"""Ranges that must be disjoint, and addresses that must stand in their subnet and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from cloudrun_psc.rules import connections, ranges
from cloudrun_psc.rules.defaults import NAT_SUBNET
from cloudrun_psc.rules.faults import Fault
from config.problems import KeyPath, dotted
from config.rules.finding import Finding, endpoints_of, refused, services_of
from config.settings import ProducerSettings, Settings


class _Takers(NamedTuple):
    """What takes addresses of one subnet, on one side."""

    subnet: str
    range: str
    path: KeyPath
    wanted: int
    what: str

    @property
    def side(self) -> str:
        """What it is called in a message."""
        return "the producer" if self.path[0] == "producer" else str(self.path[1])


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the ranges of the producer, and with the addresses of both sides."""
    if settings.producer is not None:
        yield from _producer_ranges(settings, settings.producer)
        yield from _load_balancer_addresses(settings, settings.producer)
    yield from _endpoint_addresses(settings)
    yield from _addresses_once(settings)
    yield from _room(settings)
    yield from _nat_room(settings)


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
    taken |= _ranges_beside(settings, producer)
    by_name = {dotted(path): path for path in taken}
    for first, second in ranges.overlaps({name: taken[path] for name, path in by_name.items()}):
        if subnets.existing and not {"nat_ranges"} & {*by_name[first], *by_name[second]}:
            continue  # both exist
        fault = ranges.overlap_fault(taken[by_name[second]], first, taken[by_name[first]])
        if "nat_ranges" in by_name[second] and taken[by_name[second]] == NAT_SUBNET.range:
            fault = replace(fault, remedy=f"move one of them: a service without nat_ranges has {NAT_SUBNET.range}")
        yield Finding(by_name[second], fault, (by_name[first],))


def _ranges_beside(settings: Settings, producer: ProducerSettings) -> dict[KeyPath, str]:
    """What consumers say of subnets in the producer's network, where that exists; each subnet once."""
    network, known = connections.plain(producer.network.existing or ""), dict[str, tuple[KeyPath, str]]()
    for key, consumer in settings.consumers.items():
        link, range_ = consumer.network.subnet.existing, consumer.network.subnet.range
        if link and range_ and connections.plain(consumer.network.existing or "") == network:
            path: KeyPath = ("consumers", key, "network", "subnet", "range")
            known.setdefault(connections.plain(link), (path, range_))
    return dict(known.values())


def _load_balancer_addresses(settings: Settings, producer: ProducerSettings) -> Iterator[Finding]:
    subnet = producer.network.load_balancer_subnet.known_range
    for path, _, service in services_of(settings):
        if service.address is not None and subnet is not None:
            fault = ranges.address_in_subnet(service.address, subnet)
            yield from refused((*path, "address"), fault, ("producer", "network", "load_balancer_subnet", "range"))


def _room(settings: Settings) -> Iterator[Finding]:
    """Load balancers, endpoints and test VMs each take an address; sides may share a subnet that exists."""
    subnets: dict[str, list[_Takers]] = {}
    for takers in _takers(settings):
        subnets.setdefault(takers.subnet, []).append(takers)
    for sharing in subnets.values():
        ranged = [takers for takers in sharing if takers.range]
        if ranged:
            what = " and ".join(f"{each.what} of {each.side}" if len(sharing) > 1 else each.what for each in sharing)
            fault = ranges.room([ranged[0].range], sum(each.wanted for each in sharing), what)
            yield from refused(ranged[0].path, fault, *(each.path for each in sharing if each is not ranged[0]))


def _takers(settings: Settings) -> Iterator[_Takers]:
    if settings.producer is not None:
        made = settings.producer.network.load_balancer_subnet
        count = sum(service.forwarding_rule is None for service in settings.producer.services.values())
        path: KeyPath = ("producer", "network", "load_balancer_subnet", "range")
        link = connections.plain(made.existing or "producer")
        yield _Takers(link, made.known_range or "", path, count, f"{count} load balancers")
    for key, consumer in settings.consumers.items():
        subnet, endpoints = consumer.network.subnet, len(consumer.endpoints)
        vm = consumer.test_vm.enabled and not consumer.test_vm.subnet_range  # elsewhere it has a subnet of its own
        what = f"{endpoints} endpoints{' and the test VM' if vm else ''}"
        path = ("consumers", key, "network", "subnet", "range")
        yield _Takers(connections.plain(subnet.existing or key), subnet.range, path, endpoints + vm, what)


def _nat_room(settings: Settings) -> Iterator[Finding]:
    """Each endpoint takes an address of PSC's NAT: https://cloud.google.com/vpc/docs/about-vpc-hosted-services#nat."""
    endpoints = Counter(endpoint.service for _, _, _, endpoint in endpoints_of(settings))
    for path, key, service in services_of(settings):
        if service.made_ranges:
            fault = ranges.room(service.made_ranges, endpoints[key], f"{endpoints[key]} endpoints of this file")
            yield from refused((*path, "nat_ranges"), fault)


def _endpoint_addresses(settings: Settings) -> Iterator[Finding]:
    for path, key, consumer, endpoint in endpoints_of(settings):
        subnet = consumer.network.subnet.range
        if endpoint.address and subnet:  # a missing one is told by the rules about what exists
            fault = ranges.address_in_subnet(endpoint.address, subnet)
            yield from refused((*path, "address"), fault, ("consumers", key, "network", "subnet", "range"))


def _addresses_once(settings: Settings) -> Iterator[Finding]:
    """Nothing has an address that something else of the subnet has, whosever both are."""
    taken: dict[tuple[str, str], KeyPath] = {}
    for subnet, address, path in _addresses(settings):
        first = taken.setdefault((subnet, address), path)
        if first != path:
            who = f"the service {first[2]!r}" if first[0] == "producer" else str(first[3])
            who += f" of the consumer {first[1]!r}" if first[0] == "consumers" and first[1] != path[1] else ""
            one = "service its own address, or none" if path[0] == "producer" else "endpoint its own address"
            wrong = f"{address} is also the address of {who}"
            fault = Fault(wrong=wrong, allowed="each address once", remedy=f"give each {one}")
            yield Finding((*path, "address"), fault, ((*first, "address"),))


def _addresses(settings: Settings) -> Iterator[tuple[str, str, KeyPath]]:
    """Every address that the file gives, with its subnet and what has it."""
    for path, _, service in services_of(settings):
        assert settings.producer is not None
        if service.address is not None:
            link = settings.producer.network.load_balancer_subnet.existing
            yield connections.plain(link or "producer"), service.address, path
    for path, key, consumer, endpoint in endpoints_of(settings):
        if endpoint.address:
            yield connections.plain(consumer.network.subnet.existing or key), endpoint.address, path
