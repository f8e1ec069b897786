"""The requests that a deployment of a configuration makes, in an order in which each finds what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.settings import Settings
from config.settings.consumer import ConsumerSettings, EndpointSettings
from config.settings.service import ServiceSettings

Request = tuple[str, str, dict[str, Any] | None]
COMPUTE = "/compute/v1/"


def requests(settings: Settings) -> Iterator[Request]:
    """Every request of the producer's stack and of the consumers'."""
    producer = settings.producer
    assert producer is not None
    for project in (producer.project, *(consumer.project for consumer in settings.consumers.values())):
        apis = {"serviceIds": ["compute.googleapis.com", "run.googleapis.com", "secretmanager.googleapis.com"]}
        yield "POST", f"/serviceusage/v1/projects/{project}/services:batchEnable", apis
    yield from _producers_network(settings)
    for service in producer.services.values():
        yield from _service(settings, service)
    for consumer in settings.consumers.values():
        yield from _consumer(settings, consumer)


def _insert(project: str, scope: str, collection: str, body: dict[str, Any]) -> Request:
    return "POST", f"{COMPUTE}projects/{project}/{scope}/{collection}", body


def _producers_network(settings: Settings) -> Iterator[Request]:
    assert settings.producer is not None
    project, network = settings.producer.project, settings.producer.network
    here, link = f"regions/{settings.region}", f"projects/{project}/global/networks/{network.name}"
    yield _insert(project, "global", "networks", {"name": network.name, "autoCreateSubnetworks": False})
    proxies, balancers = network.proxy_only_subnet, network.load_balancer_subnet
    kind = {"purpose": "REGIONAL_MANAGED_PROXY", "role": "ACTIVE"}
    body = {"name": proxies.name, "network": link, "ipCidrRange": proxies.range}
    yield _insert(project, here, "subnetworks", body | kind)
    yield _insert(project, here, "subnetworks", body | {"name": balancers.name, "ipCidrRange": balancers.range})


def _service(settings: Settings, service: ServiceSettings) -> Iterator[Request]:
    assert settings.producer is not None
    project, names, here = settings.producer.project, service.names, f"regions/{settings.region}"
    base = f"projects/{project}/{here}"
    network = f"projects/{project}/global/networks/{settings.producer.network.name}"
    path = f"/run/v2/projects/{project}/locations/{settings.region}/services?serviceId={names.service}"
    yield "POST", path, _cloud_run(settings, service)
    nat: list[str] = []
    for index, range_ in enumerate(service.nat_ranges):
        name = f"{names.service}-nat-{index}"
        nat.append(f"{base}/subnetworks/{name}")
        kind = {"purpose": "PRIVATE_SERVICE_CONNECT"}
        yield _insert(project, here, "subnetworks", {"name": name, "network": network, "ipCidrRange": range_} | kind)
    run = {"networkEndpointType": "SERVERLESS", "cloudRun": {"service": names.service}}
    yield _insert(project, here, "networkEndpointGroups", {"name": names.network_endpoint_group} | run)
    backend = {"group": f"{base}/networkEndpointGroups/{names.network_endpoint_group}", "capacityScaler": 1.0}
    managed = {"loadBalancingScheme": "INTERNAL_MANAGED"}
    body = {"name": names.backend_service, "protocol": "HTTP", "backends": [backend]} | managed
    yield _insert(project, here, "backendServices", body)
    default = f"{base}/backendServices/{names.backend_service}"
    yield _insert(project, here, "urlMaps", {"name": names.url_map, "defaultService": default})
    proxy = {"name": names.http_proxy, "urlMap": f"{base}/urlMaps/{names.url_map}"}
    yield _insert(project, here, "targetHttpProxies", proxy)
    rule = {"name": names.forwarding_rule, "target": f"{base}/targetHttpProxies/{names.http_proxy}"} | managed
    rule |= {"network": network, "portRange": str(service.port), "IPAddress": service.address or ""}
    subnet = f"{base}/subnetworks/{settings.producer.network.load_balancer_subnet.name}"
    yield _insert(project, here, "forwardingRules", rule | {"subnetwork": subnet})
    attachment: dict[str, Any] = {
        "name": names.service_attachment,
        "natSubnets": nat,
        "description": service.description,
    }
    attachment |= {"connectionPreference": service.connection_preference}
    limits = {settings.project_of(who): limit for who, limit in service.accept.items()}
    accepted = [{"projectIdOrNum": project, "connectionLimit": limit} for project, limit in limits.items()]
    attachment |= {"consumerAcceptLists": accepted, "targetService": f"{base}/forwardingRules/{names.forwarding_rule}"}
    yield _insert(project, here, "serviceAttachments", attachment)


def _cloud_run(settings: Settings, service: ServiceSettings) -> dict[str, Any]:
    limits = {"cpu": service.cpu, "memory": service.memory}
    container: dict[str, Any] = {
        "image": service.image,
        "env": [{"name": name, "value": value} for name, value in service.env.items()],
        "resources": {"limits": {name: value for name, value in limits.items() if value}},
    }
    container |= {name: value for name, value in (("command", service.command), ("args", service.args)) if value}
    for name, probe in (("startupProbe", service.startup_probe), ("livenessProbe", service.liveness_probe)):
        if probe:
            times = {"periodSeconds": probe.period_seconds, "timeoutSeconds": probe.timeout_seconds}
            container[name] = {"httpGet": {"path": probe.http_path or "/", "port": probe.port or 8080}, **times}
    if service.container_port:
        container["ports"] = [{"containerPort": service.container_port}]
    scaling = {
        "minInstanceCount": service.scaling.min_instances,
        "maxInstanceCount": service.scaling.max_instances,
    }
    template: dict[str, Any] = {
        "containers": [container],
        "scaling": {name: value for name, value in scaling.items() if value is not None},
    }
    if service.concurrency:
        template["maxInstanceRequestConcurrency"] = service.concurrency
    if service.timeout_seconds:
        template["timeout"] = f"{service.timeout_seconds}s"
    labels = {**settings.labels, **service.labels}
    return {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "labels": labels, "template": template}


def _consumer(settings: Settings, consumer: ConsumerSettings) -> Iterator[Request]:
    project, network, here = consumer.project, consumer.network, f"regions/{settings.region}"
    link = f"projects/{project}/global/networks/{network.name}"
    yield _insert(project, "global", "networks", {"name": network.name, "autoCreateSubnetworks": False})
    logs = consumer.flow_logs
    flow = {"enable": logs.enabled, "flowSampling": logs.sampling, "aggregationInterval": logs.interval}
    body = {"name": network.subnet.name, "network": link, "ipCidrRange": network.subnet.range, "logConfig": flow}
    yield _insert(project, here, "subnetworks", body)
    for endpoint in consumer.endpoints.values():
        yield from _endpoint(settings, consumer, endpoint)
    if consumer.test_vm.enabled:
        yield from _vm(settings, consumer)


def _endpoint(settings: Settings, consumer: ConsumerSettings, endpoint: EndpointSettings) -> Iterator[Request]:
    assert settings.producer is not None
    here, name = f"regions/{settings.region}", endpoint.address_name
    base = f"projects/{consumer.project}/{here}"
    subnet = {"subnetwork": f"{base}/subnetworks/{consumer.network.subnet.name}"}
    address = {"name": name, "addressType": "INTERNAL", "address": endpoint.address} | subnet
    yield _insert(consumer.project, here, "addresses", address)
    yield "POST", f"{COMPUTE}{base}/addresses/{name}/setLabels", {"labels": settings.labels, "labelFingerprint": "*"}
    published = settings.producer.services[str(endpoint.service)].names.service_attachment
    target = f"projects/{settings.producer.project}/{here}/serviceAttachments/{published}"
    network = f"projects/{consumer.project}/global/networks/{consumer.network.name}"
    rule = {"name": endpoint.name, "network": network, "target": target, "IPAddress": f"{base}/addresses/{name}"}
    yield _insert(consumer.project, here, "forwardingRules", rule)


def _vm(settings: Settings, consumer: ConsumerSettings) -> Iterator[Request]:
    vm, zone = consumer.test_vm, f"zones/{consumer.test_vm.zone}"
    subnet = f"projects/{consumer.project}/regions/{settings.region}/subnetworks/{consumer.network.subnet.name}"
    body = {
        "name": vm.name,
        "machineType": f"{zone}/machineTypes/{vm.machine_type}",
        "disks": [{"boot": True, "initializeParams": {"sourceImage": vm.image}}],
        "networkInterfaces": [{"subnetwork": subnet}],
        "serviceAccounts": [{"email": "default", "scopes": ["cloud-platform"]}],
        "labels": settings.labels,
    }
    yield _insert(consumer.project, zone, "instances", body)
    allowed = [{"IPProtocol": "tcp", "ports": ["22"]}]
    network = f"projects/{consumer.project}/global/networks/{consumer.network.name}"
    firewall = {"name": vm.firewall_name, "network": network, "allowed": allowed, "sourceRanges": ["35.235.240.0/20"]}
    yield _insert(consumer.project, "global", "firewalls", firewall)
