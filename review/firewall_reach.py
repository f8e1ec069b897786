"""How far firewall rules reach: whether the ports and sources of one leave out nothing of another's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network

from review.firewall_rules import EVERY_PORT
from review.way import WayIn

_LAST_PORT = 65535


class Ports:
    """What a rule lets through or denies, from PROTOCOL:PORTS of any number."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read them; what is no port and no range of ports is only ever itself."""
        self._texts = frozenset(texts)

    @cached_property
    def _ranges(self) -> dict[str, list[tuple[int, int]]]:
        """The ranges of each protocol in order, those that meet as one."""
        ranges: dict[str, list[tuple[int, int]]] = {}
        for protocol, low, high in sorted(filter(None, map(_range, self._texts))):
            known = ranges.setdefault(protocol, [])
            if known and low <= known[-1][1] + 1:
                known[-1] = (known[-1][0], max(high, known[-1][1]))
            else:
                known.append((low, high))
        return ranges

    def comprise(self, other: Ports) -> bool:
        """Whether nothing of the other is left out."""
        return f"all:{EVERY_PORT}" in self._texts or all(map(self._hold, other._texts - self._texts))

    def _hold(self, text: str) -> bool:
        found = _range(text)
        if found is None:
            return False
        known = self._ranges.get(found[0], [])
        at = bisect_right(known, (found[1], _LAST_PORT)) - 1
        return at >= 0 and known[at][0] <= found[1] and found[2] <= known[at][1]


def _range(text: str) -> tuple[str, int, int] | None:
    """The protocol, the first port and the last one."""
    protocol, _, ports = text.partition(":")
    if ports == EVERY_PORT:
        return protocol, 0, _LAST_PORT
    first, _, last = ports.partition("-")
    try:
        return protocol, int(first), int(last or first)
    except ValueError:
        return None


class FirewallWays:
    """What several firewall rules let in, to ask what is let in all the same; both may be thousands."""

    def __init__(self, ways: Iterable[WayIn]) -> None:
        """Keep those of firewalls."""
        self._ways: dict[tuple[object, str, str], list[tuple[frozenset[str], Ports]]] = {}
        for way in ways:
            if way.by == "firewall":
                source = network_of_text(way.who) or way.who
                self._ways.setdefault((source, way.what, way.thing), []).append(_limits(way))

    def let_in(self, way: WayIn) -> bool:
        """Whether they let in all that one way does: from as wide a source, to as many VMs, at as many ports."""
        targets, ports = _limits(way)
        return way.by == "firewall" and any(
            (not others or (bool(targets) and targets <= others)) and known.comprise(ports)
            for source in _wider(way.who)
            for others, known in self._ways.get((source, way.what, way.thing), ())
        )


def _limits(way: WayIn) -> tuple[frozenset[str], Ports]:
    return frozenset(filter(None, way.via.split(", "))), Ports(way.measure.split(", "))


def _wider(source: str) -> Iterator[object]:
    """A source, and every range that it lies in."""
    network = network_of_text(source)
    yield source if network is None else network
    if network is not None:
        yield from (network.supernet(new_prefix=size) for size in range(network.prefixlen))


def network_of_text(text: str) -> IPv4Network | IPv6Network | None:
    """The range of addresses that a text is; None for a tag or an account."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
