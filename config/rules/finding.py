"""What the rules between settings find, and the walks over settings that they share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from cloudrun_psc.rules.faults import Fault
from cloudrun_psc.rules.provider_versions import NewerField, admits_older
from config.problems import KeyPath
from config.settings import ConsumerSettings, EndpointSettings, ServiceSettings, Settings

# Names that one is compared with, or that a message lists: comparing takes microseconds each, for each of the problems.
_MOST_COMPARED, _MOST_LISTED = 1000, 20


@dataclass(frozen=True)
class Finding:
    """A fault at `path`; `others` are the further settings that it follows from."""

    path: KeyPath
    fault: Fault
    others: tuple[KeyPath, ...] = ()


def refused(path: KeyPath, fault: Fault | None, *others: KeyPath) -> Iterator[Finding]:
    """A finding at `path`, where a rule has a fault to tell."""
    if fault is not None:
        yield Finding(path, fault, others)


def too_many(path: KeyPath, count: int, most: int, what: str) -> Iterator[Finding]:
    """A finding at `path`, where there is more than Google takes."""
    if count > most:
        yield Finding(path, Fault(wrong=f"{count} {what}", allowed=f"at most {most}", remedy="remove some"))


def needs_newer(settings: Settings, path: KeyPath, field: NewerField, wrong: str, remedy: str) -> Iterator[Finding]:
    """A finding at `path`, where Terraform could take a provider that lacks `field`."""
    if admits_older(settings.provider_version, field.since):
        fault = Fault(
            wrong=f"{wrong}, which needs provider {field.needed}, and {settings.provider_version} allows an older one",
            allowed=f"provider_version: ~> {field.needed}, or newer",
            remedy=f"raise provider_version, or {remedy}",
        )
        yield Finding(path, fault, (("provider_version",),))


def services_of(settings: Settings) -> Iterator[tuple[KeyPath, str, ServiceSettings]]:
    """Every service with its key path and key."""
    for key, service in (settings.producer.services if settings.producer else {}).items():
        yield ("producer", "services", key), key, service


def endpoints_of(settings: Settings) -> Iterator[tuple[KeyPath, str, ConsumerSettings, EndpointSettings]]:
    """Every endpoint with its key path, its consumer's key and the consumer."""
    for key, consumer in settings.consumers.items():
        for name, endpoint in consumer.endpoints.items():
            yield ("consumers", key, "endpoints", name), key, consumer, endpoint


def nearest(name: str, known: Collection[str], cutoff: float = 0.6) -> str | None:
    """The one of the `known` names that was probably meant; of very many, which nobody wrote by hand, none."""
    if len(known) > _MOST_COMPARED:
        return None
    return next(iter(get_close_matches(name, known, n=1, cutoff=cutoff)), None)


def listed(names: Collection[str]) -> str:
    """Names in a message, the first of very many."""
    more = len(names) - _MOST_LISTED
    return ", ".join(sorted(names)[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
