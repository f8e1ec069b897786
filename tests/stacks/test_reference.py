"""The default configuration is the reference deployment: same resources, names, ranges and flags, nothing added."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from tests.conftest import REFERENCE, Json, Synthesized

PRODUCER, CONSUMER = "example-producer-project", "example-consumer-project"
REGION = "asia-northeast1"


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    from config.loading import load
    from stacks.synthesis import synthesize
    from tests.conftest import stacks_in

    out = tmp_path_factory.mktemp("out")
    synthesize(load(REFERENCE, {}).settings, out, REFERENCE / "locks")
    return stacks_in(out)


def resource(stack: Json, address: str) -> Json:
    type_, name = address.split(".")
    found: Json = stack["resource"][type_][name]
    return found


def kinds(stack: Json) -> Counter[str]:
    return Counter({kind: len(named) for kind, named in stack["resource"].items() if kind.startswith("google_")})


def test_the_producer_has_exactly_the_reference_resources(stacks: Synthesized) -> None:
    assert kinds(stacks["producer"]) == {
        "google_cloud_run_v2_service": 1,
        "google_cloud_run_v2_service_iam_member": 1,
        "google_compute_network": 1,
        "google_compute_subnetwork": 3,
        "google_compute_region_network_endpoint_group": 1,
        "google_compute_region_backend_service": 1,
        "google_compute_region_url_map": 1,
        "google_compute_region_target_http_proxy": 1,
        "google_compute_forwarding_rule": 1,
        "google_compute_service_attachment": 1,
        "google_project_service": 3,
    }


def test_the_consumer_has_exactly_the_reference_resources(stacks: Synthesized) -> None:
    assert kinds(stacks["consumer"]) == {
        "google_compute_network": 1,
        "google_compute_subnetwork": 1,
        "google_compute_address": 1,
        "google_compute_forwarding_rule": 1,
        "google_compute_firewall": 1,
        "google_compute_instance": 1,
        "google_project_service": 2,
    }


def test_every_resource_stands_in_its_project_and_every_regional_one_names_its_region(stacks: Synthesized) -> None:
    global_kinds = {"google_compute_network", "google_compute_firewall", "google_project_service"}
    for side, project in (("producer", PRODUCER), ("consumer", CONSUMER)):
        for kind, named in stacks[side]["resource"].items():
            for name, values in named.items():
                if not kind.startswith("google_"):
                    continue
                elsewhere = (side, name) == ("producer", "consumer_compute")
                assert values["project"] == (CONSUMER if elsewhere else project), f"{kind}.{name}"
                if kind not in global_kinds:
                    place = values.get("region") or values.get("location") or values["zone"]
                    assert place.startswith(REGION), f"{kind}.{name}"


def test_step_1_the_service_is_internal_and_only_the_consumers_default_account_may_call(stacks: Synthesized) -> None:
    service = resource(stacks["producer"], "google_cloud_run_v2_service.hello")
    assert service["name"] == "hello-service"
    assert service["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    assert service["deletion_protection"] is False
    assert service["template"] == {"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}
    member = resource(
        stacks["producer"], "google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute"
    )
    assert member["role"] == "roles/run.invoker"
    number = "${data.google_project.example_consumer_project.number}"
    assert member["member"] == f"serviceAccount:{number}-compute@developer.gserviceaccount.com"
    assert member["depends_on"] == ["google_project_service.consumer_compute"]
    assert member["lifecycle"] == {"replace_triggered_by": ["google_cloud_run_v2_service.hello.uid"]}


def test_step_2_the_network_and_its_three_subnets(stacks: Synthesized) -> None:
    network = resource(stacks["producer"], "google_compute_network.network")
    assert (network["name"], network["auto_create_subnetworks"]) == ("producer-vpc", False)
    subnets = stacks["producer"]["resource"]["google_compute_subnetwork"]
    seen = {
        key: (one["name"], one["ip_cidr_range"], one.get("purpose"), one.get("role")) for key, one in subnets.items()
    }
    assert seen == {
        "load_balancer": ("producer-subnet", "10.0.1.0/24", None, None),
        "proxy_only": ("producer-proxy-subnet", "10.0.2.0/24", "REGIONAL_MANAGED_PROXY", "ACTIVE"),
        "hello_nat_10_0_3_0_24": ("producer-psc-subnet", "10.0.3.0/24", "PRIVATE_SERVICE_CONNECT", None),
    }
    assert not any("log_config" in one for one in subnets.values())


def test_step_3_the_load_balancer(stacks: Synthesized) -> None:
    producer = stacks["producer"]
    neg = resource(producer, "google_compute_region_network_endpoint_group.hello")
    assert (neg["name"], neg["network_endpoint_type"]) == ("hello-serverless-neg", "SERVERLESS")
    assert neg["cloud_run"] == {"service": "hello-service"}
    backend = resource(producer, "google_compute_region_backend_service.hello")
    assert (backend["name"], backend["load_balancing_scheme"]) == ("hello-backend-service", "INTERNAL_MANAGED")
    assert backend["protocol"] == "HTTP"
    group = "${google_compute_region_network_endpoint_group.hello.id}"
    assert backend["backend"] == [{"capacity_scaler": 1, "group": group}]
    assert backend.keys().isdisjoint({"timeout_sec", "health_checks"})
    assert resource(producer, "google_compute_region_url_map.hello")["name"] == "hello-url-map"
    assert resource(producer, "google_compute_region_target_http_proxy.hello")["name"] == "hello-http-proxy"
    rule = resource(producer, "google_compute_forwarding_rule.hello")
    assert rule["name"] == "hello-forwarding-rule"
    assert (rule["load_balancing_scheme"], rule["port_range"]) == ("INTERNAL_MANAGED", "80")
    assert rule["depends_on"] == ["google_compute_subnetwork.proxy_only"]
    assert rule.keys().isdisjoint({"ip_address", "allow_global_access"})


def test_step_4_the_attachment_accepts_the_consumer_alone_and_really_revokes(stacks: Synthesized) -> None:
    attachment = resource(stacks["producer"], "google_compute_service_attachment.hello")
    assert attachment["name"] == "hello-service-attachment"
    assert attachment["connection_preference"] == "ACCEPT_MANUAL"
    assert attachment["consumer_accept_lists"] == [{"connection_limit": 10, "project_id_or_num": CONSUMER}]
    assert attachment["reconcile_connections"] is True
    assert attachment["enable_proxy_protocol"] is False
    assert attachment["nat_subnets"] == ["${google_compute_subnetwork.hello_nat_10_0_3_0_24.id}"]
    assert attachment["target_service"] == "${google_compute_forwarding_rule.hello.self_link}"
    assert "domain_names" not in attachment


def test_step_5_and_10_the_consumers_network_logs_its_flows(stacks: Synthesized) -> None:
    network = resource(stacks["consumer"], "google_compute_network.network")
    assert (network["name"], network["auto_create_subnetworks"]) == ("consumer-vpc", False)
    subnet = resource(stacks["consumer"], "google_compute_subnetwork.subnet")
    assert (subnet["name"], subnet["ip_cidr_range"]) == ("consumer-subnet", "10.1.0.0/24")
    assert subnet["log_config"] == {
        "aggregation_interval": "INTERVAL_5_SEC",
        "flow_sampling": 0.5,
        "metadata": "INCLUDE_ALL_METADATA",
    }


def test_step_6_the_endpoint_points_at_what_the_producer_promised(stacks: Synthesized) -> None:
    address = resource(stacks["consumer"], "google_compute_address.psc_endpoint")
    assert (address["name"], address["address"]) == ("psc-endpoint-ip", "10.1.0.5")
    assert address["address_type"] == "INTERNAL"
    rule = resource(stacks["consumer"], "google_compute_forwarding_rule.psc_endpoint")
    assert (rule["name"], rule["load_balancing_scheme"]) == ("psc-endpoint", "")
    assert rule["ip_address"] == "${google_compute_address.psc_endpoint.id}"
    assert "data.terraform_remote_state.producer[0].outputs.hello_service_attachment_self_link" in rule["target"]
    assert rule["recreate_closed_psc"] is True


def test_step_8_the_vm_has_an_account_and_no_external_address(stacks: Synthesized) -> None:
    firewall = resource(stacks["consumer"], "google_compute_firewall.test_vm_iap_ssh")
    assert firewall["name"] == "allow-iap-ssh"
    assert firewall["source_ranges"] == ["35.235.240.0/20"]
    assert firewall["allow"] == [{"ports": ["22"], "protocol": "tcp"}]
    vm = resource(stacks["consumer"], "google_compute_instance.test_vm")
    assert (vm["name"], vm["zone"], vm["machine_type"]) == ("test-vm", "asia-northeast1-b", "e2-micro")
    assert "access_config" not in json.dumps(vm["network_interface"])
    scopes = vm["service_account"]["scopes"]
    assert len(scopes) == 7
    assert "https://www.googleapis.com/auth/cloud-platform" not in scopes


def test_apis_come_first_and_stay_after_destroy(stacks: Synthesized) -> None:
    for side, expected in (("producer", {"run", "compute", "consumer_compute"}), ("consumer", {"compute", "iap"})):
        apis = stacks[side]["resource"]["google_project_service"]
        assert set(apis) == expected
        assert all(api["disable_on_destroy"] is False for api in apis.values())
        first = resource(stacks[side], "google_compute_network.network")["depends_on"]
        assert set(first) == {f"google_project_service.{api}" for api in expected - {"consumer_compute"}}


def test_no_labels_and_no_attribution_are_added(stacks: Synthesized) -> None:
    for stack in stacks.values():
        (provider,) = stack["provider"]["google"]
        assert provider["add_terraform_attribution_label"] is False
        assert "default_labels" not in provider


def test_everyone_is_nowhere(stacks: Synthesized) -> None:
    text = json.dumps(stacks)
    assert "allUsers" not in text
    assert "allAuthenticatedUsers" not in text


def test_the_three_variables_of_the_walk_through_win(synth: Callable[..., Synthesized]) -> None:
    stacks = synth(PRODUCER_PROJECT="our-producer-1", CONSUMER_PROJECT="our-consumer-1", REGION="europe-west1")
    text = json.dumps(stacks)
    assert "example-" not in text
    assert "asia-northeast1" not in text
    vm = resource(stacks["consumer"], "google_compute_instance.test_vm")
    assert (vm["project"], vm["zone"]) == ("our-consumer-1", "europe-west1-b")
