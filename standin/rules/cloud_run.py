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
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
# CPUs, the least and the most memory that goes with them in GiB.
_SIZES = ((1, 0.125, 4), (2, 0.125, 8), (4, 2, 16), (6, 4, 24), (8, 4, 32))
# https://cloud.google.com/run/docs/configuring/max-instances
_MOST_INSTANCES = 100
_RESERVED = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
_REGISTRY = r"(?:[a-z0-9-]+\.)?gcr\.io|(?:[a-z0-9-]+-)?docker\.pkg\.dev|docker\.io"
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
    """The account has access to each secret that an environment variable or a file comes from."""
    email = change.wanted["template"].get("serviceAccount", "")
    for secret in _secrets(change):
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
    for index, container in enumerate(_containers(change)):
        cpu = _quantity(_limit(container, "cpu", "1"))
        memory = _quantity(_limit(container, "memory", "512Mi")) / 2**30
        size = next((size for size in _SIZES if size[0] == max(cpu, 1)), None)
        if cpu < 0.08 or size is None:
            raise _violation(f"containers[{index}].resources.limits.cpu", "Must be 0.08 to 1, 2, 4, 6 or 8.")
        most = (0.5 if cpu < 0.5 else 1) if cpu < 1 else size[2]
        if not size[1] <= memory <= most:
            why = f"Must be between {size[1]:g}Gi and {most:g}Gi with {cpu:g} CPU."
            raise _violation(f"containers[{index}].resources.limits.memory", why)


@rule(*_WRITES, source="https://cloud.google.com/run/docs/configuring/request-timeout (up to 60 minutes)")
def a_request_takes_an_hour_at_most(change: Change) -> None:
    """The request timeout."""
    seconds = float(str(change.wanted["template"].get("timeout", "300s")).removesuffix("s"))
    if not 0 < seconds <= 3600:
        raise _violation("timeout", "Must be between 1 and 3600 seconds.")


@rule(*_WRITES, source="https://cloud.google.com/run/docs/configuring/min-instances")
def fewest_instances_are_not_more_than_the_most(change: Change) -> None:
    """Minimum and maximum of instances; without a maximum there are up to 100."""
    scaling = change.sent.get("template", {}).get("scaling", {})
    least, most = scaling.get("minInstanceCount"), scaling.get("maxInstanceCount") or _MOST_INSTANCES
    if least is not None and least > most:
        raise _violation("scaling.min_instance_count", "Must not be greater than max_instance_count.")


@rule(*_WRITES, source="https://cloud.google.com/run/docs/container-contract#env-vars")
def some_variables_are_cloud_runs_own(change: Change) -> None:
    """Cloud Run sets the K_ variables, and PORT in the container with the port; no name stands twice in one."""
    for index, container in enumerate(_containers(change)):
        names = [variable["name"] for variable in container.get("env", [])]
        # A sidecar has no port of the service's, and may be told any PORT.
        reserved = _RESERVED if index == _ingress(change) else _RESERVED - {"PORT"}
        for name in names:
            if name in reserved or names.count(name) > 1:
                why = "The name is reserved." if name in reserved else "The name stands twice."
                raise _violation(f"containers[{index}].env: {name}", why)


@rule(
    *_WRITES,
    source="https://cloud.google.com/run/docs/deploying#images",
    doubt="The words are those that gcloud's users quote. A name without a host is taken to be Docker Hub's.",
)
def images_come_from_three_registries(change: Change) -> None:
    """Images are in Artifact Registry, Container Registry or Docker Hub; of others the service says 400."""
    for index, container in enumerate(_containers(change)):
        host, slash, _ = str(container.get("image", "")).partition("/")
        named = slash and ("." in host or ":" in host or host == "localhost")
        if named and not re.fullmatch(_REGISTRY, host):
            allowed = "[region.]gcr.io, [region-]docker.pkg.dev or docker.io"
            why = f"Expected an image path of {allowed}; obtained {container['image']}."
            raise _violation(f"containers[{index}].image", why)


@rule(*_WRITES, source="run v2 discovery document, GoogleCloudRunV2Container.image: 'Required'")
def a_service_has_a_container_with_an_image(change: Change) -> None:
    """Each container names its image, and there is one; what a patch without a mask leaves out is gone."""
    containers = list(_containers(change))
    if not containers:
        raise _violation("containers", "At least one container is required.")
    for index, container in enumerate(containers):
        if not container.get("image"):
            raise _violation(f"containers[{index}].image", "An image is required.")


@rule(
    *_WRITES,
    source="run v2 discovery document, GoogleCloudRunV2Probe",
    doubt="The words are the stand-in's. That a timeout is not longer than the period is documented as well; the "
    "provider's own tests go beyond it (TestAccCloudRunV2Service_cloudrunv2ServiceTCPProbesUpdate), so it is taken.",
)
def a_probes_period_has_a_most(change: Change) -> None:
    """A startup probe is tried at least every 240 seconds, a liveness probe every 3600."""
    for index, container in enumerate(_containers(change)):
        for name, most in (("startupProbe", 240), ("livenessProbe", 3600)):
            if not 1 <= container.get(name, {}).get("periodSeconds", 10) <= most:
                field = f"containers[{index}].{name}.period_seconds"
                raise _violation(field, f"Must be at least 1 and at most {most}.")


def _secrets(change: Change) -> Iterator[str]:
    for container in _containers(change):
        for variable in container.get("env", []):
            yield variable.get("valueSource", {}).get("secretKeyRef", {}).get("secret", "")
    for volume in change.wanted["template"].get("volumes", []):
        yield volume.get("secret", {}).get("secret", "")


def _containers(change: Change) -> Iterator[Json]:
    yield from change.wanted["template"].get("containers", [])


def _ingress(change: Change) -> int:
    """The place of the container that requests go to: the one with a port, or else the first."""
    return next((index for index, container in enumerate(_containers(change)) if container.get("ports")), 0)


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
