"""Service Usage v1: which APIs are enabled in a project.

The caller's own quota project is taken to have these APIs enabled, as gcloud's and most service accounts' have.
"""

from __future__ import annotations

from standin.apis import long_running
from standin.apis.resource_manager import visible
from standin.call import Call
from standin.cloud import Cloud, Project
from standin.google_error import GoogleError
from standin.message import Json
from standin.pages import page_of


def answer(cloud: Cloud, call: Call) -> Json:
    """APIs of a project: enable, disable, list."""
    verb = call.method.verb
    if ".operations." in call.method.id:
        return long_running.get(cloud, call.path)
    project = visible(cloud, call.path.split("/")[1])
    if verb in ("batchEnable", "enable", "disable"):
        cloud.judged["kinds"].add("projectServices")
    if verb == "list":
        return _list(project, call)
    if verb == "batchEnable":
        return _enable(cloud, project, call.body.get("serviceIds", []), batch=True)
    if verb == "batchGet":
        paths = filter(None, call.query.get("names", "").split(","))
        return {"services": [_service(project, path.rsplit("/", 1)[1]) for path in paths]}
    name = call.params["servicesId"]
    if verb == "enable":
        return _enable(cloud, project, [name], batch=False)
    if verb == "disable":
        return _disable(cloud, project, name)
    return _service(project, name)


def _service(project: Project, name: str) -> Json:
    return {
        "name": f"projects/{project.number}/services/{name}",
        "config": {"name": name},
        "state": "ENABLED" if name in project.apis else "DISABLED",
        "parent": f"projects/{project.number}",
    }


def _list(project: Project, call: Call) -> Json:
    # Only enabled ones: the list of what could be enabled is Google's whole catalogue.
    services = [_service(project, name) for name in sorted(project.apis)]
    page, following = page_of(services, call.query.get("pageSize", "50"), call.query.get("pageToken", ""))
    return {"services": page} | following


def _enable(cloud: Cloud, project: Project, names: list[str], *, batch: bool) -> Json:
    for name in names:
        if not name.endswith((".googleapis.com", ".com")) or "does-not-exist" in name:
            raise GoogleError(403, f"Not found or permission denied for service(s): {name}.")

    def finish() -> None:
        for name in names:
            if name not in project.apis:
                project.apis.add(name)
                cloud.faults.activated(project.id, name, cloud.clock())

    shown = [_service(project, name) | {"state": "ENABLED"} for name in names]
    kind = "BatchEnableServicesResponse" if batch else "EnableServiceResponse"
    response: Json = {"@type": f"type.googleapis.com/google.api.serviceusage.v1.{kind}"}
    response |= {"services": shown} if batch else {"service": shown[0]}
    if all(name in project.apis for name in names):
        return {"name": "operations/noop.DONE_OPERATION", "done": True, "response": response}
    name = f"operations/acat.p2-{project.number}-{cloud.new_id()}"
    return long_running.start(cloud, name, f"services/{names[0]}", "apis.enable", response, finish=finish)


def _disable(cloud: Cloud, project: Project, api: str) -> Json:
    def finish() -> None:
        project.apis.discard(api)

    response = {
        "@type": "type.googleapis.com/google.api.serviceusage.v1.DisableServiceResponse",
        "service": _service(project, api) | {"state": "DISABLED"},
    }
    name = f"operations/acat.p2-{project.number}-{cloud.new_id()}"
    return long_running.start(cloud, name, f"services/{api}", "apis.disable", response, finish=finish)
