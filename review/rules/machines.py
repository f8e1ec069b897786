"""Rules about VMs."""

from __future__ import annotations

from deployment.kinds.instance import INSTANCE
from review.known import Value
from review.rules.rule import ERROR, NOTE, WARNING, Answer, Subject, finding, fine, rule, together, undecided

_MACHINES = (INSTANCE.type, "google_compute_instance_template", "google_compute_region_instance_template")
_DEFAULT_ACCOUNT = "-compute@developer.gserviceaccount.com"
# With these the default account, which often is project editor, can do nearly everything.
_BROAD = {
    "cloud-platform",
    "compute",
    "compute-rw",
    "devstorage.full_control",
    "storage-full",
    "iam",
    "sqlservice.admin",
}


@rule(
    id="vm-external-address",
    severity=ERROR,
    kinds=_MACHINES,
    what="A VM has an external address.",
    why="It is reachable from the internet as far as the firewall allows, and nothing here needs it: IAP reaches VMs "
    "without one.",
    remedy="Remove access_config and ipv6_access_config.",
    setting=("test_vm",),
)
def vm_external_address(subject: Subject) -> Answer:
    """An access_config, even an empty one, asks for an address."""
    asked = [
        (index, key, interface.presence(key))
        for index, interface in enumerate(subject.item.blocks("network_interface"))
        for key in ("access_config", "ipv6_access_config")
    ]
    return together(_external(key, index, there) for index, key, there in asked)


def _external(key: str, index: int, there: Value) -> Answer:
    if there.unknown:
        return undecided("{key} is {value}", key=key, value=there)
    if there.absent:
        return fine()
    of_many = " at its interface {number}" if index else ""
    return finding(f"it has an {{key}}{of_many}", key=key, **({"number": index + 1} if index else {}))


@rule(
    id="vm-broad-scopes",
    severity=WARNING,
    kinds=_MACHINES,
    what="A VM runs as the default account with broad scopes.",
    why="Whoever gets a shell on it acts as an account that is often an editor of the project.",
    remedy="Keep gcloud's default scopes, or give the VM its own account.",
    setting=("test_vm",),
)
def vm_broad_scopes(subject: Subject) -> Answer:
    """The default account only: an account of one's own is limited by its roles."""
    open_ = fine()
    for account in subject.item.blocks("service_account"):
        email = account.get("email")
        if email.known and not email.text.endswith(_DEFAULT_ACCOUNT):
            continue
        # What the stack makes itself is no default account.
        if email.target is not None and email.target.type == "google_service_account":
            continue
        scopes = account.list("scopes")
        broad = sorted({scope.text.rpartition("/")[2] for scope in scopes} & _BROAD)
        if broad and not email.unknown:
            each = (finding("the default account has the scope {scopes}", scopes=scope) for scope in broad)
            return together(each, finding("the default account has the scope {scopes}", scopes=", ".join(broad)))
        unsure = [scope for scope in scopes if scope.unknown] + ([email] if broad else [])
        if unsure:
            open_ = undecided("{value} is not known yet, of an account with scopes", value=unsure[0])
    return open_


@rule(
    id="vm-without-account",
    severity=NOTE,
    kinds=(INSTANCE.type,),
    what="A VM runs without a service account.",
    why=INSTANCE.noteworthy["service_account"].why,
    remedy="Add a service_account block with gcloud's default scopes.",
    setting=("test_vm",),
)
def vm_without_account(subject: Subject) -> Answer:
    """No block at all."""
    account = subject.item.presence("service_account")
    if account.unknown:
        return undecided("service_account is {value}", value=account)
    return fine() if account.known else finding("it has no service_account")
