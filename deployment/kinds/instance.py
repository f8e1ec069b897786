"""VMs."""

from __future__ import annotations

from deployment.kinds.kind import EVERYWHERE, EXTERNAL, VM_IDENTITY, Grant, Kind, Noteworthy

INSTANCE = Kind(
    type="google_compute_instance",
    called="VM",
    drawn=True,
    collection="instances",
    import_id="projects/{project}/zones/{zone}/instances/{name}",
    comment="A VM to try the endpoint from; it has no external address.",
    keys={"boot_disk": {"initialize_params": {}}, "network_interface": {}, "service_account": {}},
    forcing=(*EVERYWHERE, "network_interface", "boot_disk"),
    in_place=(".access_config", ".alias_ip_range", ".auto_delete"),
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
)
