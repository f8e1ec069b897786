"""What stands behind a forwarding rule: network endpoint groups, health checks, backend services, URL maps, proxies."""

from __future__ import annotations

from standin.compute.actions import copying
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, SUBNETWORK, Reference
from standin.message import Json


def _complete_group(body: Json) -> None:
    body.setdefault("size", 0)


def _complete_backend_service(body: Json) -> None:
    body.setdefault("protocol", "HTTP")
    body.setdefault("timeoutSec", 30)
    body.setdefault("sessionAffinity", "NONE")
    body.setdefault("affinityCookieTtlSec", 0)
    body.setdefault("loadBalancingScheme", "EXTERNAL")
    body.setdefault("connectionDraining", {"drainingTimeoutSec": 0})
    body.setdefault("portName", "http")
    for backend in body.get("backends", []):
        backend.setdefault("balancingMode", "UTILIZATION")
        backend.setdefault("capacityScaler", 1.0)


register(
    Kind(
        "networkEndpointGroups",
        "networkEndpointGroup",
        (NETWORK, SUBNETWORK),
        fingerprints=(),
        complete=_complete_group,
    ),
    Kind("healthChecks", "healthCheck"),
    Kind(
        "backendServices",
        "backendService",
        (
            NETWORK,
            Reference("backends[].group", ("networkEndpointGroups", "instanceGroups")),
            Reference("healthChecks[]", ("healthChecks",)),
        ),
        complete=_complete_backend_service,
    ),
    Kind(
        "urlMaps",
        "urlMap",
        (
            Reference("defaultService", ("backendServices",)),
            Reference("pathMatchers[].defaultService", ("backendServices",)),
        ),
    ),
    Kind(
        "targetHttpProxies",
        "targetHttpProxy",
        (Reference("urlMap", ("urlMaps",)),),
        actions={"setUrlMap": copying("urlMap")},
    ),
)
