"""Who may call a Cloud Run service, by a role on it, or on a project, folder or organization that it is in."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.kinds.cloud_run import FIRST_SERVICE, SERVICE
from deployment.kinds.kind import CALL
from deployment.stack import Stack
from review.known import Block, Value, View
from review.way import EVERYONE, WayIn

INVOKE = "run.routes.invoke"
# Roles that do nothing else.
CALLING = frozenset({"roles/run.invoker", "roles/run.servicesInvoker"})
# Every predefined role with that permission as of August 2026, from https://cloud.google.com/iam/docs/roles-permissions;
# those of service agents, too, as nothing keeps anybody from giving them to others.
INVOKING = CALLING | {
    f"roles/{name}"
    for name in (
        "aiplatform.serviceAgent", "ces.serviceAgent", "cloudfunctions.admin", "cloudfunctions.developer",
        "cloudfunctions.editor", "cloudfunctions.serviceAgent", "dialogflow.serviceAgent", "editor", "firebase.admin",
        "firebase.developAdmin", "firebaseapphosting.serviceAgent", "firebasedataconnect.serviceAgent",
        "iam.dataScientist", "iam.devOps", "iam.mlEngineer", "integrations.serviceAgent",
        "monitoring.notificationServiceAgent", "owner", "run.admin", "run.developer", "run.editor", "run.serviceAgent",
        "run.sourceDeveloper", "serverless.serviceAgent", "spanner.serviceAgent", "visionai.serviceAgent",
    )
}  # fmt: skip
POLICY = "data.google_iam_policy"
OF_SERVICE = tuple(f"{service.type}_iam" for service in (SERVICE, FIRST_SERVICE))
# What services are in, with the attribute that names it.
ABOVE = {"google_project_iam": "project", "google_folder_iam": "folder", "google_organization_iam": "org_id"}


def callers(item: View, stack: Stack) -> Iterator[WayIn]:
    """The ways in that an IAM resource opens."""
    for binding in bindings(item):
        if not invokes(binding.get("role")):
            continue
        what = item.first("name", "service")
        for member in [*binding.list("member"), *binding.list("members")]:
            yield WayIn(
                by=CALL,
                who=EVERYONE.get(member.text) or member.readable,
                what=_every_service(item) or what.readable.rpartition("/")[2],
                address=item.address,
                via=" ".join(conditions_of(binding)),
                thing="" if _every_service(item) else service_of(what, stack),
            )


def invokes(role: Value) -> bool:
    """Whether a role is known to let its members call: one of Google's, or one that the stack makes."""
    made = role.target
    if made is not None and made.type.endswith("_iam_custom_role"):
        return any(permission.text == INVOKE for permission in made.list("permissions"))
    return role.equals(*INVOKING) is True


def may_invoke(role: Value) -> bool:
    """Whether a role lets its members call, or nobody can tell."""
    return invokes(role) or (role.unknown and role.target is None) or role.absent


def _every_service(item: View) -> str:
    """What a grant above services is on; "" for one on a service."""
    for kind, name in ABOVE.items():
        if item.type.startswith(kind):
            place = item.get(name).readable
            return f"every service of {place}" if name != "org_id" else f"every service of organization {place}"
    return ""


def bindings(item: View) -> tuple[Block, ...]:
    """What gives members a role: a resource itself, or the bindings of its policy, be that a data source or JSON."""
    if item.type.endswith("_remove"):  # it takes a role away
        return ()
    policy = item.get("policy_data")
    holder = item if item.type == POLICY else policy.target
    if holder is not None and holder.type == POLICY:
        return holder.blocks("binding")
    return (item,) if policy.absent else policy.parsed.blocks("bindings")


def conditions_of(binding: Block) -> Iterator[str]:
    """The conditions under which it gives its role."""
    for condition in binding.blocks("condition"):
        yield condition.value.readable if condition.unknown else condition.get("expression").readable


def service_of(what: Value, stack: Stack) -> str:
    """The address of the Cloud Run service that a permission is for, if it stands here."""
    named = stack.called(SERVICE.type, what.text) or stack.called(FIRST_SERVICE.type, what.text)
    return what.target.address if what.target else named.address if named else ""
