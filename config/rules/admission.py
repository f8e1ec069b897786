"""Who may connect and call: rules between the services' lists and the consumers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cloudrun_psc.rules import access, bounds, connections, defaults
from cloudrun_psc.rules.faults import Fault
from cloudrun_psc.rules.provider_versions import ENDPOINTS_ACCEPTED
from config.problems import KeyPath, dotted
from config.rules.finding import Finding, endpoints_of, nearest, needs_newer, refused, services_of, too_many
from config.settings import ConsumerSettings, Settings


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with accept and reject lists, invokers, and consumers that nobody accepts."""
    yield from _accept_lists(settings)
    yield from _invokers(settings)
    yield from _accepted_consumers(settings)
    yield from _limits(settings)


def _accept_lists(settings: Settings) -> Iterator[Finding]:
    for path, _, service in services_of(settings):
        yield from too_many((*path, "accept"), len(service.accept), bounds.MOST_ACCEPTED, "entries")
        yield from too_many((*path, "reject"), len(service.reject), bounds.MOST_REJECTED, "entries")
        accepted = {key: settings.project_of(key) for key in service.accept}
        rejected = [settings.project_of(entry) for entry in service.reject]
        set_of_rejected, first_keys = set(rejected), dict[str, str]()
        seen: set[str] = set()
        for key, entry in accepted.items():
            yield from _entry(settings, (*path, "accept", key), entry, key)
            if connections.kind_of(entry) == "endpoint":
                here, remedy = (*path, "accept", key), "accept its project"
                yield from needs_newer(settings, here, ENDPOINTS_ACCEPTED, "is an endpoint", remedy)
            if entry in set_of_rejected:
                fault = Fault(
                    wrong=f"{entry} is accepted and rejected",
                    allowed="each project on one list",
                    remedy="remove it from one of the two",
                )
                yield Finding((*path, "accept", key), fault, ((*path, "reject"),))
            first = first_keys.setdefault(entry, key)
            if first != key:
                fault = Fault(
                    wrong=f"{entry} appears twice, as {first} and as {key}",
                    allowed="each project once",
                    remedy="keep one entry",
                )
                yield Finding((*path, "accept", key), fault)
        for index, entry in enumerate(rejected):
            here = (*path, "reject", index)
            yield from _entry(settings, here, entry, service.reject[index])
            if entry in seen:
                twice = Fault(wrong=f"{entry} appears twice", allowed="each project once", remedy="remove one entry")
                yield Finding(here, twice, ((*path, "reject"),))
            seen.add(entry)
        entries = (*accepted.values(), *rejected)
        mixed = connections.one_kind(entry for entry in entries if connections.consumer(entry) is None)
        yield from refused((*path, "accept"), mixed, (*path, "reject"))
        yield from refused((*path, "accept"), connections.endpoint_limit(service.accept))
        automatic = connections.preference(service.connection_preference, has_lists=bool(entries))
        yield from refused((*path, "connection_preference"), automatic, (*path, "accept"), (*path, "reject"))


def _entry(settings: Settings, path: KeyPath, entry: str, key: str) -> Iterator[Finding]:
    """One entry of a list, by itself."""
    of_region: tuple[KeyPath, ...] = (("region",),) if connections.kind_of(entry) == "endpoint" else ()
    yield from refused(path, connections.consumer(entry, settings.region), ("consumers", key), *of_region)


def _invokers(settings: Settings) -> Iterator[Finding]:
    for path, _, service in services_of(settings):
        groups = sum(entry.startswith("group:") for entry in service.invokers)
        yield from too_many((*path, "invokers"), len(service.invokers), bounds.MOST_MEMBERS, "callers")
        yield from too_many((*path, "invokers"), groups, bounds.MOST_GROUPS, "groups")
        seen: set[str] = set()
        for index, entry in enumerate(service.invokers):
            fault = None if entry in settings.consumers else access.invoker(entry)
            if fault is not None:
                near = nearest(entry, settings.consumers)
                remedy = f"did you mean the consumer {near!r}?" if near else fault.remedy
                fault = Fault(wrong=fault.wrong, allowed=f"{fault.allowed}, or a consumer's key", remedy=remedy)
                yield Finding((*path, "invokers", index), fault, (("consumers", entry),))
            elif access.identity(entry) in seen:
                yield Finding(
                    (*path, "invokers", index),
                    Fault(wrong=f"{entry} appears twice", allowed="each caller once", remedy="remove one entry"),
                )
            seen.add(access.identity(entry))


def _network(consumer: ConsumerSettings) -> str:
    """The link of a consumer's network, as an accept list may have it."""
    made = f"projects/{consumer.project}/global/networks/{consumer.network.name}"
    return connections.plain(consumer.network.existing or made)


def _accepted_consumers(settings: Settings) -> Iterator[Finding]:
    """A consumer that is not accepted by the service it wants would wait in PENDING for ever."""
    services = settings.producer.services if settings.producer else {}
    accepts = {key: {settings.project_of(entry) for entry in service.accept} for key, service in services.items()}
    unsure = {key for key, accepted in accepts.items() if any(connections.consumer(entry) for entry in accepted)}
    for path, key, consumer, endpoint in endpoints_of(settings):
        service = services.get(endpoint.service or "")
        if service is None or service.connection_preference != connections.ACCEPT_MANUAL:
            continue
        network = _network(consumer)
        if endpoint.service in unsure:
            continue  # one of them is refused; corrected, it may be this consumer
        accepted = accepts[endpoint.service or ""]
        by_endpoint = {connections.project_of(entry) for entry in accepted if connections.kind_of(entry) == "endpoint"}
        if any(project.isdecimal() for project in by_endpoint):
            continue  # a project's number, which may be this consumer's
        if (accepted | by_endpoint).isdisjoint({consumer.project, network}):
            where = f"producer.services.{endpoint.service}.accept"
            literals = [entry for entry in service.accept if entry not in settings.consumers]
            near = nearest(key, literals, cutoff=0.8)
            add = f"add `{key}: {defaults.CONNECTION_LIMIT}` to {where}, or drop the endpoint"
            fault = Fault(
                allowed="services whose accept list has the consumer",
                wrong=f"{endpoint.service} does not accept the consumer {key!r} (project {consumer.project})",
                remedy=f"did you mean {key!r} instead of {near!r} in {where}? Otherwise {add}" if near else add,
            )
            others: tuple[KeyPath, ...] = (("producer", "services", endpoint.service or "", "accept"),)
            others += (("consumers", key, "project"), ("consumers", key, "network", "name"))
            yield Finding((*path, "service"), fault, others)


def _limits(settings: Settings) -> Iterator[Finding]:
    """An endpoint beyond the limit would wait, too."""
    services = settings.producer.services if settings.producer else {}
    limits = {
        key: {settings.project_of(entry): limit for entry, limit in service.accept.items()}
        for key, service in services.items()
    }
    counted: Counter[tuple[str, str]] = Counter()
    for path, _, consumer, endpoint in endpoints_of(settings):
        key = endpoint.service or ""
        for who in limits.get(key, {}).keys() & {consumer.project, _network(consumer)}:
            counted[key, who] += 1
            if counted[key, who] == limits[key][who] + 1:
                here: KeyPath = ("producer", "services", key, "accept")
                fault = Fault(
                    wrong=f"{key} accepts {who} with a limit of {limits[key][who]}, and here is one endpoint more",
                    allowed="as many endpoints as its limit",
                    remedy=f"raise it in {dotted(here)}, or drop an endpoint",
                )
                yield Finding((*path, "service"), fault, (here, (*path[:2], "project")))
