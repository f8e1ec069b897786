"""IPv4 ranges and addresses as Google Cloud's VPC accepts them.

https://cloud.google.com/vpc/docs/subnets#valid-ranges is the source of the prohibited ranges and of the four reserved
addresses of every subnet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

from cloudrun_psc.rules.faults import Fault, shown

SUBNET_PREFIX = 29  # the smallest subnet: https://cloud.google.com/vpc/docs/subnets#subnet-ranges
PROXY_ONLY_PREFIX = 26  # https://cloud.google.com/load-balancing/docs/proxy-only-subnets#proxy_only_subnet_create
WIDEST_PREFIX = 4
_RESERVED = 4  # network, gateway, second-to-last and broadcast address
# https://cloud.google.com/vpc/docs/subnets#prohibited-ranges
PROHIBITED = (
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "199.36.153.4/30",
    "199.36.153.8/30",
    "255.255.255.255/32",
)


def subnet_range(value: str, longest_prefix: int = SUBNET_PREFIX) -> Fault | None:
    """A subnet's primary range: an IPv4 network without host bits, no smaller than /`longest_prefix`."""
    allowed = f"an IPv4 network such as 10.0.1.0/24, at least /{longest_prefix}"
    plain = _plain(value)
    if plain != value and subnet_range(plain, longest_prefix) is None:
        wrong = f"{shown(value)} has spaces or leading zeros in it"
        return Fault(wrong=wrong, allowed=allowed, remedy=f"did you mean '{plain}'?")
    if "/" not in value:
        fault = ipv4_address(value)
        hint = "write ADDRESS/PREFIX" if fault else "add it, for example /24"
        return Fault(wrong=f"{shown(value)} has no prefix length", allowed=allowed, remedy=hint)
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return Fault(wrong=f"{shown(value)} is not a network", allowed=allowed, remedy="write ADDRESS/PREFIX")
    if isinstance(network, IPv6Network):
        return Fault(wrong=f"{shown(value)} is IPv6, IPv4 is needed", allowed=allowed, remedy="give an IPv4 range")
    return _ipv4_range(value, network, longest_prefix, allowed)


def _plain(value: str) -> str:
    """Without spaces, and without the leading zeros that some programs read as octal."""
    return re.sub(r"\b0+(?=[0-9])", "", re.sub(r"\s", "", value))


def _ipv4_range(value: str, network: IPv4Network, longest_prefix: int, allowed: str) -> Fault | None:
    address, _, prefix = value.partition("/")
    if not prefix.isdigit() or str(int(prefix)) != prefix:
        return Fault(
            wrong=f"{shown(value)} has no plain prefix length", allowed=allowed, remedy=f"did you mean '{network}'?"
        )
    if network.prefixlen < WIDEST_PREFIX or any(network.overlaps(IPv4Network(prohibited)) for prohibited in PROHIBITED):
        return Fault(
            wrong=f"Google Cloud prohibits {value} as a subnet's range",
            allowed=allowed,
            remedy="take private addresses: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
        )
    if address != str(network.network_address):
        return Fault(wrong=f"{shown(value)} has host bits set", allowed=allowed, remedy=f"did you mean '{network}'?")
    if network.prefixlen > longest_prefix:
        return Fault(
            wrong=f"{value} is too small ({network.num_addresses} address{'es' if network.num_addresses > 1 else ''})",
            allowed=allowed,
            remedy=f"take at least a /{longest_prefix}, for example '{network.supernet(new_prefix=longest_prefix)}'",
        )
    return None


def ipv4_address(value: str) -> Fault | None:
    """One IPv4 address."""
    plain = _plain(value)
    if plain != value and ipv4_address(plain) is None:
        wrong = f"{shown(value)} has spaces or leading zeros in it"
        return Fault(wrong=wrong, allowed="an IPv4 address such as 10.1.0.5", remedy=f"did you mean '{plain}'?")
    try:
        address = ip_address(value)
    except ValueError:
        return Fault(
            wrong=f"{shown(value)} is not an IP address",
            allowed="an IPv4 address such as 10.1.0.5",
            remedy="give one of the subnet's",
        )
    if isinstance(address, IPv4Address):
        return None
    return Fault(
        wrong=f"{shown(value)} is IPv6, IPv4 is needed",
        allowed="an IPv4 address such as 10.1.0.5",
        remedy="give one of the subnet's",
    )


def address_in_subnet(value: str, subnet: str) -> Fault | None:
    """An address that a resource may take inside the range `subnet` (which must be valid itself)."""
    fault = ipv4_address(value)
    if fault is not None:
        return fault
    network, address = IPv4Network(subnet), IPv4Address(value)
    usable = f"{network[2]} to {network[-3]}"
    if address not in network:
        return Fault(
            wrong=f"{value} is outside the subnet's range {subnet}", allowed=usable, remedy="take one of these"
        )
    if address in {network[0], network[1], network[-2], network[-1]}:
        return Fault(
            wrong=f"{value} is reserved in {subnet} (network, gateway, second-to-last and broadcast address)",
            allowed=usable,
            remedy="take one of these",
        )
    return None


def room(ranges: Sequence[str], wanted: int, what: str) -> Fault | None:
    """The addresses that subnets have for resources, four of each being Google's; all must be valid themselves."""
    free = sum(IPv4Network(range_).num_addresses - _RESERVED for range_ in ranges)
    if wanted <= free:
        return None
    return Fault(
        wrong=f"{' and '.join(ranges)} {'has' if len(ranges) == 1 else 'have'} {free} addresses for {what}, "
        f"which take {wanted}",
        allowed=f"at most {free}",
        remedy="widen the range",
    )


_MOST_OVERLAPS = 1000  # each is told in a line of its own


def overlaps(ranges: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs of keys whose ranges overlap, in the mapping's order; every value must be a valid range.

    Of very many, which would all be told, the first ones by address.
    """
    keys = list(ranges)
    bounds = sorted((*_bounds(value), place) for place, value in enumerate(ranges.values()))
    pairs: list[tuple[int, int]] = []
    open_: list[tuple[int, int]] = []
    for first, last, place in bounds:
        open_ = [(until, other) for until, other in open_ if until >= first]
        pairs += [(min(place, other), max(place, other)) for _, other in open_]
        open_.append((last, place))
        if len(pairs) > _MOST_OVERLAPS:
            break
    return [(keys[first], keys[second]) for first, second in sorted(pairs)]


def overlapping(range_: str, others: Mapping[str, str]) -> list[str]:
    """The keys of those of `others` that `range_` overlaps; every value must be a valid range."""
    first, last = _bounds(range_)
    bounds = ((key, _bounds(other)) for key, other in others.items())
    return [key for key, (start, end) in bounds if start <= last and first <= end]


@cache
def _bounds(range_: str) -> tuple[int, int]:
    """First and last address; kept, as each new subnet is compared with all others of its network."""
    network = IPv4Network(range_)
    return int(network.network_address), int(network.broadcast_address)


def overlap_fault(range_: str, other_name: str, other_range: str) -> Fault:
    """The fault of a range that overlaps another one of the same network."""
    return Fault(
        wrong=f"{range_} overlaps {other_range} ({other_name}) in the same network",
        allowed="ranges of one VPC network must be disjoint (those of the two sides of PSC may overlap)",
        remedy="move one of them",
    )
