"""Settings of a service that may be left out: a record remembers what was given, so that none goes silently.

The provider keeps what stands in Google Cloud for every one of them (Optional and Computed): what leaves the
configuration would go on running, with `No changes`. The record refuses such a plan: docs/adr/0012.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import NamedTuple

from cdktf import Postcondition

from cloudrun_psc.addresses import claim
from cloudrun_psc.container import Container, Probe
from cloudrun_psc.records import record
from cloudrun_psc.revision_template import (
    default_startup_probe,
    sent_concurrency,
    sent_limits,
    sent_startup_probe,
)
from cloudrun_psc.rules import access, defaults, instance_sizes
from constructs import Construct


class _Setting(NamedTuple):
    """A setting as it is sent, None where it is left out, its default, and how that is given where it is no value."""

    name: str
    sent: str | int | None
    default: str | int
    way: str = ""

    def refusal(self, service: str) -> Postcondition:
        """Refuse the plan when something else than the default was given once."""
        was = f"self.input.{self.name}"
        default = json.dumps(self.default)
        way = self.way or (default if isinstance(self.default, bool) else self.default)
        return Postcondition(
            condition=f"${{coalesce({was}, {default}) == {default}}}",
            error_message=_sentence(service, self.name, was, f"{way}, Cloud Run's default"),
        )


def remember(scope: Construct, address: str, service: str, container: Container, service_account: str | None) -> None:
    """Record the settings of the service that stands at `address` and is called `service`."""
    settings = [*_settings(container)]
    content = {setting.name: setting.sent for setting in settings} | {"service_account": service_account or None}
    left_out = [setting for setting in settings if setting.sent is None]
    refusals = [setting.refusal(service) for setting in left_out]
    if not service_account:
        refusals.append(_account_refusal(service))
    kept = sorted(name for name, value in content.items() if value is None)
    resource = record(scope, "Settings", content, kept=kept, postconditions=refusals)
    claim(resource, "terraform_data", f"{address}_settings")


def _settings(container: Container) -> Iterator[_Setting]:
    limits = sent_limits(container) or {}
    cpu = limits.get("cpu")
    least, most = container.min_instances, container.max_instances
    yield _Setting("concurrency", sent_concurrency(container), defaults.RUN_CONCURRENCY)
    yield _Setting("container_port", container.port, defaults.RUN_PORT)
    yield _Setting("cpu", "1" if cpu == "1000m" else cpu, instance_sizes.DEFAULT_CPU)
    yield _Setting("cpu_idle", container.cpu_idle is not False if limits else None, True)
    yield _Setting("h2c", container.h2c, False)
    yield _Setting("max_instances", most, defaults.RUN_MAX_INSTANCES)
    yield _Setting("memory", limits.get("memory"), instance_sizes.DEFAULT_MEMORY)
    # Beside the most instances the provider sends a 0 for the fewest.
    yield _Setting("min_instances", 0 if least is None and most is not None else least, defaults.RUN_MIN_INSTANCES)
    yield _Setting("startup_cpu_boost", bool(container.startup_cpu_boost) if limits else None, False)
    yield _startup_probe(container)
    yield _Setting("timeout_seconds", container.timeout_seconds, defaults.RUN_TIMEOUT_SECONDS)


def _startup_probe(container: Container) -> _Setting:
    """All of the probe in one text, as any part of it may be changed."""
    sent, default = sent_startup_probe(container), default_startup_probe(container)
    way = ", ".join(f"{key}: {value}" for key, value in _changed(default).items())
    return _Setting("startup_probe", _text(sent) if sent else None, _text(default), f"{{{way}}}")


def _changed(probe: Probe) -> dict[str, object]:
    """The keys of a probe that differ from what a probe has by itself."""
    return {key: value for key, value in asdict(probe).items() if value != getattr(Probe(), key)}


def _text(probe: Probe) -> str:
    return ", ".join(f"{key}: {value}" for key, value in asdict(probe).items() if value is not None)


def _account_refusal(service: str) -> Postcondition:
    """The default account's address is not known without the project's number: any of that form is taken for it."""
    suffix = access.default_compute_account("")
    was = "self.input.service_account"
    return Postcondition(
        condition=f'${{endswith(coalesce({was}, "{suffix}"), "{suffix}")}}',
        error_message=_sentence(
            service, "service_account", was, f"{access.default_compute_account('PROJECT_NUMBER')}, the default account"
        ),
    )


def _sentence(service: str, setting: str, was: str, way: str) -> str:
    return (
        f"The {setting} of {service} was ${{jsonencode({was})}} and is left out now. Cloud Run would keep it. "
        f"Give {setting} as {way}; once that is deployed, it may be left out."
    )
