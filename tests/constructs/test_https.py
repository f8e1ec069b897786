"""HTTPS: the proxy with its certificate and TLS policy, the audience, and what a plan asks of a certificate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cdktf import TerraformStack

from cloudrun_psc import (
    ExistingCertificate,
    ExistingService,
    Https,
    LoadBalancerNames,
    ManagedCertificate,
    PrivateService,
)
from cloudrun_psc.rules import certificates
from tests.conftest import Json
from tests.constructs.test_load_balancer import balancer

Resources = Callable[[], dict[str, Json]]
MANAGER = "projects/our-project/locations/europe-west1/certificates/hello"
COMPUTE = "projects/our-project/regions/europe-west1/sslCertificates/hello"
RULE, PROXY = "google_compute_forwarding_rule.hello", "google_compute_region_target_https_proxy.hello"


def test_the_proxy_has_the_certificate_and_serves_no_old_tls(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack, https=Https(certificate=f"//certificatemanager.googleapis.com/{MANAGER}"))
    made = resources()
    assert made[PROXY]["certificate_manager_certificates"] == [MANAGER]
    assert "ssl_certificates" not in made[PROXY]
    assert made[PROXY]["ssl_policy"] == "${google_compute_region_ssl_policy.hello.id}"
    policy = made["google_compute_region_ssl_policy.hello"]
    assert (policy["profile"], policy["min_tls_version"]) == ("MODERN", "TLS_1_2")
    assert not any("http_proxy" in address for address in made)
    assert (made[RULE]["port_range"], made[RULE]["target"]) == ("443", f"${{{PROXY}.id}}")
    assert all(
        made[address]["lifecycle"]["create_before_destroy"] is True for address in made if address.endswith(".hello")
    )


def test_a_certificate_of_compute_engine_stands_in_its_own_field(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack, https=Https(certificate=COMPUTE, tls_profile="RESTRICTED"), port=8443)
    made = resources()
    assert made[PROXY]["ssl_certificates"] == [COMPUTE]
    assert "certificate_manager_certificates" not in made[PROXY]
    assert made["google_compute_region_ssl_policy.hello"]["profile"] == "RESTRICTED"
    assert made[RULE]["port_range"] == "8443"


def test_the_rules_name_and_its_record_follow_the_protocol(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack, https=Https(certificate=MANAGER), port=80)
    made = resources()
    assert re.fullmatch(r"hello-forwarding-rule-[0-9a-f]{6}", made[RULE]["name"])
    assert made["terraform_data.hello_forwarding_rule_name"]["triggers_replace"] == {"protocol": "HTTPS"}


@pytest.mark.parametrize("link", [MANAGER.replace("europe-west1", "us-east1"), "projects/p/global/sslCertificates/a"])
def test_it_refuses_a_certificate_of_another_place(link: str, stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match=r"lb: https.certificate: .*(is in us-east1|is for global load balancers)"):
        balancer(stack, https=Https(certificate=link))


def existing(stack: TerraformStack, certificate: str, host: str = "a.b.example.com") -> ExistingCertificate:
    return ExistingCertificate(stack, "certificate", certificate=certificate, host=host, address="hello")


def test_a_plan_asks_whether_a_certificate_covers_the_host(stack: TerraformStack, resources: Resources) -> None:
    certificate = existing(stack, MANAGER)
    assert certificate.certificate_id == MANAGER
    assert certificate.managed.startswith("flatten([for one in data.google_certificate_manager_certificates.hello")
    data = resources()["data.google_certificate_manager_certificates.hello"]
    assert (data["region"], data["filter"]) == ("europe-west1", f"name:{MANAGER}")
    there, covered = (each["condition"] for each in data["lifecycle"]["postcondition"])
    assert 'endswith(one.name, "/certificates/hello")' in there
    assert '["a.b.example.com", "*.b.example.com"]' in covered


def test_names_of_certificate_manager_have_capitals_and_underscores(stack: TerraformStack) -> None:
    name = f"Hello_{'2' * 58}"
    assert existing(stack, MANAGER.replace("/hello", f"/{name}")).certificate_id.endswith(name)
    for refused in (f"{name}2", "2", "_"):
        with pytest.raises(ValueError, match="is not a regional certificate"):
            ExistingCertificate(
                stack, refused, certificate=MANAGER.replace("/hello", f"/{refused}"), host="a.example.com"
            )


def test_one_of_compute_engine_is_there_and_no_more_is_known(stack: TerraformStack, resources: Resources) -> None:
    certificate = existing(stack, f"https://www.googleapis.com/compute/v1/{COMPUTE}")
    assert (certificate.certificate_id, certificate.managed) == (COMPUTE, "")
    data = resources()["data.google_compute_region_ssl_certificate.hello"]
    assert (data["project"], data["region"], data["name"]) == ("our-project", "europe-west1", "hello")


def test_an_existing_certificate_refuses_what_is_none(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match="certificate: 'hello' is not a regional certificate") as refused:
        existing(stack, "hello", "localhost")
    assert "host: 'localhost' is not a host name" in str(refused.value)


def test_audiences_are_sorted_and_stand_once(stack: TerraformStack, resources: Resources) -> None:
    audiences = ["https://b.example.com", "https://a.example.com", "https://b.example.com"]
    place: dict[str, Any] = {"project": "our-project", "region": "europe-west1"}
    PrivateService(stack, "orders", name="orders", audiences=audiences, **place)
    PrivateService(stack, "stock", name="stock", **place)
    made = resources()
    assert made["google_cloud_run_v2_service.orders"]["custom_audiences"] == sorted(set(audiences))
    assert "custom_audiences" not in made["google_cloud_run_v2_service.stock"]


def test_without_the_default_url_an_audience_stands_for_it(stack: TerraformStack, resources: Resources) -> None:
    place: dict[str, Any] = {"project": "our-project", "region": "europe-west1", "default_url": False}
    run = PrivateService(stack, "orders", name="orders", audiences=["https://a.example.com"], **place)
    assert run.url == "https://a.example.com"
    assert resources()["google_cloud_run_v2_service.orders"]["default_uri_disabled"] is True
    with pytest.raises(ValueError, match="stock: default_url: no audience is left for ID tokens; give audiences"):
        PrivateService(stack, "stock", name="stock", **place)


def test_the_audience_of_a_service_of_others_is_what_its_owner_has_added(stack: TerraformStack) -> None:
    run = ExistingService(stack, "run", project="our-project", region="europe-west1", name="orders", address="orders")
    assert run.audience("https://a.example.com").startswith(
        '${try(contains(data.google_cloud_run_v2_service.orders.custom_audiences, "https://a.example.com"), false) ?'
    )


@pytest.mark.parametrize("value", ["a.example.com", "xn--bcher-kva.example", "1.2.3.example", f"{'a' * 63}.com"])
def test_host_names(value: str) -> None:
    assert certificates.host(value) is None


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("https://a.example.com/x", "did you mean 'a.example.com'?"),
        ("A.example.com", "did you mean 'a.example.com'?"),
        ("a.example.com.", "did you mean 'a.example.com'?"),
        ("localhost", "correct it"),
        ("10.1.0.5", "correct it"),
        ("*.example.com", "correct it"),
        (f"{'a' * 64}.com", "correct it"),
        (".".join(["a" * 60] * 5), "correct it"),
    ],
)
def test_what_is_no_host_name(value: str, remedy: str) -> None:
    fault = certificates.host(value)
    assert fault is not None
    assert fault.remedy == remedy
    assert fault.allowed


def test_a_load_balancer_without_names_for_https_has_none(stack: TerraformStack) -> None:
    names = replace(LoadBalancerNames.of("hello"), https_proxy="")
    with pytest.raises(ValueError, match="names.https_proxy: '' is not a valid resource name"):
        balancer(stack, names_=names, https=Https(certificate=MANAGER))
    assert balancer(TerraformStack(stack.node.root, "other"), names_=names).port == 80  # type: ignore[arg-type]


POOL = "projects/ca-project/locations/europe-west1/caPools/internal"
ZONE = "projects/dns-project/managedZones/example-com"


def managed(stack: TerraformStack, **way: Any) -> ManagedCertificate:
    arguments: dict[str, Any] = {"project": "our-project", "region": "europe-west1", "name": "hello-certificate"}
    return ManagedCertificate(stack, "made", host="a.example.com", address="hello", **(arguments | way))


def test_a_public_certificate_is_proven_in_a_public_zone(stack: TerraformStack, resources: Resources) -> None:
    balancer(stack, https=Https(certificate=managed(stack, dns_zone=ZONE)))
    made = resources()
    certificate = made["google_certificate_manager_certificate.hello"]
    authorization = "google_certificate_manager_dns_authorization.hello"
    assert certificate["managed"] == {"domains": ["a.example.com"], "dns_authorizations": [f"${{{authorization}.id}}"]}
    assert (certificate["location"], made[authorization]["domain"]) == ("europe-west1", "a.example.com")
    kept = {"create_before_destroy": True, "ignore_changes": ["name"]}
    assert made[authorization]["lifecycle"] == kept, "another name would take the record of the same host away"
    record = made["google_dns_record_set.hello_authorization"]
    assert (record["project"], record["managed_zone"]) == ("dns-project", "example-com")
    assert record["rrdatas"] == [f"${{{authorization}.dns_resource_record[0].data}}"]
    assert certificate["depends_on"] == ["google_dns_record_set.hello_authorization"]
    zone = made["data.google_dns_managed_zone.hello"]["lifecycle"]["postcondition"]
    assert zone[0]["condition"] == '${self.visibility == "public"}'
    assert made[PROXY]["certificate_manager_certificates"] == ["${google_certificate_manager_certificate.hello.id}"]


def test_a_private_authority_issues_without_public_dns(stack: TerraformStack, resources: Resources) -> None:
    managed(stack, authority=POOL)
    made = resources()
    config = made["google_certificate_manager_certificate_issuance_config.hello"]
    service = config["certificate_authority_config"]["certificate_authority_service_config"]
    assert (service["ca_pool"], config["lifetime"]) == (POOL, "1814400s")
    issued = made["google_certificate_manager_certificate.hello"]["managed"]
    assert issued["issuance_config"] == "${google_certificate_manager_certificate_issuance_config.hello.id}"
    assert not any("dns" in address for address in made)


def test_another_host_or_way_is_another_certificate(stack: TerraformStack) -> None:
    ways: list[dict[str, Any]] = [
        {"host": "a.example.com", "authority": POOL},
        {"host": "b.example.com", "authority": POOL},
        {"host": "a.example.com", "dns_zone": ZONE},
        {"host": "a.example.com", "authority": POOL, "labels": {"team": "a"}},
        {"host": "a.example.com", "authority": POOL, "labels": {"team": "b"}},
        # Labels of what a public authority takes are changed in place.
        {"host": "a.example.com", "dns_zone": ZONE, "labels": {"team": "a"}},
    ]
    place: dict[str, Any] = {"project": "our-project", "region": "europe-west1", "name": "hello-certificate"}
    made = {
        ManagedCertificate(stack, f"made-{index}", **place, **way).resource.name_input for index, way in enumerate(ways)
    }
    assert len(made) == 5
    assert all(name and name.startswith("hello-certificate-") for name in made)


@pytest.mark.parametrize("way", [{}, {"dns_zone": ZONE, "authority": POOL}])
def test_a_certificate_is_issued_in_exactly_one_way(way: dict[str, str], stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match="made: authority: not exactly one way; allowed: dns_zone, or authority"):
        managed(stack, **way)
