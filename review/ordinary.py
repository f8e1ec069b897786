"""Which attributes are ordinary, by kind: a change of one is spoken of elsewhere, or needs no decision.

Which edits of our own stacks stay silent because of that, tests/review/test_silent_edits.py lists.
"""

from __future__ import annotations

from collections.abc import Mapping

from deployment.kinds.address import ADDRESS
from deployment.kinds.certificates import AUTHORIZATION, CERTIFICATE, ISSUANCE_CONFIG
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.dns import RECORD_SET, ZONE
from deployment.kinds.firewall import FIREWALL, POLICIES, POLICY_RULES
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
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

# Of any kind: words for people, and what Terraform alone goes by.
EVERYWHERE = ("annotations", "depends_on", "description", "labels", "timeouts")
# How many resources there are is a rule's to tell; of what is read it is told here.
MANY = ("count", "for_each")
# Of these it is one for people alone while it is written down there, and is not made of anything.
WORDS = ("annotations", "description", "labels", "template.annotations", "template.labels")
# Of a kind that is known: what a replacement tells.
PLACED = ("name", "project", "region", "zone", "location")
_CONTAINER = "template.containers"
# Of a policy's rule what is told as a way in, or as a rule that stops less.
_OF_POLICY = (
    "action", "direction", "disabled", "firewall_policy", "policy_id", "priority", "rule_name", "target_resources",
    "target_secure_tag", "target_secure_tags", "target_service_accounts",
    *(f"match.{name}" for name in (
        "layer4_config", "layer4_configs", "src_address_groups", "src_fqdns", "src_ip_ranges", "src_networks",
        "src_region_codes", "src_secure_tag", "src_secure_tags", "src_threat_intelligences",
    )),
)  # fmt: skip
# What a rule, a way in or a sentence of its own is about, or what changes how much of something there is.
ORDINARY: Mapping[str, tuple[str, ...]] = {
    SERVICE.type: (
        "deletion_protection", "ingress", "invoker_iam_disabled", "scaling.max_instance_count",
        "scaling.min_instance_count", "template.annotations", "template.labels",
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
    **dict.fromkeys(POLICY_RULES, _OF_POLICY),
    **dict.fromkeys(POLICIES, ("short_name", "parent", *(f"rule.{name}" for name in _OF_POLICY))),
    INSTANCE.type: ("allow_stopping_for_update", "boot_disk", "machine_type"),
    SUBNETWORK.type: (
        "ip_cidr_range", "log_config", "network", "purpose",
    ),
}  # fmt: skip
# What a new one usually has beside these: a change of it is told.
USUAL: Mapping[str, tuple[str, ...]] = {
    SERVICE.type: (
        "custom_audiences", "default_uri_disabled", "template.execution_environment", "template.vpc_access",
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
    **dict.fromkeys(POLICY_RULES, ("enable_logging", "match", "security_profile_group", "tls_inspect")),
    **dict.fromkeys(POLICIES, ("rule",)),
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
GUARDS = ("lifecycle.ignore_changes", "lifecycle.postcondition", "lifecycle.precondition", "lifecycle.prevent_destroy",
           "lifecycle.replace_triggered_by")  # fmt: skip
LIFECYCLE = (*GUARDS, "lifecycle", "lifecycle.create_before_destroy")
# What is told by other means: settings, providers and states by foundations, outputs by the contract of the stacks.
TOLD = frozenset(
    {"backend", "constraint", "data.terraform_remote_state", "file", "lock", "output", "provider", "section",
     "terraform"}
)  # fmt: skip
# Nobody gets anywhere by one of these alone: what a load balancer leads to is told, and so is who gets a role.
OPENING_NOTHING = frozenset(
    {"google_compute_health_check", "google_compute_managed_ssl_certificate", "google_compute_region_health_check",
     "google_compute_router", "google_compute_ssl_certificate", "google_compute_target_https_proxy",
     "google_compute_target_ssl_proxy", "google_compute_target_tcp_proxy", "google_compute_url_map",
     "google_secret_manager_secret", "google_service_account"}
)  # fmt: skip
