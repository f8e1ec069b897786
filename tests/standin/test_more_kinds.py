"""Kinds beside those of the reference deployment, which other programs' deployments bring."""

from __future__ import annotations

from typing import Any

import pytest

from standin.introspection import state
from tests.standin.conftest import NETWORK, PRODUCER, Api, good, link
from tests.standin.rows.workload import VM

ZONE = "zones/asia-northeast1-b"
GLOBAL = "global"


@pytest.mark.parametrize(
    ("collection", "scope", "body", "shown"),
    [
        ("healthChecks", GLOBAL, {"type": "TCP", "tcpHealthCheck": {"port": 5432}}, {"timeoutSec": 5}),
        ("httpHealthChecks", GLOBAL, {}, {"port": 80, "requestPath": "/"}),
        ("httpsHealthChecks", GLOBAL, {}, {"port": 443}),
        ("sslCertificates", GLOBAL, {"managed": {"domains": ["a.example.com"]}}, {"type": "MANAGED"}),
        ("sslPolicies", GLOBAL, {"profile": "MODERN"}, {"profile": "MODERN", "minTlsVersion": "TLS_1_0"}),
        ("backendBuckets", GLOBAL, {"bucketName": "b"}, {"bucketName": "b"}),
        ("addresses", GLOBAL, {}, {"addressType": "EXTERNAL", "status": "RESERVED"}),
        (
            "addresses",
            GLOBAL,
            {"addressType": "INTERNAL", "purpose": "VPC_PEERING", "network": NETWORK},
            {"address": "10.20.0.0", "prefixLength": 16},
        ),
        (
            "routes",
            GLOBAL,
            {
                "network": NETWORK,
                "destRange": "0.0.0.0/0",
                "priority": 900,
                "nextHopGateway": "default-internet-gateway",
            },
            {
                "priority": 900,
                "nextHopGateway": "https://www.googleapis.com/compute/v1/projects/producer-project/global/gateways/"
                "default-internet-gateway",
            },
        ),
        (
            "instanceGroups",
            ZONE,
            {"network": NETWORK},
            {"size": 0, "network": f"https://www.googleapis.com/compute/v1/{NETWORK}"},
        ),
        ("targetPools", "regions/asia-northeast1", {}, {"sessionAffinity": "NONE"}),
    ],
)
def test_a_kind_comes_and_goes(
    collection: str, scope: str, body: dict[str, Any], shown: dict[str, Any], api: Api
) -> None:
    good(api.insert(collection, {"name": "new"} | body, scope=scope))
    api.cloud.finish_all()
    assert shown.items() <= api.get(collection, "new", scope=scope).items()
    good(api.delete(collection, "new", scope=scope))
    api.cloud.finish_all()
    assert api.call("GET", f"/compute/v1/projects/{PRODUCER}/{scope}/{collection}/new").code == 404
    assert [note for note in api.cloud.notes if note["kind"] == "answer"] == []


def test_an_https_load_balancer(deployed: Api) -> None:
    good(deployed.insert("sslCertificates", {"name": "cert", "certificate": "PEM", "privateKey": "KEY"}))
    good(deployed.insert("sslPolicies", {"name": "policy"}))
    deployed.cloud.finish_all()
    proxy = {"name": "tls", "urlMap": link("urlMaps", "hello-url-map"), "sslPolicy": link("sslPolicies", "policy")}
    good(deployed.insert("targetHttpsProxies", proxy | {"sslCertificates": [link("sslCertificates", "cert")]}))
    deployed.cloud.finish_all()
    assert deployed.get("targetHttpsProxies", "tls")["quicOverride"] == "NONE"
    held = deployed.delete("sslCertificates", "cert")
    assert "The ssl_certificate resource" in held.body["error"]["message"]


def test_a_groups_members_are_told_by_a_method_of_their_own(api: Api) -> None:
    good(api.insert("instances", VM | {"networkInterfaces": [{"subnetwork": _subnet()}]}, scope=ZONE))
    good(api.insert("instanceGroups", {"name": "group", "network": NETWORK}, scope=ZONE))
    api.cloud.finish_all()
    group = f"/compute/v1/projects/{PRODUCER}/{ZONE}/instanceGroups/group"
    member = {"instance": link("instances", "test-vm", scope=ZONE)}
    good(api.call("POST", f"{group}/addInstances", {"instances": [member]}))
    api.cloud.finish_all()
    listed = good(api.call("POST", f"{group}/listInstances", {}))["items"]
    assert [one["instance"].rsplit("/", 1)[1] for one in listed] == ["test-vm"]
    assert good(api.call("GET", group))["size"] == 1
    assert "_members" not in good(api.call("GET", group))
    none = {"instance": link("instances", "none", scope=ZONE)}
    assert api.call("POST", f"{group}/addInstances", {"instances": [none]}).code == 404


def _subnet() -> str:
    return link("subnetworks", "producer-subnet")


def test_a_global_endpoint_for_googles_own_apis(api: Api) -> None:
    body = {"addressType": "INTERNAL", "purpose": "PRIVATE_SERVICE_CONNECT", "network": NETWORK}
    good(api.insert("addresses", {"name": "apis", "address": "10.3.0.5"} | body, scope=GLOBAL))
    api.cloud.finish_all()
    endpoint = {"name": "apis", "network": NETWORK, "target": "all-apis", "IPAddress": "global/addresses/apis"}
    good(api.insert("forwardingRules", endpoint, scope=GLOBAL))
    shown = api.get("forwardingRules", "apis", scope=GLOBAL)
    assert (shown["IPAddress"], shown["pscConnectionStatus"]) == ("10.3.0.5", "ACCEPTED")
    assert "loadBalancingScheme" not in shown


def test_the_state_tells_what_was_judged_and_by_which_rules_with_a_doubt(deployed: Api) -> None:
    judged = state(deployed.cloud)["judged"]
    assert {"serviceAttachments", "services", "forwardingRules"} <= set(judged["kinds"])
    doubts = {entry["rule"]: entry["doubt"] for entry in judged["in_doubt"]}
    assert "no_timeout_with_a_serverless_backend" in doubts
    assert "subnet_range_is_valid" not in doubts, "its source leaves nothing open"
    assert all(doubts.values())
    assert {"serviceAttachments", "services"} <= set(judged["proven"]) <= set(judged["kinds"])


def test_what_is_not_simulated_says_so_and_is_noted(api: Api) -> None:
    refused = api.insert("routers", {"name": "new", "network": NETWORK})
    assert refused.code == 501
    assert refused.body["error"]["message"] == "The stand-in does not simulate compute.routers.insert."
    assert {"kind": "unsimulated", "text": "compute.routers.insert", "times": 1} in api.cloud.notes


@pytest.mark.parametrize(
    ("collection", "verb", "field", "to"),
    [
        ("targetHttpProxies", "setUrlMap", "urlMap", "urlMaps"),
        ("targetHttpsProxies", "setUrlMap", "urlMap", "urlMaps"),
        ("targetHttpsProxies", "setSslCertificates", "sslCertificates", "sslCertificates"),
    ],
)
def test_methods_of_global_proxies_without_a_scope(collection: str, verb: str, field: str, to: str, api: Api) -> None:
    good(api.insert("backendServices", {"name": "b", "loadBalancingScheme": "EXTERNAL"}, scope=GLOBAL))
    for name in ("first", "second"):
        good(api.insert("urlMaps", {"name": name, "defaultService": "global/backendServices/b"}, scope=GLOBAL))
        good(api.insert("sslCertificates", {"name": name, "certificate": "PEM", "privateKey": "KEY"}, scope=GLOBAL))
    proxy: dict[str, Any] = {"name": "proxy", "urlMap": "global/urlMaps/first"}
    if collection == "targetHttpsProxies":
        proxy["sslCertificates"] = ["global/sslCertificates/first"]
    good(api.insert(collection, proxy, scope=GLOBAL))
    api.cloud.finish_all()
    second: Any = f"projects/{PRODUCER}/global/{to}/second"
    sent = {field: [second] if field == "sslCertificates" else second}
    good(api.call("POST", f"/compute/v1/projects/{PRODUCER}/{collection}/proxy/{verb}", sent))
    assert str(api.get(collection, "proxy", scope=GLOBAL)[field]).rstrip("']").endswith("/second")
