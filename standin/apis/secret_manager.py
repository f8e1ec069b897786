"""Secret Manager v1: secrets, their versions, and who has access to them.

A secret that nobody made here exists all the same, unless its name contains `does-not-exist`: it has no contents here,
and only who has access to it is known. What is in one that was made here is given to `access` and shown nowhere else.
"""

from __future__ import annotations

import base64
import re
from copy import deepcopy
from dataclasses import dataclass, field

from standin.apis import activation, policies
from standin.call import Call
from standin.cloud import Cloud, Project
from standin.google_error import GoogleError
from standin.message import Json

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,255}")
# What each of a version's methods makes of it.
_STATES = {"enable": "ENABLED", "disable": "DISABLED", "destroy": "DESTROYED"}


@dataclass
class Secret:
    """A secret that was made here: its description, and its versions' descriptions and payloads by number."""

    body: Json
    versions: dict[int, Json] = field(default_factory=dict)
    payloads: dict[int, Json] = field(default_factory=dict)

    def add(self, number: int, payload: Json) -> Json:
        """Add a version."""
        name = f"{self.body['name']}/versions/{number}"
        self.versions[number] = {"name": name, "state": "ENABLED", "createTime": self.body["createTime"]}
        self.payloads[number] = payload
        return self.versions[number]


def shows_contents(target: str) -> bool:
    """Whether a request or its answer holds what is in a secret: no log has it."""
    return target.startswith("/secretmanager/") and target.partition("?")[0].endswith((":addVersion", ":access"))


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Secret Manager. Raises GoogleError for everything that Google would refuse."""
    project, verb = cloud.project(call.params["projectsId"]), call.method.verb
    if "locationsId" in call.params or not call.method.id.startswith("secretmanager.projects.secrets."):
        raise call.unsimulated()
    if verb not in ("get", "list", "access", *policies.VERBS):
        cloud.judged["kinds"].add("secrets")
    if "secretsId" not in call.params:
        return _create(cloud, project, call) if verb == "create" else _list(cloud, project)
    path = f"projects/{project.id}/secrets/{call.params['secretsId']}"
    if "does-not-exist" in path or (path in cloud.secrets and cloud.secrets[path] is None):
        raise _not_found(project, path)
    if verb in policies.VERBS:
        return policies.answer(cloud, f"secretmanager/{path}", call)
    return _of_a_secret(cloud, project, path, call)


def _of_a_secret(cloud: Cloud, project: Project, path: str, call: Call) -> Json:
    secret: Secret | None = cloud.secrets.get(path)
    verb = call.method.verb
    if ".versions." in call.method.id or verb == "addVersion":
        return _version(secret, call)
    if verb == "get":
        return deepcopy(secret.body) if secret else _described(project, path) | {"replication": {"automatic": {}}}
    if verb == "delete":
        cloud.secrets[path] = None
        cloud.policies.pop(f"secretmanager/{path}", None)
        return {}
    if verb != "patch" or secret is None:
        raise call.unsimulated()
    for name in filter(None, call.query.get("updateMask", "").split(",")):
        key = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
        secret.body.pop(key, None)
        secret.body |= {key: call.body[key]} if call.body.get(key) else {}
    return deepcopy(secret.body)


def _create(cloud: Cloud, project: Project, call: Call) -> Json:
    activation.require(cloud, project, "secretmanager.googleapis.com")
    name = call.query.get("secretId", "")
    path = f"projects/{project.id}/secrets/{name}"
    if not _SECRET.fullmatch(name):
        raise GoogleError(400, f"The provided Secret ID [{name}] does not match the expected format [[a-zA-Z_0-9]+]")
    if cloud.secrets.get(path):
        raise GoogleError(409, f"Secret [{_named(project, path)}] already exists.")
    if not call.body.get("replication"):
        raise GoogleError(400, "Field [secret.replication] is required.")
    sent = {key: value for key, value in call.body.items() if value not in ({}, [], None)}
    cloud.secrets[path] = Secret(sent | _described(project, path) | {"etag": cloud.fingerprint()})
    return deepcopy(cloud.secrets[path].body)


def put(cloud: Cloud, path: str, content: str) -> None:
    """Put `content` into a version (projects/P/secrets/NAME/versions/3) of a secret of others, unless it is there."""
    secret_path, _, number = path.rpartition("/versions/")
    named = secret_path.split("/")[1]
    project = cloud.given(named) if named.isdigit() else cloud.project(named)
    project.apis.add("secretmanager.googleapis.com")
    place = f"projects/{project.id}/secrets/{secret_path.rpartition('/')[2]}"
    secret = cloud.secrets.get(place) or Secret(_described(project, place) | {"replication": {"automatic": {}}})
    cloud.secrets[place] = secret
    if int(number) not in secret.versions:
        secret.add(int(number), {"data": base64.b64encode(content.encode()).decode()})


def _list(cloud: Cloud, project: Project) -> Json:
    own = [s.body for path, s in sorted(cloud.secrets.items()) if s and path.startswith(f"projects/{project.id}/")]
    return {"secrets": deepcopy(own), "totalSize": len(own)}


def _version(secret: Secret | None, call: Call) -> Json:
    """Versions of a secret that was made here; of others there are none to be seen."""
    if secret is None:
        raise call.unsimulated()
    verb, versions = call.method.verb, secret.versions
    if verb == "addVersion":
        return dict(secret.add(max(versions, default=0) + 1, call.body.get("payload", {})))
    if verb == "list":
        return {
            "versions": [dict(versions[number]) for number in sorted(versions, reverse=True)],
            "totalSize": len(versions),
        }
    named = call.params["versionsId"]
    number = max(versions, default=0) if named == "latest" else int(named) if named.isdigit() else 0
    if number not in versions:
        raise GoogleError(404, f"Secret Version [{secret.body['name']}/versions/{named}] not found.")
    version = versions[number]
    if verb == "access":
        if version["state"] != "ENABLED":
            raise GoogleError(400, f"Secret Version [{version['name']}] is in {version['state']} state.")
        return {"name": version["name"], "payload": dict(secret.payloads[number])}
    if verb in _STATES:
        version["state"] = _STATES[verb]
    if verb == "destroy":
        version["destroyTime"], secret.payloads[number] = version["createTime"], {}
    return dict(version)


def _described(project: Project, path: str) -> Json:
    return {"name": _named(project, path), "createTime": "2026-01-01T00:00:00Z"}


def _named(project: Project, path: str) -> str:
    """A secret's name carries its project's number."""
    return f"projects/{project.number}/secrets/{path.rsplit('/', 1)[1]}"


def _not_found(project: Project, path: str) -> GoogleError:
    return GoogleError(404, f"Secret [{_named(project, path)}] not found.")
