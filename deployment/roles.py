"""What a deployer must be allowed to do, derived from what the synthesized stacks hold.

One table says which roles each kind of resource needs; the stacks say which kinds there are and in which project.
docs/roles.md is made of this and kept true by a test. Deliberately not here: granting anything. Whoever deploys
should not be able to give himself the roles for it.

Sources: https://cloud.google.com/iam/docs/roles-permissions (what a role holds),
https://cloud.google.com/vpc/docs/configure-private-service-connect-services and
…/configure-private-service-connect-producer (what publishing and connecting need).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PROJECT = "the project"
SERVICE_IDENTITY = "the service account that the service runs as"
VM_IDENTITY = "the service account that the VM runs as"
BUCKET = "the state bucket"
IMPERSONATED = "the impersonated service account"

# Kinds that are no Terraform type of their own.
ENDPOINT = "google_compute_forwarding_rule (PSC endpoint)"
GCS_BACKEND = "backend gcs"
GCS_REMOTE_STATE = "data.terraform_remote_state (gcs)"
LOCAL_REMOTE_STATE = "data.terraform_remote_state (local)"
IMPERSONATION = "provider impersonate_service_account"
QUOTA_PROJECT = "provider billing_project"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A predefined role (roles/…) or a single permission, what it is granted on, and why it is needed."""

    name: str
    why: str
    on: str = PROJECT


_NETWORK = Grant(name="roles/compute.networkAdmin", why="creates, changes and deletes networking resources")
_LOAD_BALANCER = Grant(name="roles/compute.loadBalancerAdmin", why="creates, changes and deletes load balancers' parts")
_RUN = Grant(name="roles/run.admin", why="run.developer would do for the service, but not for who may call it")

# Terraform type (or one of the kinds above) → what it needs. Nothing at all is an entry too.
TABLE: Mapping[str, tuple[Grant, ...]] = {
    "google_project_service": (
        Grant(name="roles/serviceusage.serviceUsageAdmin", why="enables the API (it is never disabled again)"),
    ),
    "data.google_project": (
        Grant(name="roles/browser", why="resourcemanager.projects.get, for its number; Billing is asked too"),
    ),
    "google_cloud_run_v2_service": (
        _RUN,
        Grant(name="roles/iam.serviceAccountUser", on=SERVICE_IDENTITY, why="a service acts as this account"),
    ),
    "google_cloud_run_v2_service_iam_member": (_RUN,),
    "google_compute_network": (_NETWORK,),
    "google_compute_subnetwork": (_NETWORK,),
    "data.google_compute_subnetworks": (_NETWORK,),
    "google_compute_address": (_NETWORK,),
    "google_compute_region_network_endpoint_group": (_LOAD_BALANCER,),
    "google_compute_region_backend_service": (_LOAD_BALANCER,),
    "google_compute_region_url_map": (_LOAD_BALANCER,),
    "google_compute_region_target_http_proxy": (_LOAD_BALANCER,),
    "google_compute_forwarding_rule": (_LOAD_BALANCER, _NETWORK),
    "google_compute_service_attachment": (
        _NETWORK,
        Grant(name="compute.serviceAttachments.create", why="publishes; .update and .delete change and withdraw"),
    ),
    ENDPOINT: (
        _NETWORK,
        Grant(name="roles/servicedirectory.editor", why="Google registers each endpoint in Service Directory"),
    ),
    "google_compute_firewall": (Grant(name="roles/compute.securityAdmin", why="networkAdmin holds no firewall rules"),),
    "google_compute_instance": (
        Grant(name="roles/compute.instanceAdmin.v1", why="creates, changes and deletes the VM"),
        Grant(name="roles/iam.serviceAccountUser", on=VM_IDENTITY, why="a VM acts as this account"),
    ),
    "google_secret_manager_secret_iam_member": (
        Grant(name="roles/secretmanager.admin", why="lets the service's account read its secrets"),
    ),
    "terraform_data": (),
    LOCAL_REMOTE_STATE: (),
    GCS_REMOTE_STATE: (
        Grant(name="roles/storage.objectViewer", on=BUCKET, why="reads the producer's outputs, and so all its state"),
    ),
    GCS_BACKEND: (Grant(name="roles/storage.objectUser", on=BUCKET, why="reads, writes and locks the state"),),
    IMPERSONATION: (
        Grant(name="roles/iam.serviceAccountTokenCreator", on=IMPERSONATED, why="Terraform acts as this account"),
    ),
    QUOTA_PROJECT: (
        Grant(name="roles/serviceusage.serviceUsageConsumer", why="calls count against the quota of this project"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something that people do once it is deployed, and what they need for it."""

    what: str
    side: str
    grants: tuple[Grant, ...]


TESTER: tuple[Task, ...] = (
    Task(
        what="see the connection (step 7)",
        side="consumer, and producer for its side of it",
        grants=(Grant(name="roles/compute.viewer", why="describes endpoint and attachment"),),
    ),
    Task(
        what="a shell on the test VM (step 8)",
        side="consumer",
        grants=(
            Grant(name="roles/iap.tunnelResourceAccessor", why="the tunnel through Identity-Aware Proxy"),
            Grant(name="roles/compute.viewer", why="gcloud looks up the VM"),
            Grant(
                name="roles/compute.instanceAdmin.v1",
                why="gcloud puts an SSH key into the VM's metadata; not with OS Login",
            ),
            Grant(name="roles/compute.osLogin", why="instead of it, where the organization demands OS Login"),
            Grant(name="roles/iam.serviceAccountUser", on=VM_IDENTITY, why="who is on the VM acts as its account"),
        ),
    ),
    Task(
        what="the request log (step 9)",
        side="producer",
        grants=(Grant(name="roles/logging.viewer", why="reads run.googleapis.com/requests"),),
    ),
    Task(
        what="the flow log (step 10)",
        side="consumer",
        grants=(Grant(name="roles/logging.viewer", why="reads compute.googleapis.com/vpc_flows"),),
    ),
)


def roles(kinds: Iterable[str]) -> dict[Grant, list[str]]:
    """What `kinds` need together: each role or permission once, with the kinds that ask for it.

    Raises:
        KeyError: for a kind that the table does not know.
    """
    found: dict[Grant, list[str]] = {}
    for kind in sorted(set(kinds)):
        for grant in TABLE[kind]:
            found.setdefault(grant, []).append(kind)
    return dict(sorted(found.items(), key=lambda item: (item[0].on != PROJECT, item[0].on, item[0].name)))


def kinds(stack: Mapping[str, Any]) -> dict[str, set[str]]:
    """The kinds in a synthesized stack by the project that they are in (or the bucket, or the account)."""
    found: dict[str, set[str]] = {}
    for where, kind in _kinds(stack):
        found.setdefault(where, set()).add(kind)
    return found


def _kinds(stack: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    provider = stack["provider"]["google"][0]
    for prefix, section in (("", "resource"), ("data.", "data")):
        for type_, named in stack.get(section, {}).items():
            for values in named.values():
                project = values.get("project") or values.get("project_id") or provider["project"]
                kind = _kind(f"{prefix}{type_}", values)
                yield f"gs://{values['config']['bucket']}" if kind == GCS_REMOTE_STATE else project, kind
    if provider.get("impersonate_service_account"):
        yield provider["impersonate_service_account"], IMPERSONATION
    if provider.get("billing_project"):
        yield provider["billing_project"], QUOTA_PROJECT
    bucket = stack["terraform"]["backend"].get("gcs")
    if bucket:
        yield f"gs://{bucket['bucket']}", GCS_BACKEND


def _kind(type_: str, values: Mapping[str, Any]) -> str:
    if type_ == "google_compute_forwarding_rule" and not values.get("load_balancing_scheme"):
        return ENDPOINT
    if type_ == "data.terraform_remote_state":
        return GCS_REMOTE_STATE if values["backend"] == "gcs" else LOCAL_REMOTE_STATE
    return type_


def stack_table(stack: Mapping[str, Any]) -> str:
    """A stack's needs as a Markdown table."""
    lines = ["| in | on | role or permission | for |", "|---|---|---|---|"]
    for where, present in kinds(stack).items():
        for grant, needing in roles(present).items():
            lines.append(f"| {where} | {grant.on} | `{grant.name}` | {', '.join(f'`{kind}`' for kind in needing)} |")
    return "\n".join(lines)


def kinds_table() -> str:
    """The whole table as Markdown: every kind, what it needs, and why."""
    lines = ["| kind | role or permission | on | why |", "|---|---|---|---|"]
    for kind, grants in TABLE.items():
        lines += [f"| `{kind}` | `{grant.name}` | {grant.on} | {grant.why} |" for grant in grants]
        lines += [] if grants else [f"| `{kind}` | none | | nothing outside Terraform's own state |"]
    return "\n".join(lines)


def tester_table() -> str:
    """What people need who try the deployment, as Markdown."""
    lines = ["| to | side | role | on | why |", "|---|---|---|---|---|"]
    for task in TESTER:
        lines += [f"| {task.what} | {task.side} | `{grant.name}` | {grant.on} | {grant.why} |" for grant in task.grants]
    return "\n".join(lines)
