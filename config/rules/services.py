"""Rules within and between services: their former keys, variables, instances and sizes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cloudrun_psc.rules import bounds, instance_sizes, services
from cloudrun_psc.rules.faults import Fault
from config.problems import KeyPath
from config.rules.finding import Finding, refused, services_of, too_many
from config.settings import ServiceSettings, Settings
from config.settings.container import ProbeSettings

_LABELS = "labels, with those of every resource"


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong within each service, and between the services' former keys."""
    for path, _, service in services_of(settings):
        yield from _variables(path, service)
        yield from _instances(path, service)
        yield from _size(path, service)
        yield from _probes(path, service)
        labels = len(settings.labels.keys() | service.labels.keys()) if service.labels else 0
        yield from too_many((*path, "labels"), labels, bounds.MOST_LABELS, _LABELS)
        audiences = len(json.dumps(service.every_audience))
        yield from too_many((*path, "audiences"), audiences, bounds.MOST_OF_AUDIENCES, "characters as JSON")
        annotations = sum(len((key + value).encode()) for key, value in service.annotations.items())
        yield from too_many((*path, "annotations"), annotations, bounds.MOST_OF_ANNOTATIONS, "bytes of keys and values")
        yield from refused((*path, "secret_files"), services.secret_folders(service.secret_files))
    yield from too_many(("labels",), len(settings.labels), bounds.MOST_LABELS, _LABELS)
    if settings.producer is not None:
        yield from _former_keys(settings.producer.services)


def _variables(path: KeyPath, service: ServiceSettings) -> Iterator[Finding]:
    """Cloud Run refuses a variable that is given twice, and too many of them."""
    variables = len(service.env.keys() | service.secrets.keys())
    yield from too_many((*path, "env"), variables, bounds.MOST_VARIABLES, "variables, with secrets")
    for name in service.secrets:
        if name in service.env:
            fault = Fault(
                wrong=f"the variable {name} is also under env",
                allowed="each variable once",
                remedy="remove one of them",
            )
            yield Finding((*path, "secrets", name), fault, ((*path, "env", name),))


def _instances(path: KeyPath, service: ServiceSettings) -> Iterator[Finding]:
    fault = instance_sizes.instances(service.scaling.min_instances, service.scaling.max_instances)
    yield from refused((*path, "scaling", "min_instances"), fault, (*path, "scaling", "max_instances"))


def _size(path: KeyPath, service: ServiceSettings) -> Iterator[Finding]:
    """CPU, memory and concurrency of an instance."""
    cpu = service.cpu or instance_sizes.DEFAULT_CPU
    fault = instance_sizes.cpu(cpu)
    if fault is not None:
        yield Finding((*path, "cpu"), fault)
        return
    fault = instance_sizes.memory(service.memory or instance_sizes.DEFAULT_MEMORY, cpu)
    key, other = ("memory", "cpu") if service.memory else ("cpu", "memory")
    yield from refused((*path, key), fault, (*path, other))
    fault = instance_sizes.concurrency(service.concurrency, cpu) if service.concurrency else None
    yield from refused((*path, "concurrency"), fault, (*path, "cpu"))
    for key, other, wrong in instance_sizes.environment(
        cpu, service.memory or instance_sizes.DEFAULT_MEMORY, cpu_idle=service.cpu_idle,
        execution_environment=service.execution_environment,
    ):  # fmt: skip
        yield Finding((*path, key), wrong, ((*path, other),))


def _probes(path: KeyPath, service: ServiceSettings) -> Iterator[Finding]:
    limits = {"startup_probe": bounds.STARTUP_PERIOD_SECONDS, "liveness_probe": bounds.LIVENESS_PERIOD_SECONDS}
    for name, period in limits.items():
        probe: ProbeSettings | None = getattr(service, name)
        if probe is not None:
            here = (*path, name)
            yield from refused(here, services.probe_kind(probe.http_path, probe.grpc_service))
            yield from refused(here, services.probe_times(probe.period_seconds, probe.timeout_seconds, period))
    if probe := service.startup_probe:
        time = services.startup_time(probe.period_seconds, probe.failure_threshold)
        yield from refused((*path, "startup_probe"), time)


def _former_keys(services: dict[str, ServiceSettings]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for key, service in services.items():
        former, here = service.former_key, ("producer", "services", key, "former_key")
        if former is None:
            continue
        if former in services:
            fault = Fault(
                wrong=f"{former!r} is a service of this file",
                allowed="the key that the service had before",
                remedy="correct it, or remove former_key",
            )
            yield Finding(here, fault, (("producer", "services", former),) if former != key else ())
        if former in seen:
            fault = Fault(
                wrong=f"{former!r} is also the former key of {seen[former]!r}",
                allowed="each former key once",
                remedy="remove one of them",
            )
            yield Finding(here, fault)
        seen[former] = key
