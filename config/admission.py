"""Who may connect and call: rules between the services' lists and the consumers."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from cloudrun_psc.rules import access, connections, defaults
from cloudrun_psc.rules.faults import Fault
from config.consistency import Finding, endpoints_of, project_of, services_of
from config.problems import Path
from config.settings import Settings


def admission_findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with accept and reject lists, invokers, and consumers that nobody accepts."""
    yield from _accept_lists(settings)
    yield from _invokers(settings)
    yield from _accepted_consumers(settings)


def _accept_lists(settings: Settings) -> Iterator[Finding]:
    for path, _, service in services_of(settings):
        accepted = {key: project_of(settings, key) for key in service.accept}
        rejected = [project_of(settings, entry) for entry in service.reject]
        for key, entry in accepted.items():
            yield from _list_entry((*path, "accept", key), entry, key)
            if entry in rejected:
                fault = Fault(
                    wrong=f"{entry} is accepted and rejected",
                    allowed="each project on one list",
                    remedy="take it off the other",
                )
                yield Finding((*path, "accept", key), fault, ((*path, "reject"),))
            same = [other for other in accepted if accepted[other] == entry]
            if same.index(key) > 0:
                fault = Fault(
                    wrong=f"{entry} stands twice, as {same[0]} and as {key}",
                    allowed="each project once",
                    remedy="keep one entry",
                )
                yield Finding((*path, "accept", key), fault)
        for index, entry in enumerate(rejected):
            yield from _list_entry((*path, "reject", index), entry, service.reject[index])
            if entry in rejected[:index]:
                twice = Fault(wrong=f"{entry} stands twice", allowed="each project once", remedy="remove one")
                yield Finding((*path, "reject", index), twice, ((*path, "reject"),))
        mixed = connections.one_kind(one for one in (*accepted.values(), *rejected) if not connections.consumer(one))
        if mixed is not None:
            yield Finding((*path, "accept"), mixed, ((*path, "reject"),))
        fault_ = connections.preference(service.connection_preference, has_lists=bool(service.accept or service.reject))
        if fault_ is not None:
            yield Finding((*path, "connection_preference"), fault_, ((*path, "accept"), (*path, "reject")))


def _list_entry(path: Path, project: str, entry: str) -> Iterator[Finding]:
    fault = connections.consumer(project)
    if fault is not None:
        yield Finding(path, fault, (("consumers", entry),))


def _invokers(settings: Settings) -> Iterator[Finding]:
    for path, _, service in services_of(settings):
        for index, entry in enumerate(service.invokers):
            fault = None if entry in settings.consumers else access.invoker(entry)
            if fault is not None:
                near = get_close_matches(entry, settings.consumers, n=1)
                remedy = f"did you mean the consumer {near[0]!r}?" if near else fault.remedy
                fault = Fault(wrong=fault.wrong, allowed=f"{fault.allowed}, or a consumer's key", remedy=remedy)
                yield Finding((*path, "invokers", index), fault, (("consumers", entry),))
            elif access.identity(entry) in [access.identity(other) for other in service.invokers[:index]]:
                yield Finding(
                    (*path, "invokers", index),
                    Fault(wrong=f"{entry} stands twice", allowed="each caller once", remedy="remove one"),
                )


def _accepted_consumers(settings: Settings) -> Iterator[Finding]:
    """A consumer that is not accepted by the service it wants would wait in PENDING for ever."""
    services = settings.producer.services if settings.producer else {}
    for path, key, consumer, endpoint in endpoints_of(settings):
        service = services.get(endpoint.service or "")
        if service is None or service.connection_preference != connections.ACCEPT_MANUAL:
            continue
        network = f"projects/{consumer.project}/global/networks/{consumer.network.name}"
        accepted = {project_of(settings, entry) for entry in service.accept}
        if any(connections.consumer(entry) for entry in accepted):
            continue  # one of them is refused; corrected, it may be this consumer
        if not accepted & {consumer.project, network}:
            where = f"producer.services.{endpoint.service}.accept"
            literals = [entry for entry in service.accept if entry not in settings.consumers]
            near = get_close_matches(key, literals, n=1, cutoff=0.8)
            add = f"add `{key}: {defaults.CONNECTION_LIMIT}` to {where}, or drop the endpoint"
            fault = Fault(
                allowed="services whose accept list has the consumer",
                wrong=f"{endpoint.service} does not accept the consumer {key!r} (project {consumer.project})",
                remedy=f"did you mean {key!r} by {near[0]!r} in {where}? Else {add}" if near else add,
            )
            others: tuple[Path, ...] = (("producer", "services", endpoint.service or "", "accept"),)
            others += (("consumers", key, "project"), ("consumers", key, "network", "name"))
            yield Finding((*path, "service"), fault, others)
