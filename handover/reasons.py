"""The comments of HCL bundles: why something is as it is, for those who will be tempted to change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RESOURCES: Mapping[str, str] = {
    "google_compute_network": "The VPC network of this side, without subnets of its own making.",
    "google_compute_firewall": "SSH for Identity-Aware Proxy alone: its range and nothing else of the internet.",
    "google_secret_manager_secret_iam_member": "Without it the first revision that reads the secret fails to start.",
    "google_cloud_run_v2_service": "What is published. Only internal traffic reaches it, only named invokers may call.",
    "google_cloud_run_v2_service_iam_member": "Who may call. A replaced service loses its bindings at Google without "
    "a word, so they are replaced with it.",
    "google_compute_region_network_endpoint_group": "Names the service as text on purpose: a reference would make "
    "Terraform create a new service before the old one is gone, and a revision that fails to start could not heal.",
    "google_compute_region_backend_service": "No timeout, health check or rate: with a serverless NEG Google refuses "
    "them. Cloud Run's own timeout holds.",
    "google_compute_region_url_map": "Everything goes to the one service.",
    "google_compute_region_target_http_proxy": "Plain HTTP inside Google's network, which encrypts between its sites.",
    "google_compute_service_attachment": "What consumers point their endpoints at. Replaced or deleted, it closes "
    "every connection for good.",
    "google_compute_instance": "A VM to try the endpoint from; it has no external address.",
}
_FORWARDING_RULES = {
    "": "The endpoint: an address of this network behind which the service answers.",
    "INTERNAL_MANAGED": "The load balancer's front. A new port or address makes a new rule first, so connections live.",
}
_RECORDS = {
    "triggers_replace": "Tells Terraform of an address that is no longer fixed; the provider sees no difference.",
    "ignore_changes": "What this was deployed with first. Plans compare with it and refuse what no apply can do.",
    "service_attachment": "Google cannot re-point an endpoint: a new target replaces it by way of this record.",
    "name": "Tells Terraform of a rename on purpose; the rule's own name is ignored.",
}
_SUBNETS = {
    "REGIONAL_MANAGED_PROXY": "Google's Envoy proxies take their addresses here: one such subnet per network and "
    "region.",
    "PRIVATE_SERVICE_CONNECT": "Consumers' addresses are translated into these. It serves one attachment alone.",
}
# (kind and path, key) → why; `None` as a value stands for any.
_ATTRIBUTES: Mapping[tuple[str, str], tuple[Any, str]] = {
    ("google_project_service", "disable_on_destroy"): (False, "Others in the project use the API too."),
    ("google_compute_network", "auto_create_subnetworks"): (False, "The provider's default is true."),
    ("google_compute_region_backend_service backend", "capacity_scaler"): (
        None,
        "Left out it is sent as 0: drained, and every request is answered 503.",
    ),
    ("google_compute_service_attachment", "reconcile_connections"): (
        True,
        "Who is taken off the accept list is cut. Google's default leaves them connected.",
    ),
    ("google_compute_forwarding_rule", "load_balancing_scheme"): ("", "Empty on purpose: unset means EXTERNAL."),
    ("google_compute_forwarding_rule", "recreate_closed_psc"): (
        True,
        "An endpoint whose attachment was replaced is closed and never heals; the next apply makes it anew.",
    ),
    ("google_compute_forwarding_rule", "ip_address"): (
        None,
        "A reference, so that the address is there first; the provider sees no difference in a new one.",
    ),
    ("google_compute_forwarding_rule", "depends_on"): (
        None,
        "Nothing refers to the proxy-only subnet, but no load balancer comes up without it.",
    ),
    ("google_compute_forwarding_rule lifecycle", "ignore_changes"): (
        None,
        "The name has a hash of the content at its end; a change that replaces nothing must keep it.",
    ),
    ("google_compute_subnetwork lifecycle", "ignore_changes"): (
        None,
        "A wider range is an update in place and keeps the name; one elsewhere takes a new name.",
    ),
    ("google_cloud_run_v2_service", "deletion_protection"): (False, "The provider's default is true."),
    ("google_cloud_run_v2_service", "ingress"): (None, "The internal load balancer counts as internal."),
    ("google_compute_instance", "service_account"): (None, "Without it the metadata server has no ID token to give."),
    ("google_compute_instance", "allow_stopping_for_update"): (
        True,
        "Else the provider refuses another machine type for a running VM.",
    ),
}


def of_resource(kind: str, content: Mapping[str, Any]) -> str:
    """The comment above a resource; empty where its name says it all."""
    if kind == "google_compute_forwarding_rule":
        return _FORWARDING_RULES.get(content.get("load_balancing_scheme", ""), "")
    if kind == "google_compute_subnetwork":
        return _SUBNETS.get(content.get("purpose", ""), "")
    if kind == "terraform_data":
        held = {*content, *content.get("lifecycle", {}), *content.get("input", {})}
        return next((why for key, why in _RECORDS.items() if key in held), "")
    if "for_each" in content and kind == "google_cloud_run_v2_service_iam_member":
        return "Who was let in later: the variable's entries."
    return _RESOURCES.get(kind, "")


def of_attribute(kind: str, key: str, content: Any) -> str:
    """The comment above an attribute or block."""
    wanted, why = _ATTRIBUTES.get((kind, key), (None, ""))
    return why if wanted is None or (wanted == content and type(wanted) is type(content)) else ""


def of_section(section: str, name: str) -> str:
    """The comment above a check, which is the same for all."""
    return "A warning in every plan and apply, never a failure." if section == "check" and name else ""
