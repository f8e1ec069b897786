"""Deployments that every call accepted and that would still answer 503, 404 or 403 are told apart."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from rehearsal.reach import obstacles

REGION = "projects/p/regions/r"
RUN = "projects/p/locations/r/services/hello"
ATTACHMENT = f"{REGION}/serviceAttachments/hello"
ENDPOINT = "projects/c/regions/r/forwardingRules/e"
STATE: dict[str, Any] = {
    "connections": {
        ENDPOINT: {
            "id": "1",
            "status": "ACCEPTED",
            "attachment": ATTACHMENT,
            "endpoint": ENDPOINT,
            "network": "projects/c/global/networks/n",
        }
    },
    "compute": {
        ATTACHMENT: {"name": "hello", "targetService": f"{REGION}/forwardingRules/hello"},
        f"{REGION}/forwardingRules/hello": {"target": f"{REGION}/targetHttpProxies/hello"},
        f"{REGION}/targetHttpProxies/hello": {"urlMap": f"{REGION}/urlMaps/hello"},
        f"{REGION}/urlMaps/hello": {"defaultService": f"{REGION}/backendServices/hello"},
        f"{REGION}/backendServices/hello": {
            "name": "hello",
            "backends": [{"group": f"{REGION}/networkEndpointGroups/hello", "capacityScaler": 1.0}],
        },
        f"{REGION}/networkEndpointGroups/hello": {
            "networkEndpointType": "SERVERLESS",
            "cloudRun": {"service": "hello"},
        },
    },
    "run": {RUN: {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}},
    "policies": {
        f"run/{RUN}": {"bindings": [{"role": "roles/run.invoker", "members": ["serviceAccount:a@p.example"]}]}
    },
}


def test_nothing_stands_in_the_way_of_the_reference() -> None:
    assert obstacles(STATE) == []


def _https(**changes: Any) -> dict[str, Any]:
    """The same with HTTPS, and a name of it in the consumer's network."""
    state = deepcopy(STATE)
    compute, network = state["compute"], "projects/c/global/networks/n"
    certificate = "//certificatemanager.googleapis.com/projects/p/locations/r/certificates/hello"
    compute[f"{REGION}/forwardingRules/hello"]["target"] = f"{REGION}/targetHttpsProxies/hello"
    compute[f"{REGION}/targetHttpsProxies/hello"] = {
        "name": "hello", "urlMap": f"{REGION}/urlMaps/hello", "sslCertificates": [certificate],
    }  # fmt: skip
    compute["projects/c/regions/r/forwardingRules/e"] = {"network": network, "IPAddress": "10.1.0.5"}
    state["run"][RUN] |= {"name": RUN, "customAudiences": ["https://a.example.com"]}
    state["certificates"] = {certificate.partition(".com/")[2]: {"sanDnsnames": ["*.example.com"]}}
    visible = {"privateVisibilityConfig": {"networks": [{"networkUrl": f"https://x/v1/{network}"}]}}
    zone = "projects/c/managedZones/z"
    record = {"name": "a.example.com.", "type": "A", "rrdatas": ["10.1.0.5"]}
    state["dns"] = {zone: visible, f"{zone}/rrsets/a.example.com./A": record}
    state["run"][RUN] |= changes.get("run", {})
    next(iter(state["certificates"].values())).update(changes.get("certificate", {}))
    record.update(changes.get("record", {}))
    return state


def test_nothing_stands_in_the_way_of_https() -> None:
    assert obstacles(_https()) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"record": {"rrdatas": ["10.1.0.9"]}}, "a.example.com resolves to 10.1.0.9, where no endpoint"),
        (
            {"certificate": {"sanDnsnames": ["b.example.org"]}},
            "its certificate is of b.example.org, and hello takes no",
        ),
        ({"certificate": {"managed": {"state": "PROVISIONING"}}}, "certificate hello is PROVISIONING: no handshake"),
        ({"run": {"customAudiences": []}}, "takes no such host as an audience"),
    ],
)
def test_a_client_that_gets_nowhere_by_the_name_is_told(changes: dict[str, Any], sentence: str) -> None:
    (told,) = obstacles(_https(**changes))
    assert sentence in told


def test_nothing_is_claimed_about_the_capacity_of_a_serverless_group() -> None:
    state = deepcopy(STATE)
    state["compute"][f"{REGION}/backendServices/hello"]["backends"][0]["capacityScaler"] = 0
    assert obstacles(state) == []


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            ("compute", f"{REGION}/backendServices/hello", "backends", 0),
            {"group": f"{REGION}/networkEndpointGroups/vms", "capacityScaler": 0},
            "capacity 0 (drained)",
        ),
        (("compute", f"{REGION}/networkEndpointGroups/hello", "cloudRun", "service"), "gone", "no Cloud Run service"),
        (("policies", f"run/{RUN}", "bindings"), [], "hello"),
        (("run", RUN, "ingress"), "INGRESS_TRAFFIC_NONE", "ingress lets nobody in"),
    ],
    ids=["drained", "renamed", "nobody may call", "closed"],
)
def test_what_stands_in_the_way_is_named(path: tuple[Any, ...], value: Any, sentence: str) -> None:
    state = deepcopy(STATE)
    holder: Any = state
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    (obstacle,) = obstacles(state)
    assert sentence in obstacle


@pytest.mark.parametrize(("zone", "open_", "told"), [("r-b", False, 0), ("far-b", False, 1), ("far-b", True, 0)])
def test_a_vm_of_another_region_needs_global_access(zone: str, open_: bool, told: int) -> None:
    state = deepcopy(STATE)
    network = [{"network": "https://www.googleapis.com/compute/v1/projects/c/global/networks/n"}]
    vm = {"name": "vm", "serviceAccounts": [{}], "networkInterfaces": network}
    state["compute"] |= {f"projects/c/zones/{zone}/instances/vm": vm, ENDPOINT: {"allowPscGlobalAccess": open_}}
    assert len(["no endpoint in its network has global access" in one for one in obstacles(state)]) == told
