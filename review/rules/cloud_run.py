"""Rules about Cloud Run services and who may call them."""

from __future__ import annotations

from deployment.credentials import is_credential_name
from deployment.kinds.cloud_run import FIRST_SERVICE, INVOKER, SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from review.balancers import ingress_of
from review.callers import ABOVE, OF_SERVICE, bindings, may_invoke
from review.known import Block, View
from review.rules.members import named
from review.rules.rule import ERROR, NOTE, WARNING, Answer, Subject, finding, fine, rule, together, undecided
from review.secret_values import secret_in

_SERVICES = (SERVICE.type, FIRST_SERVICE.type)
_PERMISSIONS = tuple(f"{of}_{form}" for of in (*OF_SERVICE, *ABOVE) for form in ("member", "binding", "policy"))


@rule(
    id="public-invoker",
    severity=ERROR,
    kinds=(*_PERMISSIONS, SERVICE.type),
    what="Everyone may call a Cloud Run service.",
    why="Once a network is accepted, only the ID token tells callers apart; without it, every VM in every accepted "
    "network may call, and with open ingress the whole internet.",
    remedy="List consumers' keys or service accounts under invokers; never allUsers or allAuthenticatedUsers.",
    setting=("invokers",),
)
def public_invoker(subject: Subject) -> Answer:
    """AllUsers, allAuthenticatedUsers, or the check of callers switched off."""
    if subject.item.type == SERVICE.type:
        return _unchecked(subject)
    above = subject.item.type.startswith(tuple(ABOVE))
    calling = [block for block in bindings(subject.item) if not above or may_invoke(block.get("role"))]
    return named(calling, "{member} may call: {who}")


def _unchecked(subject: Subject) -> Answer:
    disabled = subject.item.get("invoker_iam_disabled")
    if disabled.equals(True):
        return finding("invoker_iam_disabled is on: no caller is checked")
    return undecided("invoker_iam_disabled is {value}", value=disabled) if disabled.equals(True) is None else fine()


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
    if ingress.equals("INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_NONE", "internal"):
        return fine()
    if ingress.unknown:
        return undecided("ingress is {value}", value=ingress)
    if ingress.absent or ingress.equals(""):
        return finding("ingress is not set, which means everywhere")
    return finding("ingress is {value}", value=ingress)


@rule(
    id="plain-credential",
    severity=ERROR,
    kinds=_SERVICES,
    what="A credential stands in plain text among a service's environment variables or arguments.",
    why="It is in the repository, in the state, and in the console of everyone who may look at the service.",
    remedy="Put it into Secret Manager and name it under secrets; then replace the credential, as it has been seen.",
    setting=("env",),
)
def plain_credential(subject: Subject) -> Answer:
    """Named or shaped like a credential, or written with a secret; the value itself is never looked at again."""
    containers = _containers(subject.item)
    variables = [variable for container in containers for variable in container.blocks("env")]
    named = [(variable.get("name").shown, variable.get("value")) for variable in variables if not variable.unknown]
    names = sorted(name for name, value in named if value.hidden)
    found = [finding("the value of {names} looks like a credential", names=name) for name in names]
    words = [word for container in containers for part in ("command", "args") for word in container.list(part)]
    for index, _ in enumerate(word for word in words if word.hidden):
        more = "{number} arguments look like credentials"
        found.append(finding(more, number=index + 1) if index else finding("an argument looks like a credential"))
    for name, value in (*named, *(("an argument", word) for word in words)):
        if secret := secret_in(value, subject.stack):
            text = "{name} holds {attribute} of {address}"
            found.append(finding(text, name=name, attribute=secret[1], address=secret[0]))
    later = [name for name, value in named if value.later and is_credential_name(name)]
    found += [undecided("the value of {names} is not known yet", names=name) for name in later]
    found += [undecided("variables are {value}", value=variable.value) for variable in variables if variable.unknown]
    said = finding("the value of {names} looks like a credential", names=", ".join(names)) if names else None
    return together(found, said)


def _containers(item: View) -> list[Block]:
    return [
        container
        for template in item.blocks("template")
        for spec in (template, *template.blocks("spec"))
        for container in spec.blocks("containers")
    ]


@rule(
    id="authoritative-iam",
    severity=WARNING,
    kinds=("*_iam_binding", "*_iam_policy"),
    what="Who has a role is set by a binding or policy that owns the whole list.",
    why="It removes whoever others added, and their plans do not show it; on a project it also removes Google's own "
    "service accounts.",
    remedy="Use the resource whose name ends in _iam_member, one for each member.",
    setting=("invokers",),
)
def authoritative_iam(subject: Subject) -> Answer:
    """The kind itself is the finding; data that a policy is written from sets nothing."""
    if not subject.item.is_resource:
        return fine()
    return finding("{kind} replaces whatever members there are", kind=subject.item.type)


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
    named = {address for name in ("name", "service") for address, _ in subject.item.get(name).addresses}
    beside = sorted(address for address in named if subject.stack.get(address))
    if not beside:
        return fine()
    triggers = subject.item.lifecycle.list("replace_triggered_by")
    if any(trigger.text.startswith(address) for trigger in triggers for address in beside):
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
    if subject.item.lifecycle.get("prevent_destroy").equals(True):
        return fine()
    if subject.item.type == SERVICE_ATTACHMENT.type:
        return finding("it has no prevent_destroy")
    protected = subject.item.get("deletion_protection")
    if protected.absent or protected.equals(True):
        return fine()
    if protected.equals(True) is None:
        return undecided("deletion_protection is {value}", value=protected)
    return finding("deletion_protection is off")


@rule(
    id="deletion-protection-lifted",
    severity=WARNING,
    kinds=(SERVICE.type, SERVICE_ATTACHMENT.type),
    what="Deletion protection is switched off.",
    why="Usually the first half of destroying something: the next change can remove it without asking again.",
    remedy="Say in the pull request what is to be destroyed and when, or leave the protection on.",
    setting=("deletion_protection",),
    of_change=True,
)
def deletion_protection_lifted(subject: Subject) -> Answer:
    """On before, off after."""
    if subject.former is None or subject.action == "destroyed":
        return fine()
    for path, before, after in (
        ("deletion_protection", subject.former, subject.item),
        ("lifecycle.prevent_destroy", subject.former.lifecycle, subject.item.lifecycle),
    ):
        name = path.rpartition(".")[2]
        former, value = before.get(name), after.get(name)
        was = former.equals(True)
        on = value.equals(True) or (value.absent and name == "deletion_protection")
        if was is False or on or not value.differs(former):
            continue
        if was is None:
            return undecided("{path} was {value}", path=path, value=former)
        return (
            undecided("{path} is {value}", path=path, value=value)
            if value.unknown
            else finding("{path} was on", path=path)
        )
    return fine()


@rule(
    id="audience-removed",
    severity=WARNING,
    kinds=(SERVICE.type,),
    what="An audience of ID tokens is taken out.",
    why="Whoever still asks for a token with it is answered 401 from this deployment on.",
    remedy="Move its callers to another audience first; the request log shows who calls, but not with which audience.",
    setting=("audiences",),
    of_change=True,
)
def audience_removed(subject: Subject) -> Answer:
    """Those that were there before and are not after; one that nobody can tell may be any of them."""
    if subject.former is None or subject.action == "destroyed":
        return fine()
    after = subject.item.list("custom_audiences")
    kept = {audience.text for audience in after}
    gone = [one for one in subject.former.list("custom_audiences") if one.text and one.text not in kept]
    if not gone:
        return fine()
    if any(not audience.text for audience in after):
        return undecided("{audience} may be gone", audience=gone[0])
    return finding("{audience} is gone", audience=gone[0])
