"""Subnets: ranges, purposes and roles."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network

from standin import links
from standin.change import Change
from standin.cloud import Record
from standin.compute.purposes import PROXIES
from standin.google_error import GoogleError, in_use
from standin.rules.table import rule

_RANGES = "https://cloud.google.com/vpc/docs/subnets#ipv4-ranges"
_PROXY_ONLY = "https://cloud.google.com/load-balancing/docs/proxy-only-subnets"
_SMALLEST, _SMALLEST_PROXY_ONLY = 29, 26
_PROHIBITED = [
    IPv4Network(text)
    for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "199.36.153.4/30", "199.36.153.8/30")
]
# The subnets of an auto-mode network, one in each region.
_AUTO_MODE = IPv4Network("10.128.0.0/9")


def _refused(change: Change, why: str) -> GoogleError:
    return change.invalid("ipCidrRange", why, change.wanted.get("ipCidrRange", ""))


@rule("subnetworks.insert", "subnetworks.expandIpCidrRange", source=_RANGES)
def subnet_range_is_valid(change: Change) -> None:
    """An IPv4 network without host bits, at least a /29, outside the prohibited ranges, in a subnet that has IPv4."""
    text = change.wanted.get("ipCidrRange", "")
    if not text and (change.wanted.get("stackType") == "IPV6_ONLY" or change.wanted.get("reservedInternalRange")):
        return
    try:
        network = ip_network(text)
    except ValueError:
        raise _refused(change, "Must be a CIDR address range that has no host bits set.") from None
    if not isinstance(network, IPv4Network):
        raise _refused(change, "Must be an IPv4 CIDR address range.")
    if network.prefixlen > _SMALLEST:
        raise _refused(change, f"The prefix length must be at most {_SMALLEST}.")
    if any(network.overlaps(prohibited) for prohibited in _PROHIBITED):
        raise _refused(change, "IP address range must not overlap a prohibited range.")


@rule(
    "subnetworks.insert",
    source=f"{_PROXY_ONLY}#proxy_only_subnet_create",
    doubt="Only the size is documented; the words are the stand-in's.",
)
def proxy_only_range_is_wide_enough(change: Change) -> None:
    """A proxy-only subnet with a range of its own has at least 64 addresses."""
    if (
        _is_proxy_only(change)
        and change.wanted.get("ipCidrRange")
        and ip_network(change.wanted["ipCidrRange"]).prefixlen > _SMALLEST_PROXY_ONLY
    ):
        raise _refused(change, f"A proxy-only subnetwork must be at least /{_SMALLEST_PROXY_ONLY}.")


@rule("subnetworks.insert", "subnetworks.expandIpCidrRange", source=f"{_RANGES} (ranges of one network are disjoint)")
def subnet_ranges_do_not_overlap(change: Change) -> None:
    """The primary IPv4 ranges of no two subnets of one network overlap, whatever their region."""
    if not change.wanted.get("ipCidrRange"):
        return
    mine = ip_network(change.wanted["ipCidrRange"])
    for other in _siblings(change):
        if other.body.get("ipCidrRange") and mine.overlaps(ip_network(other.body["ipCidrRange"])):
            region = links.region_of(other.scope)
            raise GoogleError(
                400,
                f"Invalid IPCidrRange: {mine} conflicts with existing subnetwork '{other.name}' in region '{region}'.",
                reason="invalid",
            )


@rule("subnetworks.insert", source="https://cloud.google.com/vpc/docs/subnets#subnet-creation-mode-auto")
def auto_mode_networks_have_their_own_ranges(change: Change) -> None:
    """An auto-mode network has a subnet in every region already, all of them inside 10.128.0.0/9."""
    network = change.linked("network")
    mine = change.wanted.get("ipCidrRange")
    if mine and network and network.body.get("autoCreateSubnetworks") and ip_network(mine).overlaps(_AUTO_MODE):
        raise _refused(change, f"It conflicts with the subnetworks {_AUTO_MODE} of the auto subnet mode network.")


@rule(
    "subnetworks.insert",
    "subnetworks.patch",
    source="compute v1 discovery document, Subnetwork.role, and the provider's "
    "TestAccComputeServiceAttachment_serviceAttachmentBasicExampleGateway, which gives a PRIVATE subnet one",
)
def a_proxy_only_subnet_has_a_role(change: Change) -> None:
    """The proxies' purposes do not go without a role. What a role means with another purpose is not asked."""
    if _is_proxy_only(change) and not change.wanted.get("role"):
        raise change.invalid("role", f"Role must be specified for the purpose {change.wanted['purpose']}.", "")


@rule("subnetworks.insert", "subnetworks.patch", source=f"{_PROXY_ONLY} (one active per region and VPC network)")
def one_active_proxy_only_subnet(change: Change) -> None:
    """A region of a network has one active proxy-only subnet; a second one must be a BACKUP."""
    if not _is_proxy_only(change) or change.wanted.get("role") != "ACTIVE":
        return
    if change.former.get("role") == "BACKUP":
        return  # promoting a backup demotes the active one
    for other in _siblings(change):
        same = other.body.get("purpose") == change.wanted["purpose"] and other.scope == change.scope
        if same and other.body.get("role") == "ACTIVE":
            raise change.invalid(
                "role", f"An active proxy-only subnetwork already exists in the region: '{other.path}'."
            )


@rule("subnetworks.insert", "subnetworks.patch", source="compute v1 discovery document, Subnetwork.enableFlowLogs")
def proxy_only_subnets_have_no_flow_logs(change: Change) -> None:
    """Flow logs of a proxy-only subnet are not supported."""
    if _is_proxy_only(change) and (
        change.wanted.get("logConfig", {}).get("enable") or change.sent.get("enableFlowLogs")
    ):
        raise change.invalid("logConfig", "Flow logs are not supported for proxy-only subnetworks.", "enable")


@rule(
    "subnetworks.expandIpCidrRange", source="https://cloud.google.com/vpc/docs/create-modify-vpc-networks#expand-subnet"
)
def subnets_are_only_widened(change: Change) -> None:
    """The new range holds the old one: nothing narrows or moves a subnet, and a proxy-only one keeps its range."""
    before, after = change.former["ipCidrRange"], change.wanted["ipCidrRange"]
    if _is_proxy_only(change):
        raise _refused(change, "The range of a proxy-only subnetwork cannot be expanded.")
    if not ip_network(before).subnet_of(ip_network(after)) or before == after:  # type: ignore[arg-type]
        raise _refused(change, f"New IP CIDR range must be a superset of the original range {before}.")


@rule("subnetworks.patch", source="https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks/patch")
def a_subnets_place_is_fixed(change: Change) -> None:
    """Network, range and purpose of a subnet do not change by a patch; PEER_MIGRATION alone ends as PRIVATE."""
    migrated = (change.former.get("purpose"), change.wanted.get("purpose")) == ("PEER_MIGRATION", "PRIVATE")
    for field in ("network", "ipCidrRange", *(() if migrated else ("purpose",))):
        if change.wanted.get(field) != change.former.get(field):
            raise change.invalid(field, "The field cannot be updated.")


@rule(
    "subnetworks.delete",
    source=f"{_PROXY_ONLY}#proxy_only_subnet_delete",
    doubt="That it is refused is documented; the words are those of other resources in use.",
)
def proxies_keep_their_subnet(change: Change) -> None:
    """The active proxy-only subnet stays while a load balancer of its region and network needs it."""
    body = change.former
    if body.get("purpose") not in PROXIES or body.get("role") != "ACTIVE":
        return
    for user in change.others("forwardingRules"):
        same = user.scope == change.scope and links.same(user.body.get("network", ""), body["network"])
        if same and user.body.get("loadBalancingScheme") in {"INTERNAL_MANAGED", "EXTERNAL_MANAGED"}:
            raise in_use("subnetwork", change.path, user.path)


def _is_proxy_only(change: Change) -> bool:
    return change.wanted.get("purpose") in PROXIES


def _siblings(change: Change) -> list[Record]:
    network = change.wanted.get("network", "")
    return [other for other in change.others("subnetworks") if links.same(other.body["network"], network)]
