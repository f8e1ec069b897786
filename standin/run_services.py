"""Cloud Run services (run v2): create, get, list, patch, delete, IAM.

A service whose image does not exist is created all the same and stays in a failed condition, as in Google Cloud; here
an image does not exist when its name contains `does-not-exist`, and does not start when it contains `does-not-start`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from standin import activation, long_running, policies, rules
from standin.call import Call
from standin.change import Change
from standin.cloud import Cloud, Record
from standin.google_error import GoogleError

Json = dict[str, Any]

Undo = Callable[[], None]

_TYPE = "type.googleapis.com/google.cloud.run.v2.Service"


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Cloud Run. Raises GoogleError for everything that Google would refuse."""
    project = cloud.project(call.params["projectsId"])
    verb = call.method.verb
    if ".operations." in call.method.id:
        return (
            long_running.wait(cloud, call.path.split(":")[0]) if verb == "wait" else long_running.get(cloud, call.path)
        )
    activation.require(cloud, project, "run.googleapis.com")
    if ".services.revisions." in call.method.id or ".locations.services." not in call.method.id:
        raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")
    location = call.params["locationsId"]
    parent = f"projects/{project.id}/locations/{location}"
    if verb == "list":
        found = [r.body for r in cloud.run.of("services", project.id) if location in ("-", r.path.split("/")[3])]
        return {"services": deepcopy(found)} if found else {}
    if verb == "create":
        return _create(cloud, call, parent)
    return _existing(cloud, call, f"{parent}/services/{call.params['servicesId']}")


def _existing(cloud: Cloud, call: Call, path: str) -> Json:
    record = cloud.run.get(path)
    verb = call.method.verb
    if record is None and verb == "patch" and call.query.get("allowMissing") == "true":
        return _create(cloud, call, path.rsplit("/services/", 1)[0], path.rsplit("/", 1)[1])
    if record is None:
        raise GoogleError(
            404,
            f"Resource '{record_name(path)}' of kind 'SERVICE' in region '{path.split('/')[3]}' in project "
            f"'{path.split('/')[1]}' does not exist.",
        )
    if verb in policies.VERBS:
        return policies.answer(cloud, f"run/{path}", call)
    if verb == "get":
        return deepcopy(record.body)
    if verb == "delete":
        return _delete(cloud, record, call)
    return _patch(cloud, record, call)


def record_name(path: str) -> str:
    """The short name of a resource."""
    return path.rsplit("/", 1)[1]


def _create(cloud: Cloud, call: Call, parent: str, name: str = "") -> Json:
    name = name or call.query.get("serviceId", "")
    if not re.fullmatch(r"[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?", name):
        raise GoogleError(
            400,
            f"Violation in CreateServiceRequest.service_id: service_id '{name}' must use only lowercase alphanumeric "
            "characters and dashes, begin with a letter, cannot end with a dash, and be shorter than 50 characters.",
        )
    path = f"{parent}/services/{name}"
    if path in cloud.run:
        raise GoogleError(409, f"Resource '{name}' already exists.")
    body = deepcopy(call.body)
    project = cloud.project(path.split("/")[1])
    _fill(body, project.number)
    rules.check(Change(cloud, "create", path, None, body, call.body))
    now = cloud.zulu()
    host = f"https://{name}-{project.number}.{path.split('/')[3]}.run.app"
    body.update(
        name=path, uid=_uid(cloud), generation="0", createTime=now, creator="standin@example.com", uri=host, urls=[host]
    )
    record = cloud.run[path] = Record(path, body)

    def undo() -> None:
        cloud.run.pop(path, None)

    return _deploy(cloud, record, "create", undo, validate_only=call.query.get("validateOnly") == "true")


def _uid(cloud: Cloud) -> str:
    number = f"{int(cloud.new_id()):032x}"
    return f"{number[:8]}-{number[8:12]}-4{number[13:16]}-8{number[17:20]}-{number[20:]}"


def _fill(body: Json, number: str) -> None:
    body.setdefault("ingress", "INGRESS_TRAFFIC_ALL")
    body.setdefault("launchStage", "GA")
    body.setdefault("traffic", [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}])
    template = body.setdefault("template", {})
    template.setdefault("timeout", "300s")
    if not template.get("serviceAccount"):
        template["serviceAccount"] = f"{number}-compute@developer.gserviceaccount.com"
    template.setdefault("scaling", {}).setdefault("maxInstanceCount", 100)
    for index, container in enumerate(template.get("containers", [])):
        _fill_container(container, first=index == 0)
    # Discovery document, run v2: "defaults to 80 when requested CPU >= 1 and defaults to 1 when requested CPU < 1".
    small = all(_below_one(container["resources"]["limits"]["cpu"]) for container in template.get("containers", []))
    template["maxInstanceRequestConcurrency"] = template.get("maxInstanceRequestConcurrency") or (1 if small else 80)


def _below_one(cpu: str) -> bool:
    return int(cpu[:-1]) < 1000 if cpu.endswith("m") else float(cpu) < 1


def _fill_container(container: Json, *, first: bool) -> None:
    # "If ResourceRequirements is set, the caller must explicitly set this field to true to preserve the default
    # behavior" (discovery document, run v2, cpuIdle).
    idle = not container.get("resources")
    resources = container.setdefault("resources", {})
    limits = resources.setdefault("limits", {})
    limits.setdefault("cpu", "1000m")
    limits.setdefault("memory", "512Mi")
    resources.setdefault("cpuIdle", idle)
    resources.setdefault("startupCpuBoost", False)
    if first:
        ports = container.get("ports") or [{"containerPort": 8080}]
        for port in ports:
            port.setdefault("name", "http1")
        container["ports"] = ports
        container.setdefault(
            "startupProbe",
            {
                "timeoutSeconds": 240,
                "periodSeconds": 240,
                "failureThreshold": 1,
                "tcpSocket": {"port": ports[0]["containerPort"]},
            },
        )


def _deploy(cloud: Cloud, record: Record, verb: str, undo: Undo, *, validate_only: bool = False) -> Json:
    """Make a revision of what the service is to be, and answer the operation that waits for it."""
    body = record.body
    generation = str(int(body["generation"]) + 1)
    revision = f"{record.path}/revisions/{record.name}-{int(generation):05d}-{cloud.new_id()[-3:]}"
    problem = _problem(body, revision)
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
    answered = deepcopy(body)
    if validate_only:
        del cloud.run[record.path]
    return _operation(cloud, record, verb, answered, problem, undo)


def _operation(cloud: Cloud, record: Record, verb: str, shown: Json, problem: GoogleError | None, undo: Undo) -> Json:
    name = f"{record.path.rsplit('/services/', 1)[0]}/operations/{_uid(cloud)}"
    content = {"@type": _TYPE, **shown}
    target = f"run/{record.path}"
    return long_running.start(
        cloud, name, target, f"services.{verb}", content, metadata=content, finish=lambda: problem, undo=undo
    )


def _problem(body: Json, revision: str) -> GoogleError | None:
    short = record_name(revision)
    for container in body["template"].get("containers", []):
        image = container.get("image", "")
        if "does-not-exist" in image:
            return GoogleError(
                404, f"Revision '{short}' is not ready and cannot serve traffic. Image '{image}' not found."
            )
        if "does-not-start" in image:
            return GoogleError(
                400,
                f"Revision '{short}' is not ready and cannot serve traffic. The user-provided container failed to "
                "start and listen on the port defined provided by the PORT=8080 environment variable within the "
                "allocated timeout.",
                status="FAILED_PRECONDITION",
            )
    return None


def _check_etag(record: Record, etag: str | None) -> None:
    if etag and etag != record.body["etag"]:
        raise GoogleError(
            409,
            f"Conflict for resource '{record.name}': version '{etag}' was specified but current version is "
            f"'{record.body['etag']}'.",
            status="ABORTED",
        )


_KEPT = ("name", "uid", "generation", "createTime", "creator", "uri", "urls", "latestReadyRevision", "trafficStatuses")


def _patch(cloud: Cloud, record: Record, call: Call) -> Json:
    _check_etag(record, call.body.get("etag"))
    mask = [path for path in call.query.get("updateMask", "").split(",") if path]
    before = record.body
    if mask:
        body = deepcopy(before)
        for path in mask:
            field = re.sub(r"_(\w)", lambda match: match[1].upper(), path.split(".")[0])
            body[field] = deepcopy(call.body.get(field))
            if body[field] is None:
                del body[field]
    else:
        body = deepcopy(call.body) | {key: deepcopy(before[key]) for key in _KEPT if key in before}
    _fill(body, cloud.project(record.project).number)
    rules.check(Change(cloud, "patch", record.path, before, body, call.body))
    record.body = body

    def undo() -> None:
        record.body = before

    return _deploy(cloud, record, "patch", undo)


def _delete(cloud: Cloud, record: Record, call: Call) -> Json:
    _check_etag(record, call.query.get("etag"))
    rules.check(Change(cloud, "delete", record.path, record.body, None, {}))

    def finish() -> GoogleError | None:
        cloud.run.pop(record.path, None)
        cloud.policies.pop(f"run/{record.path}", None)
        return None

    name = f"{record.path.rsplit('/services/', 1)[0]}/operations/{_uid(cloud)}"
    content = {"@type": _TYPE, **deepcopy(record.body)}
    target = f"run/{record.path}"
    return long_running.start(cloud, name, target, "services.delete", content, metadata=content, finish=finish)
