"""What stands behind a forwarding rule: network endpoint groups, health checks, backend services, URL maps, proxies."""

from __future__ import annotations

from standin.compute.actions import copying
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, SUBNETWORK, Reference
from standin.message import Json, fill


def _complete_group(body: Json) -> None:
    fill(body, size=0)


def _complete_backend_service(body: Json) -> None:
    fill(body, loadBalancingScheme="EXTERNAL", protocol="HTTP", portName="http", timeoutSec=30)
    fill(body, sessionAffinity="NONE", affinityCookieTtlSec=0, connectionDraining={"drainingTimeoutSec": 0})
    for backend in body.get("backends", []):
        fill(backend, balancingMode="UTILIZATION", capacityScaler=1.0)


register(
    Kind("networkEndpointGroups", (NETWORK, SUBNETWORK), fingerprints=(), complete=_complete_group),
    Kind("healthChecks"),
    Kind(
        "backendServices",
        (
            NETWORK,
            Reference("backends[].group", ("networkEndpointGroups", "instanceGroups")),
            Reference("healthChecks[]", ("healthChecks",)),
        ),
        complete=_complete_backend_service,
    ),
    Kind(
        "urlMaps",
        (
            Reference("defaultService", ("backendServices",)),
            Reference("pathMatchers[].defaultService", ("backendServices",)),
        ),
    ),
    Kind(
        "targetHttpProxies",
        (Reference("urlMap", ("urlMaps",)),),
        singular="targetHttpProxy",
        actions={"setUrlMap": copying("urlMap")},
    ),
)
