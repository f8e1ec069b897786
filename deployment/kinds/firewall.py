"""Firewall rules."""

from __future__ import annotations

from dataclasses import replace

from deployment.kinds.kind import FIREWALL as WAY_IN
from deployment.kinds.kind import NONE, REPLACED, Grant, Kind

FIREWALL = Kind(
    type="google_compute_firewall",
    called="firewall",
    drawn=True,
    collection="firewalls",
    import_id="projects/{project}/global/firewalls/{name}",
    comment="SSH for Identity-Aware Proxy alone: its range and nothing else of the internet.",
    keys={"allow": {}},
    unordered=(
        "destination_ranges",
        "source_ranges",
        "source_service_accounts",
        "source_tags",
        "target_service_accounts",
        "target_tags",
    ),
    forcing=("name", "project", "direction", "params"),
    fixed=("network",),
    grants=(Grant(name="roles/compute.securityAdmin", why="networkAdmin holds no firewall rules"),),
    way_in=WAY_IN,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)

# Firewall policies of networks, regions, folders and organizations, which only other people's stacks have: policies
# with their rules, rules by themselves, policies without any, and what puts a policy where it holds.
_POLICY = "firewall_policy"
_OF = ("google_compute_", "google_compute_network_", "google_compute_region_network_")
WITH_RULES = tuple(f"{of}{_POLICY}_with_rules" for of in _OF)
POLICY_RULES = (*(f"{of}{_POLICY}_rule" for of in _OF), "google_compute_organization_security_policy_rule")
POLICIES = (*(f"{of}{_POLICY}" for of in _OF), *WITH_RULES, "google_compute_organization_security_policy")
ASSOCIATIONS = (
    *(f"{of}{_POLICY}_association" for of in _OF), "google_compute_organization_security_policy_association",
)  # fmt: skip
_FOREIGN = replace(FIREWALL, drawn=False, collection=NONE, comment=NONE, keys={}, forcing=(), fixed=(), ours=False)
OF_POLICIES = (
    *(replace(_FOREIGN, type=type_, keys={"match": {}}) for type_ in POLICY_RULES),
    *(replace(_FOREIGN, type=type_, keys={"rule": {}}) for type_ in WITH_RULES),
    *(replace(_FOREIGN, type=type_, way_in=NONE, called="firewall policy") for type_ in POLICIES[:3]),
)
