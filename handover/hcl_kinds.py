"""What HCL needs to know about the kinds that the stacks hold: which keys are blocks and which are maps.

Terraform JSON does not tell a nested block from a map, HCL does. The provider's schema knows
(`terraform providers schema -json`), but a bundle is written without Terraform and provider at hand; so this is kept
here for exactly the kinds and keys that are synthesized, and tests/handover/test_hcl_kinds.py holds it against the
real schema where that can be had. What is not here is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

MAP: Final = "map"
Keys: TypeAlias = Mapping[str, "Keys | str"]

# In the order in which they are read: what comes first is what the next ones stand on.
RESOURCES: Mapping[str, Keys] = {
    "google_project_service": {},
    "terraform_data": {"input": MAP, "triggers_replace": MAP},
    "google_compute_network": {},
    "google_compute_subnetwork": {"log_config": {}},
    "google_compute_firewall": {"allow": {}},
    "google_secret_manager_secret_iam_member": {},
    "google_cloud_run_v2_service": {
        "labels": MAP,
        "template": {
            "containers": {
                "env": {"value_source": {"secret_key_ref": {}}},
                "ports": {},
                "resources": {"limits": MAP},
            },
            "scaling": {},
        },
    },
    "google_cloud_run_v2_service_iam_member": {},
    "google_compute_region_network_endpoint_group": {"cloud_run": {}},
    "google_compute_region_backend_service": {"backend": {}},
    "google_compute_region_url_map": {},
    "google_compute_region_target_http_proxy": {},
    "google_compute_address": {},
    "google_compute_forwarding_rule": {},
    "google_compute_service_attachment": {"consumer_accept_lists": {}},
    "google_compute_instance": {
        "boot_disk": {"initialize_params": {}},
        "network_interface": {},
        "service_account": {},
    },
}
DATA: Mapping[str, Keys] = {
    "terraform_remote_state": {"config": MAP},
    "google_project": {},
    "google_compute_subnetworks": {},
}
PROVIDERS: Mapping[str, Keys] = {"google": {"default_labels": MAP}}
BACKENDS: Mapping[str, Keys] = {"local": {}, "gcs": {}}

# Terraform's own language: blocks of a resource, and the keys whose text is an address and no string.
LIFECYCLE: Keys = {"precondition": {}, "postcondition": {}}
REFERENCES = frozenset({"depends_on", "ignore_changes", "replace_triggered_by", "from", "to"})
