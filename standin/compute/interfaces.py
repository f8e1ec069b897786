"""Network interfaces of VMs, and the external addresses that they have by access configurations."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute import addressing
from standin.compute.actions import refuse_stale
from standin.google_error import invalid
from standin.message import Json, fill

# The parameters of the methods about interfaces, beside which the message's own fields come.
_PARAMETERS = frozenset({"networkInterface", "accessConfig", "requestId"})


def connect(cloud: Cloud, vm: Record, interface: Json, index: int) -> None:
    """Give an interface its subnet and addresses. Raises 400 where there is no subnet for it."""
    if not interface.keys() & {"network", "subnetwork", "networkAttachment"}:
        interface["network"] = links.full(f"projects/{vm.project}/global/networks/default")
    if attachment := cloud.compute.linked(interface.get("networkAttachment")):
        interface["subnetwork"] = attachment.body["subnetworks"][0]
    subnet = addressing.subnet_of(cloud, vm, interface)
    if subnet is None:
        raise invalid(
            "resource.networkInterfaces[0].subnetwork",
            "",
            "Network interface must specify a subnet if the network resource is in custom subnet mode.",
        )
    interface["subnetwork"] = subnet.body["selfLink"]
    interface["network"] = subnet.body["network"]
    fill(interface, networkIP=addressing.next_free(cloud, subnet), stackType="IPV4_ONLY")
    interface.update(kind="compute#networkInterface", name=f"nic{index}", fingerprint=cloud.fingerprint())
    for access in interface.get("accessConfigs", []):
        _complete_access(cloud, access)
    _connect_ipv6(cloud, subnet, interface)


def _connect_ipv6(cloud: Cloud, subnet: Record, interface: Json) -> None:
    """With IPv6, an interface has 96 bits of its subnet's range: an inner one itself, an outer one by its access.

    Source: compute v1 discovery document, NetworkInterface (ipv6Address, internalIpv6PrefixLength) and AccessConfig.
    """
    access = subnet.body.get("ipv6AccessType", "")
    if "IPV6" not in interface["stackType"] or not access:
        return
    interface["ipv6AccessType"] = access
    address = addressing.external(cloud, "IPV6")
    if access == "INTERNAL":
        fill(interface, ipv6Address=address, internalIpv6PrefixLength=96)
    for config in interface.get("ipv6AccessConfigs", []):
        config["kind"] = "compute#accessConfig"
        fill(config, name="external-ipv6", type="DIRECT_IPV6", networkTier="PREMIUM")
        fill(config, externalIpv6=address, externalIpv6PrefixLength=96)


def update(cloud: Cloud, vm: Record, sent: Json) -> None:
    """`updateNetworkInterface`: with a fingerprint, of the interface as it is."""
    interface = _named(vm, sent)
    refuse_stale(sent.get("fingerprint"), interface["fingerprint"], "Network interface")
    interface.update(_message(sent))
    interface["fingerprint"] = cloud.fingerprint()


def add_access(cloud: Cloud, vm: Record, sent: Json) -> None:
    """`addAccessConfig`. Raises 400 for a second one: an interface has one at most.

    Source: compute v1 discovery document, NetworkInterface.accessConfigs ("Currently, only one access config").
    """
    interface = _named(vm, sent)
    if interface.get("accessConfigs"):
        raise invalid("networkInterface", interface["name"], "At most one access config currently supported.")
    access = _message(sent)
    _complete_access(cloud, access)
    interface["accessConfigs"] = [access]
    interface["fingerprint"] = cloud.fingerprint()


def update_access(cloud: Cloud, vm: Record, sent: Json) -> None:
    """`updateAccessConfig`: what is not sent stays as it is."""
    interface = _named(vm, sent)
    access = _access(interface, sent.get("name", ""))
    access.update(_message(sent))
    interface["fingerprint"] = cloud.fingerprint()


def delete_access(cloud: Cloud, vm: Record, sent: Json) -> None:
    """`deleteAccessConfig`: the interface has no external address afterwards."""
    interface = _named(vm, sent)
    access = _access(interface, sent.get("accessConfig", ""))
    interface["accessConfigs"].remove(access)
    if not interface["accessConfigs"]:
        del interface["accessConfigs"]
    interface["fingerprint"] = cloud.fingerprint()


def _complete_access(cloud: Cloud, access: Json) -> None:
    """Source of the usual values: compute v1 discovery document, AccessConfig."""
    access["kind"] = "compute#accessConfig"
    fill(access, name="external-nat", type="ONE_TO_ONE_NAT", networkTier="PREMIUM", natIP=addressing.external(cloud))


def _message(sent: Json) -> Json:
    return {field: value for field, value in sent.items() if field not in _PARAMETERS}


def _named(vm: Record, sent: Json) -> Json:
    """The interface that a method is about. Raises 400 for one that the VM has not."""
    name = sent.get("networkInterface", "")
    for interface in vm.body["networkInterfaces"]:
        if interface["name"] == name:
            found: Json = interface
            return found
    raise invalid("networkInterface", name, "The specified network interface does not exist.")


def _access(interface: Json, name: str) -> Json:
    """The access configuration of that name; without a name, the only one. Raises 400 for one that is not there."""
    for access in interface.get("accessConfigs", []):
        if name in ("", access["name"]):
            found: Json = access
            return found
    raise invalid("accessConfig", name, "The specified access config does not exist.")
