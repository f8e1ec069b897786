"""What no single setting can tell: rules between settings. Each rule is a generator of findings about key paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from cloudrun_psc import access, connections, names, ranges
from cloudrun_psc.faults import Fault
from config.problems import Path
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


def _services(settings: Settings) -> Iterator[tuple[Path, str, ServiceSettings]]:
    for key, service in (settings.producer.services if settings.producer else {}).items():
        yield ("producer", "services", key), key, service


def _endpoints(settings: Settings) -> Iterator[tuple[Path, str, ConsumerSettings, EndpointSettings]]:
    for key, consumer in settings.consumers.items():
        for name, endpoint in consumer.endpoints.items():
            yield ("consumers", key, "endpoints", name), key, consumer, endpoint


def something_to_deploy(settings: Settings) -> Iterator[Finding]:
    if settings.producer is None and not settings.consumers:
        yield Finding((), Fault(wrong="nothing to deploy", remedy="give producer:, consumers:, or both"))


def reserved_keys(settings: Settings) -> Iterator[Finding]:
    if "producer" in settings.consumers:
        fault = Fault(wrong="'producer' is the producer's stack", remedy="give the consumer another key")
        yield Finding(("consumers", "producer"), fault)
    if settings.environment == "stacks":
        yield Finding(("environment",), Fault(wrong="'stacks' is a folder of the output", remedy="choose another name"))


def state_bucket(settings: Settings) -> Iterator[Finding]:
    if settings.state.backend == "gcs" and settings.state.bucket is None:
        yield Finding(("state", "bucket"), Fault(wrong="is missing", remedy="name the bucket that keeps the state"))
    if settings.state.backend == "local" and settings.state.bucket is not None:
        fault = Fault(wrong="a bucket with the local backend", remedy="set state.backend: gcs, or drop the bucket")
        yield Finding(("state", "bucket"), fault)


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
    for path, _, service in _services(settings):
        found |= {(*path, "nat_ranges", index): value for index, value in enumerate(service.nat_ranges)}
    by_name = {".".join(str(part) for part in path): path for path in found}
    for one, other in ranges.overlaps({name: found[path] for name, path in by_name.items()}):
        fault = ranges.overlap_fault(found[by_name[other]], one, found[by_name[one]])
        yield Finding(by_name[other], fault, (by_name[one],))


def load_balancer_addresses(settings: Settings) -> Iterator[Finding]:
    if settings.producer is None:
        return
    subnet = settings.producer.network.load_balancer_subnet.range
    taken: dict[str, Path] = {}
    for path, _, service in _services(settings):
        if service.address is None:
            continue
        here = (*path, "address")
        fault = ranges.address_in_subnet(service.address, subnet)
        if fault is not None:
            yield Finding(here, fault, (("producer", "network", "load_balancer_subnet", "range"),))
        if service.address in taken:
            yield Finding(here, Fault(wrong=f"{service.address} is used by {taken[service.address][2]} too"))
        taken[service.address] = path


def endpoint_addresses(settings: Settings) -> Iterator[Finding]:
    taken: dict[tuple[str, str], Path] = {}
    for path, key, consumer, endpoint in _endpoints(settings):
        subnet, here = consumer.network.subnet.range, (*path, "address")
        fault = ranges.address_in_subnet(endpoint.address, subnet)
        if fault is not None:
            yield Finding(here, fault, (("consumers", key, "network", "subnet", "range"),))
        if (key, endpoint.address) in taken:
            other = taken[key, endpoint.address]
            fault = Fault(
                wrong=f"{endpoint.address} is the address of {other[3]} too", remedy="give each endpoint its own"
            )
            yield Finding(here, fault, ((*other, "address"),))
        taken.setdefault((key, endpoint.address), path)


def endpoint_targets(settings: Settings) -> Iterator[Finding]:
    known = list(settings.producer.services) if settings.producer else []
    for path, _, _, endpoint in _endpoints(settings):
        if (endpoint.service is None) == (endpoint.service_attachment is None):
            wrong = (
                "neither service nor service_attachment"
                if endpoint.service is None
                else "both service and service_attachment"
            )
            yield Finding(path, Fault(wrong=wrong, remedy="give exactly one of them"))
        elif endpoint.service is not None and endpoint.service not in known:
            yield Finding((*path, "service"), _unknown_service(endpoint.service, known), (("producer",),))
        elif endpoint.service_attachment is not None:
            fault = connections.service_attachment(endpoint.service_attachment, within=settings.region)
            if fault is not None:
                yield Finding((*path, "service_attachment"), fault, (("region",),))
        if endpoint.service is not None and (endpoint.url is not None or endpoint.port is not None):
            fault = Fault(
                wrong="url and port come from the producer's outputs", remedy="drop them, or use service_attachment"
            )
            yield Finding(path, fault)


def _unknown_service(service: str, known: list[str]) -> Fault:
    if not known:
        return Fault(
            wrong=f"service {service!r} is unknown: this file has no producer with services",
            remedy="give the attachment's self link as service_attachment, or add the service under producer.services",
        )
    near = get_close_matches(service, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "add it under producer.services, or correct the key"
    return Fault(wrong=f"there is no service {service!r}", allowed=", ".join(sorted(known)), remedy=hint)


def accept_lists(settings: Settings) -> Iterator[Finding]:
    for path, _, service in _services(settings):
        accepted = {key: project_of(settings, key) for key in service.accept}
        rejected = [project_of(settings, entry) for entry in service.reject]
        for key, entry in accepted.items():
            yield from _list_entry((*path, "accept", key), entry)
            if entry in rejected:
                fault = Fault(wrong=f"{entry} is accepted and rejected", remedy="take it off one of the lists")
                yield Finding((*path, "accept", key), fault, ((*path, "reject"),))
            same = [other for other in accepted if accepted[other] == entry]
            if same.index(key) > 0:
                fault = Fault(wrong=f"{entry} stands twice, as {same[0]} and as {key}", remedy="keep one entry")
                yield Finding((*path, "accept", key), fault)
        for index, entry in enumerate(rejected):
            yield from _list_entry((*path, "reject", index), entry)
        mixed = connections.one_kind([*accepted.values(), *rejected])
        if mixed is not None:
            yield Finding((*path, "accept"), mixed, ((*path, "reject"),))
        fault_ = connections.preference(service.connection_preference, has_lists=bool(service.accept or service.reject))
        if fault_ is not None:
            yield Finding((*path, "connection_preference"), fault_, ((*path, "accept"), (*path, "reject")))


def _list_entry(path: Path, entry: str) -> Iterator[Finding]:
    fault = connections.consumer(entry)
    if fault is not None:
        yield Finding(path, fault)


def invokers(settings: Settings) -> Iterator[Finding]:
    for path, _, service in _services(settings):
        for index, entry in enumerate(service.invokers):
            fault = None if entry in settings.consumers else access.invoker(entry)
            if fault is not None:
                near = get_close_matches(entry, settings.consumers, n=1)
                remedy = f"did you mean the consumer {near[0]!r}?" if near else fault.remedy
                fault = Fault(wrong=fault.wrong, allowed=f"{fault.allowed}, or a consumer's key", remedy=remedy)
                yield Finding((*path, "invokers", index), fault)
            elif entry in service.invokers[:index]:
                yield Finding((*path, "invokers", index), Fault(wrong=f"{entry} stands twice", remedy="remove one"))


def accepted_consumers(settings: Settings) -> Iterator[Finding]:
    """A consumer that is not accepted by the service it wants would wait in PENDING for ever."""
    services = settings.producer.services if settings.producer else {}
    for path, key, consumer, endpoint in _endpoints(settings):
        service = services.get(endpoint.service or "")
        if service is None or service.connection_preference != connections.ACCEPT_MANUAL:
            continue
        network = f"projects/{consumer.project}/global/networks/{consumer.network.name}"
        accepted = {project_of(settings, entry) for entry in service.accept}
        if not accepted & {consumer.project, network} and not any(entry.endswith(network) for entry in accepted):
            where = f"producer.services.{endpoint.service}.accept"
            fault = Fault(
                wrong=f"{endpoint.service} does not accept the consumer {key!r} (project {consumer.project})",
                remedy=f"add `{key}: {connections.DEFAULT_CONNECTION_LIMIT}` to {where}, or drop the endpoint",
            )
            yield Finding((*path, "service"), fault, (("producer", "services", endpoint.service or "", "accept"),))


def former_keys(settings: Settings) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for path, key, service in _services(settings):
        former = service.former_key
        if former is None:
            continue
        present = settings.producer.services if settings.producer else {}
        if former == key or former in present:
            fault = Fault(
                wrong=f"{former!r} is a service of this file", remedy="name the key that the service had before"
            )
            yield Finding((*path, "former_key"), fault)
        if former in seen:
            yield Finding((*path, "former_key"), Fault(wrong=f"{former!r} is the former key of {seen[former]} too"))
        seen[former] = key


def project_of(settings: Settings, entry: str) -> str:
    """The project (or network) that an accept or reject list's entry stands for."""
    return settings.consumers[entry].project if entry in settings.consumers else entry


_RULES: tuple[Rule, ...] = (
    something_to_deploy,
    reserved_keys,
    state_bucket,
    zones,
    producer_ranges,
    load_balancer_addresses,
    endpoint_addresses,
    endpoint_targets,
    accept_lists,
    invokers,
    accepted_consumers,
    former_keys,
)
