"""What stands behind an Application Load Balancer's forwarding rule: backend services, URL maps, HTTP proxies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from standin.compute.actions import copying, end_testing
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, Reference
from standin.message import Json, fill


def _complete_backend_service(body: Json) -> None:
    fill(body, description="", loadBalancingScheme="EXTERNAL", timeoutSec=30)
    passthrough = body["loadBalancingScheme"] == "INTERNAL"
    fill(body, **({"protocol": "TCP"} if passthrough else {"protocol": "HTTP", "portName": "http", "port": 80}))
    fill(body, sessionAffinity="NONE", affinityCookieTtlSec=0, connectionDraining={"drainingTimeoutSec": 0})
    end_testing(body, "externalManagedMigration")
    if body.get("logConfig", {}).get("enable"):
        fill(body["logConfig"], sampleRate=1.0)
    # What the API gives of a secret is its digest alone.
    if secret := body.get("iap", {}).pop("oauth2ClientSecret", ""):
        body["iap"]["oauth2ClientSecretSha256"] = hashlib.sha256(secret.encode()).hexdigest()
    # A passthrough load balancer balances connections, and one with a leader among its backends nothing: there is no
    # capacity (the provider's TestAccComputeRegionBackendService_withDynamicBackendCount, and its tests of haPolicy).
    capacity = {} if passthrough or "haPolicy" in body else {"capacityScaler": 1.0}
    for backend in body.get("backends", []):
        fill(backend, balancingMode="UTILIZATION", **capacity)


def _services_of_a_url_map() -> Iterator[Reference]:
    """Wherever a URL map sends requests: by default, for a path, for a route, for a part of them, as a copy of them."""
    matchers = ("", "pathMatchers[].")
    routes = tuple(f"pathMatchers[].{rules}[]." for rules in ("pathRules", "routeRules"))
    for where, service, action in (
        *((matcher, "defaultService", "defaultRouteAction") for matcher in matchers),
        *((route, "service", "routeAction") for route in routes),
    ):
        yield Reference(f"{where}{service}", ("backendServices", "backendBuckets"))
        yield Reference(f"{where}{action}.weightedBackendServices[].backendService", ("backendServices",))
        yield Reference(f"{where}{action}.requestMirrorPolicy.backendService", ("backendServices",))
    yield Reference("tests[].service", ("backendServices", "backendBuckets"))


register(
    Kind(
        "backendServices",
        (
            NETWORK,
            Reference("backends[].group", ("networkEndpointGroups", "instanceGroups")),
            Reference("healthChecks[]", ("healthChecks", "httpHealthChecks", "httpsHealthChecks")),
        ),
        complete=_complete_backend_service,
    ),
    Kind("urlMaps", tuple(_services_of_a_url_map())),
    Kind(
        "targetHttpProxies",
        (Reference("urlMap", ("urlMaps",)),),
        singular="targetHttpProxy",
        actions={"setUrlMap": copying("urlMap")},
    ),
)
