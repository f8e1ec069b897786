"""Reserved addresses, and addresses that something takes."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from standin.change import Change
from standin.compute import addressing
from standin.google_error import GoogleError, in_use, invalid
from standin.rules.table import rule

_INTERNAL = "https://cloud.google.com/vpc/docs/reserve-static-internal-ip-addresses"
SHARED = "SHARED_LOADBALANCER_VIP"


def taken(ip: str, user: str) -> GoogleError:
    """Compute Engine's answer for an address that is in use."""
    text = f"Specified IP address is in-use and would result in a conflict: '{user}'."
    return invalid("resource.IPAddress", ip, text)


def inside(ip: str, range_: str) -> bool:
    """Whether an address is one of a range; what is no address is none."""
    try:
        return ip_address(ip) in ip_network(range_)
    except ValueError:
        return False


@rule("addresses.insert", source=f"{_INTERNAL}#reservenewip")
def reserved_address_is_inside_its_subnet(change: Change) -> None:
    """An internal IPv4 address belongs to its subnet's range, and is none of the four that Google keeps."""
    subnet, ip = change.linked("subnetwork"), change.wanted.get("address")
    if subnet is None or not ip or change.wanted.get("ipVersion") == "IPV6" or not subnet.body.get("ipCidrRange"):
        return
    range_ = subnet.body["ipCidrRange"]
    if not inside(ip, range_):
        raise change.invalid("address", f"Requested internal IP address is outside the subnetwork CIDR range {range_}.")
    if ip in addressing.unusable(range_):
        raise change.invalid("address", "Requested internal IP address is reserved in the subnetwork.")


@rule("addresses.insert", source=f"{_INTERNAL} (a reservation is exclusive)")
def reserved_address_is_free(change: Change) -> None:
    """An internal address is reserved once in a network; one that is only in use can be reserved (promoted)."""
    ip, network = change.wanted.get("address"), addressing.network_of(change.cloud, change.wanted)
    for other_ip, other in addressing.reserved(change.cloud, network) if ip and network else ():
        if other_ip == ip:
            raise GoogleError(
                400,
                f"IP_IN_USE_BY_ANOTHER_RESOURCE: IP '{ip}' is already being used by another resource: '{other.path}'.",
                reason="ipInUseByAnotherResource",
            )


@rule("addresses.insert", source="compute v1 discovery document, Address.subnetwork")
def reserved_address_is_in_its_subnets_region(change: Change) -> None:
    """A regional address and its subnet are in one region."""
    subnet = change.linked("subnetwork")
    if subnet is not None and subnet.scope != change.scope:
        raise change.invalid("subnetwork", "The subnetwork must be in the address's region.", subnet.path)


@rule(
    "addresses.insert",
    source="https://cloud.google.com/vpc/docs/subnets#purposes_of_subnets",
    doubt="That these subnets hold nothing else is documented; the words are the stand-in's.",
)
def addresses_are_reserved_in_ordinary_subnets(change: Change) -> None:
    """Subnets of proxies and of PSC's NAT give no addresses to anything else."""
    subnet = change.linked("subnetwork")
    if subnet is not None and subnet.body.get("purpose") != "PRIVATE":
        raise change.invalid("subnetwork", f"The subnetwork's purpose is {subnet.body.get('purpose')}.", subnet.path)


@rule("addresses.insert", source="compute v1 discovery document, Address.purpose and Address.subnetwork")
def external_addresses_have_no_subnet(change: Change) -> None:
    """Subnet and purpose go with internal addresses, and a subnet with external IPv6 ones; EXTERNAL is the default."""
    ipv6 = change.wanted.get("ipVersion") == "IPV6"
    fields = ("purpose",) if ipv6 else ("subnetwork", "purpose")
    for field in fields if change.wanted.get("addressType") == "EXTERNAL" else ():
        if change.sent.get(field):
            raise change.invalid(field, "Not supported for addresses of the type EXTERNAL.", change.sent[field])


@rule("addresses.delete", source=f"{_INTERNAL}#releasing_a_static_internal_ip_address")
def addresses_in_use_stay(change: Change) -> None:
    """An address that a rule or VM uses is not released."""
    record = change.cloud.compute[change.path]
    users = addressing.users(change.cloud, record)
    if users:
        raise in_use("address", change.path, users[0])
