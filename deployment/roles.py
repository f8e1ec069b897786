"""What a deployer must be allowed to do, derived from what the synthesized stacks hold.

deployment/kinds says which roles each kind needs; the stacks say which kinds there are and in which project.
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

from cloudrun_psc.rules import connections
from deployment.existing import others_networks_of_zones, others_subnets
from deployment.kinds import KINDS, kind_of
from deployment.kinds.kind import BUCKET, IMPERSONATED, PROJECT, SUBNET, VM_IDENTITY, Grant
from deployment.kinds.terraform import STATE_IN_BUCKET
from deployment.stack import SECTIONS

# What else of a stack asks for roles, beside its resources and data sources.
SETTINGS: dict[str, tuple[Grant, ...]] = {
    (GCS_BACKEND := "backend gcs"): (
        Grant(name="roles/storage.objectUser", on=BUCKET, why="reads, writes and locks the state"),
    ),
    (IMPERSONATION := "provider impersonate_service_account"): (
        Grant(name="roles/iam.serviceAccountTokenCreator", on=IMPERSONATED, why="Terraform acts as this account"),
    ),
    (SHARED_SUBNET := "subnet of another project"): (
        Grant(name="roles/compute.networkUser", on=SUBNET, why="uses a subnet of a Shared VPC host project"),
    ),
    (SHARED_ZONE := "zone in a network of another project"): (
        Grant(
            name="dns.networks.bindPrivateDNSZone", why="makes a zone known in a network of a Shared VPC host project"
        ),
    ),
    (QUOTA_PROJECT := "provider billing_project"): (
        Grant(name="roles/serviceusage.serviceUsageConsumer", why="calls count against the quota of this project"),
    ),
}
TABLE: Mapping[str, tuple[Grant, ...]] = {kind.label: kind.grants for kind in KINDS if kind.ours} | SETTINGS

# Who reads an API, by its name: what each role holds is in https://cloud.google.com/iam/docs/roles-permissions.
READERS: Mapping[str, Grant] = {
    "certificatemanager": Grant(
        name="roles/certificatemanager.viewer", why="reads certificates and their authorizations"
    ),
    "cloudresourcemanager": Grant(name="roles/browser", why="reads who has which role in the project"),
    "compute": Grant(name="roles/compute.viewer", why="reads networks, load balancers, attachments and endpoints"),
    "dns": Grant(name="roles/dns.reader", why="reads zones, records and policies"),
    "logging": Grant(name="roles/logging.viewer", why="reads log entries"),
    "monitoring": Grant(name="roles/monitoring.viewer", why="reads metrics"),
    "networkmanagement": Grant(name="roles/networkmanagement.viewer", why="reads Connectivity Tests"),
    "run": Grant(name="roles/run.viewer", why="reads services, and who may call them"),
    "secretmanager": Grant(name="roles/secretmanager.viewer", why="reads who may read a secret"),
    "serviceusage": Grant(name="roles/serviceusage.serviceUsageViewer", why="reads which APIs are enabled"),
}
# Who writes in one, where commands of ours do.
WRITERS: Mapping[str, Grant] = {
    "networkmanagement": Grant(
        name="roles/networkmanagement.admin", why="makes the Connectivity Test, reads its verdict and deletes it"
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
        what="`./psc adopt --discover`",
        side="producer",
        grants=(
            READERS["compute"],
            READERS["run"],
            Grant(
                name=READERS["certificatemanager"].name,
                why="with HTTPS by Certificate Manager: the certificate's names",
            ),
        ),
    ),
    Task(
        what="`./psc adopt --discover`",
        side="consumer",
        grants=(
            READERS["compute"],
            Grant(name="roles/browser", why="asked for the number in the default account's name"),
            Grant(name=READERS["dns"].name, why="with HTTPS: the zone in which the host leads to an endpoint"),
        ),
    ),
    Task(
        what="`./psc verify`",
        side="producer",
        grants=tuple(READERS[api] for api in ("compute", "run", "serviceusage", "cloudresourcemanager")),
    ),
    Task(
        what="`./psc verify`",
        side="consumer",
        grants=(
            READERS["compute"],
            READERS["serviceusage"],
            Grant(
                name="roles/browser", why="asked by the producer's side for the number in the default account's name"
            ),
        ),
    ),
    Task(what="`./psc verify` of HTTPS", side="producer", grants=(READERS["certificatemanager"],)),
    Task(what="`./psc verify` of a host in DNS", side="consumer", grants=(READERS["dns"],)),
    Task(what="`./psc trace`", side="producer", grants=(READERS["logging"], READERS["compute"])),
    Task(what="`./psc trace`", side="consumer", grants=(READERS["logging"], READERS["compute"])),
    Task(
        what="`./psc trace` without `--since`, and a shell on the test VM",
        side="producer",
        grants=(Grant(name="roles/run.viewer", why="asked for the service's URL, which the ID token is for"),),
    ),
    Task(what="`./psc verify --connectivity`", side="consumer", grants=(WRITERS["networkmanagement"],)),
    Task(
        what="`./psc verify --connectivity`",
        side="both, with the same account",
        grants=(Grant(name="roles/compute.viewer", why="the analysis goes as far as whoever asks may look"),),
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
    needed: dict[Grant, list[str]] = {}
    for kind in sorted(set(kinds)):
        for grant in TABLE[kind]:
            needed.setdefault(grant, []).append(kind)
    return dict(sorted(needed.items(), key=lambda item: (item[0].on != PROJECT, item[0].on, item[0].name)))


def kinds(stack: Mapping[str, Any]) -> dict[str, set[str]]:
    """The kinds in a synthesized stack by the project that they are in (or the bucket, or the account)."""
    present: dict[str, set[str]] = {}
    for where, kind in _kinds(stack):
        present.setdefault(where, set()).add(kind)
    return present


def _kinds(stack: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    provider = stack["provider"]["google"][0]
    for prefix, section in SECTIONS.items():
        for type_, named in stack.get(section, {}).items():
            for values in named.values():
                kind = kind_of(f"{prefix}{type_}", values)
                project = values.get("project") or values.get("project_id") or provider["project"]
                where = f"gs://{values['config']['bucket']}" if kind is STATE_IN_BUCKET else project
                yield where, kind.label if kind else f"{prefix}{type_}"
    if provider.get("impersonate_service_account"):
        yield provider["impersonate_service_account"], IMPERSONATION
    if provider.get("billing_project"):
        yield provider["billing_project"], QUOTA_PROJECT
    yield from ((connections.project_of(link), SHARED_SUBNET) for link in others_subnets(stack))
    yield from ((connections.project_of(link), SHARED_ZONE) for link in others_networks_of_zones(stack))
    bucket = stack["terraform"]["backend"].get("gcs")
    if bucket:
        yield f"gs://{bucket['bucket']}", GCS_BACKEND


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
