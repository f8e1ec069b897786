"""Rows of the rules of VMs, firewall rules, Cloud Run and IAM: a call that each refuses, and its words."""

from __future__ import annotations

from typing import Any

from standin.router import Answer
from tests.standin.conftest import CONSUMER, NUMBERS, PRODUCER, RUN, Api, Rows, good, link

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


def _forced(api: Api) -> Answer:
    place = "zones/asia-northeast1-b"
    good(api.insert("disks", {"name": "zonal"}, CONSUMER, place))
    api.cloud.finish_all()
    good(_vm(api, name="new", disks=[VM["disks"][0] | {"forceAttach": True}]))
    return _vm(api, disks=[{"source": link("disks", "zonal", CONSUMER, place), "forceAttach": True}])


def _protected(api: Api) -> Answer:
    good(_vm(api, deletionProtection=True))
    api.cloud.finish_all()
    return api.delete("instances", "test-vm", CONSUMER, "zones/asia-northeast1-b")


def _policy(api: Api, **binding: Any) -> Answer:
    body = {"policy": {"bindings": [{"role": "roles/run.invoker", "members": ["user:a@example.com"]} | binding]}}
    return api.call("POST", f"{RUN}/hello-service:setIamPolicy", body)


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


ROWS: Rows = {
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
    "only_a_regional_disk_is_forced": (
        _forced,
        "Force attaching zonal disks is not supported",
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
    "a_probes_period_has_a_most": (
        lambda api: api.service(
            "second",
            containers=[{"image": "hello", "startupProbe": {"periodSeconds": 241, "tcpSocket": {}}}],
        ),
        "Must be at least 1 and at most 240",
    ),
    "fewest_instances_are_not_more_than_the_most": (
        lambda api: api.service("second", scaling={"minInstanceCount": 3, "maxInstanceCount": 2}),
        "Must not be greater than max_instance_count",
    ),
    "images_come_from_three_registries": (
        lambda api: api.service("second", container={"image": "ghcr.io/me/hello"}),
        "containers[0].image: Expected an image path of [region.]gcr.io, [region-]docker.pkg.dev or docker.io; "
        "obtained ghcr.io/me/hello",
    ),
    "a_service_has_a_container_with_an_image": (
        lambda api: api.call("PATCH", f"{RUN}/hello-service", {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}),
        "template.containers: At least one container is required",
    ),
    "some_variables_are_cloud_runs_own": (
        lambda api: api.service("second", container={"env": [{"name": "PORT", "value": "1"}]}),
        "PORT: The name is reserved",
    ),
}
