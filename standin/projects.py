"""Projects, their APIs and what surrounds them: Resource Manager v1 and v3, Service Usage v1, Cloud Billing v1, IAM v1.

The caller's own quota project is taken to have these APIs enabled, as gcloud's and most service accounts' have.
"""

from __future__ import annotations

from typing import Any

from standin import long_running, policies
from standin.call import Call
from standin.cloud import Cloud, Project
from standin.compute.lists import page_of
from standin.google_error import GoogleError

Json = dict[str, Any]


def resource_manager(cloud: Cloud, call: Call) -> Json:
    """Projects: get, list or search, IAM policy."""
    verb = call.method.verb
    if verb in ("list", "search"):
        return {"projects": [_project(found, call.version) for found in cloud.projects.values()]}
    name = call.path.split("/")[1].split(":")[0]
    project = _visible(cloud, name)
    if verb in policies.VERBS:
        return policies.answer(cloud, f"cloudresourcemanager/projects/{project.id}", call)
    if verb != "get":
        raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")
    return _project(project, call.version)


def _visible(cloud: Cloud, name: str) -> Project:
    try:
        return cloud.project(name)
    except GoogleError:
        raise GoogleError(403, "The caller does not have permission") from None


def _project(project: Project, version: str) -> Json:
    if version == "v3":
        return {
            "name": f"projects/{project.number}",
            "projectId": project.id,
            "displayName": project.id,
            "state": "ACTIVE",
            "createTime": "2026-01-01T00:00:00Z",
            "updateTime": "2026-01-01T00:00:00Z",
            "etag": "ACAB",
        }
    return {
        "projectNumber": project.number,
        "projectId": project.id,
        "name": project.id,
        "lifecycleState": "ACTIVE",
        "createTime": "2026-01-01T00:00:00Z",
    }


def billing(cloud: Cloud, call: Call) -> Json:
    """Billing of a project: always on, by an account that does not exist."""
    if call.method.verb != "getBillingInfo":
        raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")
    project = _visible(cloud, call.params["projectsId"])
    return {
        "name": f"projects/{project.id}/billingInfo",
        "projectId": project.id,
        "billingAccountName": "billingAccounts/000000-000000-000000",
        "billingEnabled": True,
    }


def service_usage(cloud: Cloud, call: Call) -> Json:
    """APIs of a project: enable, disable, list."""
    verb = call.method.verb
    if ".operations." in call.method.id:
        return long_running.get(cloud, call.path)
    project = _visible(cloud, call.path.split("/")[1])
    if verb == "list":
        return _list(project, call)
    if verb == "batchEnable":
        return _enable(cloud, project, call.body.get("serviceIds", []), batch=True)
    if verb == "batchGet":
        return {"services": [_service(project, path.rsplit("/", 1)[1]) for path in _asked(call)]}
    name = call.params["servicesId"]
    if verb == "enable":
        return _enable(cloud, project, [name], batch=False)
    if verb == "disable":
        return _disable(cloud, project, name)
    return _service(project, name)


def _asked(call: Call) -> list[str]:
    return [path for path in call.query.get("names", "").split(",") if path]


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
    page, token = page_of(services, call.query.get("pageSize", "50"), call.query.get("pageToken", ""))
    return {"services": page} | ({"nextPageToken": token} if token else {})


def _enable(cloud: Cloud, project: Project, names: list[str], *, batch: bool) -> Json:
    for name in names:
        if not name.endswith((".googleapis.com", ".com")) or "does-not-exist" in name:
            raise GoogleError(403, f"Not found or permission denied for service(s): {name}.")

    def finish() -> GoogleError | None:
        for name in names:
            if name not in project.apis:
                project.apis.add(name)
                cloud.faults.activated(project.id, name, cloud.clock())
        return None

    shown = [_service(project, name) | {"state": "ENABLED"} for name in names]
    kind = "BatchEnableServicesResponse" if batch else "EnableServiceResponse"
    response: Json = {"@type": f"type.googleapis.com/google.api.serviceusage.v1.{kind}"}
    response |= {"services": shown} if batch else {"service": shown[0]}
    if all(name in project.apis for name in names):
        return {"name": "operations/noop.DONE_OPERATION", "done": True, "response": response}
    name = f"operations/acat.p2-{project.number}-{cloud.new_id()}"
    return long_running.start(cloud, name, f"services/{names[0]}", "apis.enable", response, finish=finish)


def _disable(cloud: Cloud, project: Project, api: str) -> Json:
    def finish() -> GoogleError | None:
        project.apis.discard(api)
        return None

    response = {
        "@type": "type.googleapis.com/google.api.serviceusage.v1.DisableServiceResponse",
        "service": _service(project, api) | {"state": "DISABLED"},
    }
    name = f"operations/acat.p2-{project.number}-{cloud.new_id()}"
    return long_running.start(cloud, name, f"services/{api}", "apis.disable", response, finish=finish)


def iam(cloud: Cloud, call: Call) -> Json:
    """Service accounts: only the default Compute Engine account, which exists once compute is enabled."""
    if call.method.id != "iam.projects.serviceAccounts.get":
        raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")
    email = call.params["serviceAccountsId"]
    for project in cloud.projects.values():
        default = f"{project.number}-compute@developer.gserviceaccount.com"
        if email == default and "compute.googleapis.com" in project.apis:
            return {
                "name": f"projects/{project.id}/serviceAccounts/{email}",
                "projectId": project.id,
                "uniqueId": f"1{int(project.number):020d}",
                "email": email,
                "displayName": "Compute Engine default service account",
                "etag": "MDEwMjE5MjA=",
                "oauth2ClientId": f"1{int(project.number):020d}",
            }
    raise GoogleError(404, f"Unknown service account: {email}")


def secret_manager(cloud: Cloud, call: Call) -> Json:
    """Access to secrets: every secret exists unless its name contains `does-not-exist`; contents are never held."""
    project = cloud.project(call.params["projectsId"])
    secret = call.params.get("secretsId", "")
    name = f"projects/{project.id}/secrets/{secret}"
    if "does-not-exist" in secret:
        raise GoogleError(404, f"Secret [projects/{project.number}/secrets/{secret}] not found.")
    if call.method.verb in policies.VERBS:
        return policies.answer(cloud, f"secretmanager/{name}", call)
    if call.method.verb == "get" and call.method.id.endswith("secrets.get"):
        return {
            "name": f"projects/{project.number}/secrets/{secret}",
            "replication": {"automatic": {}},
            "createTime": "2026-01-01T00:00:00Z",
        }
    raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")
