"""A rule about what connects networks: peerings, VPN tunnels, Interconnect, sessions of routers, and hubs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from review.known import Block, Value, View
from review.rules.rule import WARNING, Answer, Subject, finding, fine, rule, undecided


class _Link(NamedTuple):
    """What is connected with what, and how far: `more` is what widens it, `less` what limits it.

    Not `by_itself` is what only matters once it is wider than it was.
    """

    one: str
    other: str
    more: tuple[tuple[str, Value], ...] = ()
    less: tuple[str, ...] = ()
    by_itself: bool = True


def _flags(item: Block, names: tuple[str, ...]) -> tuple[tuple[str, Value], ...]:
    """Those that are on, or of which nobody can tell."""
    return tuple((name, item.get(name)) for name in names if item.get(name).equals(True) is not False)


def _entries(block: Block, *names: str) -> Iterator[tuple[str, Value]]:
    return ((f"{name} {one.readable}", one) for name in names for one in block.list(name))


def _place(value: Value) -> str:
    """A network or gateway as people say it, with its project where it stands elsewhere."""
    if value.target is not None:
        return value.target.name
    parts = value.readable.split("/")
    return f"{parts[-1]} in {parts[parts.index('projects') + 1]}" if "projects" in parts[:-2] else value.readable


def _network(*links: Value) -> str:
    """The network of the first gateway or router that stands in the stack; else what is named."""
    for link in (link for link in links if not link.absent):
        network = link.target.get("network") if link.target else None
        return _place(link if network is None or network.absent else network)
    return "a network"


_ROUTES = (
    "import_custom_routes", "export_custom_routes", "import_custom_routes_with_public_ip",
    "import_subnet_routes_with_public_ip", "export_custom_routes_with_public_ip",
)  # fmt: skip


def _peering(item: View) -> Iterator[_Link]:
    one, other = item.first("network", "vmware_engine_network"), item.first("peer_network", "peering")
    yield _Link(_place(one), _place(other), _flags(item, _ROUTES))


def _tunnel(item: View) -> Iterator[_Link]:
    peer = item.first("peer_gcp_gateway", "peer_external_gateway", "peer_ip")
    network = _network(item.first("vpn_gateway", "target_vpn_gateway"), item.get("router"))
    yield _Link(network, f"whatever is behind {_place(peer)}", tuple(_entries(item, "remote_traffic_selector")))


def _interconnect(item: View) -> Iterator[_Link]:
    if item.get("admin_enabled").equals(False) is not True:
        over = item.get("interconnect")
        yield _Link(_network(item.get("router")), "a site" if over.absent else f"the site behind {_place(over)}")


def _session(item: View) -> Iterator[_Link]:
    if item.get("enable").equals(False) is not True:
        learned = (block.get("range") for block in item.blocks("custom_learned_ip_ranges"))
        told = (block.get("range") for block in item.blocks("advertised_ip_ranges"))
        more = [*((f"routes to {one.readable}", one) for one in learned),
                *((f"routes from there to {one.readable}", one) for one in told)]  # fmt: skip
        yield _Link(_network(item.get("router")), f"what the peer {item.name} announces", tuple(more))


_LINKED = ("linked_vpc_network", "linked_vpn_tunnels", "linked_interconnect_attachments",
           "linked_router_appliance_instances", "linked_producer_vpc_network", "gateway")  # fmt: skip


def _spoke(item: View) -> Iterator[_Link]:
    hub = f"every other spoke of {_place(item.get('hub'))}"
    for name in _LINKED:
        for block in item.blocks(name):
            linked = [block.get("uri"), block.get("network"), *block.list("uris")]
            instances = [instance.get("virtual_machine") for instance in block.blocks("instances")]
            named = ", ".join(_place(one) for one in (*linked, *instances) if not one.absent)
            more = (*_flags(block, ("site_to_site_data_transfer",)),
                    *_entries(block, "include_export_ranges", "include_import_ranges"))  # fmt: skip
            less = tuple(text for text, _ in _entries(block, "exclude_export_ranges", "exclude_import_ranges"))
            yield _Link(named or item.name, hub, more, less)


def _hub(item: View) -> Iterator[_Link]:
    endpoints = f"the PSC endpoints of each spoke of {item.name}"
    yield _Link(endpoints, "every other spoke", _flags(item, ("export_psc",)), by_itself=False)
    star = ("preset_topology STAR",) if item.get("preset_topology").equals("STAR") else ()
    yield _Link(f"the spokes of {item.name}", "each other", less=star, by_itself=False)


def _group(item: View) -> Iterator[_Link]:
    for block in item.blocks("auto_accept"):
        for project in block.list("auto_accept_projects"):
            yield _Link(
                f"whatever spoke {project.readable} makes", f"the hub {_place(item.get('hub'))}", (("", project),)
            )


_LINKS: Mapping[str, Callable[[View], Iterator[_Link]]] = {
    "google_compute_network_peering": _peering,
    "google_compute_network_peering_routes_config": _peering,
    "google_vmwareengine_network_peering": _peering,
    "google_compute_vpn_tunnel": _tunnel,
    "google_compute_interconnect_attachment": _interconnect,
    "google_compute_router_peer": _session,
    "google_network_connectivity_spoke": _spoke,
    "google_network_connectivity_hub": _hub,
    "google_network_connectivity_group": _group,
}
# What connects nothing by itself.
_PARTS = ("google_compute_vpn_gateway", "google_compute_ha_vpn_gateway", "google_compute_external_vpn_gateway",
          "google_compute_interconnect", "google_compute_router_interface")  # fmt: skip
CONNECTING = (*_LINKS, *_PARTS)


@rule(
    id="networks-connected",
    severity=WARNING,
    kinds=CONNECTING,
    what="Networks are connected that were not, or further than before.",
    why="What is reachable in one network becomes reachable from the other, PSC endpoints over VPN, Interconnect and "
    "hubs among it; past that, only firewalls and the service's check of its callers stand.",
    remedy="Agree with the owners of both networks, and import and export no more routes than are used.",
    of_change=True,
)
def networks_connected(subject: Subject) -> Answer:
    """What is new, or widened: nothing is said of what stays, and of less than before."""
    if subject.action not in {"created", "updated", "replaced"} or subject.item.type in _PARTS:
        return fine()
    links = _LINKS[subject.item.type]
    former = {(link.one, link.other): link for link in links(subject.former)} if subject.former else {}
    for link in links(subject.item):
        before = former.get((link.one, link.other))
        known = {(text, value.exact) for text, value in before.more} if before else set()
        more = [(text, value) for text, value in link.more if (text, value.exact) not in known]
        gone = sorted({*before.less} - {*link.less}) if before else []
        if (before is None and link.by_itself) or more or gone:
            return _told(link, more, gone)
    return fine()


def _told(link: _Link, more: list[tuple[str, Value]], gone: list[str]) -> Answer:
    how = [text for text, _ in more if text]
    text = "it connects {one} with {other}" + (", with {how}" if how else "") + (", without {gone}" if gone else "")
    values = {"one": link.one, "other": link.other}
    values |= ({"how": ", ".join(how)} if how else {}) | ({"gone": ", ".join(gone)} if gone else {})
    unknown = next((value for _, value in more if value.unknown), None)
    if unknown is not None:
        return undecided(f"{text}: {{value}} is not known", **values, value=unknown)
    return finding(text, **values)
