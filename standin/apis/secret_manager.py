"""Secret Manager v1: who has access to secrets."""

from __future__ import annotations

from standin.apis import policies
from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json


def answer(cloud: Cloud, call: Call) -> Json:
    """Access to secrets: every secret exists unless its name contains `does-not-exist`; contents are never held."""
    project = cloud.project(call.params["projectsId"])
    secret = call.params.get("secretsId", "")
    if "does-not-exist" in secret:
        raise GoogleError(404, f"Secret [projects/{project.number}/secrets/{secret}] not found.")
    if call.method.verb in policies.VERBS:
        return policies.answer(cloud, f"secretmanager/projects/{project.id}/secrets/{secret}", call)
    if call.method.id.endswith("secrets.get"):
        return {
            "name": f"projects/{project.number}/secrets/{secret}",
            "replication": {"automatic": {}},
            "createTime": "2026-01-01T00:00:00Z",
        }
    raise call.unsimulated()
