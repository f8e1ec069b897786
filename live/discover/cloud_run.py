"""A Cloud Run service as keys of the configuration, or what of it no key says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.instance_sizes import DEFAULT_CPU, DEFAULT_MEMORY
from deployment.values import Json
from live.discover.container import probe, secret_files
from live.names import plain

# What only tells of the service, or is the same for all; whatever else it has must be said by a key.
_SILENT = frozenset({
    "annotations", "client", "clientVersion", "conditions", "createTime", "creator", "customAudiences",
    "defaultUriDisabled", "deleteTime", "etag", "expireTime",
    "generation", "ingress", "labels", "lastModifier", "latestCreatedRevision", "latestReadyRevision", "launchStage",
    "name", "observedGeneration", "reconciling", "satisfiesPzs", "scaling", "template", "terminalCondition", "traffic",
    "trafficStatuses", "uid", "updateTime", "uri", "urls",
})  # fmt: skip
_OF_TEMPLATE = frozenset({
    "annotations", "client", "clientVersion", "containers", "executionEnvironment", "labels",
    "maxInstanceRequestConcurrency", "revision", "scaling", "serviceAccount", "timeout", "volumes", "vpcAccess",
})  # fmt: skip
_OF_CONTAINER = frozenset({
    "args", "command", "env", "image", "livenessProbe", "name", "ports", "resources", "startupProbe", "volumeMounts",
})  # fmt: skip
# The probes of a container, by their keys.
_PROBES = {"startup_probe": "startupProbe", "liveness_probe": "livenessProbe"}
_EXECUTION = "EXECUTION_ENVIRONMENT_"


def unsaid(service: Json) -> list[str]:
    """What of a service no key of the configuration says, by Google's names."""
    template = service.get("template", {})
    containers = template.get("containers", [])
    odd = [key for key in sorted(service.keys() - _SILENT) if service[key] not in (None, False, {}, [], "")]
    odd += [f"template.{key}" for key in sorted(template.keys() - _OF_TEMPLATE) if template[key]]
    odd += _marks(service, template)
    if template.get("vpcAccess") and _interface(template) is None:
        odd.append("template.vpcAccess without one subnetwork")
    if len(containers) != 1:
        return [*odd, f"{len(containers)} containers"]
    container = containers[0]
    odd += [f"containers.{key}" for key in sorted(container.keys() - _OF_CONTAINER) if container[key]]
    odd += [f"containers.{name}" for name in _PROBES.values() if probe(container, name) is None]
    odd += ["template.volumes"] if secret_files(template, container) is None else []
    if service.get("ingress") != "INGRESS_TRAFFIC_INTERNAL_ONLY":
        odd.append(f"ingress {service.get('ingress')}")
    shares = service.get("traffic", [])
    latest = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    odd += ["traffic"] if any(one.get("type") != latest or one.get("tag") for one in shares) else []
    scaling = service.get("scaling", {})
    return odd + [f"scaling.{key}" for key in sorted(scaling) if scaling[key] not in (0, "AUTOMATIC")]


def _marks(service: Json, template: Json) -> list[str]:
    """Labels and annotations of the template that are not the service's, too, to which gcloud gives both."""
    return [
        f"template.{kind}.{name}"
        for kind in ("annotations", "labels")
        for name, value in sorted(template.get(kind, {}).items())
        if not _systems(name) and service.get(kind, {}).get(name) != value
    ]


def _interface(template: Json) -> Json | None:
    """The one interface of direct egress into a subnet; None for any other access to a network."""
    access = template.get("vpcAccess", {})
    interfaces = access.get("networkInterfaces", [])
    one: Json = interfaces[0] if len(interfaces) == 1 else {}
    return one if one.get("subnetwork") and not access.get("connector") else None


def keys(service: Json, project_number: str) -> Json:
    """The keys that describe it; those of Cloud Run's own defaults are left out."""
    return {key: value for key, value in _keys(service, project_number) if value not in (None, {}, [], "")}


def _keys(service: Json, project_number: str) -> Iterator[tuple[str, Any]]:
    template = service.get("template", {})
    container = template["containers"][0]
    yield "image", container.get("image")
    for key in ("command", "args"):
        yield key, container.get(key)
    port: Json = next(iter(container.get("ports", [])), {})
    yield "container_port", _unless(defaults.RUN_PORT, port.get("containerPort"))
    yield "h2c", True if port.get("name") == "h2c" else None
    variables = container.get("env", [])
    yield "env", {one["name"]: one.get("value", "") for one in variables if "valueSource" not in one}
    yield "secrets", {one["name"]: one["valueSource"]["secretKeyRef"] for one in variables if "valueSource" in one}
    yield "secret_files", secret_files(template, container)
    for key, name in _PROBES.items():
        yield key, probe(container, name)
    yield from _size(container.get("resources", {}))
    yield "execution_environment", str(template.get("executionEnvironment", "")).removeprefix(_EXECUTION).lower()
    yield "concurrency", _unless(defaults.RUN_CONCURRENCY, template.get("maxInstanceRequestConcurrency"))
    yield "timeout_seconds", _unless(defaults.RUN_TIMEOUT_SECONDS, _seconds(template.get("timeout")))
    scaling = template.get("scaling", {})
    least, most = scaling.get("minInstanceCount"), scaling.get("maxInstanceCount")
    wanted = {"min_instances": least or None, "max_instances": _unless(defaults.RUN_MAX_INSTANCES, most)}
    yield "scaling", {key: value for key, value in wanted.items() if value is not None}
    own = f"{project_number}-compute@developer.gserviceaccount.com"
    yield "service_account", _unless(own, template.get("serviceAccount"))
    if interface := _interface(template):
        access = {"egress": template["vpcAccess"].get("egress"), "tags": interface.get("tags")}
        given = {key: value for key, value in access.items() if value}
        yield "vpc_access", {"subnet": plain(interface["subnetwork"]), **given}
    yield "audiences", sorted(service.get("customAudiences", []))
    yield "default_url", False if service.get("defaultUriDisabled") else None
    for key in ("labels", "annotations"):
        yield key, {name: value for name, value in service.get(key, {}).items() if not _systems(name)}


def _systems(name: str) -> bool:
    """Whether a label or annotation is Google's or the provider's, and nobody's to set."""
    return "googleapis.com/" in name or name.startswith("goog-") or "knative.dev/" in name


def _size(resources: Json) -> Iterator[tuple[str, Any]]:
    limits = resources.get("limits", {})
    given = {
        "memory": _unless(DEFAULT_MEMORY, limits.get("memory")),
        "cpu_idle": _unless(True, resources.get("cpuIdle")),
        "startup_cpu_boost": True if resources.get("startupCpuBoost") else None,
    }
    # One of them makes the stacks say the CPU, too, which Google spells in more ways than one.
    spelled = any(value is not None for value in given.values())
    cpu = limits.get("cpu")
    yield "cpu", _unless(DEFAULT_CPU, cpu if spelled or cpu != "1000m" else DEFAULT_CPU)
    yield from given.items()


def _seconds(text: Any) -> int | None:
    number = str(text or "").removesuffix("s")
    return int(number) if number.isdigit() else None


def _unless(default: Any, value: Any) -> Any:
    return None if value == default else value
