"""Rules about whatever else can open access: IAM of any kind, external load balancers, foreign code, unknown kinds."""

from __future__ import annotations

from deployment.kinds.firewall import ASSOCIATIONS
from deployment.kinds.forwarding_rule import GLOBAL_ENDPOINT, PSC_ENDPOINT
from deployment.plan_programs import STARTING
from deployment.registries import short
from deployment.stack import REMOVED
from review.callers import OF_SERVICE, bindings
from review.firewall_rules import policy_of
from review.grants import GRANTING, same_grant
from review.rules.connected_networks import CONNECTING
from review.rules.members import named
from review.rules.rule import ERROR, WARNING, Answer, Subject, finding, fine, rule, together, undecided

# https://developer.hashicorp.com/terraform/language/functions/file
_READING = ("file", "filebase64", "templatefile")


@rule(
    id="everyone-in-iam",
    severity=ERROR,
    kinds=("*_iam_*",),
    what="Everyone has a role on something.",
    why="A secret, a bucket (that of the state, with every value in it), a project or a folder is then open to whoever "
    "finds its name; with a role on a service account, they can create tokens that act as it.",
    remedy="Name the accounts that need it; never allUsers or allAuthenticatedUsers.",
)
def everyone_in_iam(subject: Subject) -> Answer:
    """Every kind but callers of Cloud Run, which a rule of their own is about."""
    if subject.item.type.startswith(OF_SERVICE):
        return fine()
    return named(bindings(subject.item), "it names {member}: {who}")


@rule(
    id="grant-twice",
    severity=WARNING,
    kinds=("*_iam_member",),
    what="One role is given to one member at two addresses.",
    why="Google keeps a single binding for both: destroying either address takes the role away, and the other address "
    "gives it back at the next apply.",
    remedy="Give it once, and let whatever needs it depend on that.",
)
def grant_twice(subject: Subject) -> Answer:
    """Told at the second address."""
    other = subject.stack.cached(same_grant).get(subject.item.address)
    return finding("{other} gives the same", other=other) if other else fine()


@rule(
    id="external-forwarding-rule",
    severity=ERROR,
    kinds=(PSC_ENDPOINT.type, GLOBAL_ENDPOINT.type),
    what="A load balancer's front end is external.",
    why="load_balancing_scheme is EXTERNAL when unset: the load balancer answers on the internet, past every accept "
    "list.",
    remedy='Set load_balancing_scheme = "INTERNAL_MANAGED".',
)
def external_forwarding_rule(subject: Subject) -> Answer:
    """PSC endpoints have a rule of their own; the empty scheme is that of endpoints for Google's own APIs."""
    scheme = subject.item.get("load_balancing_scheme")
    if subject.item.is_psc_endpoint or scheme.equals("INTERNAL", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"):
        return fine()
    backend = subject.item.get("backend_service")
    if scheme.equals("") and (backend.absent or backend.equals("")):
        return fine()
    if scheme.unknown or (
        scheme.absent and subject.item.get("target").unknown and not subject.item.get("target").target
    ):
        return undecided("load_balancing_scheme is {value}", value=scheme)
    return finding("load_balancing_scheme is {value}", value=scheme)


@rule(
    id="access-not-judged",
    severity=WARNING,
    kinds=(
        "google_compute_*firewall_policy*",
        "google_compute_organization_security_policy*",
        "google_compute_instance_from_*",
        "google_compute_*peering*",
        "google_compute_*vpn*",
        "google_network_connectivity_*",
        "google_compute_*interconnect*",
        "google_*_acl",
        "google_*_access_control",
        "google_cloud_run_domain_mapping",
        "google_service_account_key",
        "google_storage_hmac_key",
        "google_compute_*instance_group_membership",
        "google_access_context_manager_*",
        "google_org_policy_policy",
        "google_iam_work*_pool*",
        "google_*_iam_custom_role",
        "google_compute_project_metadata*",
        "google_compute_shared_vpc_*",
        "google_compute_*mirroring*",
        "google_compute_network_attachment",
        "google_cloud_run_v2_job",
        "google_cloud_run_v2_worker_pool",
        "google_logging_*exclusion",
        "google_service_networking_*connection",
        "google_os_login_*",
        "google_tags_*tag_binding",
        "google_privileged_access_manager_*",
        "google_beyondcorp_*",
        "google_app_engine_firewall_rule",
        "data.http",
        "file",
        "section",
    ),
    what="Something can open access that no rule here judges.",
    why="This review does not look at whom it lets in, or whose limits it lifts; it covers everything else in this "
    "report.",
    remedy="Read what it lets in; once you have decided, accept the finding with the reason.",
)
def access_not_judged(subject: Subject) -> Answer:
    """The kind itself, and whatever of it changes; what puts a policy of the stack somewhere is told by its rules."""
    type_ = subject.item.type
    judged = subject.item.kind is not None or type_ in CONNECTING or type_.endswith(GRANTING)
    if judged or (type_ in ASSOCIATIONS and policy_of(subject.item) is not None):
        return fine()
    return undecided("nothing is known of {kind}", kind=type_, item=subject.item)


@rule(
    id="code-at-apply",
    severity=ERROR,
    kinds=("*",),
    what="The configuration runs code of its own at plan or apply.",
    why="It runs with the deployer's credentials; code that runs at plan does so before anybody has approved anything.",
    remedy="Do it with a resource, or apart from Terraform.",
)
def code_at_apply(subject: Subject) -> Answer:
    """Provisioners of any resource, also of one that is removed, triggered actions, and data or logins of a program."""
    if subject.item.type in STARTING:
        return finding("a program is started at every plan")
    if subject.item.type in {"constraint", "provider"}:  # of a plan alone the provider is what it requires
        logins = [holder.presence("exec") for holder in (subject.item, *subject.item.blocks("kubernetes"))]
        if any(login.known for login in logins):
            return finding("it logs in by a program")
        unsure = next((login for login in logins if login.unknown), None)
        return undecided("whether it logs in by a program is not known: {value}", value=unsure) if unsure else fine()
    runs = subject.item.is_resource or subject.item.type == REMOVED
    blocks = subject.item.blocks("provisioner") if runs else ()
    if blocks:
        names = sorted({name for block in blocks for name in block.names}) or ["of a kind that is not known"]
        each = (finding("it has the provisioner {names}", names=name) for name in names)
        return together(each, finding("it has the provisioner {names}", names=", ".join(names)))
    actions = subject.item.lifecycle.presence("action_trigger")
    return fine() if actions.absent else finding("its lifecycle triggers an action")


@rule(
    id="file-read",
    severity=WARNING,
    kinds=("*",),
    what="A value comes out of a file on the machine that plans.",
    why="This review does not see the file; with another path in it, an output or an attribute may carry whatever the "
    "deployer can read, credentials among it.",
    remedy="Write the value into the configuration, or read what the file holds and accept the finding.",
    code_only=True,
)
def file_read(subject: Subject) -> Answer:
    """By the functions that hand on what stands in a file."""
    function = subject.item.calls(_READING)
    return undecided("{function} is called", function=function, item=subject.item) if function else fine()


@rule(
    id="foreign-provider",
    severity=ERROR,
    kinds=("constraint",),
    what="A provider is not one of HashiCorp's.",
    why="A provider is a program that runs at plan with the deployer's credentials.",
    remedy="Use hashicorp/google, or agree on which program to trust.",
)
def foreign_provider(subject: Subject) -> Answer:
    """By its source; without one it is hashicorp/NAME."""
    source = subject.item.get("source")
    if source.unknown:
        return undecided("its source is {value}", value=source)
    own = short(source.text).partition("/")[0] == "hashicorp" and short(source.text).count("/") == 1
    return fine() if own else finding("its source is {value}", value=source)


@rule(
    id="module",
    severity=WARNING,
    kinds=("module",),
    what="A module is used whose content this review does not see.",
    why="Its resources are not part of this review, and a module from elsewhere may change tomorrow.",
    remedy="Review its content and pin its version; a plan shows the resources that it creates.",
    code_only=True,
)
def module(subject: Subject) -> Answer:
    """Told anew whenever its version or an argument changes, or anything that they are made of."""
    return undecided("it comes from {value}", value=subject.item.get("source"), item=subject.item)
