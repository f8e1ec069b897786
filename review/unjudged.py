"""Changes of which no sentence, finding or rule says anything: said to be that, so that silence means something.

Which attributes are ordinary stands here, by kind. Whatever else changes of a resource, of a value that others are made
of, or of what guards it, is a point to decide; and so is what is new, if nothing is known of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Any

from deployment.comparison import Change, Comparison
from deployment.kinds.address import ADDRESS
from deployment.kinds.certificates import AUTHORIZATION, CERTIFICATE, ISSUANCE_CONFIG
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.dns import RECORD_SET, ZONE
from deployment.kinds.firewall import FIREWALL, POLICIES, POLICY_RULES
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.kinds.kind import within
from deployment.kinds.load_balancer import (
    BACKEND_SERVICE,
    HTTP_PROXY,
    HTTPS_PROXY,
    NETWORK_ENDPOINT_GROUP,
    SSL_POLICY,
    URL_MAP,
)
from deployment.kinds.network import FLOW_LOGS, NETWORK, SUBNETWORK
from deployment.kinds.project import PROJECT_SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.kinds.terraform import RECORD
from deployment.references import referred
from deployment.stack import REMOVED, Item, Stack, reads, texts
from review.callers import POLICY
from review.following import written
from review.guards import lost_guards
from review.rules import RULES
from review.sentence import Sentence, say

# Of any kind: words for people, how many, and what Terraform alone goes by.
_EVERYWHERE = ("annotations", "count", "depends_on", "description", "for_each", "labels", "timeouts")
# Of a kind that is known: what a replacement tells.
_PLACED = ("name", "project", "region", "zone", "location")
_CONTAINER = "template.containers"
_OF_POLICY = (
    "firewall_policy", "policy_id", "rule_name", "target_resources", "target_secure_tags", "target_service_accounts",
)  # fmt: skip
# What a rule, a way in or a sentence of its own is about, or what changes how much of something there is.
_ORDINARY: Mapping[str, tuple[str, ...]] = {
    SERVICE.type: (
        "deletion_protection", "ingress", "invoker_iam_disabled", "scaling.max_instance_count",
        "scaling.min_instance_count", "template.annotations", "template.execution_environment", "template.labels",
        "template.max_instance_request_concurrency", "template.scaling", "template.service_account",
        "template.timeout", "template.volumes.name", "template.volumes.secret", f"{_CONTAINER}.env",
        f"{_CONTAINER}.image", f"{_CONTAINER}.name", f"{_CONTAINER}.resources", f"{_CONTAINER}.startup_probe",
        f"{_CONTAINER}.volume_mounts",
    ),
    "check": ("assert.error_message",),
    SERVICE_ATTACHMENT.type: ("connection_preference", "consumer_accept_lists", "reconcile_connections"),
    PSC_ENDPOINT.type: ("ip_address", "load_balancing_scheme", "network", "port_range", "ports", "subnetwork"),
    "google_compute_address": ("address", "subnetwork"),
    FIREWALL.type: (
        "allow", "deny", "direction", "disabled", "network", "priority", "source_ranges", "source_service_accounts",
        "source_tags", "target_service_accounts", "target_tags",
    ),
    **dict.fromkeys(POLICY_RULES, ("action", "direction", "disabled", "match", "priority", *_OF_POLICY)),
    **dict.fromkeys(POLICIES, ("rule", "short_name", "parent")),
    INSTANCE.type: ("allow_stopping_for_update", "boot_disk", "machine_type"),
    SUBNETWORK.type: (
        "ip_cidr_range", "log_config", "network", "purpose",
    ),
}  # fmt: skip
# What a new one usually has beside these: a change of it is told.
_USUAL: Mapping[str, tuple[str, ...]] = {
    SERVICE.type: (
        "custom_audiences", "default_uri_disabled", "template.vpc_access",
        f"{_CONTAINER}.args", f"{_CONTAINER}.command", f"{_CONTAINER}.liveness_probe", f"{_CONTAINER}.ports",
    ),
    SERVICE_ATTACHMENT.type: (
        "consumer_reject_lists", "enable_proxy_protocol", "nat_subnets", "propagated_connection_limit",
        "send_propagated_connection_limit_if_zero", "target_service",
    ),
    PSC_ENDPOINT.type: (
        "all_ports", "allow_global_access", "allow_psc_global_access", "backend_service", "ip_protocol",
        "recreate_closed_psc", "target",
    ),
    ADDRESS.type: ("address_type", "purpose"),
    INSTANCE.type: ("network_interface.network", "network_interface.subnetwork", "service_account"),
    NETWORK.type: ("auto_create_subnetworks",),
    SUBNETWORK.type: ("private_ip_google_access", "role"),
    BACKEND_SERVICE.type: (
        "backend", "connection_draining_timeout_sec", "health_checks", "load_balancing_scheme", "log_config",
        "protocol", "session_affinity", "timeout_sec",
    ),
    NETWORK_ENDPOINT_GROUP.type: (
        "cloud_run.service", "network", "network_endpoint_type", "psc_target_service", "subnetwork",
    ),
    HTTP_PROXY.type: ("url_map",),
    HTTPS_PROXY.type: ("certificate_manager_certificates", "ssl_certificates", "ssl_policy", "url_map"),
    SSL_POLICY.type: ("min_tls_version", "profile"),
    CERTIFICATE.type: ("managed", "self_managed"),
    AUTHORIZATION.type: ("domain",),
    ISSUANCE_CONFIG.type: (
        "certificate_authority_config", "key_algorithm", "lifetime", "rotation_window_percentage",
    ),
    ZONE.type: ("dns_name", "private_visibility_config", "visibility"),
    RECORD_SET.type: ("managed_zone", "rrdatas", "ttl", "type"),
    URL_MAP.type: ("default_service",),
    FLOW_LOGS.type: ("aggregation_interval", "flow_sampling", "metadata", "state", "subnet", "vpc_flow_logs_config_id"),
    PROJECT_SERVICE.type: ("disable_on_destroy", "service"),
}  # fmt: skip
_GUARDS = ("lifecycle.ignore_changes", "lifecycle.postcondition", "lifecycle.precondition", "lifecycle.prevent_destroy",
           "lifecycle.replace_triggered_by")  # fmt: skip
_LIFECYCLE = (*_GUARDS, "lifecycle", "lifecycle.create_before_destroy")
# What is told by other means: settings, providers and states by foundations, outputs by the contract of the stacks.
_TOLD = frozenset(
    {"backend", "constraint", "data.terraform_remote_state", "file", "lock", "output", "provider", REMOVED,
     "section", "terraform"}
)  # fmt: skip
# Nobody gets anywhere by one of these alone: what a load balancer leads to is told, and so is who gets a role.
_OPENING_NOTHING = frozenset(
    {"google_compute_health_check", "google_compute_managed_ssl_certificate", "google_compute_region_health_check",
     "google_compute_router", "google_compute_ssl_certificate", "google_compute_target_https_proxy",
     "google_compute_target_ssl_proxy", "google_compute_target_tcp_proxy", "google_compute_url_map",
     "google_secret_manager_secret", "google_service_account"}
)  # fmt: skip
# Kinds that a rule is about; what is asked about any kind (`*`, `*_iam_*`) knows none in particular.
_JUDGED = sorted({kind for rule in RULES for kind in rule.kinds if not kind.startswith("*")})
# Their members are told as grants.
_GRANTING = ("_iam_member", "_iam_binding", "_iam_policy")


def unjudged(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What of the change nobody speaks of, each with its address.

    Of a plan that has the code beside it the code's are told: what is written there is the same.
    """
    for change in comparison.changes if comparison.source == "code" or comparison.alone else ():
        if change.type in _TOLD:
            continue
        if change.of_resource and change.type.endswith(_GRANTING):
            if change.action == "updated" and any(one.dotted == "provider" for one in change.differences):
                text = "{address} changes in {attributes}, which no rule here judges."
                yield say(text, address=change.address, attributes="provider"), change.address
            continue
        for text, attributes in _said(change, comparison):
            given = {"attributes": ", ".join(attributes)} if attributes else {}
            yield say(text, address=change.address, **given), change.address
    yield from _guards_of_records(comparison)


def _guards_of_records(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What records guard and nothing else of them changes: how they are guarded counts as no change of theirs."""
    for item in comparison.after.of(RECORD.type) if comparison.after else ():
        former = comparison.former(item.address)
        if former is None or comparison.change(item.address) is not None:
            continue
        if lost := sorted({*lost_guards(former, item, comparison)}):
            text = "{address} changes in {attributes}, which no rule here judges."
            yield say(text, address=item.address, attributes=", ".join(lost)), item.address


def _said(change: Change, comparison: Comparison) -> Iterator[tuple[str, list[str]]]:
    """Sentences about a change, with the attributes that they are about."""
    if change.action == "destroyed":
        yield from ((text, []) for text in _gone(change, comparison))
    item = comparison.after.items.get(change.address) if comparison.after else None
    if item is None or item.type == "module":  # of a module that stays a finding tells
        return
    former = comparison.former(change.address)
    lost = lost_guards(former, item, comparison) if former is not None else ()
    told = replace(change, differences=tuple(written(change, comparison)))
    read = change.address in _read_records(comparison.stack) and "input" not in _ignored(item)
    attributes = sorted({*_attributes(told, item, read=read), *lost} - {*change.because})
    if change.action == "created" and (item.is_resource or reads(item.type)):
        judged = item.type in _OPENING_NOTHING or any(map(partial(fnmatchcase, item.type), _JUDGED))
        if item.kind is None and not judged:
            yield "{address} is new, and no rule here judges anything of its kind.", []
        elif item.kind is not None and attributes:
            yield "{address} is new, with {attributes}, which no rule here judges.", attributes
    elif change.action in {"updated", "replaced"}:
        if attributes:
            yield "{address} changes in {attributes}, which no rule here judges.", attributes
        ignored = sorted({one.attribute for one in change.differences} & _ignored(item)) if item.is_resource else []
        if ignored and change.type != RECORD.type:
            yield "{address} changes in {attributes}, which its lifecycle ignores: what is deployed stays.", ignored


def _ignored(item: Item) -> set[str]:
    """The attributes of which a lifecycle ignores changes, or a part of them; a name on purpose (docs/adr/0013)."""
    named = {re.split(r"[.\[]", str(one))[0] for one in texts(item.lifecycle, "ignore_changes")}
    return {*item.values} - {"lifecycle"} if "all" in named else named - {"name"}


def _gone(gone: Change, comparison: Comparison) -> Iterator[str]:
    """What follows where a module goes, or a check or something with conditions of which nothing else tells."""
    if gone.type == "module":
        yield "{address} is gone: whatever it has made is destroyed."
    elif _pointless(gone, comparison):
        return
    elif gone.type == "check":
        yield "{address} is gone: what it warned of is told no more."
    item = comparison.before.items.get(gone.address) if comparison.before else None
    conditions = item is not None and (item.lifecycle.get("precondition") or item.lifecycle.get("postcondition"))
    if conditions and (gone.type == RECORD.type or not gone.of_resource):
        yield "{address} is gone: what it refused is refused no more."


def _pointless(check: Change, comparison: Comparison) -> bool:
    """Whether what a check was about goes as well, or has another address."""
    item = comparison.before.items.get(check.address) if comparison.before else None
    gone = {change.address for change in comparison.changes if change.action in {"destroyed", "forgotten"}}
    gone |= {change.former_address for change in comparison.changes}
    return item is not None and any(address in gone - {check.address} for address, _ in referred(item.values))


@lru_cache(maxsize=16)
def _read_records(stack: Stack) -> frozenset[str]:
    """The records that values come out of; a guard, or a lifecycle that goes by one, reads no value for Google."""
    plain = ({key: value for key, value in item.values.items() if key != "lifecycle"} for item in stack.items.values())
    return frozenset(there for values in plain for there, _ in referred(values) if there.startswith(f"{RECORD.type}."))


def _attributes(change: Change, item: Item, *, read: bool) -> Iterator[str]:
    ordinary, new = _ordinary(change, item), change.action == "created"
    there = {one.dotted for one in change.differences if not one.removed}
    for difference in change.differences:
        path = difference.dotted
        guarding = ".".join(re.split(r"[.\[]", difference.path)[:2]) in _LIFECYCLE
        if (change.type == RECORD.type and not read) or (new and guarding):
            continue
        if path == "lifecycle.ignore_changes":
            more = {*map(str, _list(difference.after))} - {*map(str, _list(difference.before)), "name"}
            yield from [path] if more or difference.removed else []
        elif guarding:
            # A guard that is written otherwise is part of an edit; one that goes is lost.
            if difference.removed and path not in there and within(path, _GUARDS):
                yield path
        elif not within(path, ordinary):
            yield path


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _ordinary(change: Change, item: Item) -> tuple[str, ...]:
    if item.type == POLICY:
        return (*_EVERYWHERE, "binding")  # whoever is given a role by it is told there
    if item.kind is not None and not item.is_resource:
        return tuple(item.values) if change.action == "created" else _EVERYWHERE
    ordinary = (*_EVERYWHERE, *(_PLACED if item.kind is not None else ()))
    if item.type == FIREWALL.type and item.values.get("direction") == "EGRESS":
        return ordinary  # no way in tells of what VMs may reach
    if item.is_psc_endpoint:
        ordinary = (*ordinary, "target")
    usual = _USUAL.get(change.type, ()) if change.action == "created" else ()
    return (*ordinary, *_ORDINARY.get(change.type, ()), *usual)
