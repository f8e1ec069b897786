"""Rows of the rules of subnets and addresses: a call that each refuses, and its words."""

from __future__ import annotations

from standin.router import Answer
from tests.standin.conftest import CONSUMER, ELSEWHERE, PRODUCER, Api, Rows, good, internal, link, subnet


def _in_auto_mode(api: Api) -> Answer:
    good(api.insert("networks", {"name": "auto"}, scope="global"))
    api.cloud.finish_all()
    return api.insert("subnetworks", subnet("mine", "10.255.0.0/24", link("networks", "auto", scope="global")))


def _back_to_legacy(api: Api) -> Answer:
    standard = {"bgpBestPathSelectionMode": "STANDARD", "bgpAlwaysCompareMed": False}
    good(api.insert("networks", {"name": "bgp", "routingConfig": standard}, scope="global"))
    api.cloud.finish_all()
    path = f"/compute/v1/projects/{PRODUCER}/global/networks/bgp"
    return api.call("PATCH", path, {"routingConfig": {"bgpBestPathSelectionMode": "LEGACY"}})


ROWS: Rows = {
    "the_legacy_algorithm_compares_no_med": (
        _back_to_legacy,
        "Field bgp_always_compare_med is not supported for LEGACY BGP Best Path Selection algorithm",
    ),
    "networks_of_other_projects_are_shared": (
        lambda api: api.insert(
            "addresses", internal("theirs", "10.0.1.9", "producer-subnet", PRODUCER), project=CONSUMER
        ),
        "Cross project referencing is not allowed for this resource",
    ),
    "subnet_range_is_valid": (
        lambda api: api.insert("subnetworks", subnet("new", "10.0.9.0/30")),
        "'10.0.9.0/30'. The prefix length must be at most 29",
    ),
    "proxy_only_range_is_wide_enough": (
        lambda api: api.insert(
            "subnetworks", subnet("new", "10.0.9.0/27", purpose="REGIONAL_MANAGED_PROXY", role="BACKUP")
        ),
        "at least /26",
    ),
    "subnet_ranges_do_not_overlap": (
        lambda api: api.insert("subnetworks", subnet("new", "10.0.1.128/25")),
        "10.0.1.128/25 conflicts with existing subnetwork 'producer-subnet' in region 'asia-northeast1'",
    ),
    "auto_mode_networks_have_their_own_ranges": (_in_auto_mode, "auto subnet mode"),
    "a_proxy_only_subnet_has_a_role": (
        lambda api: api.insert("subnetworks", subnet("new", "10.0.9.0/24", purpose="REGIONAL_MANAGED_PROXY")),
        "Role must be specified for the purpose REGIONAL_MANAGED_PROXY",
    ),
    "one_active_proxy_only_subnet": (
        lambda api: api.insert(
            "subnetworks", subnet("new", "10.0.9.0/24", purpose="REGIONAL_MANAGED_PROXY", role="ACTIVE")
        ),
        "active proxy-only subnetwork already exists",
    ),
    "proxy_only_subnets_have_no_flow_logs": (
        lambda api: api.patch("subnetworks", "producer-proxy-subnet", {"logConfig": {"enable": True}}),
        "Flow logs are not supported",
    ),
    "subnets_are_only_widened": (
        lambda api: api.post("subnetworks", "producer-subnet", "expandIpCidrRange", {"ipCidrRange": "10.0.1.0/25"}),
        "superset of the original range 10.0.1.0/24",
    ),
    "a_subnets_place_is_fixed": (
        lambda api: api.patch("subnetworks", "producer-subnet", {"ipCidrRange": "10.0.0.0/23"}),
        "'10.0.0.0/23'. The field cannot be updated",
    ),
    "proxies_keep_their_subnet": (
        lambda api: api.delete("subnetworks", "producer-proxy-subnet"),
        "producer-proxy-subnet' is already being used by",
    ),
    "reserved_address_is_inside_its_subnet": (
        lambda api: api.insert("addresses", internal("new", "10.2.0.5"), CONSUMER),
        "outside the subnetwork CIDR range 10.1.0.0/24",
    ),
    "reserved_address_is_free": (
        lambda api: api.insert("addresses", internal("new", "10.1.0.5"), CONSUMER),
        "IP '10.1.0.5' is already being used by another resource",
    ),
    "reserved_address_is_in_its_subnets_region": (
        lambda api: api.insert("addresses", internal("new", "10.1.0.9"), CONSUMER, ELSEWHERE),
        "must be in the address's region",
    ),
    "addresses_are_reserved_in_ordinary_subnets": (
        lambda api: api.insert("addresses", internal("new", "10.0.3.9", "producer-psc-subnet", PRODUCER)),
        "purpose is PRIVATE_SERVICE_CONNECT",
    ),
    "external_addresses_have_no_subnet": (
        lambda api: api.insert(
            "addresses", {"name": "new", "subnetwork": link("subnetworks", "consumer-subnet", CONSUMER)}, CONSUMER
        ),
        "Not supported for addresses of the type EXTERNAL",
    ),
    "addresses_in_use_stay": (
        lambda api: api.delete("addresses", "psc-endpoint-ip", CONSUMER),
        "psc-endpoint-ip' is already being used by",
    ),
}
