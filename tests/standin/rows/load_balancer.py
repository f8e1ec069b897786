"""Rows of the rules of load balancers and endpoints: a call that each refuses, and its words."""

from __future__ import annotations

from typing import Any

from standin.router import Answer
from tests.standin.conftest import (
    CONSUMER,
    ELSEWHERE,
    Api,
    Rows,
    endpoint,
    good,
    internal,
    link,
    rule,
    second_rule,
    subnet,
)


def _without_proxies(api: Api) -> Answer:
    good(api.delete("serviceAttachments", "hello-service-attachment"))
    api.cloud.finish_all()
    good(api.delete("forwardingRules", "hello-forwarding-rule"))
    api.cloud.finish_all()
    good(api.delete("subnetworks", "producer-proxy-subnet"))
    api.cloud.finish_all()
    return api.insert("forwardingRules", rule())


def _endpoint_with_a_scheme(api: Api) -> Answer:
    good(api.insert("addresses", internal("new-ip", "10.1.0.9"), CONSUMER))
    api.cloud.finish_all()
    address = {"IPAddress": link("addresses", "new-ip", CONSUMER)}
    return api.insert("forwardingRules", endpoint("new", loadBalancingScheme="EXTERNAL", **address), CONSUMER)


def _elsewhere(api: Api) -> Answer:
    body = subnet("far", "10.9.0.0/24", link("networks", "consumer-vpc", CONSUMER, "global"))
    good(api.insert("subnetworks", body, CONSUMER, ELSEWHERE))
    reserved = internal("far-ip", "10.9.0.5") | {"subnetwork": link("subnetworks", "far", CONSUMER, ELSEWHERE)}
    good(api.insert("addresses", reserved, CONSUMER, ELSEWHERE))
    api.cloud.finish_all()
    address = {"IPAddress": link("addresses", "far-ip", CONSUMER, ELSEWHERE)}
    return api.insert("forwardingRules", endpoint("far-endpoint", **address), CONSUMER, ELSEWHERE)


def _other_scheme(api: Api) -> Answer:
    body = {"name": "other", "loadBalancingScheme": "INTERNAL", "protocol": "TCP"}
    good(api.insert("backendServices", body))
    good(api.insert("urlMaps", {"name": "other", "defaultService": link("backendServices", "other")}))
    good(api.insert("targetHttpProxies", {"name": "other", "urlMap": link("urlMaps", "other")}))
    api.cloud.finish_all()
    return second_rule(api, target=link("targetHttpProxies", "other"))


def _backend(api: Api, service: dict[str, Any] | None = None, **more: Any) -> Answer:
    backend = {"group": link("networkEndpointGroups", "hello-serverless-neg"), "capacityScaler": 1.0} | more
    body = {"name": "second", "loadBalancingScheme": "INTERNAL_MANAGED", "protocol": "HTTP", "backends": [backend]}
    return api.insert("backendServices", body | (service or {}))


def _spilling(ratio: float) -> dict[str, Any]:
    affinity = {"spillover": "ZONAL_AFFINITY_SPILL_CROSS_ZONE", "spilloverRatio": ratio}
    return {"networkPassThroughLbTrafficPolicy": {"zonalAffinity": affinity}}


def _checked(api: Api) -> Answer:
    good(api.insert("healthChecks", {"name": "check", "type": "HTTP", "httpHealthCheck": {"port": 80}}))
    api.cloud.finish_all()
    return _backend(api, {"healthChecks": [link("healthChecks", "check")]})


def _far_group(api: Api) -> Answer:
    group = {"name": "far", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "hello-service"}}
    good(api.insert("networkEndpointGroups", group, scope=ELSEWHERE))
    api.cloud.finish_all()
    return _backend(api, group=link("networkEndpointGroups", "far", scope=ELSEWHERE))


def _far_map(api: Api) -> Answer:
    body = {"name": "far-map", "defaultService": link("backendServices", "hello-backend-service")}
    return api.insert("urlMaps", body, scope=ELSEWHERE)


ROWS: Rows = {
    "a_managed_rule_needs_proxies": (_without_proxies, "An active proxy-only subnetwork is required"),
    "an_endpoint_has_no_scheme": (
        _endpoint_with_a_scheme,
        "'EXTERNAL'. Load balancing scheme must be empty",
    ),
    "an_endpoint_is_in_its_attachments_region": (_elsewhere, "must be in the forwarding rule's region"),
    "an_endpoint_takes_a_reserved_address": (
        lambda api: api.insert("forwardingRules", endpoint("new", IPAddress="10.1.0.9"), CONSUMER),
        "'10.1.0.9'. Must be a reserved internal IP address",
    ),
    "an_address_and_port_belong_to_one_rule": (
        lambda api: api.insert("forwardingRules", endpoint("new"), CONSUMER),
        "'10.1.0.5'. Specified IP address is in-use",
    ),
    "a_managed_rules_address_is_in_its_subnet": (
        lambda api: second_rule(api, IPAddress="10.0.9.9"),
        "outside the range 10.0.1.0/24",
    ),
    "a_managed_rule_leads_to_a_proxy_by_one_port": (
        lambda api: second_rule(api, portRange="80-81"),
        "Exactly one port",
    ),
    "rule_and_backend_service_agree_on_the_scheme": (_other_scheme, "scheme INTERNAL, not INTERNAL_MANAGED"),
    "a_global_endpoint_needs_a_global_producer": (
        lambda api: api.patch("forwardingRules", "psc-endpoint", {"allowPscGlobalAccess": True}, CONSUMER),
        "behind the service attachment does not allow global access",
    ),
    "an_endpoint_is_never_pointed_elsewhere": (
        lambda api: api.post(
            "forwardingRules",
            "psc-endpoint",
            "setTarget",
            {"target": link("serviceAttachments", "hello-service-attachment")},
            CONSUMER,
        ),
        "target of a Private Service Connect forwarding rule cannot be changed",
    ),
    "little_of_a_forwarding_rule_is_patched": (
        lambda api: api.patch("forwardingRules", "hello-forwarding-rule", {"allowGlobalAccess": True}),
        "resource.allowGlobalAccess': 'True'. The field cannot be changed",
    ),
    "a_serverless_group_names_one_service": (
        lambda api: api.insert("networkEndpointGroups", {"name": "new", "networkEndpointType": "SERVERLESS"}),
        "Exactly one of cloudRun",
    ),
    "a_serverless_group_takes_the_short_name": (
        lambda api: api.insert(
            "networkEndpointGroups",
            {"name": "new", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "projects/p/hello-service"}},
        ),
        "Must be the short name",
    ),
    "a_serverless_group_is_in_no_network": (
        lambda api: api.insert(
            "networkEndpointGroups",
            {
                "name": "new",
                "networkEndpointType": "SERVERLESS",
                "cloudRun": {"service": "hello-service"},
                "network": link("networks", "producer-vpc", scope="global"),
            },
        ),
        "Not supported for serverless network endpoint groups",
    ),
    "no_timeout_with_a_serverless_backend": (
        lambda api: _backend(api, {"timeoutSec": 60}),
        "'60'. Timeout sec is not supported",
    ),
    "no_health_check_with_a_serverless_backend": (_checked, "cannot have a healthcheck"),
    "no_target_capacity_with_a_serverless_backend": (
        lambda api: _backend(api, maxUtilization=0.8),
        "maxUtilization': '0.8'. Not supported",
    ),
    "capacity_is_nothing_or_a_tenth_at_least": (
        lambda api: _backend(api, capacityScaler=0.05),
        "'0.05'. Must be 0.0 or between 0.1 and 1.0",
    ),
    "a_spillover_ratio_is_a_share": (
        lambda api: api.insert(
            "backendServices", {"name": "spill", "loadBalancingScheme": "INTERNAL"} | _spilling(1.5)
        ),
        "spilloverRatio': '1.5'. The value must be between 0.0 and 1.0",
    ),
    "a_log_takes_a_share_of_the_requests": (
        lambda api: api.patch("backendServices", "hello-backend-service", {"logConfig": {"sampleRate": 1.5}}),
        "sampleRate': '1.5'. The value must be between 0.0 and 1.0",
    ),
    "a_backend_is_in_its_services_region": (_far_group, "must be in the backend service's region"),
    "a_backend_services_scheme_is_fixed": (
        lambda api: api.patch("backendServices", "hello-backend-service", {"loadBalancingScheme": "INTERNAL"}),
        "It is INTERNAL_MANAGED for good",
    ),
    "the_parts_of_a_load_balancer_are_in_one_region": (_far_map, f"It is not in {ELSEWHERE}"),
    "labels_have_their_form": (
        lambda api: api.post(
            "forwardingRules",
            "hello-forwarding-rule",
            "setLabels",
            {
                "labels": {"Team": "x"},
                "labelFingerprint": api.get("forwardingRules", "hello-forwarding-rule")["labelFingerprint"],
            },
        ),
        "must start with a lower-case letter",
    ),
}
