"""VMs, and the firewall rules that let people in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from standin import links
from standin.change import Change
from standin.cloud import Record
from standin.compute import addressing
from standin.google_error import GoogleError
from standin.message import Json
from standin.rules.accounts import exists
from standin.rules.addresses import inside, taken
from standin.rules.table import rule

_STOPPED = "https://cloud.google.com/compute/docs/instances/changing-machine-type-of-stopped-instance"


@rule("instances.insert", source="https://cloud.google.com/compute/docs/access/service-accounts")
def a_vms_account_exists(change: Change) -> None:
    """A VM runs as an account that exists; whether it has scopes is its own affair."""
    for account in change.wanted.get("serviceAccounts", []):
        email = account.get("email") or "default"
        if email != "default" and not exists(change.cloud, email):
            raise GoogleError(400, f"The resource '{email}' of type 'serviceAccount' was not found.", reason="invalid")


@rule("instances.insert", source="https://cloud.google.com/vpc/docs/subnets#purposes_of_subnets")
def a_vm_is_in_an_ordinary_subnet(change: Change) -> None:
    """Subnets of proxies and of PSC's NAT hold no VMs."""
    for _, subnet in _interfaces(change):
        if subnet is not None and subnet.body.get("purpose") != "PRIVATE":
            text = f"The subnetwork's purpose is {subnet.body.get('purpose')}."
            raise change.invalid("networkInterfaces[0].subnetwork", text, subnet.path)


@rule("instances.insert", source="compute v1 discovery document, NetworkInterface.subnetwork")
def a_vm_is_in_its_subnets_region(change: Change) -> None:
    """Zone and subnet are in one region."""
    for _, subnet in _interfaces(change):
        if subnet is not None and links.region_of(subnet.scope) != links.region_of(change.scope):
            text = "The subnetwork must be in the region of the instance's zone."
            raise change.invalid("networkInterfaces[0].subnetwork", text, subnet.path)


@rule("instances.insert", source="compute v1 discovery document, NetworkInterface.networkIP")
def a_vms_address_is_free(change: Change) -> None:
    """A VM's own choice of address is inside its subnet and taken by nobody."""
    for interface, subnet in _interfaces(change):
        ip = interface.get("networkIP")
        if not ip or subnet is None:
            continue
        if not inside(ip, subnet.body["ipCidrRange"]):
            raise change.invalid("networkInterfaces[0].networkIP", "It is outside the subnetwork's range.", ip)
        network = addressing.network_of(change.cloud, subnet.body)
        for other_ip, user in addressing.taken(change.cloud, network):
            if other_ip == ip:
                raise taken(ip, user.path)


@rule("instances.insert", "instances.attachDisk", source="compute v1 discovery document, AttachedDisk.forceAttach")
def only_a_regional_disk_is_forced(change: Change) -> None:
    """A disk that exists is attached by force, though it is attached elsewhere, only if it is regional."""
    for disk in change.sent.get("disks", [change.sent]):
        if disk.get("forceAttach") and disk.get("source") and "/regions/" not in disk["source"]:
            raise GoogleError(400, "Force attaching zonal disks is not supported.", reason="invalid")


@rule("instances.setMachineType", "instances.setServiceAccount", source=_STOPPED)
def a_vm_is_stopped_first(change: Change) -> None:
    """Machine type and account change while the VM is stopped."""
    if change.former.get("status") != "TERMINATED":
        what = "machine type" if change.verb == "setMachineType" else "service account"
        raise GoogleError(400, f"The instance must be stopped before its {what} can be changed.", reason="invalid")


@rule("instances.delete", source="https://cloud.google.com/compute/docs/instances/preventing-accidental-vm-deletion")
def a_protected_vm_stays(change: Change) -> None:
    """Deletion protection."""
    if change.former.get("deletionProtection"):
        text = "Resource cannot be deleted if it's protected against deletion."
        raise change.invalid("deletionProtection", text, "true")


@rule("firewalls.insert", "firewalls.patch", "firewalls.update", source="compute v1 discovery document, Firewall")
def a_firewall_rule_allows_or_denies(change: Change) -> None:
    """Either `allowed` or `denied`, and source ranges that are networks."""
    if bool(change.wanted.get("allowed")) == bool(change.wanted.get("denied")):
        raise change.invalid("allowed", "Exactly one of allowed and denied must be specified.", "")
    for text in change.wanted.get("sourceRanges", []):
        try:
            ip_network(text)
        except ValueError:
            raise change.invalid("sourceRanges[0]", "Must be a valid CIDR address range.", text) from None


def _interfaces(change: Change) -> Iterator[tuple[Json, Record | None]]:
    for interface in change.wanted.get("networkInterfaces", []):
        yield interface, change.cloud.compute.linked(interface.get("subnetwork"))
