"""The roles that one environment's deployers need: each on what it is granted on, and the command that grants it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cloudrun_psc.rules import connections
from deployment.existing import others_networks_of_zones, others_subnets
from deployment.kinds import kind_of
from deployment.kinds.kind import (
    BUCKET,
    IMAGE_REPOSITORY,
    IMPERSONATED,
    SECRET,
    SERVICE_IDENTITY,
    VM_IDENTITY,
    Grant,
    Kind,
)
from deployment.kinds.terraform import STATE_IN_BUCKET
from deployment.roles import GCS_BACKEND, IMPERSONATION, QUOTA_PROJECT, SETTINGS, SHARED_SUBNET, SHARED_ZONE
from deployment.stack import SECTIONS, blocks
from deployment.values import Json

_REGISTRY = "-docker.pkg.dev"
# Anybody may read these: https://cloud.google.com/run/docs/quickstarts/deploy-container
_PUBLIC = ("us-docker.pkg.dev/cloudrun/container/", "gcr.io/cloudrun/", "docker.io/")
_DEFAULT_ACCOUNT = "the default Compute Engine account"


@dataclass(frozen=True, kw_only=True)
class Needed:
    """A role or permission in a project, on something of it ("" for the project itself), and why it is needed.

    `member` is who needs it where that is not the deployer: the account that Terraform acts as.
    """

    project: str
    role: str
    on: str
    why: str
    member: str = ""

    def command(self, deployer: str) -> str:
        """What grants it, as a line of shell; a comment where no role is known that holds it."""
        member = self.member or deployer
        if not self.role.startswith("roles/"):
            return f"# {self.role}: a permission; docs/roles.md says how to see which role holds it"
        words = ["gcloud", *self._resource(), "--member", member, "--role", self.role]
        return " ".join(word if word.startswith('"$(') else shlex.quote(word) for word in words)

    def _resource(self) -> list[str]:
        verb = "add-iam-policy-binding"
        if self.on.startswith("gs://"):
            return ["storage", "buckets", verb, self.on]
        if "/subnetworks/" in self.on:
            _, project, _, region, _, name = self.on.split("/")
            return ["compute", "networks", "subnets", verb, name, "--region", region, "--project", project]
        if self.on == _DEFAULT_ACCOUNT:
            number = f"$(gcloud projects describe {shlex.quote(self.project)} --format='value(projectNumber)')"
            account = f'"{number}-compute@developer.gserviceaccount.com"'
            return ["iam", "service-accounts", verb, account, "--project", self.project]
        if "/secrets/" in self.on:
            _, project, _, name = self.on.split("/")
            return ["secrets", verb, name, "--project", project]
        if "@" in self.on:
            return ["iam", "service-accounts", verb, self.on]
        if _REGISTRY in self.on:
            host, project, repository = self.on.split("/")
            place = ["--project", project, "--location", host.removesuffix(_REGISTRY)]
            return ["artifacts", "repositories", verb, repository, *place]
        return ["projects", verb, self.project, "--condition", "None"]


def needed(stack: Mapping[str, Any]) -> list[Needed]:
    """What the deployer of a synthesized stack needs, in the order of projects."""
    account = stack["provider"]["google"][0].get("impersonate_service_account")
    acting = f"serviceAccount:{account}" if account else ""
    unique = dict.fromkeys(one if one.on == account else replace(one, member=acting) for one in _needed(stack))
    return sorted(unique, key=lambda one: (one.project, one.on, one.role))


def _needed(stack: Mapping[str, Any]) -> Iterator[Needed]:
    provider = stack["provider"]["google"][0]
    own = str(provider["project"])
    for prefix, section in SECTIONS.items():
        for type_, named in stack.get(section, {}).items():
            for values in named.values():
                kind = kind_of(f"{prefix}{type_}", values)
                project = str(values.get("project") or values.get("project_id") or own)
                for grant in kind.grants if kind else ():
                    yield from (_made(project, on, grant) for on in _targets(kind, grant, values))
    for link in others_subnets(stack):
        yield from (_made(connections.project_of(link), link, grant) for grant in SETTINGS[SHARED_SUBNET])
    for link in others_networks_of_zones(stack):
        yield from (_made(connections.project_of(link), "", grant) for grant in SETTINGS[SHARED_ZONE])
    bucket = stack["terraform"]["backend"].get("gcs")
    account, quota = provider.get("impersonate_service_account"), provider.get("billing_project")
    for setting, project, on in (
        (GCS_BACKEND, own, f"gs://{bucket['bucket']}" if bucket else ""),
        (IMPERSONATION, own, account or ""),
        (QUOTA_PROJECT, quota or "", ""),
    ):
        if on or (setting == QUOTA_PROJECT and quota):
            yield from (_made(str(project), str(on), grant) for grant in SETTINGS[setting])


def _made(project: str, on: str, grant: Grant) -> Needed:
    return Needed(project=project, role=grant.name, on=on, why=grant.why)


def _targets(kind: Kind | None, grant: Grant, values: Json) -> Iterator[str]:
    """What a role of this kind is granted on; none where nothing is to be granted."""
    if grant.on in {SERVICE_IDENTITY, VM_IDENTITY}:
        inner = "template" if grant.on == SERVICE_IDENTITY else "service_account"
        key = "service_account" if grant.on == SERVICE_IDENTITY else "email"
        given = [block.get(key) for block in blocks(values, inner)]
        yield next((text for text in given if isinstance(text, str) and "${" not in text), _DEFAULT_ACCOUNT)
    elif grant.on == IMAGE_REPOSITORY:
        for template in blocks(values, "template"):
            yield from (
                _repository(str(one.get("image", ""))) for one in blocks(template, "containers") if _private(one)
            )
    elif grant.on == SECRET:
        yield f"projects/{values['project']}/secrets/{values['secret']}"
    elif grant.on == BUCKET or kind is STATE_IN_BUCKET:
        yield f"gs://{values['config']['bucket']}"
    elif grant.on != IMPERSONATED:
        yield ""


def _private(container: Json) -> bool:
    image = str(container.get("image", ""))
    return not image.startswith(_PUBLIC) and (_REGISTRY in image or image.partition("/")[0].endswith("gcr.io"))


def _repository(image: str) -> str:
    """HOST/PROJECT/REPOSITORY of Artifact Registry; "" (the project) for the older gcr.io."""
    return "/".join(image.split("/")[:3]) if _REGISTRY in image else ""
