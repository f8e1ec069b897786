"""What no single setting can tell: rules between settings. Each rule is a generator of findings about key paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from cloudrun_psc.rules import connections, names, ranges
from cloudrun_psc.rules.faults import Fault, shown
from config.problems import Path, dotted
from config.settings import ConsumerSettings, EndpointSettings, ServiceSettings, Settings


@dataclass(frozen=True)
class Finding:
    """A fault at `path`; `others` are the further settings that it follows from."""

    path: Path
    fault: Fault
    others: tuple[Path, ...] = ()


Rule = Callable[[Settings], Iterator[Finding]]


def findings(settings: Settings) -> list[Finding]:
    """All that is wrong between the settings, by rule and in the file's order."""
    return [finding for rule in _RULES for finding in rule(settings)]


def services_of(settings: Settings) -> Iterator[tuple[Path, str, ServiceSettings]]:
    """Every service with its key path and key."""
    for key, service in (settings.producer.services if settings.producer else {}).items():
        yield ("producer", "services", key), key, service


def endpoints_of(settings: Settings) -> Iterator[tuple[Path, str, ConsumerSettings, EndpointSettings]]:
    """Every endpoint with its key path, its consumer's key and the consumer."""
    for key, consumer in settings.consumers.items():
        for name, endpoint in consumer.endpoints.items():
            yield ("consumers", key, "endpoints", name), key, consumer, endpoint


def something_to_deploy(settings: Settings) -> Iterator[Finding]:
    if settings.producer is None and not settings.consumers:
        yield Finding(
            (), Fault(wrong="nothing to deploy", allowed="producer:, consumers:, or both", remedy="add one of them")
        )


def reserved_keys(settings: Settings) -> Iterator[Finding]:
    if "producer" in settings.consumers:
        fault = Fault(
            wrong="'producer' is the producer's stack", allowed="any other key", remedy="give the consumer another key"
        )
        yield Finding(("consumers", "producer"), fault)
    if settings.environment == "stacks":
        yield Finding(
            ("environment",),
            Fault(wrong="'stacks' is a folder of the output", allowed="any other name", remedy="rename it"),
        )


def state_bucket(settings: Settings) -> Iterator[Finding]:
    if settings.state.backend == "gcs" and settings.state.bucket is None:
        yield Finding(
            ("state", "bucket"),
            Fault(wrong="is missing", allowed="a bucket's name", remedy="add `bucket: NAME`, or drop backend: gcs"),
        )
    if settings.state.backend == "local" and settings.state.bucket is not None:
        fault = Fault(
            wrong=f"{shown(settings.state.bucket)} is given with the local backend",
            allowed="a bucket with backend: gcs only",
            remedy="set state.backend: gcs, or drop the bucket",
        )
        yield Finding(("state", "bucket"), fault, (("state", "backend"),))


def zones(settings: Settings) -> Iterator[Finding]:
    for key, consumer in settings.consumers.items():
        fault = names.zone(consumer.test_vm.zone, within=settings.region)
        if fault is not None:
            yield Finding(("consumers", key, "test_vm", "zone"), fault, (("region",),))


def producer_ranges(settings: Settings) -> Iterator[Finding]:
    if settings.producer is None:
        return
    network = ("producer", "network")
    subnets = settings.producer.network
    found: dict[Path, str] = {
        (*network, "load_balancer_subnet", "range"): subnets.load_balancer_subnet.range,
        (*network, "proxy_only_subnet", "range"): subnets.proxy_only_subnet.range,
    }
    for path, _, service in services_of(settings):
        found |= {(*path, "nat_ranges", index): value for index, value in enumerate(service.nat_ranges)}
    by_name = {dotted(path): path for path in found}
    for one, other in ranges.overlaps({name: found[path] for name, path in by_name.items()}):
        fault = ranges.overlap_fault(found[by_name[other]], one, found[by_name[one]])
        yield Finding(by_name[other], fault, (by_name[one],))


def load_balancer_addresses(settings: Settings) -> Iterator[Finding]:
    if settings.producer is None:
        return
    subnet = settings.producer.network.load_balancer_subnet.range
    taken: dict[str, Path] = {}
    for path, _, service in services_of(settings):
        if service.address is None:
            continue
        here = (*path, "address")
        fault = ranges.address_in_subnet(service.address, subnet)
        if fault is not None:
            yield Finding(here, fault, (("producer", "network", "load_balancer_subnet", "range"),))
        if service.address in taken:
            other = taken[service.address]
            wrong = f"{service.address} is the address of the service {other[2]!r} too"
            fault = Fault(wrong=wrong, allowed="each address once", remedy="give each its own, or none")
            yield Finding(here, fault, ((*other, "address"),))
        taken.setdefault(service.address, path)


def endpoint_addresses(settings: Settings) -> Iterator[Finding]:
    taken: dict[tuple[str, str], Path] = {}
    for path, key, consumer, endpoint in endpoints_of(settings):
        subnet, here = consumer.network.subnet.range, (*path, "address")
        fault = ranges.address_in_subnet(endpoint.address, subnet)
        if fault is not None:
            yield Finding(here, fault, (("consumers", key, "network", "subnet", "range"),))
        if (key, endpoint.address) in taken:
            other = taken[key, endpoint.address]
            fault = Fault(
                wrong=f"{endpoint.address} is the address of {other[3]} too",
                allowed="each address once",
                remedy="give each endpoint its own",
            )
            yield Finding(here, fault, ((*other, "address"),))
        taken.setdefault((key, endpoint.address), path)


def endpoint_targets(settings: Settings) -> Iterator[Finding]:
    known = list(settings.producer.services) if settings.producer else []
    for path, _, _, endpoint in endpoints_of(settings):
        if (endpoint.service is None) == (endpoint.service_attachment is None):
            wrong = (
                "neither service nor service_attachment"
                if endpoint.service is None
                else "both service and service_attachment"
            )
            allowed = "service: KEY, or service_attachment: SELF LINK"
            yield Finding(path, Fault(wrong=wrong, allowed=allowed, remedy="give exactly one of them"))
        elif endpoint.service is not None and endpoint.service not in known:
            others = (("producer", "services", endpoint.service),)
            yield Finding((*path, "service"), _unknown_service(endpoint.service, known), others)
        elif endpoint.service_attachment is not None:
            fault = connections.service_attachment(endpoint.service_attachment, within=settings.region)
            if fault is not None:
                yield Finding((*path, "service_attachment"), fault, (("region",),))
        if endpoint.service is not None and (endpoint.url is not None or endpoint.port is not None):
            fault = Fault(
                wrong="url or port is given with service, whose outputs tell both",
                allowed="url and port with service_attachment",
                remedy="drop them, or use service_attachment",
            )
            yield Finding(path, fault)


def _unknown_service(service: str, known: list[str]) -> Fault:
    if not known:
        return Fault(
            wrong=f"service {service!r} is unknown: this file has no producer with services",
            allowed="service_attachment: SELF LINK",
            remedy="give the attachment's self link as service_attachment, or add the service under producer.services",
        )
    near = get_close_matches(service, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "add it under producer.services, or correct the key"
    return Fault(wrong=f"there is no service {service!r}", allowed=", ".join(sorted(known)), remedy=hint)


def project_of(settings: Settings, entry: str) -> str:
    """The project (or network) that an accept or reject list's entry stands for."""
    return settings.consumers[entry].project if entry in settings.consumers else connections.plain(entry)


_RULES: tuple[Rule, ...] = (
    something_to_deploy,
    reserved_keys,
    state_bucket,
    zones,
    producer_ranges,
    load_balancer_addresses,
    endpoint_addresses,
    endpoint_targets,
)
