"""Cloud Run v2: services (create, get, list, patch, delete, IAM) and their operations.

A service whose revision does not come up is created all the same and stays in a failed condition, as in Google Cloud.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from copy import deepcopy

from standin import rules
from standin.apis import activation, long_running, policies, revisions
from standin.call import Call
from standin.change import Change
from standin.cloud import Cloud, Record
from standin.google_error import GoogleError
from standin.message import Json, without_nulls
from standin.place import Place

# What a service keeps when it is replaced as a whole.
_KEPT = ("name", "uid", "generation", "createTime", "creator", "uri", "urls", "latestReadyRevision", "trafficStatuses")


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Cloud Run. Raises GoogleError for everything that Google would refuse."""
    project = cloud.project(call.params["projectsId"])
    verb = call.method.verb
    if ".operations." in call.method.id:
        name = call.path.removesuffix(":wait")
        return long_running.wait(cloud, name) if verb == "wait" else long_running.get(cloud, name)
    activation.require(cloud, project, "run.googleapis.com")
    if ".services.revisions." in call.method.id or ".locations.services." not in call.method.id:
        raise call.unsimulated()
    location = call.params["locationsId"]
    if verb == "list":
        services = cloud.run.of("services", project.id)
        listed = [deepcopy(service.body) for service in services if location in ("-", _location(service.path))]
        return {"services": listed} if listed else {}
    name = call.query.get("serviceId", "") if verb == "create" else call.params["servicesId"]
    place = Place(f"projects/{project.id}/locations/{location}/services/{name}")
    return _create(cloud, call, place) if verb == "create" else _existing(cloud, call, place)


def _location(path: str) -> str:
    return path.split("/")[3]


def _existing(cloud: Cloud, call: Call, place: Place) -> Json:
    service = cloud.run.get(place.path)
    verb = call.method.verb
    if service is None and verb == "patch" and call.query.get("allowMissing") == "true":
        return _create(cloud, call, place)
    if service is None:
        raise GoogleError(
            404,
            f"Resource '{place.name}' of kind 'SERVICE' in region '{_location(place.path)}' in project "
            f"'{place.project}' does not exist.",
        )
    if verb in policies.VERBS:
        return policies.answer(cloud, f"run/{place.path}", call)
    if verb == "get":
        return deepcopy(service.body)
    return _delete(cloud, service, call) if verb == "delete" else _patch(cloud, service, call)


def _create(cloud: Cloud, call: Call, place: Place) -> Json:
    path, name = place.path, call.query.get("serviceId", place.name)
    if not re.fullmatch(r"[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?", name):
        raise GoogleError(
            400,
            f"Violation in CreateServiceRequest.service_id: service_id '{name}' must use only lowercase alphanumeric "
            "characters and dashes, begin with a letter, cannot end with a dash, and be shorter than 50 characters.",
        )
    if path in cloud.run:
        raise GoogleError(409, f"Resource '{name}' already exists.")
    body = without_nulls(call.body)
    project = cloud.project(place.project)
    revisions.complete(body, project.default_account)
    rules.check(Change(cloud, "create", path, None, body, call.body))
    now = cloud.zulu()
    body.update(name=path, uid=_uid(cloud), generation="0", createTime=now, creator="standin@example.com")
    _tell_addresses(body, project.number)
    service = cloud.run[path] = Record(path, body)

    def undo() -> None:
        cloud.run.pop(path, None)

    problem = revisions.add(cloud, service)
    if call.query.get("validateOnly") == "true":
        del cloud.run[path]
    return _operation(cloud, service, "create", lambda: problem, undo)


def _patch(cloud: Cloud, service: Record, call: Call) -> Json:
    _check_etag(service, call.body.get("etag"))
    mask = [path for path in call.query.get("updateMask", "").split(",") if path]
    before = service.body
    if mask:
        body = deepcopy(before)
        for path in mask:
            _take_over(body, call.body, re.sub(r"_(\w)", lambda match: match[1].upper(), path).split("."))
    else:
        body = deepcopy(call.body) | {key: deepcopy(before[key]) for key in _KEPT if key in before}
    body = without_nulls(body)
    revisions.complete(body, cloud.project(service.project).default_account)
    rules.check(Change(cloud, "patch", service.path, before, body, call.body))
    _tell_addresses(body, cloud.project(service.project).number)
    service.body = body

    def undo() -> None:
        service.body = before

    problem = revisions.add(cloud, service)
    return _operation(cloud, service, "patch", lambda: problem, undo)


def _tell_addresses(body: Json, number: str) -> None:
    """A service answers at two addresses of run.app, a newer and an older one, unless that was switched off."""
    body.update(uri="", urls=[])
    if not body.get("defaultUriDisabled"):
        name, location = body["name"].rsplit("/", 1)[1], _location(body["name"])
        region = "".join(word[0] for word in location.split("-"))
        digest = hashlib.sha256(f"{number}/{location}".encode()).hexdigest()[:10]
        host = f"https://{name}-{number}.{location}.run.app"
        body.update(uri=host, urls=[host, f"https://{name}-{digest}-{region}.a.run.app"])


def _take_over(body: Json, sent: Json, path: list[str]) -> None:
    """Take over the one field that a path of a mask leads to; one that was not sent is cleared."""
    field, *rest = path
    if field == "*":
        body.update(deepcopy(sent))
    elif rest:
        _take_over(body.setdefault(field, {}), sent.get(field) or {}, rest)
    elif sent.get(field) is None:
        body.pop(field, None)
    else:
        body[field] = deepcopy(sent[field])


def _delete(cloud: Cloud, service: Record, call: Call) -> Json:
    _check_etag(service, call.query.get("etag"))
    rules.check(Change(cloud, "delete", service.path, service.body, None, {}))

    def finish() -> None:
        cloud.run.pop(service.path, None)
        cloud.policies.pop(f"run/{service.path}", None)

    return _operation(cloud, service, "delete", finish)


def _check_etag(service: Record, etag: str | None) -> None:
    if etag and etag != service.body["etag"]:
        raise GoogleError(
            409,
            f"Conflict for resource '{service.name}': version '{etag}' was specified but current version is "
            f"'{service.body['etag']}'.",
            status="ABORTED",
        )


def _operation(
    cloud: Cloud,
    service: Record,
    verb: str,
    finish: Callable[[], GoogleError | None],
    undo: Callable[[], None] = lambda: None,
) -> Json:
    name = f"{service.path.rsplit('/services/', 1)[0]}/operations/{_uid(cloud)}"
    content = {"@type": "type.googleapis.com/google.cloud.run.v2.Service", **deepcopy(service.body)}
    return long_running.start(
        cloud, name, f"run/{service.path}", f"services.{verb}", content, metadata=content, finish=finish, undo=undo
    )


def _uid(cloud: Cloud) -> str:
    number = f"{int(cloud.new_id()):032x}"
    return f"{number[:8]}-{number[8:12]}-4{number[13:16]}-8{number[17:20]}-{number[20:]}"
