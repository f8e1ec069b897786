"""A deployment of a configuration in the stand-in's cloud, made by the requests that Terraform makes, and verified."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from commands.expectation import words
from config.settings import Settings
from deployment.stack import Stack
from live.client import Client
from live.expected import expected
from live.sides import sides
from live.subjects import Expected
from live.verification import Told, Verification, analysed, asked
from standin import router
from standin.cloud import Cloud, Record
from standin.message import Json
from tests.standin.deployment import requests as made

ELSEWHERE = {f"GOOGLE_{name}_CUSTOM_ENDPOINT": f"http://cloud/{path}/" for name, path in (
    ("COMPUTE", "compute/v1"), ("CLOUD_RUN_V2", "run/v2"), ("SERVICE_USAGE", "serviceusage/v1"),
    ("RESOURCE_MANAGER_V3", "cloudresourcemanager/v3"), ("NETWORK_MANAGEMENT", "networkmanagement/v1"),
    ("LOGGING", "logging/v2"), ("CERTIFICATE_MANAGER", "certificatemanager/v1"), ("DNS", "dns/v1"),
    ("SECRET_MANAGER", "secretmanager/v1"),
)}  # fmt: skip


class World:
    """A cloud, the stacks of a configuration, and a client that asks the one for the other without HTTP."""

    def __init__(self, settings: Settings, stacks: dict[str, Stack]) -> None:
        self.settings, self.stacks, self.cloud = settings, stacks, Cloud()
        self.asked: list[str] = []
        self.gone: list[Record] = []
        self.always: Json | None = None  # what is answered whatever is asked
        self.waited = 0.0
        self.after: dict[float, Callable[[], object]] = {}  # what happens once so many seconds were waited

    # What a client needs of a session.
    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        query = urlencode(more.get("params") or {}, doseq=True)
        self.asked.append(f"{method} {urlsplit(url).path}")
        content = b"" if more.get("json") is None else json.dumps(more["json"]).encode()
        answered = router.answer(self.cloud, method, f"{urlsplit(url).path}?{query}", content, {})
        answer = requests.Response()
        answer.status_code, answer.url = answered.code, url
        answer._content = json.dumps(answered.body if self.always is None else self.always).encode()
        return answer

    def wait(self, seconds: float) -> None:
        """Nobody waits; what is to happen meanwhile happens."""
        self.waited += seconds
        for due in sorted(time for time in self.after if time <= self.waited):
            self.after.pop(due)()

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """A request of somebody else's, which must succeed and is done at once."""
        content = b"" if body is None else json.dumps(body).encode()
        answered = router.answer(self.cloud, method, path, content, {"Content-Type": "application/json"})
        assert answered.code == 200, answered.body
        self.cloud.finish_all()
        return answered.body

    def deploy(self, *, without: tuple[str, ...] = ()) -> World:
        """Make everything of the configuration but what some words are in the address of."""
        for method, path, body in made(self.settings):
            if "setLabels" not in path and not any(word in path or word in json.dumps(body) for word in without):
                self.call(method, path, body)
        for project in {consumer.project for consumer in self.settings.consumers.values()}:
            self.enable(project, "iap.googleapis.com")
        self.grant()
        return self

    def deploy_service(self) -> None:
        """The service once more, as a deployment makes it."""
        for method, path, body in made(self.settings):
            if "/run/v2/" in path:
                self.call(method, path, body)

    def deploy_endpoint(self) -> None:
        """The endpoint once more."""
        for method, path, body in made(self.settings):
            if "forwardingRules" in path and "serviceAttachments" in json.dumps(body):
                self.call(method, path, body)

    def share(self, revision: str, percent: int) -> None:
        """Send requests to a revision; "" is the latest."""
        named = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": revision, "percent": percent}
        latest = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 - percent if revision else 100}
        for service in self.cloud.run.values():
            service.body["trafficStatuses"] = [*([named] if revision else []), latest]

    def lead(self, present: str, other: str) -> None:
        """Have the endpoint group lead to another service, which no call of the API can do."""
        for group in self.cloud.compute.of("networkEndpointGroups"):
            if group.body["cloudRun"]["service"] == present:
                group.body["cloudRun"]["service"] = other

    def invokers(self) -> tuple[str, ...]:
        """The accounts of the consumers that are configured to call."""
        projects = [self.cloud.project(consumer.project) for consumer in self.settings.consumers.values()]
        return tuple(f"serviceAccount:{project.default_account}" for project in projects)

    def enable(self, project: str, *names: str) -> None:
        self.call("POST", f"/serviceusage/v1/projects/{project}/services:batchEnable", {"serviceIds": list(names)})

    def grant(self, *members: str, role: str = "roles/run.invoker", **more: Any) -> None:
        """Let members call each service; by default those that are configured."""
        policy = {"bindings": [{"role": role, "members": list(members or self.invokers()), **more}]}
        for path in list(self.cloud.run):
            self.call("POST", f"/run/v2/{path}:setIamPolicy", {"policy": policy})

    def expected(self, *names: str) -> list[Expected]:
        chosen = [stack for name, stack in self.stacks.items() if not names or name in names]
        found = sides(chosen, lambda _: Client(self, ELSEWHERE, self.wait), {})
        return expected(found, words(self.settings))

    def verify(self, *names: str, connectivity: bool = False) -> Verification:
        """What `./psc verify` finds out, of all stacks or those of some names."""
        self.asked.clear()
        wanted = self.expected(*names)
        told = [*asked(wanted), *(analysed(wanted) if connectivity else ())]
        return Verification(environment="default", told=tuple(told))

    def wrong(self, *names: str, state: str = "fails", connectivity: bool = False) -> dict[str, Told]:
        """What fails (or is unknown, …), by the fact's name."""
        verification = self.verify(*names, connectivity=connectivity)
        return {one.fact: one for one in verification.told if one.outcome.state == state}
