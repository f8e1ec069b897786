"""Looking into the simulated cloud and steering it, apart from Google's APIs: the addresses under /_standin/."""

from __future__ import annotations

import json
from dataclasses import asdict

from standin import existing, proof, rules
from standin.apis import certificate_manager
from standin.cloud import Cloud
from standin.compute.kinds import KINDS
from standin.discovery import description, documents_folder
from standin.google_error import GoogleError
from standin.message import Json
from standin.router import Answer


def ready() -> None:
    """Load what the first request would otherwise wait for. Raises DiscoveryMissingError."""
    documents_folder()
    description("compute", "v1")


def state(cloud: Cloud) -> Json:
    """Everything that exists: resources by path, policies, enabled APIs, connections, notes.

    `judged` says what an outcome rests on: the kinds that were changed so far, those of them that are proven by the
    google provider's own tests, and the rules with a doubt among those that were asked.
    """
    with cloud.lock:
        cloud.settle()
        return {
            "projects": {
                project.id: {"number": project.number, "apis": sorted(project.apis)}
                for project in cloud.projects.values()
            },
            "compute": {
                path: KINDS[each.collection].shown(cloud, each) for path, each in sorted(cloud.compute.items())
            },
            "run": {path: record.body for path, record in sorted(cloud.run.items())},
            "dns": {path: record.body for path, record in sorted(cloud.dns.items())},
            "certificates": {
                path: certificate_manager.shown(cloud, record) for path, record in sorted(cloud.certificates.items())
            },
            "flow_logs": {path: record.body for path, record in sorted(cloud.flow_logs.items())},
            "accounts": dict(sorted(cloud.accounts.items())),
            "secrets": {path: secret.body for path, secret in sorted(cloud.secrets.items()) if secret},
            "policies": dict(sorted(cloud.policies.items())),
            "connections": {path: asdict(connection) for path, connection in sorted(cloud.connections.items())},
            "buckets": {name: sorted(bucket) for name, bucket in sorted(cloud.buckets.items())},
            "notes": list(cloud.notes),
            "judged": _judged(cloud),
        }


def _judged(cloud: Cloud) -> Json:
    kinds = sorted(cloud.judged["kinds"])
    proven = [kind for kind in kinds if proof.proven(kind)]
    return {"kinds": kinds, "proven": proven, "in_doubt": rules.in_doubt(cloud.judged["rules"])}


def answer(cloud: Cloud, method: str, target: str, content: bytes) -> Answer:
    """Answer under /_standin/: GET state, GET or POST faults, POST finish, project and existing."""
    what = target.partition("?")[0].removeprefix("/_standin/")
    if method == "GET" and what == "state":
        return Answer(200, json.loads(json.dumps(state(cloud))))
    with cloud.lock:
        if method == "POST" and what == "finish":
            cloud.finish_all()
            return Answer(200, {})
        if method == "POST" and what == "stay":
            cloud.stays = True
            return Answer(200, {})
        if method == "POST" and what == "project":
            cloud.given(json.loads(content)["number"])
            return Answer(200, {})
        if method == "POST" and what == "existing":
            return _existing(cloud, json.loads(content))
        if what == "faults" and method in ("GET", "POST"):
            return _faults(cloud, content if method == "POST" else b"{}")
    text = f"Nothing at {method} {target}; there are GET state, GET and POST faults, POST finish under /_standin/."
    return Answer(404, {"error": {"code": 404, "message": text}})


def _existing(cloud: Cloud, sent: Json) -> Answer:
    """What others have made, by path, and pairs of Shared VPC host and service project."""
    try:
        existing.make(cloud, **sent)
    except GoogleError as refused:
        return Answer(refused.code, refused.body())
    return Answer(200, {})


def _faults(cloud: Cloud, content: bytes) -> Answer:
    try:
        cloud.faults.configure(json.loads(content))
    except (ValueError, TypeError) as problem:
        return Answer(400, {"error": {"code": 400, "message": str(problem)}})
    return Answer(200, cloud.faults.shown())
