"""Resource Manager v1 and v3: projects and their IAM policies."""

from __future__ import annotations

from standin.apis import policies
from standin.call import Call
from standin.cloud import Cloud, Project
from standin.google_error import GoogleError
from standin.message import Json


def answer(cloud: Cloud, call: Call) -> Json:
    """Projects: get, list or search, IAM policy."""
    verb = call.method.verb
    if verb in ("list", "search"):
        return {"projects": [_described(project, call.version) for project in cloud.projects.values()]}
    project = visible(cloud, call.path.split("/")[1].split(":")[0])
    if verb in policies.VERBS:
        return policies.answer(cloud, f"cloudresourcemanager/projects/{project.id}", call)
    if verb != "get":
        raise call.unsimulated()
    return _described(project, call.version)


def visible(cloud: Cloud, name: str) -> Project:
    """A project by id or number. Raises the shorter 403 of the APIs that are about projects."""
    try:
        return cloud.project(name)
    except GoogleError:
        raise GoogleError(403, "The caller does not have permission") from None


def _described(project: Project, version: str) -> Json:
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
