"""Facts from answers that were recorded from the real API (k8s-config-connector's logs): how it shows what it keeps."""

from __future__ import annotations

import pytest

from standin.message import Json
from tests.standin.conftest import CONSUMER, PRODUCER, RUN, Api, good, internal, link, rule

SERVICE = link("backendServices", "hello-backend-service")


def test_a_network_has_an_mtu_only_once_it_was_set(api: Api) -> None:
    assert "mtu" not in api.get("networks", "producer-vpc", scope="global")
    good(api.call("PATCH", f"/compute/v1/projects/{PRODUCER}/global/networks/producer-vpc", {"mtu": 1500}))
    assert api.get("networks", "producer-vpc", scope="global")["mtu"] == 1500


def test_a_managed_rule_says_nothing_of_global_access_unless_it_was_set(deployed: Api) -> None:
    assert "allowGlobalAccess" not in deployed.get("forwardingRules", "hello-forwarding-rule")


def test_a_health_check_has_no_fingerprint(api: Api) -> None:
    good(api.insert("healthChecks", {"name": "check", "type": "HTTP", "httpHealthCheck": {}}))
    check = api.get("healthChecks", "check")
    assert "fingerprint" not in check
    assert check["httpHealthCheck"] == {"port": 80, "proxyHeader": "NONE", "requestPath": "/"}
    assert (check["checkIntervalSec"], check["unhealthyThreshold"]) == (5, 2)


def test_a_404_has_no_status(api: Api) -> None:
    error = api.call("GET", f"/compute/v1/projects/{PRODUCER}/global/networks/none").body["error"]
    assert "status" not in error
    assert error["errors"] == [{"message": error["message"], "domain": "global", "reason": "notFound"}]


def test_a_proxy_only_subnet_is_ready_and_has_no_stack_type(api: Api) -> None:
    proxies, ordinary = api.get("subnetworks", "producer-proxy-subnet"), api.get("subnetworks", "producer-subnet")
    assert (proxies.get("stackType"), proxies["state"]) == (None, "READY")
    assert (ordinary["stackType"], ordinary.get("state")) == ("IPV4_ONLY", None)


def test_backend_services_have_a_description_and_a_port(deployed: Api) -> None:
    service = deployed.get("backendServices", "hello-backend-service")
    assert (service["description"], service["port"], service["portName"]) == ("", 80, "http")
    good(deployed.insert("backendServices", {"name": "tcp", "loadBalancingScheme": "INTERNAL"}))
    passthrough = deployed.get("backendServices", "tcp")
    assert passthrough["protocol"] == "TCP"
    assert "port" not in passthrough


@pytest.mark.parametrize(
    "more",
    [{"loadBalancingScheme": "INTERNAL"}, {"loadBalancingScheme": "EXTERNAL", "haPolicy": {"fastIPMove": "DISABLED"}}],
    ids=["passthrough", "one that leads"],
)
def test_a_backend_has_a_capacity_unless_nothing_is_balanced_by_it(more: Json, deployed: Api) -> None:
    (backend,) = deployed.get("backendServices", "hello-backend-service")["backends"]
    assert backend["capacityScaler"] == 1.0
    good(deployed.insert("backendServices", {"name": "other", "backends": [{"group": backend["group"]}]} | more))
    (other,) = deployed.get("backendServices", "other")["backends"]
    assert "capacityScaler" not in other


def test_the_secret_of_iap_is_never_given_again(api: Api) -> None:
    iap = {"enabled": True, "oauth2ClientId": "me", "oauth2ClientSecret": "s3cret"}
    good(api.insert("backendServices", {"name": "iap", "loadBalancingScheme": "INTERNAL_MANAGED", "iap": iap}))
    shown = api.get("backendServices", "iap")["iap"]
    assert "oauth2ClientSecret" not in shown
    assert shown["oauth2ClientSecretSha256"].startswith("1ec1c26b")
    assert "s3cret" not in str(api.cloud.compute)


def test_a_private_key_is_not_kept(api: Api) -> None:
    good(api.insert("sslCertificates", {"name": "cert", "certificate": "PEM", "privateKey": "KEY"}))
    shown = api.get("sslCertificates", "cert")
    assert (shown["certificate"], shown["selfManaged"], shown["type"]) == (
        "PEM",
        {"certificate": "PEM"},
        "SELF_MANAGED",
    )
    assert "KEY" not in str(api.cloud.compute)


def test_an_insert_ignores_labels_of_addresses_and_rules(deployed: Api) -> None:
    good(deployed.insert("addresses", internal("labelled", "10.1.0.9") | {"labels": {"team": "x"}}, CONSUMER))
    deployed.cloud.finish_all()
    address = deployed.get("addresses", "labelled", CONSUMER)
    assert "labels" not in address
    sent = {"labels": {"team": "x"}, "labelFingerprint": address["labelFingerprint"]}
    answered = good(deployed.post("addresses", "labelled", "setLabels", sent, CONSUMER))
    assert (answered["status"], answered["progress"], answered["operationType"]) == ("DONE", 100, "setLabels")
    assert deployed.get("addresses", "labelled", CONSUMER)["labels"] == {"team": "x"}


@pytest.mark.parametrize(
    ("collection", "name", "words"),
    [
        (
            "backendServices",
            "hello-backend-service",
            f"The backend_service resource '{SERVICE}' is already being used by",
        ),
        ("networkEndpointGroups", "hello-serverless-neg", "The network_endpoint_group resource"),
        ("urlMaps", "hello-url-map", "The url_map resource"),
    ],
)
def test_what_is_in_use_is_named_in_snake_case(collection: str, name: str, words: str, deployed: Api) -> None:
    assert words in deployed.delete(collection, name).body["error"]["message"]


def test_operations_have_their_names(deployed: Api) -> None:
    deleted = good(deployed.delete("forwardingRules", "psc-endpoint", CONSUMER))
    assert deleted["operationType"] == "delete"
    deployed.cloud.finish_all()
    detached = good(deployed.delete("serviceAttachments", "hello-service-attachment"))
    assert detached["operationType"] == "compute.serviceAttachments.delete"
    deployed.cloud.finish_all()
    target = {"target": link("targetHttpProxies", "hello-http-proxy")}
    assert good(deployed.post("forwardingRules", rule()["name"], "setTarget", target))["operationType"] == "SetTarget"
    group = {"name": "second", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "hello-service"}}
    inserted = good(deployed.insert("networkEndpointGroups", group))
    assert inserted["operationType"] == "compute.regionNetworkEndpointGroups.insert"


def test_a_url_maps_links_lead_somewhere_also_inside_of_actions(deployed: Api) -> None:
    def body(service: str) -> dict[str, object]:
        weighted = [{"backendService": service, "weight": 100}]
        routes = [
            {"priority": 1, "matchRules": [{"prefixMatch": "/"}], "routeAction": {"weightedBackendServices": weighted}}
        ]
        matcher = {"name": "m", "defaultService": SERVICE, "routeRules": routes}
        return {"name": "new", "defaultService": SERVICE, "pathMatchers": [matcher]}

    assert deployed.insert("urlMaps", body(link("backendServices", "none"))).code == 404
    good(deployed.insert("urlMaps", body(SERVICE)))
    route = deployed.get("urlMaps", "new")["pathMatchers"][0]["routeRules"][0]
    full = route["routeAction"]["weightedBackendServices"][0]["backendService"]
    assert full == f"https://www.googleapis.com/compute/v1/{SERVICE}"


def test_a_migration_has_a_percentage_as_long_as_it_is_tested_by_one(api: Api) -> None:
    body = {"name": "moving", "loadBalancingScheme": "EXTERNAL"}
    testing = {"State": "TEST_BY_PERCENTAGE", "TestingPercentage": 50}
    good(api.insert("backendServices", body | {f"externalManagedMigration{key}": testing[key] for key in testing}))
    api.cloud.finish_all()
    assert api.get("backendServices", "moving")["externalManagedMigrationTestingPercentage"] == 50
    good(api.patch("backendServices", "moving", {"externalManagedMigrationState": "TEST_ALL_TRAFFIC"}))
    assert "externalManagedMigrationTestingPercentage" not in api.get("backendServices", "moving")


def test_what_is_sent_as_null_is_not_set(api: Api) -> None:
    """So the google provider sends the ways of a probe that it does not take."""
    probe = {"tcpSocket": {"port": 8080}, "httpGet": None, "grpc": None}
    good(api.service("nulls", container={"livenessProbe": probe}))
    container = api.call("GET", f"{RUN}/nulls").body["template"]["containers"][0]
    assert container["livenessProbe"].keys() & {"httpGet", "grpc"} == set()
