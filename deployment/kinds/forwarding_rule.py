"""Forwarding rules: a load balancer's frontend, and a PSC endpoint, which are one Terraform type."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from deployment.kinds.kind import (
    ENDPOINT,
    EVERYWHERE,
    IN_PROJECT,
    LOAD_BALANCER_ADMIN,
    NETWORK_ADMIN,
    NONE,
    PORT,
    Grant,
    Kind,
    Noteworthy,
    data_source,
)
from deployment.values import Json

_ATTACHMENT = re.compile(r"service_?attachment", re.IGNORECASE)


def is_link_of_attachment(text: str) -> bool:
    """Whether a link, or a reference, is one of a service attachment."""
    return bool(_ATTACHMENT.search(text))


def points_at_attachment(values: Json) -> bool:
    """Whether a forwarding rule is a PSC endpoint for a published service, by its target or its empty scheme."""
    target = str(values.get("target") or "")
    return is_link_of_attachment(target) or (values.get("load_balancing_scheme") == "" and bool(target))


def _global_access_in_place(path: str, before: Any, after: Any, values: Json) -> bool:
    """Only a regional proxy load balancer's rule is made anew for it."""
    del before, after
    return path == "allow_global_access" and values.get("load_balancing_scheme") != "INTERNAL_MANAGED"


_FORCING = (
    *EVERYWHERE, "ip_address", "ip_protocol", "port_range", "ports", "load_balancing_scheme", "network", "subnetwork",
    "allow_global_access", "all_ports", "backend_service", "description", "ip_collection", "ip_version",
    "is_mirroring_collector", "network_tier", "no_automate_dns_zone", "service_directory_registrations",
    "service_label", "source_ip_ranges",
)  # fmt: skip
_KEPT_NAME = Noteworthy(
    why="The name follows from the content or from what exists; a change that replaces nothing must keep it.",
    seen="provider; tried",
)
_ADDRESS = Noteworthy(
    why="A reference, so that the address is there first: nothing orders the two otherwise, and a later change of the "
    "address is suppressed as no difference (issue 16870 of the provider).",
    seen="provider",
)

PSC_ENDPOINT = Kind(
    type="google_compute_forwarding_rule",
    variant="PSC endpoint",
    fits=points_at_attachment,
    called="PSC endpoint",
    drawn=True,
    collection="forwardingRules",
    import_id=f"{IN_PROJECT}/forwardingRules/{{name}}",
    comment="The endpoint: an address of this network behind which the service answers.",
    keys={},
    unordered=("ports",),
    # A new target replaces it from google 7.33 on.
    forcing=(*_FORCING, "target"),
    in_place=_global_access_in_place,
    grants=(
        NETWORK_ADMIN,
        Grant(name="roles/servicedirectory.editor", why="Google registers each endpoint in Service Directory"),
    ),
    way_in=ENDPOINT,
    replaced="The endpoint {name} {surely} replaced ({why}): its callers are cut off until it is accepted again.",
    destroyed=NONE,
    noteworthy={
        "load_balancing_scheme": Noteworthy(
            when="",
            why="Empty on purpose: left out it means EXTERNAL, which the API refuses for an endpoint.",
            seen="provider",
        ),
        "recreate_closed_psc": Noteworthy(
            when=True,
            why="An endpoint whose attachment was replaced is CLOSED and never heals; with this the next apply makes "
            "it anew.",
            seen="API",
        ),
        "ip_address": _ADDRESS,
        "lifecycle.ignore_changes": _KEPT_NAME,
    },
)  # fmt: skip

FRONTEND = replace(
    PSC_ENDPOINT,
    variant="",
    fits=lambda values: not points_at_attachment(values),
    called="load balancer",
    comment="The load balancer's front. A new port or address makes a new rule first, so connections live; "
    "give it a new name, too, as two rules of one name cannot stand beside each other.",
    # A load balancer's rule is re-pointed in place.
    forcing=_FORCING,
    grants=(LOAD_BALANCER_ADMIN, NETWORK_ADMIN),
    way_in=PORT,
    replaced="{address} ({name}) {surely} replaced ({why}); {meanwhile}.",
    noteworthy={
        "depends_on": Noteworthy(
            when=["google_compute_subnetwork.proxy_only"],
            why="No attribute refers to the proxy-only subnet: without it the two race at creation, and destroying "
            "fails because the subnet is in use.",
            seen="API; tried",
        ),
        "ip_address": _ADDRESS,
        "lifecycle.ignore_changes": _KEPT_NAME,
    },
)
EXISTING_RULE = data_source("google_compute_forwarding_rule", "a load balancer of others", grants=(NETWORK_ADMIN,))
RULES = data_source("google_compute_forwarding_rules", "forwarding rules that exist", grants=(NETWORK_ADMIN,))
GLOBAL_ENDPOINT = replace(
    PSC_ENDPOINT,
    type="google_compute_global_forwarding_rule",
    collection=NONE,
    drawn=False,
    # Not the target, which the provider sets in place.
    forcing=(
        "name", "project", "description", "ip_address", "ip_protocol", "ip_version", "metadata_filters", "network",
        "network_tier", "no_automate_dns_zone", "port_range", "service_directory_registrations", "source_ip_ranges",
        "subnetwork",
    ),
    import_id="projects/{project}/global/forwardingRules/{name}",
    ours=False,
)  # fmt: skip
