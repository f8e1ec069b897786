"""Rules about Cloud Run services and who may call them."""

from __future__ import annotations

from typing import Any

from deployment.credentials import is_credential_name
from deployment.hidden import Hidden
from deployment.kinds.cloud_run import FIRST_SERVICE, INVOKER, SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.references import is_open, referred
from deployment.stack import UNKNOWN, blocks, single, texts
from review.rules.rule import ERROR, NOTE, WARNING, Answer, Subject, finding, fine, rule, undecided
from review.ways_in import EVERYONE, INVOKING, ingress_of

_SERVICES = (SERVICE.type, FIRST_SERVICE.type)
_OF_SERVICE = tuple(f"{kind}_iam_{form}" for kind in _SERVICES for form in ("member", "binding", "policy"))
_OF_PROJECT = tuple(f"google_project_iam_{form}" for form in ("member", "binding", "policy"))


@rule(
    id="public-invoker",
    severity=ERROR,
    kinds=(*_OF_SERVICE, *_OF_PROJECT, SERVICE.type),
    what="Everyone may call a Cloud Run service.",
    why="The ID token is the only thing that tells callers apart once a network is accepted; without it every VM in "
    "every accepted network is a caller, and with ingress open the internet is.",
    remedy="List consumers' keys or service accounts under invokers; never allUsers or allAuthenticatedUsers.",
    setting=("invokers",),
)
def public_invoker(subject: Subject) -> Answer:
    """AllUsers, allAuthenticatedUsers, or the check of callers switched off."""
    values = subject.item.values
    if subject.item.type == SERVICE.type:
        disabled = values.get("invoker_iam_disabled")
        if disabled is True:
            return finding("invoker_iam_disabled is on: no caller is checked")
        return undecided("invoker_iam_disabled is {value}", value=disabled) if is_open(disabled) else fine()
    if subject.item.type in _OF_PROJECT and single(values, "role") not in INVOKING | {None}:
        return fine()
    if "policy_data" in values:
        policy = str(values["policy_data"])
        everyone = [member for member in EVERYONE if member in policy]
        if everyone:
            return finding("the policy names {who}", who=everyone[0])
        return (
            undecided("the policy is {value}", value=values["policy_data"])
            if is_open(values["policy_data"])
            else fine()
        )
    members = [*texts(values, "member"), *texts(values, "members")]
    for member in members:
        if str(member) in EVERYONE:
            return finding("{member} may call: {who}", member=member, who=EVERYONE[str(member)])
    # A prefix is enough: `serviceAccount:${…}` cannot become everyone.
    open_ = [member for member in members if is_open(member) and not str(member).partition("${")[0].endswith(":")]
    return undecided("the member {value} is not known yet", value=open_[0]) if open_ else fine()


@rule(
    id="ingress-not-internal",
    severity=ERROR,
    kinds=_SERVICES,
    what="A Cloud Run service takes requests from outside the internal load balancer.",
    why=SERVICE.noteworthy["ingress"].why,
    remedy="Set ingress to INGRESS_TRAFFIC_INTERNAL_ONLY, which admits the internal load balancer.",
    setting=("ingress",),
)
def ingress_not_internal(subject: Subject) -> Answer:
    """Anything but internal."""
    ingress = ingress_of(subject.item)
    if ingress in {"INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_NONE", "internal"}:
        return fine()
    if is_open(ingress):
        return undecided("ingress is {value}", value=ingress)
    if not subject.item.values.get("ingress") and subject.item.type == SERVICE.type:
        return finding("ingress is not set, which means INGRESS_TRAFFIC_ALL")
    return finding("ingress is {value}", value=ingress)


@rule(
    id="plain-credential",
    severity=ERROR,
    kinds=_SERVICES,
    what="A credential stands in plain text among a service's environment variables.",
    why="It is in the repository, in the state, and in the console of everyone who may look at the service.",
    remedy="Put it into Secret Manager and name it under secrets; then replace the credential, as it has been seen.",
    setting=("env",),
)
def plain_credential(subject: Subject) -> Answer:
    """Named or shaped like a credential; the value itself is never looked at again."""
    variables = [
        (str(variable.get("name")), variable.get("value"))
        for container in _containers(subject.item.values)
        for variable in blocks(container, "env")
    ]
    names = sorted(name for name, value in variables if isinstance(value, Hidden))
    if names:
        return finding("the value of {names} looks like a credential", names=", ".join(names))
    unknown = [name for name, value in variables if value is UNKNOWN and is_credential_name(name)]
    return undecided("the value of {names} is not known yet", names=", ".join(unknown)) if unknown else fine()


def _containers(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        container
        for template in blocks(values, "template")
        for spec in [template, *blocks(template, "spec")]
        for container in blocks(spec, "containers")
    ]


@rule(
    id="authoritative-iam",
    severity=WARNING,
    kinds=tuple(kind for kind in _OF_SERVICE if not kind.endswith("_member")),
    what="A service's callers are set by a binding or policy that owns the whole list.",
    why="It removes callers that others added, without a word in the plan of those others.",
    remedy="Use google_cloud_run_v2_service_iam_member, one for each caller.",
    setting=("invokers",),
)
def authoritative_iam(subject: Subject) -> Answer:
    """The kind itself is the finding."""
    return finding("{kind} replaces whatever callers there are", kind=subject.item.type)


@rule(
    id="invokers-dropped",
    severity=WARNING,
    kinds=(INVOKER.type, "google_cloud_run_service_iam_member"),
    what="A caller's permission is not renewed when its service is replaced.",
    why=INVOKER.noteworthy["lifecycle.replace_triggered_by"].why,
    remedy="Add lifecycle replace_triggered_by = [the service's uid].",
    code_only=True,
)
def invokers_dropped(subject: Subject) -> Answer:
    """Only where the service stands in the same stack."""
    named = [subject.item.values.get("name"), subject.item.values.get("service")]
    beside = sorted({address for address, _ in referred(named)} & subject.stack.items.keys())
    if not beside:
        return fine()
    triggers = texts(subject.item.lifecycle, "replace_triggered_by")
    if any(str(trigger).startswith(address) for trigger in triggers for address in beside):
        return fine()
    return finding("nothing renews it when {service} is replaced", service=beside[0])


@rule(
    id="deletion-protection-off",
    severity=NOTE,
    kinds=(SERVICE.type, SERVICE_ATTACHMENT.type),
    what="Nothing keeps Terraform from destroying what is published.",
    why="A destroyed service loses its revisions and URL, a destroyed attachment every consumer's connection.",
    remedy="Set deletion_protection: true in the environment's file, once it serves anybody.",
    setting=("deletion_protection",),
    code_only=True,
)
def deletion_protection_off(subject: Subject) -> Answer:
    """Cloud Run has an attribute for it (on when unset), an attachment needs prevent_destroy."""
    if subject.item.lifecycle.get("prevent_destroy") is True:
        return fine()
    if subject.item.type == SERVICE_ATTACHMENT.type:
        return finding("it has no prevent_destroy")
    protected = subject.item.values.get("deletion_protection", True)
    if is_open(protected):
        return undecided("deletion_protection is {value}", value=protected)
    return fine() if protected is True else finding("deletion_protection is off")


@rule(
    id="deletion-protection-lifted",
    severity=WARNING,
    kinds=(SERVICE.type, SERVICE_ATTACHMENT.type),
    what="Deletion protection is switched off.",
    why="Usually the first half of destroying something: the next change can take it away without asking again.",
    remedy="Say in the pull request what is to be destroyed and when, or leave it on.",
    setting=("deletion_protection",),
    of_change=True,
)
def deletion_protection_lifted(subject: Subject) -> Answer:
    """On before, off after."""
    if subject.former is None or subject.change is None or subject.change.action == "destroyed":
        return fine()
    for difference in subject.change.differences:
        if difference.path in {"deletion_protection", "lifecycle.prevent_destroy"} and difference.before is True:
            return (
                undecided("{path} is {value}", path=difference.path, value=difference.after)
                if is_open(difference.after)
                else finding("{path} was on", path=difference.path)
            )
    return fine()
