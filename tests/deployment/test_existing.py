"""What stacks take for granted, and the roles on what others own."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network

import pytest

from deployment.existing import Granted, granted, others_subnets, said_range
from deployment.needed_roles import needed
from standin.certificate_names import names_in
from tests.conftest import CHECKOUT, Json, Synthesized

SHARED = CHECKOUT / "tests" / "stacks" / "configurations" / "shared-vpc.yaml"
SUBNETS = "projects/net-host/regions/asia-northeast1/subnetworks"


@pytest.fixture
def stacks(synth: Callable[..., Synthesized]) -> Synthesized:
    return synth(SHARED.read_text())


def test_what_is_taken_for_granted_fits_what_the_configuration_says(stacks: Synthesized) -> None:
    told = granted(stacks.values())
    assert next(iter(told.resources)) == "projects/net-host/global/networks/shared", "subnets stand in it"
    ranges = {path.rpartition("/")[2]: body.get("ipCidrRange") for path, body in told.resources.items()}
    assert ranges["apps"] == "10.20.0.0/22", "as the configuration says"
    assert ranges["lb"] == "10.20.8.0/24", "around the address of a load balancer"
    purposes = {path.rpartition("/")[2]: body.get("purpose") for path, body in told.resources.items()}
    assert purposes["psc-hello"] == "PRIVATE_SERVICE_CONNECT"
    assert purposes["existing-proxies"] == "REGIONAL_MANAGED_PROXY"
    assert told.shared == {("net-host", "svc-payments"), ("net-host", "svc-analytics")}


def test_ranges_that_nobody_says_overlap_nothing(stacks: Synthesized) -> None:
    used = ["172.16.0.0/24", "172.16.1.0/24"]
    bodies = granted(stacks.values(), used).resources.values()
    ranges = [IPv4Network(body["ipCidrRange"]) for body in bodies if "ipCidrRange" in body]
    ranges += [IPv4Network(one) for one in [*used, "10.30.0.0/24"]]
    assert not [one for at, one in enumerate(ranges) if any(one.overlaps(other) for other in ranges[at + 1 :])]


def test_a_deployment_that_makes_all_takes_nothing_for_granted(synth: Callable[..., Synthesized]) -> None:
    told = granted(synth().values())
    assert (told.resources, told.shared) == ({}, set())
    assert all(list(others_subnets(stack)) == [] for stack in synth().values())


def test_certificates_and_zones_of_others_fit_the_host(synth: Callable[..., Synthesized]) -> None:
    told = granted(synth((SHARED.parent / "https.yaml").read_text()).values())
    (manager, body), *_ = told.certificates.items()
    assert manager.endswith("/certificates/hello")
    assert names_in(body["selfManaged"]["pemCertificate"]) == ["hello.internal.example.com"]
    (own,) = (body for path, body in told.resources.items() if path.endswith("/sslCertificates/orders"))
    assert names_in(own["certificate"]) == ["orders.internal.example.com"]
    zones = {path.rpartition("/")[2]: (body["dnsName"], body["visibility"]) for path, body in told.zones.items()}
    assert zones == {"corp-internal": ("internal.example.com.", "private"), "example-com": ("example.com.", "public")}


def test_a_subnet_stands_in_a_network_and_not_in_a_certificate(synth: Callable[..., Synthesized]) -> None:
    certificate = "projects/net-host/regions/asia-northeast1/sslCertificates/a"
    proxy = {"google_compute_region_target_https_proxy": {"hello": {"ssl_certificates": [certificate]}}}
    told = granted([{"resource": proxy}, *synth(SHARED.read_text()).values()])
    networks = {body["network"] for body in told.resources.values() if "ipCidrRange" in body}
    assert networks == {"projects/net-host/global/networks/shared"}


def test_the_range_of_a_subnet_is_what_the_configuration_says(stacks: Synthesized) -> None:
    assert said_range(stacks["analytics"], f"https://www.googleapis.com/compute/v1/{SUBNETS}/apps") == "10.20.0.0/22"
    assert said_range(stacks["producer"], f"{SUBNETS}/lb") == ""


def test_deployers_use_the_hosts_subnets_and_no_more(stacks: Synthesized) -> None:
    roles = {(one.role, one.on) for one in needed(stacks["analytics"]) if one.project == "net-host"}
    assert roles == {("roles/compute.networkUser", f"{SUBNETS}/apps"), ("roles/networkmanagement.admin", "")}
    commands = [one.command("group:g@example.com") for one in needed(stacks["producer"]) if one.on.endswith("/lb")]
    assert commands == [
        "gcloud compute networks subnets add-iam-policy-binding lb --region asia-northeast1 --project net-host "
        "--member group:g@example.com --role roles/compute.networkUser"
    ]


def test_data_sources_that_say_less_are_no_stumbling_block() -> None:
    """As foreign apps have them: their provider block says project and region."""
    some = {"name": "x", "lifecycle": {"postcondition": {"condition": "${true}"}}}
    content = {
        "provider": {"google": [{"project": "shop-team"}]},
        "data": {"google_compute_subnetwork": {"x": some}, "google_cloud_run_v2_service": {"x": some}},
        "resource": {"google_compute_forwarding_rule": {"x": {"load_balancing_scheme": "INTERNAL_MANAGED"}}},
    }
    assert granted([content]) == Granted()
    assert said_range(content, f"{SUBNETS}/apps") == ""


def _endpoint(target: str, **more: object) -> Json:
    rule = {"name": "e", "project": "shop", "target": target, "load_balancing_scheme": "", **more}
    return {"resource": {"google_compute_forwarding_rule": {"e": rule}}}


def test_an_attachment_of_others_stands_on_a_producer_that_accepts_its_consumers() -> None:
    link = "projects/bank-project/regions/europe-west1/serviceAttachments/pay"
    told = granted([_endpoint(f"https://www.googleapis.com/compute/v1/{link}", allow_psc_global_access=True)])
    *before, last = told.resources
    assert last == link, "behind what it stands on"
    body = told.resources[link]
    assert body["consumerAcceptLists"] == [{"projectIdOrNum": "shop", "connectionLimit": 10}]
    assert body["targetService"] in before
    assert body["natSubnets"][0] in before
    assert told.resources[body["targetService"]]["allowGlobalAccess"] is True


def test_an_attachment_that_a_stack_makes_is_not_taken_for_granted() -> None:
    made = {"name": "pay", "project": "bank-project", "region": "europe-west1"}
    producer: Json = {"resource": {"google_compute_service_attachment": {"pay": made}}}
    link = "projects/bank-project/regions/europe-west1/serviceAttachments/pay"
    assert granted([producer, _endpoint(link)]).resources == {}
    assert granted([_endpoint("${data.terraform_remote_state.producer.outputs.x}")]).resources == {}
