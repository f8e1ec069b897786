"""What deployment/kinds says forces a replacement is what the real provider plans."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from deployment.comparison import compare
from deployment.kinds import KINDS
from deployment.stack_files import stack_of
from review.replacement import infer
from tests.e2e.conftest import CURRENT
from tests.e2e.live import Live

VERSION = CURRENT
REGION, ZONE = "europe-west1", "europe-west1-b"
OTHER_PROJECT = "example-other-project"
NETWORK = "projects/example-producer-project/global/networks/other"
SUBNET = "projects/example-producer-project/regions/asia-northeast1/subnetworks/other"
RULE, ENDPOINT = "google_compute_forwarding_rule.hello", "google_compute_forwarding_rule.psc_endpoint"
# Stack, address, and another value for attributes: some that force, some that do not.
ROWS: list[tuple[str, str, dict[str, Any]]] = [
    ("producer", "google_cloud_run_v2_service.hello", {
        "name": "other", "project": OTHER_PROJECT, "location": REGION, "ingress": "INGRESS_TRAFFIC_ALL",
        "labels": {"a": "b"}}),
    ("producer", "google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute", {
        "name": "other", "project": OTHER_PROJECT, "location": REGION, "role": "roles/run.admin",
        "member": "allUsers"}),
    ("producer", RULE, {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "ip_address": "10.0.1.9", "ip_protocol": "UDP",
        "port_range": "8080", "load_balancing_scheme": "EXTERNAL_MANAGED", "network": NETWORK, "subnetwork": SUBNET,
        "allow_global_access": True, "labels": {"a": "b"}, "target":
        "projects/example-producer-project/regions/asia-northeast1/targetHttpProxies/other"}),
    ("producer", "google_compute_network.network", {
        "name": "other", "project": OTHER_PROJECT, "auto_create_subnetworks": True, "routing_mode": "GLOBAL",
        "description": "other", "mtu": 1500}),
    ("producer", "google_compute_region_backend_service.hello", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "load_balancing_scheme": "EXTERNAL_MANAGED",
        "protocol": "HTTPS", "network": NETWORK}),
    ("producer", "google_compute_region_network_endpoint_group.hello", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "cloud_run": {"service": "other"},
        "network_endpoint_type": "INTERNET_IP_PORT", "description": "other"}),
    ("producer", "google_compute_region_target_http_proxy.hello", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "description": "other",
        "http_keep_alive_timeout_sec": 20}),
    ("producer", "google_compute_region_url_map.hello", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "description": "other"}),
    ("producer", "google_compute_service_attachment.hello", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "domain_names": ["other.example."],
        "connection_preference": "ACCEPT_AUTOMATIC", "description": "other", "nat_subnets": [SUBNET],
        "enable_proxy_protocol": True, "reconcile_connections": False, "target_service":
        "projects/example-producer-project/regions/asia-northeast1/forwardingRules/other"}),
    ("producer", "google_compute_subnetwork.hello_nat_10_0_3_0_24", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "network": NETWORK, "purpose": "PRIVATE",
        "private_ip_google_access": True, "description": "other", "ip_cidr_range": "10.9.0.0/24"}),
    ("producer", "google_compute_subnetwork.hello_nat_10_0_3_0_24", {"ip_cidr_range": "10.0.2.0/23"}),
    ("producer", "google_project_service.run", {
        "project": OTHER_PROJECT, "service": "pubsub.googleapis.com", "disable_on_destroy": True}),
    ("consumer", "google_compute_address.psc_endpoint", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "address": "10.1.0.9",
        "address_type": "EXTERNAL", "subnetwork": SUBNET, "purpose": "SHARED_LOADBALANCER_VIP", "labels": {"a": "b"},
        "description": "other", "network_tier": "STANDARD", "ip_version": "IPV6"}),
    ("consumer", "google_compute_firewall.test_vm_iap_ssh", {
        "name": "other", "project": OTHER_PROJECT, "network": NETWORK, "direction": "EGRESS",
        "source_ranges": ["10.0.0.0/8"]}),
    ("consumer", ENDPOINT, {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "ip_address": "10.1.0.9", "network": NETWORK,
        "target": "projects/example-producer-project/regions/asia-northeast1/serviceAttachments/other",
        "allow_psc_global_access": True, "allow_global_access": True, "description": "other",
        "no_automate_dns_zone": True, "source_ip_ranges": ["10.0.0.0/8"], "service_label": "other"}),
    ("consumer", "google_compute_instance.test_vm", {
        "name": "other", "project": OTHER_PROJECT, "zone": ZONE, "machine_type": "e2-small", "labels": {"a": "b"},
        "boot_disk": {"initialize_params": {"image": "debian-cloud/debian-11"}}, "metadata_startup_script": "date",
        "hostname": "other.example.com", "description": "other", "scheduling": {"preemptible": True},
        "key_revocation_action_type": "STOP", "scratch_disk": {"interface": "NVME"}, "resource_policies": ["other"],
        "reservation_affinity": {"type": "NO_RESERVATION"},
        "network_performance_config": {"total_egress_bandwidth_tier": "TIER_1"}}),
]  # fmt: skip
# Of the base `https`, which has kinds that the reference deployment has none of.
HTTPS_ROWS: list[tuple[str, str, dict[str, Any]]] = [
    ("producer", "google_certificate_manager_certificate.hello", {
        "name": "other", "project": OTHER_PROJECT, "location": REGION, "scope": "ALL_REGIONS", "labels": {"a": "b"},
        "managed": {"domains": ["other.example.com"]}, "description": "other"}),
    ("producer", "google_certificate_manager_dns_authorization.hello", {
        "name": "other", "project": OTHER_PROJECT, "location": REGION, "domain": "other.example.com",
        "type": "FIXED_RECORD", "labels": {"a": "b"}, "description": "other"}),
    ("producer", "google_certificate_manager_certificate_issuance_config.second", {
        "name": "other", "project": OTHER_PROJECT, "location": REGION, "description": "other", "labels": {"a": "b"},
        "key_algorithm": "RSA_2048", "lifetime": "1900000s", "rotation_window_percentage": 50,
        "certificate_authority_config": {"certificate_authority_service_config": {"ca_pool":
        "projects/example-producer-project/locations/asia-northeast1/caPools/other"}}}),
    ("producer", "google_compute_region_ssl_policy.hello", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "description": "other", "profile": "RESTRICTED",
        "min_tls_version": "TLS_1_0"}),
    ("producer", "google_compute_region_target_https_proxy.hello", {
        "name": "other", "project": OTHER_PROJECT, "region": REGION, "description": "other",
        "http_keep_alive_timeout_sec": 20, "certificate_manager_certificates":
        ["projects/example-producer-project/locations/asia-northeast1/certificates/other"],
        "ssl_policy": "projects/example-producer-project/regions/asia-northeast1/sslPolicies/other"}),
    ("producer", "google_dns_record_set.hello_authorization", {
        "name": "other.example.com.", "project": OTHER_PROJECT, "managed_zone": "other", "ttl": 60,
        "rrdatas": ["other.example.com."], "type": "A"}),
    ("producer", "google_secret_manager_secret_iam_member.token_example_producer_project_compute", {
        "secret_id": "other", "project": OTHER_PROJECT, "role": "roles/secretmanager.viewer", "member": "allUsers",
        "condition": {"title": "other", "expression": "false"}}),
    ("consumer", "google_dns_managed_zone.psc_endpoint", {
        "name": "other", "project": OTHER_PROJECT, "dns_name": "other.example.com.", "visibility": "public",
        "description": "other", "labels": {"a": "b"},
        "private_visibility_config": {"networks": [{"network_url": NETWORK}]}}),
    ("consumer", "google_network_management_vpc_flow_logs_config.subnet", {
        "project": OTHER_PROJECT, "location": "europe-west1", "vpc_flow_logs_config_id": "other",
        "description": "other", "flow_sampling": 0.1, "labels": {"a": "b"}}),
]  # fmt: skip
CASES = [
    (base, stack, address, name, value)
    for base, rows in (("default", ROWS), ("https", HTTPS_ROWS))
    for stack, address, values in rows
    for name, value in values.items()
]
# Asked of a kind's rows by another one of the same kind, or only settable where the reference has nothing of the sort.
NOT_TRIED = {
    "google_cloud_run_v2_service": {"tags"},
    "google_cloud_run_v2_service_iam_member": {"condition"},
    "google_compute_address": {"zone", "location", "network", "ip_collection", "ipv6_endpoint_type", "prefix_length"},
    "google_compute_firewall": {"params"},
    "google_compute_forwarding_rule": {
        "zone",
        "location",
        "ports",
        "all_ports",
        "backend_service",
        "ip_collection",
        "ip_version",
        "is_mirroring_collector",
        "network_tier",
        "service_directory_registrations",
    },
    "google_compute_instance": {
        "region",
        "location",
        "network_interface",
        "project",
        "guest_accelerator",
        "confidential_instance_config",
        "instance_encryption_key",
        "params",
        "scheduling.provisioning_model",
        "scheduling.termination_time",
        "scheduling.max_run_duration",
        "scheduling.on_instance_stop_action",
        "advanced_machine_features.enable_uefi_networking",
    },
    "google_compute_network": {"internal_ipv6_range", "network_profile", "params"},
    "google_compute_region_backend_service": {"params"},
    "google_compute_region_network_endpoint_group": {
        "zone",
        "location",
        "network",
        "subnetwork",
        "psc_target_service",
        "app_engine",
        "cloud_function",
        "psc_data",
    },
    "google_compute_subnetwork": {
        "external_ipv6_prefix",
        "internal_ipv6_prefix",
        "params",
        "reserved_internal_range",
        "resolve_subnet_mask",
    },
}


def test_every_row_of_the_table_is_tried() -> None:
    for kind in (kind for kind in KINDS if kind.ours):
        tried = {name for _, _, address, name, _ in CASES if address.startswith(f"{kind.type}.")}
        tried |= {"scheduling.preemptible"} if "scheduling" in tried else set()
        assert set(kind.forcing) - tried <= NOT_TRIED.get(kind.type, set()), kind.label


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("base", "stack", "address", "name", "value"), CASES, ids=[f"{a}.{n}" for _, _, a, n, _ in CASES]
)
def test_an_attribute_forces_a_replacement_if_the_table_says_so(
    base: str, stack: str, address: str, name: str, value: Any, deployed: Callable[[str, str], Live]
) -> None:
    live = deployed(base, VERSION)
    file = live.stack(stack) / "cdk.tf.json"
    before = file.read_text()
    content = json.loads(before)
    type_, _, label = address.partition(".")
    resource = content["resource"][type_][label]
    resource.setdefault("lifecycle", {}).pop("ignore_changes", None)
    former = stack_of(deepcopy(content), base, stack)
    resource[name] = value
    change = infer(compare(former, stack_of(content, base, stack))).change(address)
    inferred = {why.partition(".")[0].partition("[")[0] for why in change.because} if change else set()
    try:
        file.write_text(json.dumps(content))
        planned = live.deployer.plan(live.stack_folder(stack))
    finally:
        file.write_text(before)
    if not planned.ok:
        pytest.skip(f"the provider refuses to plan it: {planned.diagnostics[0].summary[:100]}")
    found = next((change for change in planned.changes if change.address == address), None)
    forced = found is not None and any(why.split(".")[0] == name for why in found.because)
    assert forced == (name in inferred), (found.action, found.because) if found else "no change at all"
