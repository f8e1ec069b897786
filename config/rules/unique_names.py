"""Two resources of one kind with one name: Google refuses the second, at apply."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules.faults import Fault
from config.problems import KeyPath, dotted
from config.rules.finding import Finding
from config.settings import ServiceNames, Settings


def findings(settings: Settings) -> Iterator[Finding]:
    """Every name that a kind of resource has twice in one project (and region: there is only one)."""
    taken: dict[tuple[str, str, str], KeyPath] = {}
    for project, kind, name, path in (*_producer(settings), *_consumers(settings)):
        first = taken.setdefault((project, kind, name), path)
        if first != path:
            fault = Fault(
                wrong=f"the {kind} {name!r} of project {project} stands at {dotted(first)} already",
                allowed="one of each kind and name in a project",
                remedy="rename one of them",
            )
            yield Finding(path, fault, (first,))


def _producer(settings: Settings) -> Iterator[tuple[str, str, str, KeyPath]]:
    if settings.producer is None:
        return
    project, network = settings.producer.project, settings.producer.network
    here: KeyPath = ("producer", "network")
    yield project, "network", network.name, (*here, "name")
    for key in ("load_balancer_subnet", "proxy_only_subnet"):
        yield project, "subnet", getattr(network, key).name, (*here, key, "name")
    yield project, "subnet", network.nat_subnet_name, (*here, "nat_subnet_name")
    for service, values in settings.producer.services.items():
        for part in ServiceNames.model_fields:
            kind = "Cloud Run service" if part == "service" else part.replace("_", " ")
            path: KeyPath = ("producer", "services", service, "names", part)
            yield project, kind, getattr(values.names, part), path


def _consumers(settings: Settings) -> Iterator[tuple[str, str, str, KeyPath]]:
    for key, consumer in settings.consumers.items():
        project, here = consumer.project, ("consumers", key)
        yield project, "network", consumer.network.name, (*here, "network", "name")
        yield project, "subnet", consumer.network.subnet.name, (*here, "network", "subnet", "name")
        for name, endpoint in consumer.endpoints.items():
            yield project, "forwarding rule", endpoint.name, (*here, "endpoints", name, "name")
            yield project, "address", endpoint.address_name, (*here, "endpoints", name, "address_name")
        if consumer.test_vm.enabled:
            yield project, "VM", consumer.test_vm.name, (*here, "test_vm", "name")
            yield project, "firewall rule", consumer.test_vm.firewall_name, (*here, "test_vm", "firewall_name")
