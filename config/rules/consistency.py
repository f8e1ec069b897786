"""What belongs together: sides and keys, backend and bucket, region and zones, endpoints and what they point at."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules import connections, machines, names, provider_versions, ranges
from cloudrun_psc.rules.faults import Fault, shown
from config.problems import KeyPath, dotted
from config.rules.finding import Finding, endpoints_of, listed, nearest, refused, services_of
from config.settings import ConsumerSettings, Settings


def findings(settings: Settings) -> Iterator[Finding]:
    """What does not fit together in the file as a whole, and in each consumer."""
    yield from _something_to_deploy(settings)
    yield from _reserved_keys(settings)
    yield from _state_bucket(settings)
    yield from _provider_version(settings)
    yield from _project_numbers(settings)
    yield from _zones(settings)
    yield from _endpoint_targets(settings)
    for path, _, service in services_of(settings):
        if service.vpc_access is not None:
            fault = connections.subnet_or_name(service.vpc_access.subnet, within=settings.region)
            yield from refused((*path, "vpc_access", "subnet"), fault, ("region",))
    for key, consumer in settings.consumers.items():
        vm = consumer.test_vm
        fault = machines.boots(vm.machine_type, vm.image) if vm.enabled else None
        yield from refused(("consumers", key, "test_vm", "machine_type"), fault)


def _something_to_deploy(settings: Settings) -> Iterator[Finding]:
    if settings.producer is None and not settings.consumers:
        yield Finding(
            (), Fault(wrong="nothing to deploy", allowed="producer:, consumers:, or both", remedy="add one of them")
        )


def _reserved_keys(settings: Settings) -> Iterator[Finding]:
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


def _state_bucket(settings: Settings) -> Iterator[Finding]:
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


def _provider_version(settings: Settings) -> Iterator[Finding]:
    if not provider_versions.admits_any(settings.provider_version):
        fault = Fault(
            wrong=f"no version is all of {shown(settings.provider_version)}",
            allowed="bounds that leave a version",
            remedy="remove one of them",
        )
        yield Finding(("provider_version",), fault)


def _project_numbers(settings: Settings) -> Iterator[Finding]:
    """Whose account is granted a role would hang on the consumers' order."""
    known: dict[str, tuple[str, KeyPath]] = {}
    for key, consumer in settings.consumers.items():
        project, number, here = consumer.project, consumer.project_number, ("consumers", key, "project_number")
        for one, other in ((project, number), (number, project)) if number else ():
            said, first = known.setdefault(one, (other, here))
            if said != other:
                fault = Fault(
                    wrong=f"the project {project} has the number {number}, and {dotted(first)} says otherwise",
                    allowed="one number of a project, and one project of a number",
                    remedy=f"`gcloud projects describe {project} --format='value(projectNumber)'` prints it",
                )
                yield Finding(here, fault, (first, (*here[:-1], "project"), (*first[:-1], "project")))


def _zones(settings: Settings) -> Iterator[Finding]:
    for key, consumer in settings.consumers.items():
        vm, path = consumer.test_vm, ("consumers", key, "test_vm")
        elsewhere = vm.subnet_range is not None
        fault = names.zone(vm.zone, within=None if elsewhere else settings.region)
        yield from refused((*path, "zone"), fault, ("region",))
        if elsewhere:
            yield from _subnet_elsewhere(settings, path, consumer)


def _subnet_elsewhere(settings: Settings, path: KeyPath, consumer: ConsumerSettings) -> Iterator[Finding]:
    """A subnet for the test VM in another region, from which it reaches endpoints with global access."""
    vm, here, network = consumer.test_vm, (*path, "subnet_range"), (*path[:-1], "network")
    if vm.zone.startswith(f"{settings.region}-"):
        wrong = f"is given, but the zone {vm.zone} is in {settings.region}, where the consumer's subnet is"
        fault = Fault(wrong=wrong, allowed="a zone of another region with it", remedy="remove it, or change the zone")
        yield Finding(here, fault, ((*path, "zone"),))
    elif not any(endpoint.global_access for endpoint in consumer.endpoints.values()):
        wrong = "is given, but no endpoint has global access: from another region the VM reaches none"
        fault = Fault(wrong=wrong, allowed="an endpoint with global_access: true", remedy="give one, or remove this")
        yield Finding(here, fault, ((*path[:-1], "endpoints"),))
    if consumer.network.existing:
        fault = Fault(
            wrong="is given, but the network exists: no subnet is made there",
            allowed="a zone of the region in a network of others",
            remedy="remove it, and test_vm.zone",
        )
        yield Finding(here, fault, ((*network, "existing"),))
    elif vm.subnet_range and ranges.overlaps({"a": vm.subnet_range, "b": consumer.network.subnet.range}):
        fault = ranges.overlap_fault(vm.subnet_range, "the consumer's subnet", consumer.network.subnet.range)
        yield Finding(here, fault, ((*network, "subnet", "range"),))


def _endpoint_targets(settings: Settings) -> Iterator[Finding]:
    known = settings.producer.services if settings.producer else {}
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
            yield Finding((*path, "service"), _unknown_service(endpoint.service, list(known)), others)
        elif endpoint.service_attachment is not None:
            fault = connections.service_attachment(endpoint.service_attachment, within=settings.region)
            yield from refused((*path, "service_attachment"), fault, ("region",))
        published = known.get(endpoint.service or "")
        if endpoint.global_access and published is not None and not published.global_access:
            fault = Fault(
                wrong=f"is on, but the service {endpoint.service} has no global access",
                allowed="on where the service has it",
                remedy="give the service global_access: true before its first deployment, or leave it out here",
            )
            other: KeyPath = ("producer", "services", endpoint.service or "", "global_access")
            yield Finding((*path, "global_access"), fault, (other,))
        if endpoint.service is not None and any((endpoint.url, endpoint.port, endpoint.host)):
            fault = Fault(
                wrong="url, port or host is given together with service, whose outputs have them",
                allowed="url, port and host with service_attachment",
                remedy="remove them, or use service_attachment",
            )
            yield Finding(path, fault)


def _unknown_service(service: str, known: list[str]) -> Fault:
    if not known:
        return Fault(
            wrong=f"service {service!r} is unknown: this file has no producer with services",
            allowed="service_attachment: SELF LINK",
            remedy="give the attachment's self link as service_attachment, or add the service under producer.services",
        )
    near = nearest(service, known)
    hint = f"did you mean {near!r}?" if near else "add it under producer.services, or correct the key"
    return Fault(wrong=f"there is no service {service!r}", allowed=listed(known), remedy=hint)
