"""Which updates of a synthesized stack the google provider answers with a replacement, and what that pulls along.

Synthesized JSON does not say what cannot be changed in place. The table holds what `ForceNew` is in google 7.45 for the
kinds that a published service consists of; tests/e2e/test_replacement.py tries every row with the real
provider. A plan or a rehearsal knows for certain, and is believed where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from deployment.comparison import Change, Comparison
from deployment.references import referred
from deployment.stack import Item, texts

_EVERYWHERE = ("name", "project", "region", "zone", "location")
FORCING: Mapping[str, tuple[str, ...]] = {
    "google_cloud_run_v2_service": ("name", "project", "location"),
    "google_cloud_run_v2_service_iam_member": ("name", "project", "location", "role", "member"),
    "google_compute_address": (*_EVERYWHERE, "address", "address_type", "subnetwork", "purpose", "network"),
    "google_compute_firewall": ("name", "project", "direction"),
    "google_compute_forwarding_rule": (
        *_EVERYWHERE, "ip_address", "ip_protocol", "port_range", "ports", "load_balancing_scheme", "network",
        "subnetwork", "allow_global_access", "all_ports",
    ),
    "google_compute_instance": (*_EVERYWHERE, "network_interface", "boot_disk"),
    "google_compute_network": ("name", "project", "auto_create_subnetworks"),
    # The region of a backend service or URL map is planned as an update, which the API answers with 404.
    "google_compute_region_backend_service": ("name", "project", "load_balancing_scheme"),
    "google_compute_region_network_endpoint_group": (
        *_EVERYWHERE, "cloud_run", "network_endpoint_type", "network", "subnetwork", "psc_target_service",
    ),
    "google_compute_region_target_http_proxy": ("name", "project", "region"),
    "google_compute_region_url_map": ("name", "project"),
    "google_compute_service_attachment": ("name", "project", "region", "domain_names"),
    "google_compute_subnetwork": ("name", "project", "region", "network"),
    "google_project_service": ("project", "service"),
}  # fmt: skip
# A new target of a PSC endpoint replaces it (from google 7.33); a load balancer's rule is re-pointed in place.
_ENDPOINT_ONLY = ("target",)


def infer(comparison: Comparison) -> Comparison:
    """The comparison with updates turned into replacements where the provider's rules say so."""
    changes = {change.address: change for change in comparison.changes}
    if comparison.after is None or comparison.before is None:
        return comparison
    settled = False
    while not settled:
        settled = True
        for address, item in comparison.after.items.items():
            change = changes.get(address)
            if not item.is_resource or (change is not None and change.action in {"created", "replaced", "destroyed"}):
                continue
            because = tuple(sorted(set(_forced(item, change, changes))))
            if because:
                known = change or Change(address=address, kind=item.kind, action="updated")
                changes[address] = replace(known, action="replaced", because=because, inferred=True)
                settled = False
    return replace(comparison, changes=tuple(changes[address] for address in sorted(changes)))


def _forced(item: Item, change: Change | None, changes: Mapping[str, Change]) -> Iterator[str]:
    lifecycle = item.values.get("lifecycle")
    lifecycle = lifecycle if isinstance(lifecycle, dict) else {}
    ignored = {str(one) for one in texts(lifecycle, "ignore_changes")}
    forcing = FORCING.get(item.kind, ())
    if is_endpoint(item):
        forcing = (*forcing, *_ENDPOINT_ONLY)
    for difference in change.differences if change else ():
        top = re.split(r"[.\[]", difference.path)[0]
        if top in forcing and top not in ignored and "all" not in ignored and not _same_place(difference.path, item):
            yield difference.path
    for attribute in forcing:
        for address, _ in referred(item.values.get(attribute)):
            one = changes.get(address)
            if one is not None and one.action == "replaced" and attribute not in ignored:
                yield f"{attribute} → {address}"
    for trigger in texts(lifecycle, "replace_triggered_by"):
        if _triggered(str(trigger), changes):
            yield f"replace_triggered_by → {trigger}"


def _same_place(path: str, item: Item) -> bool:
    """Attributes below a forcing block that can be changed in place."""
    if item.kind == "google_compute_instance":
        in_place = (".access_config", ".alias_ip_range", ".auto_delete")
        return any(part in path for part in in_place)
    return False


def _triggered(trigger: str, changes: Mapping[str, Change]) -> bool:
    kind, _, rest = trigger.partition(".")
    name, _, attribute = rest.partition(".")
    change = changes.get(f"{kind}.{name}")
    if change is None or change.action in {"moved", "destroyed"}:
        return False
    if not attribute:
        return True
    if change.action in {"replaced", "created"}:
        return change.action == "replaced"
    return any(re.split(r"[.\[]", one.path)[0] == attribute for one in change.differences)


def is_endpoint(item: Item) -> bool:
    """Whether a forwarding rule is a PSC endpoint for a published service."""
    if item.kind not in {"google_compute_forwarding_rule", "google_compute_global_forwarding_rule"}:
        return False
    target = str(item.values.get("target") or "")
    return bool(re.search(r"service_?attachment", target, re.IGNORECASE)) or (
        item.values.get("load_balancing_scheme") == "" and bool(target)
    )
