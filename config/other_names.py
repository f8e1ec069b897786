"""Keys that people try because other tools have them: what they are called here, or that there is no such thing yet.

The names are Google's, gcloud's, the google provider's and those of modules that publish services.
"""

from __future__ import annotations

from collections.abc import Iterable

# Other words for a key, whichever section it stands in.
_OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "accept": ("accept_list", "consumer_accept_list", "consumer_accept_lists", "allow", "allowed_projects"),
    "address": ("ip", "ip_address", "ipv4_address"),
    "concurrency": ("max_instance_request_concurrency", "container_concurrency"),
    "container_port": ("target_port",),
    "cpu": ("limits", "resources"),
    "deletion_protection": ("prevent_destroy",),
    "default_url": ("default_uri", "default_uri_disabled"),
    "env": ("env_vars", "environment_variables", "variables"),
    "global_access": ("allow_global_access", "allow_psc_global_access", "psc_global_access"),
    "audiences": ("custom_audiences",),
    "host": ("hostname", "server_name"),
    "image": ("container", "containers", "container_image"),
    "invokers": ("callers", "members", "iam"),
    "machine_type": ("type",),
    "nat_ranges": ("nat_subnet", "psc_nat_subnets", "psc_subnet"),
    "network": ("vpc", "vpc_network"),
    "port": ("ports", "port_range"),
    "project": ("project_id",),
    "propagated_connection_limit": ("propagated_connections",),
    "request_log": ("log_config", "access_log", "load_balancer_log"),
    "range": ("cidr", "ip_cidr_range", "cidr_range", "ip_range", "ranges"),
    "region": ("location", "regions"),
    "reject": ("reject_list", "consumer_reject_list", "consumer_reject_lists", "deny"),
    "scaling": ("instances", "autoscaling", "replicas", "min_instance_count", "max_instance_count"),
    "secrets": ("secret_env", "secret_environment_variables"),
    "service": ("producer_service",),
    "service_account": ("service_account_email", "run_as", "runtime_service_account"),
    "service_attachment": ("target", "target_service", "psc_target", "target_service_attachment"),
    "subnet": ("subnetwork", "subnets"),
    "test_vm": ("vm", "client_vm"),
    "timeout_seconds": ("request_timeout",),
}
_HERE = {other: known for known, words in _OTHER_WORDS.items() for other in words}

_HTTPS = "HTTPS is `https: {host: HOST, certificate: LINK}` of a service"
_NAMES = "a private zone for the host of a service with https is `dns: true` of an endpoint"
_EXISTING = "a network or subnet that exists, also of a Shared VPC host project, is given by `existing: LINK`"
_PLANNED: dict[str, str] = {
    **dict.fromkeys(("ssl", "ssl_certificate", "certificates", "ssl_certificates"), _HTTPS),
    **dict.fromkeys(("domain", "domain_name", "domain_names", "private_dns"), _NAMES),
    **dict.fromkeys(("network_id", "network_self_link", "subnet_id", "host_project", "shared_vpc"), _EXISTING),
}


def other_name(key: str, known: Iterable[str]) -> str:
    """What a key of another tool is called in a section with the keys `known`; "" where nothing is known of it."""
    name = _HERE.get(key.lower(), "")
    return name if name in known else ""


def planned(key: str) -> str:
    """What to say of a key for what there is not, or not yet; "" where nothing is known of it."""
    return _PLANNED.get(key.lower(), "")
