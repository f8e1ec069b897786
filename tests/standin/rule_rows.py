"""For every rule a call that it refuses, and the words it does it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from standin.router import Answer
from tests.standin.conftest import (
    CONSUMER,
    NUMBERS,
    PRODUCER,
    RUN,
    Api,
    attachment,
    endpoint,
    good,
    link,
    rule,
    subnet,
)

Call = Callable[[Api], Answer]
ELSEWHERE = "regions/europe-west1"
VM: dict[str, Any] = {
    "name": "test-vm",
    "machineType": "zones/asia-northeast1-b/machineTypes/e2-micro",
    "disks": [
        {"boot": True, "initializeParams": {"sourceImage": "projects/debian-cloud/global/images/family/debian-12"}}
    ],
    "networkInterfaces": [{"subnetwork": link("subnetworks", "consumer-subnet", CONSUMER)}],
}


def _vm(api: Api, scope: str = "zones/asia-northeast1-b", **more: Any) -> Answer:
    machine = {"machineType": f"{scope}/machineTypes/e2-micro"}
    return api.insert("instances", VM | machine | more, CONSUMER, scope)


def _on_vm(api: Api, verb: str, body: dict[str, Any]) -> Answer:
    good(_vm(api))
    api.cloud.finish_all()
    return api.call("POST", f"/compute/v1/projects/{CONSUMER}/zones/asia-northeast1-b/instances/test-vm/{verb}", body)


def _protected(api: Api) -> Answer:
    good(_vm(api, deletionProtection=True))
    api.cloud.finish_all()
    return api.delete("instances", "test-vm", CONSUMER, "zones/asia-northeast1-b")


def _in_auto_mode(api: Api) -> Answer:
    good(api.insert("networks", {"name": "auto"}, scope="global"))
    api.cloud.finish_all()
    return api.insert("subnetworks", subnet("mine", "10.200.0.0/24", link("networks", "auto", scope="global")))


def _internal(name: str, address: str, subnet_: str = "consumer-subnet", project: str = CONSUMER) -> dict[str, Any]:
    network = link("subnetworks", subnet_, project)
    return {"name": name, "addressType": "INTERNAL", "address": address, "subnetwork": network}


def _without_proxies(api: Api) -> Answer:
    good(api.delete("serviceAttachments", "hello-service-attachment"))
    api.cloud.finish_all()
    good(api.delete("forwardingRules", "hello-forwarding-rule"))
    api.cloud.finish_all()
    good(api.delete("subnetworks", "producer-proxy-subnet"))
    api.cloud.finish_all()
    return api.insert("forwardingRules", rule())


def _elsewhere(api: Api) -> Answer:
    body = subnet("far", "10.9.0.0/24", link("networks", "consumer-vpc", CONSUMER, "global"))
    good(api.insert("subnetworks", body, CONSUMER, ELSEWHERE))
    reserved = _internal("far-ip", "10.9.0.5") | {"subnetwork": link("subnetworks", "far", CONSUMER, ELSEWHERE)}
    good(api.insert("addresses", reserved, CONSUMER, ELSEWHERE))
    api.cloud.finish_all()
    address = {"IPAddress": link("addresses", "far-ip", CONSUMER, ELSEWHERE)}
    return api.insert("forwardingRules", endpoint("far-endpoint", **address), CONSUMER, ELSEWHERE)


def _second_rule(api: Api, **more: Any) -> Answer:
    return api.insert("forwardingRules", rule("second-rule", **more))


def _other_scheme(api: Api) -> Answer:
    body = {"name": "other", "loadBalancingScheme": "INTERNAL", "protocol": "TCP"}
    good(api.insert("backendServices", body))
    good(api.insert("urlMaps", {"name": "other", "defaultService": link("backendServices", "other")}))
    good(api.insert("targetHttpProxies", {"name": "other", "urlMap": link("urlMaps", "other")}))
    api.cloud.finish_all()
    return _second_rule(api, target=link("targetHttpProxies", "other"))


def _backend(api: Api, service: dict[str, Any] | None = None, **more: Any) -> Answer:
    backend = {"group": link("networkEndpointGroups", "hello-serverless-neg"), "capacityScaler": 1.0} | more
    body = {"name": "second", "loadBalancingScheme": "INTERNAL_MANAGED", "protocol": "HTTP", "backends": [backend]}
    return api.insert("backendServices", body | (service or {}))


def _checked(api: Api) -> Answer:
    good(api.insert("healthChecks", {"name": "check", "type": "HTTP", "httpHealthCheck": {"port": 80}}))
    api.cloud.finish_all()
    return _backend(api, {"healthChecks": [link("healthChecks", "check")]})


def _far_group(api: Api) -> Answer:
    group = {"name": "far", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "hello-service"}}
    good(api.insert("networkEndpointGroups", group, scope=ELSEWHERE))
    api.cloud.finish_all()
    return _backend(api, group=link("networkEndpointGroups", "far", scope=ELSEWHERE))


def _second_attachment(api: Api, **more: Any) -> Answer:
    good(api.insert("subnetworks", subnet("second-nat", "10.0.4.0/24", purpose="PRIVATE_SERVICE_CONNECT")))
    good(_second_rule(api, portRange="81"))
    api.cloud.finish_all()
    own = {
        "targetService": link("forwardingRules", "second-rule"),
        "natSubnets": [link("subnetworks", "second-nat")],
    }
    return api.insert("serviceAttachments", attachment("second-attachment", **(own | more)))


def _patched(api: Api, **more: Any) -> Answer:
    return api.patch("serviceAttachments", "hello-service-attachment", more)


def _external_rule(api: Api) -> Answer:
    target = link("targetHttpProxies", "hello-http-proxy")
    good(api.insert("forwardingRules", {"name": "open", "portRange": "80", "target": target}))
    api.cloud.finish_all()
    return _second_attachment(api, targetService=link("forwardingRules", "open"))


def _policy(api: Api, **binding: Any) -> Answer:
    body = {"policy": {"bindings": [{"role": "roles/run.invoker", "members": ["user:a@example.com"]} | binding]}}
    return api.call("POST", f"{RUN}/hello-service:setIamPolicy", body)


def _far_map(api: Api) -> Answer:
    body = {"name": "far-map", "defaultService": link("backendServices", "hello-backend-service")}
    return api.insert("urlMaps", body, scope=ELSEWHERE)


def _sized(api: Api, cpu: str, memory: str = "512Mi", **template: Any) -> Answer:
    resources = {"resources": {"limits": {"cpu": cpu, "memory": memory}}}
    return api.service("second", container=resources, **template)


def _reading_a_secret(api: Api) -> Answer:
    source = {"secretKeyRef": {"secret": "api-key", "version": "latest"}}
    return api.service("second", container={"env": [{"name": "KEY", "valueSource": source}]})


def _firewall(api: Api, **more: Any) -> Answer:
    network = link("networks", "consumer-vpc", CONSUMER, "global")
    return api.insert("firewalls", {"name": "allow", "network": network} | more, CONSUMER, "global")


def _default_of_nobody(api: Api) -> Answer:
    api.cloud.projects[CONSUMER].apis.discard("compute.googleapis.com")
    return _policy(api, members=[f"serviceAccount:{NUMBERS[CONSUMER]}-compute@developer.gserviceaccount.com"])


ROWS: Mapping[str, tuple[Call, str]] = {
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
    "role_belongs_to_proxy_only_subnets": (
        lambda api: api.insert("subnetworks", subnet("new", "10.0.9.0/24", role="ACTIVE")),
        "Role is not supported for the purpose PRIVATE",
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
        lambda api: api.insert("addresses", _internal("new", "10.2.0.5"), CONSUMER),
        "outside the subnetwork CIDR range 10.1.0.0/24",
    ),
    "reserved_address_is_free": (
        lambda api: api.insert("addresses", _internal("new", "10.1.0.5"), CONSUMER),
        "IP '10.1.0.5' is already being used by another resource",
    ),
    "reserved_address_is_in_its_subnets_region": (
        lambda api: api.insert("addresses", _internal("new", "10.1.0.9"), CONSUMER, ELSEWHERE),
        "must be in the address's region",
    ),
    "addresses_are_reserved_in_ordinary_subnets": (
        lambda api: api.insert("addresses", _internal("new", "10.0.3.9", "producer-psc-subnet", PRODUCER)),
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
    "a_managed_rule_needs_proxies": (_without_proxies, "An active proxy-only subnetwork is required"),
    "an_endpoint_has_no_scheme": (
        lambda api: api.insert("forwardingRules", endpoint("new", loadBalancingScheme="EXTERNAL"), CONSUMER),
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
        lambda api: _second_rule(api, IPAddress="10.0.9.9"),
        "outside the range 10.0.1.0/24",
    ),
    "a_managed_rule_leads_to_a_proxy_by_one_port": (
        lambda api: _second_rule(api, portRange="80-81"),
        "Exactly one port",
    ),
    "rule_and_backend_service_agree_on_the_scheme": (_other_scheme, "scheme INTERNAL, not INTERNAL_MANAGED"),
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
    "a_backend_is_in_its_services_region": (_far_group, "must be in the backend service's region"),
    "a_backend_services_scheme_is_fixed": (
        lambda api: api.patch("backendServices", "hello-backend-service", {"loadBalancingScheme": "INTERNAL"}),
        "It is INTERNAL_MANAGED for good",
    ),
    "an_attachment_publishes_an_internal_load_balancer": (_external_rule, "must be of an internal load balancer"),
    "a_rule_is_published_once": (
        lambda api: _second_attachment(api, targetService=link("forwardingRules", "hello-forwarding-rule")),
        "is used by the service attachment",
    ),
    "nat_subnets_are_for_private_service_connect": (
        lambda api: _second_attachment(api, natSubnets=[link("subnetworks", "producer-subnet")]),
        "The purpose must be PRIVATE_SERVICE_CONNECT",
    ),
    "a_nat_subnet_serves_one_attachment": (
        lambda api: _second_attachment(api, natSubnets=[link("subnetworks", "producer-psc-subnet")]),
        "is used by 'projects/producer-project/regions/asia-northeast1/serviceAttachments/hello-service-attachment'",
    ),
    "automatic_acceptance_has_no_lists": (
        lambda api: _patched(api, connectionPreference="ACCEPT_AUTOMATIC"),
        "must be empty with automatic acceptance",
    ),
    "lists_are_of_one_kind": (
        lambda api: _patched(api, consumerRejectLists=[link("networks", "other", CONSUMER, "global")]),
        "Must be all of one kind",
    ),
    "an_accepted_consumer_has_a_limit": (
        lambda api: _patched(api, consumerAcceptLists=[{"projectIdOrNum": CONSUMER}]),
        "Must be 1 or more",
    ),
    "nobody_is_accepted_and_rejected": (
        lambda api: _patched(api, consumerRejectLists=[CONSUMER]),
        "It is on the accept list too",
    ),
    "domains_are_verified": (lambda api: _second_attachment(api, domainNames=["p.example.com."]), "is not verified"),
    "domains_are_fixed": (lambda api: _patched(api, domainNames=["p.example.com."]), "cannot be updated"),
    "a_vms_account_exists": (
        lambda api: _vm(
            api,
            serviceAccounts=[{"email": "does-not-exist@x.iam.gserviceaccount.com", "scopes": ["cloud-platform"]}],
        ),
        "of type 'serviceAccount' was not found",
    ),
    "a_vm_is_in_an_ordinary_subnet": (
        lambda api: api.insert(
            "instances",
            VM | {"networkInterfaces": [{"subnetwork": link("subnetworks", "producer-psc-subnet")}]},
            PRODUCER,
            "zones/asia-northeast1-b",
        ),
        "purpose is PRIVATE_SERVICE_CONNECT",
    ),
    "a_vm_is_in_its_subnets_region": (
        lambda api: _vm(api, "zones/europe-west1-b"),
        "must be in the region of the instance's zone",
    ),
    "a_vms_address_is_free": (
        lambda api: _vm(api, networkInterfaces=[VM["networkInterfaces"][0] | {"networkIP": "10.1.0.5"}]),
        "Specified IP address is in-use",
    ),
    "a_vm_is_stopped_first": (
        lambda api: _on_vm(api, "setMachineType", {"machineType": "zones/asia-northeast1-b/machineTypes/e2-small"}),
        "must be stopped before its machine type can be changed",
    ),
    "a_protected_vm_stays": (_protected, "protected against deletion"),
    "a_firewall_rule_allows_or_denies": (
        lambda api: _firewall(api, allowed=[{"IPProtocol": "tcp"}], sourceRanges=["35.235.240.1/20"]),
        "'35.235.240.1/20'. Must be a valid CIDR",
    ),
    "members_exist": (
        _default_of_nobody,
        "Service account 222222222222-compute@developer.gserviceaccount.com does not",
    ),
    "roles_have_a_name": (lambda api: _policy(api, role="run.invoker"), "Role run.invoker is not supported"),
    "a_services_account_exists": (
        lambda api: api.service("second", serviceAccount="does-not-exist@x.iam.gserviceaccount.com"),
        "Service account does-not-exist@x.iam.gserviceaccount.com does not exist",
    ),
    "a_services_account_reads_its_secrets": (_reading_a_secret, "Permission denied on secret: api-key"),
    "less_than_a_cpu_serves_one_request_at_a_time": (
        lambda api: _sized(api, "500m", maxInstanceRequestConcurrency=80),
        "Total cpu < 1 is not supported with concurrency > 1",
    ),
    "cpu_and_memory_fit": (lambda api: _sized(api, "1", "5Gi"), "between 0.125Gi and 4Gi with 1 CPU"),
    "a_request_takes_an_hour_at_most": (
        lambda api: api.service("second", timeout="3601s"),
        "between 1 and 3600 seconds",
    ),
    "fewest_instances_are_not_more_than_the_most": (
        lambda api: api.service("second", scaling={"minInstanceCount": 3, "maxInstanceCount": 2}),
        "Must not be greater than max_instance_count",
    ),
    "some_variables_are_cloud_runs_own": (
        lambda api: api.service("second", container={"env": [{"name": "PORT", "value": "1"}]}),
        "PORT: The name is reserved",
    ),
    "the_parts_of_a_load_balancer_are_in_one_region": (_far_map, f"It is not in {ELSEWHERE}"),
    "labels_have_their_form": (
        lambda api: api.insert("addresses", _internal("new", "10.1.0.9") | {"labels": {"Team": "x"}}, CONSUMER),
        "must start with a lower-case letter",
    ),
}
