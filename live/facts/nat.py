"""Addresses of the NAT subnets: one for each connection, as long as there are some."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from deployment.values import Json
from live.fact import Outcome, fails, holds
from live.facts.attachment import attachment
from live.names import plain
from live.reader import Reader
from live.subjects import Published

# Of each range, the first two and the last two: https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet
_UNUSABLE = 4


def left(published: Published, reader: Reader) -> Iterator[Outcome]:
    """How many are used and left; none left is what NEEDS_ATTENTION most often means.

    What the API does not show of addresses that are used (natIps) counts as one for each accepted connection, and for
    each network that Network Connectivity Center propagates it to.
    """
    there = attachment(published, reader)
    if there is None:
        return  # told already
    subnets = [plain(link) for link in there.get("natSubnets", [])]
    ranges = [str(found["ipCidrRange"]) for link in subnets if (found := reader.at(link))]
    total = sum(max(IPv4Network(one).num_addresses - _UNUSABLE, 0) for one in ranges)
    used = in_use(there)
    told = f"{used} of {total} NAT addresses are used, {max(total - used, 0)} are left ({', '.join(ranges) or 'none'})"
    if total - used > 0:
        yield holds(told)
    else:
        yield fails(
            f"{told}: nobody else can connect",
            f"add a range to {published.where}.nat_ranges, which keeps all connections, and {published.deploy}",
        )


def in_use(attachment: Json) -> int:
    """How many addresses the connections of an attachment take."""
    endpoints: list[Json] = attachment.get("connectedEndpoints", [])
    shown = {address for one in endpoints for address in one.get("natIps", [])}
    silent = [one for one in endpoints if one.get("status") == "ACCEPTED" and not one.get("natIps")]
    # One more for each network that a connection is propagated to: https://cloud.google.com/vpc/docs/about-vpc-hosted-services.
    connections = sum(1 + int(one.get("propagatedConnectionCount") or 0) for one in silent)
    return len(shown) + connections * int(attachment.get("natIpsPerEndpoint") or 1)
