"""What Google takes: requests of the provider's own tests and of gcloud, which were refused here once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from standin.router import Answer
from tests.standin.conftest import CONSUMER, NETWORK, PRODUCER, RUN, Api, good, link, subnet
from tests.standin.rows.workload import VM

ZONE = "zones/asia-northeast1-b"
AUTO = {"network": link("networks", "auto", scope="global")}


def _patched_firewall(api: Api) -> Answer:
    body = {"name": "allow", "network": NETWORK, "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]}
    good(api.insert("firewalls", body, scope="global"))
    path = f"/compute/v1/projects/{PRODUCER}/global/firewalls/allow"
    return api.call("PATCH", path, {"allowed": [{"IPProtocol": "tcp", "ports": ["22", "3389"]}]})


def _network_as_the_provider_sends_it(api: Api) -> Answer:
    routing = {"routingMode": "GLOBAL", "deleteBgpAlwaysCompareMed": False}
    return api.insert("networks", {"name": "new", "routingConfig": routing}, scope="global")


def _mtu_as_the_provider_sends_it(api: Api) -> Answer:
    path = f"/compute/v1/projects/{PRODUCER}/global/networks/producer-vpc"
    return api.call("PATCH", path, {"mtu": 1500, "fingerprint": None})


def _list_as_gcloud_asks(api: Api) -> Answer:
    query = "includeAllScopes=True&maxResults=500&returnPartialSuccess=True"
    return api.call("GET", f"/compute/v1/projects/{PRODUCER}/aggregated/serviceAttachments?{query}")


def _vm(api: Api, **more: Any) -> Answer:
    return api.insert("instances", VM | more, CONSUMER, ZONE)


def _vm_in_auto_mode(api: Api) -> Answer:
    good(api.insert("networks", {"name": "auto"}, scope="global"))
    api.cloud.finish_all()
    return api.insert("instances", VM | {"networkInterfaces": [AUTO]}, PRODUCER, ZONE)


def _migrated_subnet(api: Api) -> Answer:
    good(api.insert("subnetworks", subnet("peer", "10.0.9.0/24", purpose="PEER_MIGRATION")))
    api.cloud.finish_all()
    return api.patch("subnetworks", "peer", {"purpose": "PRIVATE"})


def _sources_of_one_address(api: Api) -> Answer:
    good(api.insert("backendServices", {"name": "ext", "loadBalancingScheme": "EXTERNAL", "protocol": "TCP"}))
    api.cloud.finish_all()
    backend = {"backendService": link("backendServices", "ext"), "loadBalancingScheme": "EXTERNAL", "portRange": "80"}
    good(api.insert("forwardingRules", {"name": "base", "IPAddress": "192.0.2.7"} | backend))
    steering = {"name": "steering", "IPAddress": "192.0.2.7", "sourceIpRanges": ["34.121.88.0/24"]}
    return api.insert("forwardingRules", steering | backend)


def _global_managed_rule(api: Api) -> Answer:
    backend = {"name": "g", "loadBalancingScheme": "INTERNAL_MANAGED", "protocol": "HTTP"}
    good(api.insert("backendServices", backend, scope="global"))
    good(api.insert("urlMaps", {"name": "g", "defaultService": "global/backendServices/g"}, scope="global"))
    good(api.insert("targetHttpProxies", {"name": "g", "urlMap": "global/urlMaps/g"}, scope="global"))
    api.cloud.finish_all()
    body = {"name": "g", "loadBalancingScheme": "INTERNAL_MANAGED", "portRange": "80", "network": NETWORK}
    body |= {"subnetwork": link("subnetworks", "producer-subnet"), "target": "global/targetHttpProxies/g"}
    return api.insert("forwardingRules", body, scope="global")


def _migrating_rule(api: Api) -> Answer:
    good(api.insert("backendServices", {"name": "e", "loadBalancingScheme": "EXTERNAL"}, scope="global"))
    good(api.insert("urlMaps", {"name": "e", "defaultService": "global/backendServices/e"}, scope="global"))
    good(api.insert("targetHttpProxies", {"name": "e", "urlMap": "global/urlMaps/e"}, scope="global"))
    api.cloud.finish_all()
    body = {"name": "e", "portRange": "80", "target": "global/targetHttpProxies/e"}
    good(api.insert("forwardingRules", body, scope="global"))
    state = {"externalManagedBackendBucketMigrationState": "PREPARE", "loadBalancingScheme": "EXTERNAL"}
    return api.call("PATCH", f"/compute/v1/projects/{PRODUCER}/global/forwardingRules/e", state)


def _former_proxies(api: Api) -> Answer:
    good(api.insert("networks", {"name": "old", "autoCreateSubnetworks": False}, scope="global"))
    api.cloud.finish_all()
    network = link("networks", "old", scope="global")
    proxies = {"purpose": "INTERNAL_HTTPS_LOAD_BALANCER", "role": "ACTIVE"}
    good(api.insert("subnetworks", subnet("old-proxies", "10.0.8.0/24", network, **proxies)))
    good(api.insert("subnetworks", subnet("old", "10.0.9.0/24", network)))
    good(api.insert("backendServices", {"name": "old", "loadBalancingScheme": "INTERNAL_MANAGED", "protocol": "HTTP"}))
    good(api.insert("urlMaps", {"name": "old", "defaultService": link("backendServices", "old")}))
    good(api.insert("targetHttpProxies", {"name": "old", "urlMap": link("urlMaps", "old")}))
    api.cloud.finish_all()
    body = {"name": "old", "loadBalancingScheme": "INTERNAL_MANAGED", "portRange": "80", "network": network}
    body |= {"subnetwork": link("subnetworks", "old"), "target": link("targetHttpProxies", "old")}
    return api.insert("forwardingRules", body)


def _ipv6_address(api: Api) -> Answer:
    body = {"name": "v6", "ipVersion": "IPV6", "addressType": "EXTERNAL", "ipv6EndpointType": "NETLB"}
    return api.insert("addresses", body | {"subnetwork": link("subnetworks", "producer-subnet")})


def _subnet_without_ipv4(api: Api) -> Answer:
    body = {"name": "v6", "network": NETWORK, "stackType": "IPV6_ONLY", "ipv6AccessType": "EXTERNAL"}
    good(api.insert("subnetworks", body))
    api.cloud.finish_all()
    return api.insert("subnetworks", subnet("beside", "10.0.9.0/24"))


def _app_engine(api: Api) -> Answer:
    body = {"name": "new", "networkEndpointType": "SERVERLESS", "appEngine": {}}
    return api.insert("networkEndpointGroups", body)


def _port_of_a_sidecar(api: Api) -> Answer:
    image = {"image": "us-docker.pkg.dev/cloudrun/container/hello"}
    sidecar = {"name": "b", **image, "env": [{"name": "PORT", "value": "8081"}]}
    containers = [sidecar, {"name": "a", **image, "ports": [{"containerPort": 8080}], "dependsOn": ["b"]}]
    return api.call("POST", f"{RUN}?serviceId=new", {"template": {"containers": containers}})


TAKEN: dict[str, Callable[[Api], Answer]] = {
    "a patch of a firewall rule without its name": _patched_firewall,
    "the provider's flag about BGP": _network_as_the_provider_sends_it,
    "a null of an unknown field": _mtu_as_the_provider_sends_it,
    "gcloud's parameter of lists": _list_as_gcloud_asks,
    "a VM's account without scopes": lambda api: _vm(api, serviceAccounts=[{"email": "default", "scopes": []}]),
    "a VM in an auto-mode network": _vm_in_auto_mode,
    "a custom machine type": lambda api: _vm(api, machineType=f"{ZONE}/machineTypes/e2-custom-2-2048"),
    "a PRIVATE subnet with a role": lambda api: api.insert(
        "subnetworks", subnet("new", "10.0.9.0/24", purpose="PRIVATE", role="ACTIVE")
    ),
    "a subnet after the migration of a peer": _migrated_subnet,
    "a subnet without an IPv4 range": _subnet_without_ipv4,
    "an external IPv6 address with its subnet": _ipv6_address,
    "one external address for several sources": _sources_of_one_address,
    "a global internal load balancer": _global_managed_rule,
    "the migration of an external rule": _migrating_rule,
    "a load balancer on proxies of the former purpose": _former_proxies,
    "an empty appEngine block": _app_engine,
    "PORT in a sidecar": _port_of_a_sidecar,
    "a readiness probe's threshold of successes": lambda api: api.service(
        "new", container={"readinessProbe": {"httpGet": {}, "successThreshold": 2}}
    ),
    "a probe's timeout beyond its period": lambda api: api.service(
        "new", container={"startupProbe": {"tcpSocket": {}, "periodSeconds": 1, "timeoutSeconds": 5}}
    ),
    "a service's image in another region's registry": lambda api: api.service(
        "new", container={"image": "asia.gcr.io/project/image"}
    ),
    "a service's image in Docker Hub": lambda api: api.service("new", container={"image": "docker.io/library/nginx"}),
}


@pytest.mark.parametrize("what", TAKEN)
def test_google_takes(what: str, api: Api) -> None:
    good(TAKEN[what](api))


def test_a_vm_with_scopes_alone_has_the_default_account(api: Api) -> None:
    good(_vm(api))
    api.cloud.finish_all()
    vm = f"/compute/v1/projects/{CONSUMER}/{ZONE}/instances/test-vm"
    good(api.call("POST", f"{vm}/stop"))
    api.cloud.finish_all()
    good(api.call("POST", f"{vm}/setServiceAccount", {"scopes": ["a-scope"]}))
    api.cloud.finish_all()
    account = {"email": "222222222222-compute@developer.gserviceaccount.com", "scopes": ["a-scope"]}
    assert good(api.call("GET", vm))["serviceAccounts"] == [account]
    good(api.call("POST", f"{vm}/setServiceAccount", {"email": "", "scopes": []}))
    assert "serviceAccounts" not in good(api.call("GET", vm))


def test_an_empty_app_engine_block_is_kept(api: Api) -> None:
    good(_app_engine(api))
    assert api.get("networkEndpointGroups", "new")["appEngine"] == {}


def test_an_auto_mode_network_brings_its_subnets_and_takes_them_along(api: Api) -> None:
    good(api.insert("networks", {"name": "auto"}, scope="global"))
    api.cloud.finish_all()
    assert api.get("subnetworks", "auto")["ipCidrRange"] == "10.146.0.0/20"
    good(_vm_named("vm", api))
    api.cloud.finish_all()
    held = api.delete("networks", "auto", scope="global")
    assert held.code == 400
    assert "is already being used by 'projects/producer-project/zones" in held.body["error"]["message"]
    good(api.delete("instances", "vm", scope=ZONE))
    api.cloud.finish_all()
    good(api.delete("networks", "auto", scope="global"))
    api.cloud.finish_all()
    assert not [path for path in api.cloud.compute if path.endswith("/auto")]


def _vm_named(name: str, api: Api) -> Answer:
    return api.insert("instances", VM | {"name": name, "networkInterfaces": [AUTO]}, PRODUCER, ZONE)


@pytest.mark.parametrize(
    ("image", "named"),
    [
        ("debian-cloud/global/images/family/debian-12", "debian-cloud/global/images/debian-12-bookworm-v20251014"),
        ("rocky-linux-cloud/global/images/family/rocky-9", "rocky-linux-cloud/global/images/rocky-9-v20251014"),
        ("mine/global/images/golden", "mine/global/images/golden"),
        ("debian-cloud/zones/-/imageFamilyViews/debian-12", "debian-cloud/global/images/debian-12-bookworm-v20251014"),
    ],
)
def test_images_that_nobody_made_exist(image: str, named: str, api: Api) -> None:
    disk = {"boot": True, "initializeParams": {"sourceImage": f"projects/{image}"}}
    good(_vm(api, disks=[disk]))
    made = api.get("disks", "test-vm", CONSUMER, ZONE)
    assert made["sourceImage"].endswith(f"/projects/{named}")


def test_an_image_that_says_it_does_not_exist(api: Api) -> None:
    disk = {"boot": True, "initializeParams": {"sourceImage": "projects/mine/global/images/does-not-exist"}}
    assert _vm(api, disks=[disk]).code == 404
    assert api.call("GET", "/compute/v1/projects/ubuntu-os-cloud/global/images/ubuntu-2404-lts-amd64").code == 404


def test_a_patch_with_a_mask_leaves_the_rest_as_it_was(deployed: Api) -> None:
    body = {"template": {"scaling": {"maxInstanceCount": 3}}}
    good(deployed.call("PATCH", f"{RUN}/hello-service?updateMask=template.scaling.max_instance_count", body))
    template = good(deployed.call("GET", f"{RUN}/hello-service"))["template"]
    assert template["scaling"]["maxInstanceCount"] == 3
    assert template["containers"][0]["image"] == "us-docker.pkg.dev/cloudrun/container/hello"
