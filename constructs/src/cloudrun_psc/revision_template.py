"""The template of a Cloud Run service's revisions, made of a container."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname
from typing import Any, TypeAlias

from cdktf_cdktf_provider_google.cloud_run_v2_service import (
    CloudRunV2ServiceTemplate,
    CloudRunV2ServiceTemplateContainers,
    CloudRunV2ServiceTemplateContainersEnv,
    CloudRunV2ServiceTemplateContainersEnvValueSource,
    CloudRunV2ServiceTemplateContainersEnvValueSourceSecretKeyRef,
    CloudRunV2ServiceTemplateContainersLivenessProbe,
    CloudRunV2ServiceTemplateContainersLivenessProbeGrpc,
    CloudRunV2ServiceTemplateContainersLivenessProbeHttpGet,
    CloudRunV2ServiceTemplateContainersLivenessProbeTcpSocket,
    CloudRunV2ServiceTemplateContainersPorts,
    CloudRunV2ServiceTemplateContainersResources,
    CloudRunV2ServiceTemplateContainersStartupProbe,
    CloudRunV2ServiceTemplateContainersStartupProbeGrpc,
    CloudRunV2ServiceTemplateContainersStartupProbeHttpGet,
    CloudRunV2ServiceTemplateContainersStartupProbeTcpSocket,
    CloudRunV2ServiceTemplateContainersVolumeMounts,
    CloudRunV2ServiceTemplateScaling,
    CloudRunV2ServiceTemplateVolumes,
    CloudRunV2ServiceTemplateVolumesSecret,
    CloudRunV2ServiceTemplateVolumesSecretItems,
    CloudRunV2ServiceTemplateVpcAccess,
    CloudRunV2ServiceTemplateVpcAccessNetworkInterfaces,
)

from cloudrun_psc.checks import is_known
from cloudrun_psc.container import Container, Probe, VpcAccess, limits_of
from cloudrun_psc.rules import defaults, instance_sizes
from cloudrun_psc.rules.services import secret_volume

# A probe's own class, and those for HTTP, gRPC and TCP in it.
_ProbeClasses: TypeAlias = tuple[type[Any], type[Any], type[Any], type[Any]]
_STARTUP: _ProbeClasses = (
    CloudRunV2ServiceTemplateContainersStartupProbe,
    CloudRunV2ServiceTemplateContainersStartupProbeHttpGet,
    CloudRunV2ServiceTemplateContainersStartupProbeGrpc,
    CloudRunV2ServiceTemplateContainersStartupProbeTcpSocket,
)
_LIVENESS: _ProbeClasses = (
    CloudRunV2ServiceTemplateContainersLivenessProbe,
    CloudRunV2ServiceTemplateContainersLivenessProbeHttpGet,
    CloudRunV2ServiceTemplateContainersLivenessProbeGrpc,
    CloudRunV2ServiceTemplateContainersLivenessProbeTcpSocket,
)


def template(container: Container, service_account: str | None) -> CloudRunV2ServiceTemplate:
    """What every revision of the service is made from."""
    scaling = None
    if container.min_instances is not None or container.max_instances is not None:
        scaling = CloudRunV2ServiceTemplateScaling(
            min_instance_count=container.min_instances, max_instance_count=container.max_instances
        )
    generation = container.execution_environment
    return CloudRunV2ServiceTemplate(
        service_account=service_account,
        timeout=f"{container.timeout_seconds}s" if container.timeout_seconds is not None else None,
        max_instance_request_concurrency=sent_concurrency(container),
        execution_environment=f"EXECUTION_ENVIRONMENT_{generation.upper()}" if generation else None,
        scaling=scaling,
        vpc_access=_vpc_access(container.vpc_access) if container.vpc_access else None,
        volumes=list(_volumes(container)) or None,
        containers=[_container(container)],
    )


def _container(container: Container) -> CloudRunV2ServiceTemplateContainers:
    startup, liveness = sent_startup_probe(container), container.liveness_probe
    mounts = [
        CloudRunV2ServiceTemplateContainersVolumeMounts(name=secret_volume(path), mount_path=dirname(path))
        for path in sorted(container.secret_files)
    ]
    return CloudRunV2ServiceTemplateContainers(
        image=container.image,
        command=list(container.command) or None,
        args=list(container.args) or None,
        ports=_ports(container),
        env=_environment(container) or None,
        resources=_resources(container),
        startup_probe=_probe(startup, container, _STARTUP) if startup else None,
        liveness_probe=_probe(liveness, container, _LIVENESS) if liveness else None,
        volume_mounts=mounts or None,
    )


def container_port(container: Container) -> int:
    """The port that requests go to, given or by default."""
    return container.port if container.port is not None else defaults.RUN_PORT


def _ports(container: Container) -> CloudRunV2ServiceTemplateContainersPorts | None:
    if container.h2c is None:
        port = container.port
        return CloudRunV2ServiceTemplateContainersPorts(container_port=port) if port is not None else None
    name = "h2c" if container.h2c else "http1"
    return CloudRunV2ServiceTemplateContainersPorts(container_port=container_port(container), name=name)


def sent_concurrency(container: Container) -> int | None:
    """Below one CPU said aloud: the provider would send the 80 of a former size back, which Cloud Run refuses."""
    if container.concurrency is None and container.cpu and is_known(container.cpu):
        return 1 if instance_sizes.cpus(container.cpu) < 1 else None
    return container.concurrency


def sent_limits(container: Container) -> dict[str, str] | None:
    """Nothing while all is Cloud Run's own; else both, as the one left out would come back as a difference."""
    given = (container.cpu, container.memory, container.cpu_idle, container.startup_cpu_boost)
    return None if all(value is None for value in given) else limits_of(container)


def sent_startup_probe(container: Container) -> Probe | None:
    """With a port of its own the one that Cloud Run would make: the provider sends back that of the former port."""
    if container.startup_probe is not None or container.port is None:
        return container.startup_probe
    return default_startup_probe(container)


def default_startup_probe(container: Container) -> Probe:
    """The one that Cloud Run makes where none is given."""
    return Probe(
        port=container_port(container),
        period_seconds=defaults.RUN_STARTUP_SECONDS,
        timeout_seconds=defaults.RUN_STARTUP_SECONDS,
        failure_threshold=defaults.RUN_STARTUP_FAILURES,
    )


def _resources(container: Container) -> CloudRunV2ServiceTemplateContainersResources | None:
    """With limits given and `cpu_idle` left out, the API keeps the CPU allocated, and charged, between requests."""
    limits = sent_limits(container)
    if not limits:
        return None
    return CloudRunV2ServiceTemplateContainersResources(
        limits=limits,
        cpu_idle=container.cpu_idle is not False,
        startup_cpu_boost=container.startup_cpu_boost,
    )


def _probe(probe: Probe, container: Container, classes: _ProbeClasses) -> Any:
    """A block for one of the two probes: the bindings have classes of their own for each."""
    whole, http_get, grpc, tcp_socket = classes
    port = probe.port if probe.port is not None else container_port(container)
    if probe.http_path is not None:
        way = {"http_get": http_get(path=probe.http_path, port=port)}
    elif probe.grpc_service is not None:
        way = {"grpc": grpc(service=probe.grpc_service or None, port=port)}
    else:
        way = {"tcp_socket": tcp_socket(port=port)}
    return whole(
        initial_delay_seconds=probe.initial_delay_seconds,
        period_seconds=probe.period_seconds,
        timeout_seconds=probe.timeout_seconds,
        failure_threshold=probe.failure_threshold,
        **way,
    )


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


def _volumes(container: Container) -> Iterator[CloudRunV2ServiceTemplateVolumes]:
    """One for each secret's file, by path."""
    for path, reference in sorted(container.secret_files.items()):
        item = CloudRunV2ServiceTemplateVolumesSecretItems(path=basename(path), version=reference.version)
        yield CloudRunV2ServiceTemplateVolumes(
            name=secret_volume(path),
            secret=CloudRunV2ServiceTemplateVolumesSecret(secret=reference.secret, items=[item]),
        )


def _vpc_access(access: VpcAccess) -> CloudRunV2ServiceTemplateVpcAccess:
    interface = CloudRunV2ServiceTemplateVpcAccessNetworkInterfaces(
        subnetwork=access.subnetwork, tags=list(access.tags) or None
    )
    return CloudRunV2ServiceTemplateVpcAccess(egress=access.egress, network_interfaces=[interface])
