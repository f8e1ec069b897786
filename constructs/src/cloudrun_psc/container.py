"""What a Cloud Run service runs, and what Cloud Run would refuse of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeAlias

from cloudrun_psc.checks import is_known, known
from cloudrun_psc.rules import bounds, defaults, instance_sizes, names, services
from cloudrun_psc.rules.faults import Fault

_BOUNDS = {"port": bounds.PORT, "timeout_seconds": bounds.TIMEOUT_SECONDS, "concurrency": bounds.CONCURRENCY}
ExecutionEnvironment: TypeAlias = Literal["gen1", "gen2"]
Egress: TypeAlias = Literal["PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"]


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """A Secret Manager secret: its short name (same project) or projects/PROJECT/secrets/NAME, and a version."""

    secret: str
    version: str = defaults.SECRET_VERSION


@dataclass(frozen=True, kw_only=True)
class Probe:
    """How Cloud Run finds out whether a container has started, or still lives.

    http_path: a GET of this path must be answered with 2xx or 3xx. grpc_service: the health check of gRPC, for a
    service or, with "", for the whole server. With neither of them a TCP connection must come about.
    port: by default the container's own. The rest is in seconds, and how many failures in a row count.
    """

    http_path: str | None = None
    grpc_service: str | None = None
    port: int | None = None
    initial_delay_seconds: int = defaults.PROBE_DELAY_SECONDS
    period_seconds: int = defaults.PROBE_PERIOD_SECONDS
    timeout_seconds: int = defaults.PROBE_TIMEOUT_SECONDS
    failure_threshold: int = defaults.PROBE_FAILURE_THRESHOLD


@dataclass(frozen=True, kw_only=True)
class VpcAccess:
    """Direct VPC egress: the subnetwork that instances have their addresses from, by name or as a link.

    egress: ALL_TRAFFIC, or only what goes to private ranges. tags: network tags, for firewall rules.
    """

    subnetwork: str
    egress: Egress = "PRIVATE_RANGES_ONLY"
    tags: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Container:
    """What runs. A value left at None is Cloud Run's own default and is not sent.

    image: container image. command, args: in place of the image's own. port: the container's port, 1 to 65535.
    h2c: HTTP/2 without TLS, as gRPC needs it. env: plain environment variables. secrets: environment variables out of
    Secret Manager; secret_files: files, by their paths. cpu: such as "1" or "500m". memory: such as "512Mi".
    cpu_idle: whether the CPU is there during requests only. startup_cpu_boost: more CPU while an instance starts.
    min_instances, max_instances: scaling per revision. concurrency: requests per instance at a time.
    timeout_seconds: request timeout, 1 to 3600. execution_environment: gen1 or gen2.
    """

    image: str = defaults.IMAGE
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    port: int | None = None
    h2c: bool | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    secret_files: Mapping[str, SecretReference] = field(default_factory=dict)
    cpu: str | None = None
    memory: str | None = None
    cpu_idle: bool | None = None
    startup_cpu_boost: bool | None = None
    min_instances: int | None = None
    max_instances: int | None = None
    concurrency: int | None = None
    timeout_seconds: int | None = None
    execution_environment: ExecutionEnvironment | None = None
    startup_probe: Probe | None = None
    liveness_probe: Probe | None = None
    vpc_access: VpcAccess | None = None

    @property
    def secret_references(self) -> list[SecretReference]:
        """Every secret that it reads, as a variable or as a file."""
        return [*self.secrets.values(), *self.secret_files.values()]


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
    faults += [(f"container.secret_files {path}", services.secret_file(path)) for path in container.secret_files]
    faults.append(("container.secret_files", services.secret_folders(container.secret_files)))
    least, most = container.min_instances, container.max_instances
    if all(number is None or is_known(number) for number in (least, most)):
        faults.append(("container.min_instances", instance_sizes.instances(least, most)))
    return [*faults, *_size_faults(container), *_probe_faults(container)]


def _probe_faults(container: Container) -> Iterator[tuple[str, Fault | None]]:
    limits = {"startup_probe": bounds.STARTUP_PERIOD_SECONDS, "liveness_probe": bounds.LIVENESS_PERIOD_SECONDS}
    for name, period in limits.items():
        probe = getattr(container, name)
        if probe is not None:
            yield f"container.{name}", services.probe_kind(probe.http_path, probe.grpc_service)
            yield f"container.{name}", services.probe_times(probe.period_seconds, probe.timeout_seconds, period)
    if probe := container.startup_probe:
        yield "container.startup_probe", services.startup_time(probe.period_seconds, probe.failure_threshold)


def _size_faults(container: Container) -> list[tuple[str, Fault | None]]:
    cpu, memory = limits_of(container).values()
    if not is_known(cpu):
        return []
    fault = instance_sizes.cpu(cpu)
    if fault is not None:
        return [("container.cpu", fault)]
    faults = [("container.memory", known(memory, partial(instance_sizes.memory, cpu_quantity=cpu)))]
    if container.concurrency is not None:
        fault = known(container.concurrency, partial(instance_sizes.concurrency, cpu_quantity=cpu))
        faults.append(("container.concurrency", fault))
    if is_known(memory):
        idle, kind = container.cpu_idle, container.execution_environment
        found = instance_sizes.environment(cpu, memory, cpu_idle=idle, execution_environment=kind)
        faults += [(f"container.{key}", fault) for key, _, fault in found]
    return faults


def limits_of(container: Container) -> dict[str, str]:
    """How much CPU and memory an instance has, given or by default."""
    return {
        "cpu": container.cpu or instance_sizes.DEFAULT_CPU,
        "memory": container.memory or instance_sizes.DEFAULT_MEMORY,
    }
