"""Networks that are connected, or further than before, are findings that name them; what stays is none."""

from __future__ import annotations

from typing import Any

import pytest

from review.report import Report
from tests.review.stacks import Json, edited, reported

C, N = "google_compute_", "google_network_connectivity_"
OTHER = "projects/other/global/networks/theirs"
BASE: Json = {
    "terraform": {"required_providers": {"google": {"source": "hashicorp/google", "version": "~> 7.45"}}},
    "resource": {
        f"{C}network": {"n": {"name": "ours"}},
        f"{C}router": {"r": {"name": "router", "network": "${google_compute_network.n.id}"}},
        f"{C}ha_vpn_gateway": {"g": {"name": "gateway", "network": "${google_compute_network.n.id}"}},
    },
}
PEERING: Json = {"name": "p", "network": "${google_compute_network.n.self_link}", "peer_network": OTHER}
TUNNEL: Json = {"name": "t", "vpn_gateway": f"${{{C}ha_vpn_gateway.g.id}}", "peer_external_gateway": "site",
                "router": f"${{{C}router.r.name}}"}  # fmt: skip
SESSION: Json = {"name": "site-bgp", "router": f"${{{C}router.r.name}}", "peer_asn": 64512, "interface": "i"}
SPOKE: Json = {
    "name": "s",
    "hub": "hub",
    "linked_vpc_network": [{"uri": OTHER, "exclude_export_ranges": ["10.9.0.0/16"]}],
}
KINDS: dict[str, tuple[Json, str]] = {
    f"{C}network_peering": (PEERING, "it connects ours with theirs in other"),
    f"{C}network_peering_routes_config": (
        {"peering": "p", "network": OTHER, "import_custom_routes": True},
        "it connects theirs in other with p, with import_custom_routes",
    ),
    "google_vmwareengine_network_peering": (
        {"name": "v", "vmware_engine_network": "vmware", "peer_network": OTHER, "peer_network_type": "STANDARD"},
        "it connects vmware with theirs in other",
    ),
    f"{C}vpn_tunnel": (TUNNEL, "it connects ours with whatever is behind site"),
    f"{C}interconnect_attachment": (
        {"name": "a", "router": f"${{{C}router.r.id}}", "interconnect": "projects/p/global/interconnects/fibre"},
        "it connects ours with the site behind fibre in p",
    ),
    f"{C}router_peer": (SESSION, "it connects ours with what the peer site-bgp announces"),
    f"{N}spoke": (SPOKE, "it connects theirs in other with every other spoke of hub"),
    f"{N}hub": (
        {"name": "hub", "export_psc": True},
        "it connects the PSC endpoints of each spoke of hub with every other spoke, with export_psc",
    ),
    f"{N}group": (
        {"name": "default", "hub": "hub", "auto_accept": [{"auto_accept_projects": ["stranger"]}]},
        "it connects whatever spoke stranger makes with the hub hub",
    ),
}


def told(report: Report) -> list[str]:
    return [str(one.detail) for one in report.findings if one.rule == "networks-connected"]


def test_a_spoke_that_is_a_gateway_connects_as_any_other() -> None:
    spoke = {"name": "s", "hub": "hub", "gateway": [{"capacity": "CAPACITY_1_GBPS"}]}
    assert told(reported(BASE, edited(BASE, f"resource/{N}spoke/x", spoke))) == [
        "it connects s with every other spoke of hub"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_connection_is_a_finding_and_one_that_stays_is_none(kind: str) -> None:
    values, sentence = KINDS[kind]
    after = edited(BASE, f"resource/{kind}/x", values)
    report = reported(BASE, after)
    assert told(report) == [sentence]
    assert report.fails("warning")
    assert "access-not-judged" not in {one.rule for one in report.findings}
    described = reported(after, edited(after, f"resource/{kind}/x/description", "words"))
    assert told(described) == told(reported(after, BASE)) == []


WIDER: list[tuple[str, Json, str, Any, str]] = [
    (f"{C}network_peering", PEERING, "import_custom_routes", True, "theirs in other, with import_custom_routes"),
    (
        f"{C}network_peering",
        PEERING,
        "export_custom_routes",
        "${var.all}",
        "export_custom_routes: ${var.all} is not known",
    ),
    (f"{C}network_peering", PEERING, "peer_network", "projects/third/global/networks/x", "ours with x in third"),
    (f"{C}vpn_tunnel", TUNNEL, "remote_traffic_selector", ["0.0.0.0/0"], "with remote_traffic_selector 0.0.0.0/0"),
    (f"{C}vpn_tunnel", TUNNEL, "peer_external_gateway", "another", "with whatever is behind another"),
    (f"{C}router_peer", SESSION | {"enable": False}, "enable", True, "with what the peer site-bgp announces"),
    (f"{C}router_peer", SESSION, "custom_learned_ip_ranges", [{"range": "10.0.0.0/8"}], "with routes to 10.0.0.0/8"),
    (f"{N}spoke", SPOKE, "linked_vpc_network", [{"uri": OTHER}], "without exclude_export_ranges 10.9.0.0/16"),
    (f"{N}hub", {"name": "hub"}, "export_psc", True, "the PSC endpoints of each spoke of hub with every other spoke"),
    (
        f"{N}hub",
        {"name": "hub", "preset_topology": "STAR"},
        "preset_topology",
        "MESH",
        "the spokes of hub with each other",
    ),
]


@pytest.mark.parametrize(("kind", "values", "attribute", "value", "words"), WIDER)
def test_a_connection_that_is_widened_is_a_finding_and_one_that_is_narrowed_is_none(
    kind: str, values: Json, attribute: str, value: Any, words: str
) -> None:
    before = edited(BASE, f"resource/{kind}/x", values)
    after = edited(before, f"resource/{kind}/x/{attribute}", value)
    (sentence,) = told(reported(before, after))
    assert words in sentence
    if attribute not in {"peer_network", "peer_external_gateway"}:
        assert told(reported(after, before)) == []


def test_a_gateway_alone_connects_nothing() -> None:
    kinds = (f"{C}vpn_gateway", f"{C}external_vpn_gateway", f"{C}router_interface", f"{N}hub")
    after = BASE
    for kind in kinds:
        after = edited(after, f"resource/{kind}/x", {"name": "x"})
    assert reported(BASE, after).findings == ()
