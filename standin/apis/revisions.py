"""Revisions of Cloud Run services: what a service has unless it says otherwise, and whether a revision comes up.

An image does not exist when its name contains `does-not-exist`, and does not start when it contains `does-not-start`.
"""

from __future__ import annotations

from standin.cloud import Cloud, Record
from standin.google_error import GoogleError
from standin.message import Json, fill


def complete(body: Json, account: str) -> None:
    """Add what Cloud Run adds to a service; `account` is the one that it runs as unless it names another."""
    latest = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}
    fill(body, ingress="INGRESS_TRAFFIC_ALL", launchStage="GA", traffic=[latest], template={})
    template = body["template"]
    fill(template, timeout="300s", scaling={})
    fill(template["scaling"], maxInstanceCount=max(100, template["scaling"].get("minInstanceCount", 0)))
    template["serviceAccount"] = template.get("serviceAccount") or account
    containers = template.get("containers", [])
    ingress = next((container for container in containers if container.get("ports")), next(iter(containers), None))
    for container in containers:
        _complete_container(container, ingress=container is ingress)
    # Discovery document, run v2: "defaults to 80 when requested CPU >= 1 and defaults to 1 when requested CPU < 1".
    small = all(_below_one(container["resources"]["limits"]["cpu"]) for container in containers)
    template["maxInstanceRequestConcurrency"] = template.get("maxInstanceRequestConcurrency") or (1 if small else 80)


def _below_one(cpu: str) -> bool:
    return int(cpu[:-1]) < 1000 if cpu.endswith("m") else float(cpu) < 1


def _complete_container(container: Json, *, ingress: bool) -> None:
    # "If ResourceRequirements is set, the caller must explicitly set this field to true to preserve the default
    # behavior" (discovery document, run v2, cpuIdle).
    idle = not container.get("resources")
    fill(container, resources={})
    fill(container["resources"], limits={}, cpuIdle=idle, startupCpuBoost=False)
    fill(container["resources"]["limits"], cpu="1000m", memory="512Mi")
    if ingress:
        ports = container.get("ports") or [{"containerPort": 8080}]
        for port in ports:
            fill(port, name="http1")
        container["ports"] = ports
        probe = {"timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1}
        fill(container, startupProbe=probe | {"tcpSocket": {"port": ports[0]["containerPort"]}})


def add(cloud: Cloud, service: Record) -> GoogleError | None:
    """Make a revision of what a service is to be. The error is that of a revision that does not come up."""
    body = service.body
    generation = str(int(body["generation"]) + 1)
    name = f"{service.name}-{int(generation):05d}-{cloud.new_id()[-3:]}"
    revision = f"{service.path}/revisions/{name}"
    problem = _problem(body, name)
    body.update(
        generation=generation,
        observedGeneration=generation,
        updateTime=cloud.zulu(),
        lastModifier="standin@example.com",
        etag=f'"{cloud.fingerprint()}"',
        latestCreatedRevision=revision,
        reconciling=False,
    )
    if problem is None:
        body["latestReadyRevision"] = revision
        body["trafficStatuses"] = [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]
    state: Json = {"state": "CONDITION_SUCCEEDED", "lastTransitionTime": cloud.zulu()}
    if problem:
        state = {
            "state": "CONDITION_FAILED",
            "message": problem.message,
            "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR",
            "lastTransitionTime": cloud.zulu(),
        }
    body["terminalCondition"] = {"type": "Ready", **state}
    body["conditions"] = [
        {"type": "ConfigurationsReady", **state},
        {"type": "RoutesReady", "state": "CONDITION_SUCCEEDED" if not problem else "CONDITION_PENDING"},
    ]
    return problem


def _problem(body: Json, revision: str) -> GoogleError | None:
    refusal = f"Revision '{revision}' is not ready and cannot serve traffic."
    for container in body["template"].get("containers", []):
        image = container.get("image", "")
        if "does-not-exist" in image:
            return GoogleError(404, f"{refusal} Image '{image}' not found.")
        if "does-not-start" in image:
            return GoogleError(
                400,
                f"{refusal} The user-provided container failed to start and listen on the port defined provided by "
                "the PORT=8080 environment variable within the allocated timeout.",
                status="FAILED_PRECONDITION",
            )
    return None
