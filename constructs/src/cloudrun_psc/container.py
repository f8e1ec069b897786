"""What a Cloud Run service runs: the record, what Cloud Run would refuse of it, and the template that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from cdktf_cdktf_provider_google.cloud_run_v2_service import (
    CloudRunV2ServiceTemplate,
    CloudRunV2ServiceTemplateContainers,
    CloudRunV2ServiceTemplateContainersEnv,
    CloudRunV2ServiceTemplateContainersEnvValueSource,
    CloudRunV2ServiceTemplateContainersEnvValueSourceSecretKeyRef,
    CloudRunV2ServiceTemplateContainersPorts,
    CloudRunV2ServiceTemplateContainersResources,
    CloudRunV2ServiceTemplateScaling,
)

from cloudrun_psc.checks import is_known, known
from cloudrun_psc.rules import bounds, defaults, instance_sizes, names
from cloudrun_psc.rules.faults import Fault

_BOUNDS = {"port": bounds.PORT, "timeout_seconds": bounds.TIMEOUT_SECONDS, "concurrency": bounds.CONCURRENCY}


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """A Secret Manager secret: its short name (same project) or projects/PROJECT/secrets/NAME, and a version."""

    secret: str
    version: str = defaults.SECRET_VERSION


@dataclass(frozen=True, kw_only=True)
class Container:
    """What runs. A value left at None is Cloud Run's own default and is not sent.

    image: container image. port: the container's port, 1 to 65535. env: plain environment variables.
    secrets: environment variables out of Secret Manager. cpu: such as "1" or "500m". memory: such as "512Mi".
    min_instances, max_instances: scaling per revision. concurrency: requests per instance at a time.
    timeout_seconds: request timeout, 1 to 3600.
    """

    image: str = defaults.IMAGE
    port: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    cpu: str | None = None
    memory: str | None = None
    min_instances: int | None = None
    max_instances: int | None = None
    concurrency: int | None = None
    timeout_seconds: int | None = None


def container_faults(container: Container) -> list[tuple[str, Fault | None]]:
    """What Cloud Run would refuse, each fault with the value that it is about."""
    faults: list[tuple[str, Fault | None]] = [("container.image", known(container.image, names.image))]
    faults += [
        (f"container.env {name}", names.environment_variable(name)) for name in (*container.env, *container.secrets)
    ]
    both = Fault(wrong="given both as a value and as a secret")
    faults += [(f"container.env {name}", both) for name in sorted(container.env.keys() & container.secrets.keys())]
    for key, allowed in _BOUNDS.items():
        value = getattr(container, key)
        if value is not None and is_known(value) and not allowed.least <= value <= allowed.most:
            faults.append((f"container.{key}", Fault(wrong=f"{value} is out of bounds", allowed=str(allowed))))
    least, most = container.min_instances, container.max_instances
    if all(number is None or is_known(number) for number in (least, most)):
        faults.append(("container.min_instances", instance_sizes.instances(least, most)))
    return [*faults, *_size_faults(container)]


def _size_faults(container: Container) -> list[tuple[str, Fault | None]]:
    cpu, memory = _limits(container).values()
    if not is_known(cpu):
        return []
    fault = instance_sizes.cpu(cpu)
    if fault is not None:
        return [("container.cpu", fault)]
    faults = [("container.memory", known(memory, partial(instance_sizes.memory, cpu_quantity=cpu)))]
    if container.concurrency is not None:
        fault = known(container.concurrency, partial(instance_sizes.concurrency, cpu_quantity=cpu))
        faults.append(("container.concurrency", fault))
    return faults


def _limits(container: Container) -> dict[str, str]:
    return {
        "cpu": container.cpu or instance_sizes.DEFAULT_CPU,
        "memory": container.memory or instance_sizes.DEFAULT_MEMORY,
    }


def sent_concurrency(container: Container) -> int | None:
    """Below one CPU said aloud: the provider would send the 80 of a former size back, which Cloud Run refuses."""
    if container.concurrency is None and container.cpu and is_known(container.cpu):
        return 1 if instance_sizes.cpus(container.cpu) < 1 else None
    return container.concurrency


def template(container: Container, service_account: str | None) -> CloudRunV2ServiceTemplate:
    """What every revision of the service is made from."""
    scaling = None
    if container.min_instances is not None or container.max_instances is not None:
        scaling = CloudRunV2ServiceTemplateScaling(
            min_instance_count=container.min_instances, max_instance_count=container.max_instances
        )
    return CloudRunV2ServiceTemplate(
        service_account=service_account,
        timeout=f"{container.timeout_seconds}s" if container.timeout_seconds is not None else None,
        max_instance_request_concurrency=sent_concurrency(container),
        scaling=scaling,
        containers=[
            CloudRunV2ServiceTemplateContainers(
                image=container.image,
                ports=CloudRunV2ServiceTemplateContainersPorts(container_port=container.port)
                if container.port is not None
                else None,
                env=_environment(container) or None,
                resources=_resources(container),
            )
        ],
    )


def sent_limits(container: Container) -> dict[str, str] | None:
    """Nothing while both limits are Cloud Run's own; else both, as the one left out would come back as a difference."""
    return _limits(container) if container.cpu or container.memory else None


def _resources(container: Container) -> CloudRunV2ServiceTemplateContainersResources | None:
    """With limits given and `cpu_idle` left out, the API keeps the CPU allocated, and charged, between requests."""
    limits = sent_limits(container)
    return CloudRunV2ServiceTemplateContainersResources(limits=limits, cpu_idle=True) if limits else None


def _environment(container: Container) -> list[CloudRunV2ServiceTemplateContainersEnv]:
    """Sorted by name: the order of a mapping must not show up as a change."""
    plain = {
        name: CloudRunV2ServiceTemplateContainersEnv(name=name, value=value) for name, value in container.env.items()
    }
    secret = {
        name: CloudRunV2ServiceTemplateContainersEnv(
            name=name,
            value_source=CloudRunV2ServiceTemplateContainersEnvValueSource(
                secret_key_ref=CloudRunV2ServiceTemplateContainersEnvValueSourceSecretKeyRef(
                    secret=reference.secret, version=reference.version
                )
            ),
        )
        for name, reference in container.secrets.items()
    }
    return [variable for _, variable in sorted((plain | secret).items())]
