"""Changes of which no sentence, finding or rule says anything: said to be that, so that silence means something.

Which attributes are ordinary stands here, by kind. Whatever else changes of a resource, of a value that others are made
of, or of what guards it, is a point to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.comparison import Change, Comparison
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.firewall import FIREWALL
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.kinds.kind import within
from deployment.kinds.network import SUBNETWORK
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.kinds.terraform import RECORD
from deployment.references import referred
from review.sentence import Sentence, say

# Of any kind: words for people, what a replacement tells, and what Terraform alone goes by.
_EVERYWHERE = ("annotations", "count", "deletion_protection", "depends_on", "description", "for_each", "labels", "name",
               "project", "provider", "region", "timeouts", "zone", "location")  # fmt: skip
_CONTAINER = "template.containers"
# What a rule, a way in or a sentence of its own is about, or what changes how much of something there is.
_ORDINARY: Mapping[str, tuple[str, ...]] = {
    SERVICE.type: (
        "ingress", "invoker_iam_disabled", "scaling", "template.execution_environment", "template.labels",
        "template.annotations", "template.max_instance_request_concurrency", "template.scaling",
        "template.service_account", "template.timeout", "template.volumes", f"{_CONTAINER}.env", f"{_CONTAINER}.image",
        f"{_CONTAINER}.liveness_probe", f"{_CONTAINER}.name", f"{_CONTAINER}.ports", f"{_CONTAINER}.resources",
        f"{_CONTAINER}.startup_probe", f"{_CONTAINER}.volume_mounts",
    ),
    "check": ("assert.error_message",),
    SERVICE_ATTACHMENT.type: ("connection_preference", "consumer_accept_lists", "reconcile_connections"),
    PSC_ENDPOINT.type: ("ip_address", "load_balancing_scheme", "network", "port_range", "ports", "subnetwork"),
    "google_compute_address": ("address", "subnetwork"),
    FIREWALL.type: (
        "allow", "deny", "direction", "disabled", "network", "priority", "source_ranges", "source_service_accounts",
        "source_tags", "target_service_accounts", "target_tags",
    ),
    INSTANCE.type: ("allow_stopping_for_update", "boot_disk", "machine_type"),
    SUBNETWORK.type: (
        "ip_cidr_range", "log_config", "network", "private_ip_google_access", "purpose", "role",
    ),
}  # fmt: skip
_GUARDS = ("lifecycle.ignore_changes", "lifecycle.postcondition", "lifecycle.precondition", "lifecycle.prevent_destroy",
           "lifecycle.replace_triggered_by")  # fmt: skip
# What is told by other means: settings, providers and states by foundations, outputs by the contract of the stacks.
_TOLD = frozenset(
    {"backend", "constraint", "data.terraform_remote_state", "lock", "module", "output", "provider", "section",
     "terraform"}
)  # fmt: skip


def unjudged(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What of the change nobody speaks of, each with its address.

    Of the code alone: a plan has what the provider computes among it, and what is written there is the code's.
    """
    for change in comparison.changes if comparison.source == "code" else ():
        if change.type in _TOLD or "_iam_" in change.type:
            continue
        if change.type == "check" and change.action == "destroyed" and not _pointless(change, comparison):
            yield say("{address} is gone: what it warned of is told no more.", address=change.address), change.address
        attributes = sorted(set(_attributes(change, comparison))) if change.action in {"updated", "replaced"} else []
        if attributes:
            text = "{address} changes in {attributes}, which no rule here judges."
            yield say(text, address=change.address, attributes=", ".join(attributes)), change.address


def _pointless(check: Change, comparison: Comparison) -> bool:
    """Whether what a check was about goes as well, or has another address."""
    item = comparison.before.items.get(check.address) if comparison.before else None
    gone = {change.address for change in comparison.changes if change.action in {"destroyed", "forgotten"}}
    gone |= {change.former_address for change in comparison.changes}
    return item is not None and any(address in gone for address, _ in referred(item.values))


def _attributes(change: Change, comparison: Comparison) -> Iterator[str]:
    item = comparison.after.items.get(change.address) if comparison.after else None
    outward = change.type == FIREWALL.type and item is not None and item.values.get("direction") == "EGRESS"
    # No way in tells of what VMs may reach.
    ordinary = (*_EVERYWHERE, *(() if outward else _ORDINARY.get(change.type, ())))
    if item is not None and item.is_psc_endpoint:
        ordinary = (*ordinary, "target")
    paths = [(one.dotted, one.removed) for one in change.differences]
    there = {path for path, removed in paths if not removed}
    for path, removed in paths:
        if path.startswith("lifecycle"):
            # A guard that is written otherwise is part of an edit; one that goes is lost.
            if removed and path not in there and within(path, _GUARDS) and change.type != RECORD.type:
                yield path
        elif change.type != RECORD.type and not within(path, ordinary):
            yield path
