"""IAM v1: service accounts."""

from __future__ import annotations

import re

from standin.apis import policies
from standin.apis.resource_manager import visible
from standin.call import Call
from standin.cloud import Cloud, Project
from standin.google_error import GoogleError
from standin.message import Json


def answer(cloud: Cloud, call: Call) -> Json:
    """Service accounts: those that were created here, and the default Compute Engine one once compute is enabled."""
    verb = call.method.verb
    if not call.method.id.startswith("iam.projects.serviceAccounts.") or ".keys." in call.method.id:
        raise call.unsimulated()
    if verb not in ("get", "list", *policies.VERBS):
        cloud.judged["kinds"].add("serviceAccounts")
    if verb in ("create", "list"):
        project = visible(cloud, call.params["projectsId"])
        return _create(cloud, project, call) if verb == "create" else _list(cloud, project)
    account = _find(cloud, call.params["serviceAccountsId"])
    if verb == "get":
        return dict(account)
    if verb in policies.VERBS:
        return policies.answer(cloud, f"iam/{account['name']}", call)
    if verb == "delete":
        cloud.accounts.pop(account["email"], None)
        return {}
    if verb == "patch":
        account.update({key: call.body["serviceAccount"].get(key, "") for key in ("displayName", "description")})
        return dict(account)
    if verb in ("enable", "disable"):
        account["disabled"] = verb == "disable"
        return {}
    raise call.unsimulated()


def _create(cloud: Cloud, project: Project, call: Call) -> Json:
    name = call.body.get("accountId", "")
    if not re.fullmatch(r"[a-z][-a-z0-9]{4,28}[a-z0-9]", name):
        text = f'Invalid service account id "{name}": 6 to 30 lower-case letters, digits and hyphens.'
        raise GoogleError(400, text)
    email = f"{name}@{project.id}.iam.gserviceaccount.com"
    if email in cloud.accounts:
        text = f"Service account {name} already exists within project projects/{project.id}."
        raise GoogleError(409, text)
    cloud.accounts[email] = _described(project, email, cloud.new_id()) | call.body.get("serviceAccount", {})
    return dict(cloud.accounts[email])


def _list(cloud: Cloud, project: Project) -> Json:
    own = [dict(account) for _, account in sorted(cloud.accounts.items()) if account["projectId"] == project.id]
    return {"accounts": own + [account for account in _defaults(cloud) if account["projectId"] == project.id]}


def _find(cloud: Cloud, name: str) -> Json:
    """An account by its address or its number. Raises 404."""
    for account in (*cloud.accounts.values(), *_defaults(cloud)):
        if name in (account["email"], account["uniqueId"]):
            return account
    raise GoogleError(404, f"Unknown service account: {name}")


def _defaults(cloud: Cloud) -> list[Json]:
    enabled = [project for project in cloud.projects.values() if "compute.googleapis.com" in project.apis]
    title = {"displayName": "Compute Engine default service account"}
    return [_described(each, each.default_account, f"1{int(each.number):020d}") | title for each in enabled]


def _described(project: Project, email: str, number: str) -> Json:
    return {
        "name": f"projects/{project.id}/serviceAccounts/{email}",
        "projectId": project.id,
        "uniqueId": number,
        "email": email,
        "etag": "MDEwMjE5MjA=",
        "oauth2ClientId": number,
    }
