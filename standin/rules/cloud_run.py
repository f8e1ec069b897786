"""Cloud Run services: accounts, secrets, instance sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from standin.change import Change
from standin.google_error import GoogleError
from standin.message import Json
from standin.rules.accounts import exists
from standin.rules.table import rule

_WRITES = ("services.create", "services.patch")
_CPU = "https://cloud.google.com/run/docs/configuring/services/cpu"
_MEMORY = "https://cloud.google.com/run/docs/configuring/services/memory-limits"
_UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
# CPUs, the least and the most memory that goes with them in GiB.
_SIZES = ((1, 0.125, 4), (2, 0.125, 8), (4, 2, 16), (6, 4, 24), (8, 4, 32))
_RESERVED = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
_ACCESS = frozenset({"roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner"})


def _violation(field: str, why: str) -> GoogleError:
    return GoogleError(400, f"Violation in Service.template.{field}: {why}")


@rule(*_WRITES, source="https://cloud.google.com/run/docs/securing/service-identity")
def a_services_account_exists(change: Change) -> None:
    """The service runs as an account that exists."""
    email = change.wanted["template"].get("serviceAccount", "")
    if email and not exists(change.cloud, email):
        raise GoogleError(400, f"Service account {email} does not exist.", status="FAILED_PRECONDITION")


@rule(
    *_WRITES,
    source="https://cloud.google.com/run/docs/configuring/services/secrets#access-secret",
    doubt="Google tells it when the revision starts, at the end of the operation; here the call itself is refused.",
)
def a_services_account_reads_its_secrets(change: Change) -> None:
    """The account has access to each secret that an environment variable comes from."""
    email = change.wanted["template"].get("serviceAccount", "")
    for container in _containers(change):
        for variable in container.get("env", []):
            secret = variable.get("valueSource", {}).get("secretKeyRef", {}).get("secret")
            if secret and not _may_read(change, email, secret):
                raise GoogleError(
                    403,
                    f"Permission denied on secret: {secret} for Revision service account {email}. The service account "
                    "used must be granted the 'Secret Manager Secret Accessor' role "
                    "(roles/secretmanager.secretAccessor) at the secret, project or higher level.",
                )


@rule(*_WRITES, source=f"{_CPU}#cpu-less-than-1 (CPU below 1: concurrency 1)")
def less_than_a_cpu_serves_one_request_at_a_time(change: Change) -> None:
    """Less than one CPU goes with a concurrency of 1."""
    total = sum(_quantity(_limit(container, "cpu", "1")) for container in _containers(change))
    if total < 1 and change.wanted["template"].get("maxInstanceRequestConcurrency", 80) > 1:
        raise _violation("max_instance_request_concurrency", "Total cpu < 1 is not supported with concurrency > 1.")


@rule(*_WRITES, source=f"{_CPU} and {_MEMORY}", doubt="The words are the stand-in's.")
def cpu_and_memory_fit(change: Change) -> None:
    """CPUs come in 1, 2, 4, 6 and 8, and below 1 in thousandths; each has a least and a most memory."""
    for container in _containers(change):
        cpu = _quantity(_limit(container, "cpu", "1"))
        memory = _quantity(_limit(container, "memory", "512Mi")) / 2**30
        size = next((size for size in _SIZES if size[0] == max(cpu, 1)), None)
        if cpu < 0.08 or size is None:
            raise _violation("containers[0].resources.limits.cpu", "Must be 0.08 to 1, 2, 4, 6 or 8.")
        most = (0.5 if cpu < 0.5 else 1) if cpu < 1 else size[2]
        if not size[1] <= memory <= most:
            why = f"Must be between {size[1]:g}Gi and {most:g}Gi with {cpu:g} CPU."
            raise _violation("containers[0].resources.limits.memory", why)


@rule(*_WRITES, source="https://cloud.google.com/run/docs/configuring/request-timeout (up to 60 minutes)")
def a_request_takes_an_hour_at_most(change: Change) -> None:
    """The request timeout."""
    seconds = float(str(change.wanted["template"].get("timeout", "300s")).removesuffix("s"))
    if not 0 < seconds <= 3600:
        raise _violation("timeout", "Must be between 1 and 3600 seconds.")


@rule(*_WRITES, source="https://cloud.google.com/run/docs/configuring/min-instances")
def fewest_instances_are_not_more_than_the_most(change: Change) -> None:
    """Minimum and maximum of instances."""
    scaling = change.wanted["template"].get("scaling", {})
    if scaling.get("minInstanceCount", 0) > scaling.get("maxInstanceCount", 100):
        raise _violation("scaling.min_instance_count", "Must not be greater than max_instance_count.")


@rule(*_WRITES, source="https://cloud.google.com/run/docs/container-contract#env-vars")
def some_variables_are_cloud_runs_own(change: Change) -> None:
    """PORT and those that begin with K_ are set by Cloud Run; no name stands twice."""
    for container in _containers(change):
        names = [variable["name"] for variable in container.get("env", [])]
        for name in names:
            if name in _RESERVED or names.count(name) > 1:
                why = "The name is reserved." if name in _RESERVED else "The name stands twice."
                raise _violation(f"containers[0].env: {name}", why)


def _containers(change: Change) -> Iterator[Json]:
    yield from change.wanted["template"].get("containers", [])


def _limit(container: Json, name: str, default: str) -> str:
    return str(container.get("resources", {}).get("limits", {}).get(name, default))


def _quantity(text: str) -> float:
    if text.endswith("m"):
        return int(text[:-1]) / 1000
    number, unit = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text).groups()  # type: ignore[union-attr]
    return float(number) * _UNITS.get(unit, 1)


def _may_read(change: Change, email: str, secret: str) -> bool:
    path = secret if "/" in secret else f"projects/{change.project}/secrets/{secret}"
    parts = path.split("/")
    project = change.cloud.project(parts[1]).id
    policy = change.cloud.policies.get(f"secretmanager/projects/{project}/secrets/{parts[3]}", {})
    return any(
        binding["role"] in _ACCESS and f"serviceAccount:{email}" in binding["members"]
        for binding in policy.get("bindings", [])
    )
