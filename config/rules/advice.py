"""What is allowed and worth a second look: one line each, never a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cloudrun_psc.rules.connections import ACCEPT_AUTOMATIC, NAT_IDLE_TIMEOUT_SECONDS
from cloudrun_psc.rules.defaults import HTTP_PORT, HTTPS_PORT
from config.rules.finding import nearest
from config.settings import ServiceSettings, Settings

# What a container is expected to listen on when nothing is said: https://cloud.google.com/run/docs/container-contract#port
_CONTAINER_PORT = 8080
# Pairs of names, each of which takes microseconds; nobody writes that many by hand, and misspells one.
_MOST_COMPARED = 100_000
EXAMPLE_PROJECTS = frozenset({"example-producer-project", "example-consumer-project"})


def notes(settings: Settings) -> Iterator[str]:
    """Notes on settings that are valid and probably not meant."""
    sides = [settings.producer] if settings.producer else []
    examples = sorted({side.project for side in (*sides, *settings.consumers.values())} & EXAMPLE_PROJECTS)
    if examples:
        yield (
            f"{' and '.join(examples)}: example ids of the configuration; "
            "set PRODUCER_PROJECT and CONSUMER_PROJECT (or edit the file) before you deploy"
        )
    for key, service in (settings.producer.services if settings.producer else {}).items():
        where = f"producer.services.{key}"
        if not service.invokers and service.forwarding_rule is None:
            yield f"{where}.invokers: nobody may call the service; add a consumer's key or a service account"
        if service.forwarding_rule is None:
            yield from _ports(where, service)
        if not service.global_access and not service.accept and service.connection_preference != ACCEPT_AUTOMATIC:
            yield (
                f"{where}.global_access: nobody is accepted yet: decide now whether clients of other regions are to "
                "come; it cannot be switched on once the service is published"
            )
        if (service.timeout_seconds or 0) > NAT_IDLE_TIMEOUT_SECONDS:
            yield (
                f"{where}.timeout_seconds: {service.timeout_seconds} s is longer than PSC's NAT keeps a connection "
                f"without traffic ({NAT_IDLE_TIMEOUT_SECONDS} s); send data in between"
            )
        if service.connection_preference == ACCEPT_AUTOMATIC:
            yield f"{where}.connection_preference: every project that knows the self link may connect"
    yield from _near_keys(settings)


def _near_keys(settings: Settings) -> Iterator[str]:
    """Entries of lists that may be meant as a consumer's key."""
    services = settings.producer.services if settings.producer else {}
    entries = ((key, entry) for key, service in services.items() for entry in (*service.accept, *service.reject))
    literals = ((key, entry) for key, entry in entries if entry not in settings.consumers)
    for key, entry in islice(literals, _MOST_COMPARED // max(1, len(settings.consumers))):
        near = nearest(entry, settings.consumers, cutoff=0.8)
        if near:
            yield f"producer.services.{key}: {entry} is read as a project id; the consumer's key is {near}"


def _ports(where: str, service: ServiceSettings) -> Iterator[str]:
    """The port that callers use is not the container's, and none of them means TLS."""
    if service.port == HTTPS_PORT and service.https is None:
        yield (
            f"{where}.port: the load balancer speaks plain HTTP on {HTTPS_PORT} too; callers use http://ADDRESS:443. "
            "HTTPS has a host and a certificate: https"
        )
    elif service.port not in (HTTP_PORT, HTTPS_PORT) and service.container_port is None:
        yield (
            f"{where}.port: callers use {service.port}; the container still gets requests on {_CONTAINER_PORT}. "
            "If the container listens on another port, set container_port"
        )
