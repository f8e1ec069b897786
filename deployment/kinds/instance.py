"""VMs."""

from __future__ import annotations

from typing import Any

from deployment.kinds.kind import EVERYWHERE, EXTERNAL, VM_IDENTITY, Grant, Kind, Noteworthy, within
from deployment.values import Json

_IN_PLACE = (
    "boot_disk.auto_delete", "boot_disk.initialize_params.labels", "boot_disk.initialize_params.size",
    "network_interface.access_config", "network_interface.alias_ip_range", "network_interface.ipv6_access_config",
    "network_interface.network", "network_interface.stack_type", "network_interface.subnetwork",
    "network_interface.subnetwork_project",
)  # fmt: skip


def _in_place(path: str, before: Any, after: Any, values: Json) -> bool:
    del before, after, values
    return within(path, _IN_PLACE)


INSTANCE = Kind(
    type="google_compute_instance",
    called="VM",
    drawn=True,
    collection="instances",
    import_id="projects/{project}/zones/{zone}/instances/{name}",
    comment="A VM to try the endpoint from; it has no external address.",
    keys={"boot_disk": {"initialize_params": {}}, "network_interface": {}, "service_account": {}},
    unordered=("tags", "scheduling.node_affinities.values", "service_account.scopes"),
    forcing=(
        *EVERYWHERE, "network_interface", "boot_disk", "metadata_startup_script", "hostname", "scratch_disk",
        "guest_accelerator", "confidential_instance_config", "network_performance_config", "reservation_affinity",
        "instance_encryption_key", "key_revocation_action_type", "params", "scheduling.preemptible",
        "scheduling.provisioning_model", "scheduling.termination_time", "scheduling.max_run_duration",
        "scheduling.on_instance_stop_action", "advanced_machine_features.enable_uefi_networking",
    ),
    in_place=_in_place,
    grants=(
        Grant(name="roles/compute.instanceAdmin.v1", why="creates, changes and deletes the VM"),
        Grant(name="roles/iam.serviceAccountUser", on=VM_IDENTITY, why="a VM acts as this account"),
    ),
    way_in=EXTERNAL,
    replaced="The VM {name} {surely} replaced ({why}): what is on its disk is lost.",
    destroyed=": what is on its disk is lost",
    noteworthy={
        "service_account": Noteworthy(
            why="Terraform attaches none unless told. Its metadata server then has no ID token, and calls are answered "
            "401.",
            seen="provider; tried",
        ),
        "allow_stopping_for_update": Noteworthy(
            when=True,
            why="Else the provider refuses another machine type for a running VM.",
            seen="provider; tried",
        ),
    },
)  # fmt: skip
