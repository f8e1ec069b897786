"""Network endpoint groups and backend services: what a serverless backend takes and refuses."""

from __future__ import annotations

from collections.abc import Iterator

from standin import links
from standin.change import Change
from standin.cloud import Record
from standin.message import Json
from standin.rules.table import rule

_NEGS = "https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts"
_WRITES = ("backendServices.insert", "backendServices.patch", "backendServices.update")
# https://cloud.google.com/compute/docs/reference/rest/v1/regionBackendServices: the default of timeoutSec.
_DEFAULT_TIMEOUT = 30
_TARGETS = ("maxUtilization", "maxRate", "maxRatePerInstance", "maxRatePerEndpoint", "maxConnections",
            "maxConnectionsPerInstance", "maxConnectionsPerEndpoint")  # fmt: skip
_SERVERLESS = ("cloudRun", "appEngine", "cloudFunction", "serverlessDeployment")


@rule("networkEndpointGroups.insert", source=f"{_NEGS}#platforms")
def a_serverless_group_names_one_service(change: Change) -> None:
    """A serverless NEG has exactly one platform, and Cloud Run's has a service or a URL mask."""
    body = change.wanted
    if body.get("networkEndpointType") != "SERVERLESS":
        return
    given = [key for key in _SERVERLESS if change.sent.get(key) is not None]
    if len(given) != 1:
        raise change.invalid("networkEndpointType", f"Exactly one of {', '.join(_SERVERLESS)} is needed.")
    run = body.get("cloudRun")
    if run is not None and not (run.get("service") or run.get("urlMask")):
        raise change.invalid("cloudRun", "A service or a URL mask must be specified.", "")


@rule(
    "networkEndpointGroups.insert",
    source=f"https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services (serviceId) and {_NEGS}",
)
def a_serverless_group_takes_the_short_name(change: Change) -> None:
    """`cloudRun.service` is the service's short name, no path and no URL."""
    service = str(change.wanted.get("cloudRun", {}).get("service", ""))
    if "/" in service or "." in service:
        raise change.invalid("cloudRun.service", "Must be the short name of a Cloud Run service.", service)


@rule("networkEndpointGroups.insert", source=f"{_NEGS} (no network: the endpoint is Google's)")
def a_serverless_group_is_in_no_network(change: Change) -> None:
    """Network and subnet do not go with a serverless NEG."""
    for field in ("network", "subnetwork") if change.wanted.get("networkEndpointType") == "SERVERLESS" else ():
        if change.sent.get(field):
            raise change.invalid(field, "Not supported for serverless network endpoint groups.", change.sent[field])


@rule(*_WRITES, source=f"{_NEGS}#limitations", doubt="That the default of 30 passes when it is sent back is assumed.")
def no_timeout_with_a_serverless_backend(change: Change) -> None:
    """Cloud Run's own request timeout counts."""
    if change.sent.get("timeoutSec", _DEFAULT_TIMEOUT) != _DEFAULT_TIMEOUT and _serverless(change):
        text = "Timeout sec is not supported for a backend service with Serverless network endpoint groups."
        raise change.invalid("timeoutSec", text, str(change.sent["timeoutSec"]))


@rule(*_WRITES, source="compute v1 discovery document, BackendService.healthChecks")
def no_health_check_with_a_serverless_backend(change: Change) -> None:
    """A serverless backend has no health check."""
    if change.wanted.get("healthChecks") and _serverless(change):
        text = "A backend service cannot have a healthcheck with Serverless network endpoint group backends."
        raise change.invalid("healthChecks", text, change.wanted["healthChecks"][0])


@rule(*_WRITES, source="compute v1 discovery document, Backend.balancingMode and its target capacities")
def no_target_capacity_with_a_serverless_backend(change: Change) -> None:
    """A serverless backend takes no rate, utilization or connection target."""
    for backend, group in _backends(change):
        for field in _TARGETS if _is_serverless(group) else ():
            if backend.get(field):
                text = "Not supported for a backend with a Serverless network endpoint group."
                raise change.invalid(f"backends[0].{field}", text, backend[field])


@rule(*_WRITES, source="compute v1 discovery document, Backend.capacityScaler: 0.0 and [0.1,1.0]")
def capacity_is_nothing_or_a_tenth_at_least(change: Change) -> None:
    """Capacity is 0 (drained) or between 0.1 and 1."""
    for backend, _ in _backends(change):
        capacity = float(backend.get("capacityScaler", 1.0))
        if capacity != 0 and not 0.1 <= capacity <= 1:
            raise change.invalid("backends[0].capacityScaler", "Must be 0.0 or between 0.1 and 1.0.", capacity)


@rule(*_WRITES, source="compute v1 discovery document, BackendServiceNetworkPassThroughLbTrafficPolicyZonalAffinity")
def a_spillover_ratio_is_a_share(change: Change) -> None:
    """The ratio below which a load balancer spills over to other zones is between 0 and 1."""
    affinity = change.wanted.get("networkPassThroughLbTrafficPolicy", {}).get("zonalAffinity", {})
    ratio = affinity.get("spilloverRatio", 0)
    if not 0 <= float(ratio) <= 1:
        field = "networkPassThroughLbTrafficPolicy.zonalAffinity.spilloverRatio"
        raise change.invalid(field, "The value must be between 0.0 and 1.0.", ratio)


@rule(*_WRITES, source=f"{_NEGS}#limitations (group and load balancer in one region)")
def a_backend_is_in_its_services_region(change: Change) -> None:
    """NEG and regional backend service are in one region; a global one takes groups of any."""
    for _, group in _backends(change) if change.scope != "global" else ():
        if group is not None and links.region_of(group.scope) != links.region_of(change.scope):
            raise change.invalid("backends[0].group", "The group must be in the backend service's region.", group.path)


@rule(*_WRITES, source="compute v1 discovery document, BackendServiceLogConfig.sampleRate")
def a_log_takes_a_share_of_the_requests(change: Change) -> None:
    """The sampling rate of a request log is between 0 and 1."""
    share = change.wanted.get("logConfig", {}).get("sampleRate", 1)
    if not 0 <= float(share) <= 1:
        raise change.invalid("logConfig.sampleRate", "The value must be between 0.0 and 1.0.", share)


@rule("backendServices.patch", "backendServices.update", source="compute v1 discovery document, BackendService")
def a_backend_services_scheme_is_fixed(change: Change) -> None:
    """The load balancing scheme of a backend service does not change."""
    before = change.former.get("loadBalancingScheme")
    if change.wanted.get("loadBalancingScheme") != before:
        raise change.invalid("loadBalancingScheme", f"It is {before} for good.")


def _backends(change: Change) -> Iterator[tuple[Json, Record | None]]:
    for backend in change.wanted.get("backends", []):
        yield backend, change.cloud.compute.linked(backend.get("group"))


def _is_serverless(group: Record | None) -> bool:
    return group is not None and group.body.get("networkEndpointType") == "SERVERLESS"


def _serverless(change: Change) -> bool:
    return any(_is_serverless(group) for _, group in _backends(change))
