"""What exists already, taken in place of what would be made: what goes together, and what is then nobody's to say."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules import connections
from cloudrun_psc.rules.faults import Fault, shown
from cloudrun_psc.rules.provider_versions import SUBNETS_LOGGED
from config.problems import KeyPath
from config.rules.finding import Finding, endpoints_of, needs_newer, refused, services_of
from config.settings import ProducerSettings, ServiceSettings, Settings
from config.settings.section import Section, is_given


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with networks and subnets that exist, on both sides."""
    if settings.producer is not None:
        yield from _producer(settings, settings.producer)
    for key, consumer in settings.consumers.items():
        path: KeyPath = ("consumers", key, "network")
        network, subnet = consumer.network, consumer.network.subnet
        yield from _together(path, network.existing, "subnet", subnet.existing)
        yield from _unused(path, network, "existing" if network.existing else "", ("name",))
        yield from _unused((*path, "subnet"), subnet, "existing" if subnet.existing else "", ("name",))
        if subnet.existing and consumer.flow_logs.enabled:
            here, wrong = ("consumers", key, "flow_logs", "enabled"), "is on for a subnet of others"
            yield from needs_newer(settings, here, SUBNETS_LOGGED, wrong, "leave flow_logs out")
        if not subnet.existing and is_given(consumer.flow_logs, "name"):
            fault = Fault(
                wrong="is given, but the subnet is made here and logs by itself",
                allowed="a name with network.subnet.existing",
                remedy="remove it",
            )
            yield Finding(("consumers", key, "flow_logs", "name"), fault, ((*path, "subnet", "existing"),))
        yield from _place(settings, path, network.existing, (*path, "subnet", "existing"), subnet.existing)
    for path, _, service in services_of(settings):
        yield from _run_service(path, service)
        yield from _forwarding_rule(settings, path, service)
    for path, _, consumer, endpoint in endpoints_of(settings):
        if consumer.network.subnet.existing and not endpoint.address:
            fault = Fault(
                wrong="is missing: in a subnet of others nobody knows which address is free",
                allowed="an address of the subnet that nothing has",
                remedy="`gcloud compute addresses list --filter=subnetwork:SUBNET` and `gcloud compute instances list` "
                "show those that are taken",
            )
            yield Finding((*path, "address"), fault)


# Of a container: what a pipeline sets, and no apply puts back.
_CONTAINER = (
    "command", "args", "container_port", "h2c", "env", "secrets", "secret_files", "cpu", "memory", "cpu_idle",
    "startup_cpu_boost", "startup_probe", "liveness_probe",
)  # fmt: skip
# Of what runs, all of which is said by whoever owns the service.
_SERVICE = (
    "image", *_CONTAINER, "execution_environment", "vpc_access", "scaling", "concurrency", "timeout_seconds",
    "service_account", "labels", "annotations", "audiences", "default_url", "revisions",
)  # fmt: skip


def _run_service(path: KeyPath, service: ServiceSettings) -> Iterator[Finding]:
    """Settings that would do nothing, because what runs is not ours."""
    if service.run_service is not None:
        yield from _unused(path, service, "run_service", _SERVICE)
        yield from _unused((*path, "names"), service.names, "run_service", ("service",), above=1)
    elif service.revisions == "external":
        for key in _CONTAINER:
            if is_given(service, key):
                fault = Fault(
                    wrong="is given, but revisions are external: a pipeline says it, and no apply would",
                    allowed="image alone, which the first revision runs",
                    remedy="give it in the pipeline, or take revisions: external out",
                )
                yield Finding((*path, key), fault, ((*path, "revisions"),))


def _forwarding_rule(settings: Settings, path: KeyPath, service: ServiceSettings) -> Iterator[Finding]:
    """A load balancer of others: whatever is behind its rule is theirs to say."""
    here: KeyPath = (*path, "forwarding_rule")
    if service.forwarding_rule is None or settings.producer is None:
        if is_given(service, "url"):
            fault = Fault(
                wrong="is given without forwarding_rule: the URL is Cloud Run's to say",
                allowed="url with forwarding_rule",
                remedy="remove it",
            )
            yield Finding((*path, "url"), fault, (here,))
        return
    others = ("run_service", *_SERVICE, "invokers", "address", "request_log")
    yield from _unused(path, service, "forwarding_rule", others)
    made = [part for part in type(service.names).model_fields if part != "service_attachment"]
    yield from _unused((*path, "names"), service.names, "forwarding_rule", tuple(made), above=1)
    misplaced = connections.forwarding_rule(service.forwarding_rule, within=settings.region)
    if misplaced is None and connections.project_of(service.forwarding_rule) != settings.producer.project:
        misplaced = Fault(
            wrong=f"is in the project {connections.project_of(service.forwarding_rule)}",
            allowed=f"a rule of {settings.producer.project}, where its attachment is made",
            remedy="publish it from its own project, by a configuration of its own",
        )
    yield from refused(here, misplaced, ("region",), ("producer", "project"))
    if service.url is None:
        fault = Fault(
            wrong="is missing: nobody but the load balancer's owner knows it",
            allowed="https://HOST, as an ID token's audience has it",
            remedy="give what callers ask for",
        )
        yield Finding((*path, "url"), fault, (here,))
    if service.made_ranges and settings.producer.network.existing is None:
        fault = Fault(
            wrong="is missing: NAT subnets stand in the network of the rule, which is not made here",
            allowed="nat_subnets, or producer.network.existing and nat_ranges",
            remedy=f"give subnets of that network with the purpose PRIVATE_SERVICE_CONNECT: {connections.SUBNET_FORM}",
        )
        yield Finding((*path, "nat_subnets"), fault, (here, ("producer", "network", "existing")))


def _producer(settings: Settings, producer: ProducerSettings) -> Iterator[Finding]:
    path: KeyPath = ("producer", "network")
    network = producer.network
    balancers, proxies = network.load_balancer_subnet, network.proxy_only_subnet
    yield from _together(path, network.existing, "load_balancer_subnet", balancers.existing)
    if bool(network.existing) != proxies.existing:
        fault = Fault(
            wrong=f"is {str(proxies.existing).lower()} where the network {'exists' if network.existing else 'is made'}",
            allowed="true where the network exists, else false",
            remedy="let the network's team make an active proxy-only subnet in this region, and say existing: true"
            if network.existing
            else "give network.existing too, or leave it out",
        )
        yield Finding((*path, "proxy_only_subnet", "existing"), fault, ((*path, "existing"),))
    yield from _unused(path, network, "existing" if network.existing else "", ("name",))
    yield from _unused((*path, "load_balancer_subnet"), balancers, "existing" if balancers.existing else "", ("name",))
    yield from _unused((*path, "proxy_only_subnet"), proxies, "existing" if proxies.existing else "", ("name", "range"))
    link: KeyPath = (*path, "load_balancer_subnet", "existing")
    yield from _place(settings, path, network.existing, link, balancers.existing)
    for service_path, _, service in services_of(settings):
        yield from _unused(service_path, service, "nat_subnets" if service.nat_subnets else "", ("nat_ranges",))
        for index, subnet in enumerate(service.nat_subnets):
            here: KeyPath = (*service_path, "nat_subnets", index)
            yield from _place(settings, path, network.existing, here, subnet)
    yield from _published_once(settings)


def _published_once(settings: Settings) -> Iterator[Finding]:
    """Google takes one attachment of a forwarding rule, and one of a NAT subnet."""
    taken: dict[str, KeyPath] = {}
    for path, key, service in services_of(settings):
        given: dict[KeyPath, str | None] = {(*path, "forwarding_rule"): service.forwarding_rule}
        given |= {(*path, "nat_subnets", index): subnet for index, subnet in enumerate(service.nat_subnets)}
        for here, link in given.items():
            first = taken.setdefault(connections.plain(link), here) if link else here
            if link and first != here:
                what = "forwarding rule" if here[-1] == "forwarding_rule" else "NAT subnet"
                fault = Fault(
                    wrong=f"{shown(link)} is also given for the service {first[2]!r}"
                    if first[2] != key
                    else f"{shown(link)} is given twice",
                    allowed=f"each {what} once: it serves one attachment alone",
                    remedy="give another one",
                )
                yield Finding(here, fault, (first,))


def _together(path: KeyPath, network: str | None, key: str, subnet: str | None) -> Iterator[Finding]:
    """A subnet that exists stands in a network that exists, and what stands in such a network is in a subnet there."""
    if (network is None) == (subnet is None):
        return
    missing: KeyPath = (*path, "existing") if network is None else (*path, key, "existing")
    what = "the network" if network is None else "the subnet"
    fault = Fault(
        wrong=f"is missing: {'its subnet' if network is None else 'the network'} exists, so {what} does",
        allowed="both or none",
        remedy=f"give {'projects/PROJECT/global/networks/NAME' if network is None else connections.SUBNET_FORM}",
    )
    yield Finding(missing, fault, ((*path, key, "existing") if network is None else (*path, "existing"),))


def _unused(path: KeyPath, section: Section, because: str, keys: tuple[str, ...], above: int = 0) -> Iterator[Finding]:
    """Keys of what would be made are refused where nothing is made: they would do nothing, and nobody would see it.

    `because` is a key of the same section, or of one `above` it.
    """
    home = path[: len(path) - above]
    for key in keys if because else ():
        if is_given(section, key):
            fault = Fault(
                wrong=f"is given together with {because}, which takes what exists",
                allowed=f"either {key} or {because}",
                remedy="remove one of them",
            )
            yield Finding((*path, key), fault, ((*home, because),))


def _place(
    settings: Settings, network_path: KeyPath, network: str | None, path: KeyPath, subnet: str | None
) -> Iterator[Finding]:
    """A subnet is in the region of the environment, and in the project of its network."""
    if subnet is None:
        return
    fault = connections.subnet(subnet, within=settings.region)
    yield from refused(path, fault, ("region",))
    if network is not None and fault is None and connections.project_of(network) != connections.project_of(subnet):
        fault = Fault(
            wrong=f"is in the project {connections.project_of(subnet)}, its network in "
            f"{connections.project_of(network)}",
            allowed="a subnet of that network, in its project",
            remedy="correct one of the links",
        )
        yield Finding(path, fault, ((*network_path, "existing"),))
