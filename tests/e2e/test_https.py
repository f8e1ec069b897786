"""HTTPS of a live deployment: on and off again, another certificate, host, audience."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import PRODUCER, Live, Outcome

pytestmark = pytest.mark.e2e
MANAGER = f"projects/{PRODUCER}/locations/asia-northeast1/certificates"
COMPUTE = f"projects/{PRODUCER}/regions/asia-northeast1/sslCertificates"
HOST = "hello.internal.example.com"
RULE = "producer google_compute_forwarding_rule.hello"
ATTACHMENT = "producer google_compute_service_attachment.hello"
HTTPS_PROXY = "producer google_compute_region_target_https_proxy.hello"
HTTP_PROXY = "producer google_compute_region_target_http_proxy.hello"


def config(version: str = CURRENT, https: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    made = configuration("default") | {"provider_version": version}
    made["producer"]["services"]["hello"] |= ({"https": {"host": HOST} | https} if https else {}) | more
    return made


def deployed(live: Live, wanted: dict[str, Any]) -> Outcome:
    outcome = live.deploy(wanted)
    assert outcome.findings == []
    return outcome


def proxy(outcome: Outcome) -> dict[str, Any]:
    return outcome.named("targetHttpsProxies", "hello-https-proxy")


@pytest.mark.parametrize("certificate", [f"{MANAGER}/hello", f"{COMPUTE}/hello"], ids=["manager", "compute"])
def test_http_becomes_https_and_http_again(certificate: str, live: Callable[..., Live]) -> None:
    standing = live("default", CURRENT)
    outcome = deployed(standing, config(https={"certificate": certificate}))
    assert set(outcome.connections.values()) == {"kept"}
    assert (outcome.changes[RULE], outcome.changes[ATTACHMENT]) == ("replaced", "updated")
    assert (outcome.changes[HTTPS_PROXY], outcome.changes[HTTP_PROXY]) == ("created", "destroyed")
    assert proxy(outcome)["sslCertificates"][0].endswith(f"/{certificate}")
    policy = outcome.named("sslPolicies", "hello-ssl-policy")
    assert (policy["profile"], policy["minTlsVersion"]) == ("MODERN", "TLS_1_2")
    assert outcome.named("services", "hello-service")["customAudiences"] == [f"https://{HOST}"]
    back = deployed(standing, config())
    assert set(back.connections.values()) == {"kept"}
    assert back.named("forwardingRules", "hello-forwarding-rule")["portRange"] == "80-80"
    assert not back.named("services", "hello-service").get("customAudiences")
    assert not proxy(back)
    assert [one for one in standing.destroy().findings if not one.startswith("left over")] == []


def test_one_port_for_both_protocols_is_another_rule_too(live: Callable[..., Live]) -> None:
    standing = live("default", CURRENT)
    outcome = deployed(standing, config(https={"certificate": f"{MANAGER}/hello"}, port=80))
    assert set(outcome.connections.values()) == {"kept"}
    assert outcome.changes[RULE] == "replaced"


def test_the_older_provider_replaces_the_attachment(live: Callable[..., Live]) -> None:
    standing = live("default", "6.50.0")
    outcome = standing.deploy(config("6.50.0", https={"certificate": f"{MANAGER}/hello"}))
    assert outcome.changes[ATTACHMENT] == "replaced"
    assert set(outcome.connections.values()) == {"restored"}
    assert outcome.findings == []


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_it_is_edited_in_place(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    deployed(live, config(version, https={"certificate": f"{MANAGER}/hello"}, audiences=["https://a.example.com"]))
    for https, changes in (
        ({"certificate": f"{MANAGER}/hello-2"}, {HTTPS_PROXY: "updated"}),
        ({"certificate": f"{COMPUTE}/hello"}, {HTTPS_PROXY: "updated",
            "producer google_project_service.certificatemanager": "destroyed"}),
        ({"certificate": f"{COMPUTE}/hello", "tls": "RESTRICTED"},
         {"producer google_compute_region_ssl_policy.hello": "updated"}),
    ):  # fmt: skip
        outcome = deployed(live, config(version, https=https, audiences=["https://a.example.com"]))
        assert outcome.changes == changes
        assert set(outcome.connections.values()) == {"kept"}
    service = {"producer google_cloud_run_v2_service.hello": "updated"}
    https = {"certificate": f"{COMPUTE}/hello", "tls": "RESTRICTED"}
    more = deployed(live, config(version, https=https, audiences=["https://b.example.com", "https://a.example.com"]))
    assert more.changes == service
    fewer = deployed(live, config(version, https=https))
    assert fewer.changes == service
    assert fewer.named("services", "hello-service")["customAudiences"] == [f"https://{HOST}"]


def test_a_certificate_of_another_host_is_refused_at_plan(empty: Callable[[], Live]) -> None:
    live = empty()
    deployed(live, config(https={"certificate": f"{MANAGER}/hello"}))
    refused = live.deploy(config(https={"certificate": f"{MANAGER}/hello", "host": "other.example.com"}))
    assert not refused.went
    assert f"is of {HOST}, not of other.example.com" in refused.findings[0]
    assert refused.changes == {}
    outcome = deployed(live, config(https={"certificate": f"{MANAGER}/other", "host": "other.example.com"}))
    assert outcome.named("services", "hello-service")["customAudiences"] == ["https://other.example.com"]
    assert set(outcome.connections.values()) == {"kept"}


def named(dns: Any = True, version: str = CURRENT, host: str = HOST, certificate: str = "hello") -> dict[str, Any]:
    made = config(version, https={"certificate": f"{MANAGER}/{certificate}", "host": host})
    made["consumers"]["consumer"]["endpoints"]["psc-endpoint"]["dns"] = dns
    return made


def records(outcome: Outcome) -> dict[str, Any]:
    """The addresses of names, each by zone and name."""
    return {
        path.removeprefix("projects/").replace("/managedZones/", " ").replace("/rrsets/", " "): body["rrdatas"]
        for path, body in outcome.cloud["dns"].items()
        if path.endswith("/A")
    }


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_a_name_comes_moves_and_goes(version: str, live: Callable[..., Live]) -> None:
    standing = live("default", version)
    outcome = deployed(standing, named(version=version))
    (place,) = records(outcome)
    assert place.startswith("example-consumer-project psc-endpoint-zone-")
    assert place.endswith(f" {HOST}./A")
    assert records(outcome)[place] == ["10.1.0.5"]
    other = deployed(standing, named(version=version, host="other.example.com", certificate="other"))
    assert len(records(other)) == 1
    assert other.changes["consumer google_dns_managed_zone.psc_endpoint"] == "replaced"
    assert set(other.connections.values()) == {"kept"}
    taken = named({"zone": "projects/example-other-project/managedZones/corp"}, version, "other.example.com", "other")
    theirs = deployed(standing, taken)
    assert records(theirs) == {"example-other-project corp other.example.com./A": ["10.1.0.5"]}
    assert theirs.changes["consumer google_dns_managed_zone.psc_endpoint"] == "destroyed"
    taken["consumers"]["consumer"]["endpoints"]["psc-endpoint"]["address"] = "10.1.0.9"
    moved = deployed(standing, taken)
    assert records(moved) == {"example-other-project corp other.example.com./A": ["10.1.0.9"]}
    gone = deployed(standing, named(False, version, "other.example.com", "other"))
    assert records(gone) == {}


def test_a_zone_of_others_that_does_not_fit_is_refused_at_plan(live: Callable[..., Live]) -> None:
    standing = live("default", CURRENT)
    taken = named({"zone": f"projects/{PRODUCER}/managedZones/corp"})
    deployed(standing, taken)
    zones = standing.standin.cloud.dns
    zones[f"projects/{PRODUCER}/managedZones/corp"].body |= {"visibility": "public"}
    refused = standing.deploy(taken)
    assert not refused.went
    assert "The zone corp is public" in refused.findings[0]


def test_the_default_url_is_closed_and_opened_again(live: Callable[..., Live]) -> None:
    standing = live("default", CURRENT)
    service = "producer google_cloud_run_v2_service.hello"
    closed = deployed(standing, config(default_url=False, audiences=["https://a.example.com"]))
    assert closed.changes == {service: "updated"}
    assert closed.named("services", "hello-service")["defaultUriDisabled"] is True
    again = config(audiences=["https://a.example.com"])
    opened = standing.deploy(again)
    assert opened.changes == {service: "updated"}
    # The provider has no new URL before it reads the service again.
    assert opened.findings == ["unsettled: a second plan is not empty: output hello_url changes"]
    assert deployed(standing, again).changes == {}
    assert opened.named("services", "hello-service")["uri"].endswith(".run.app")


ZONE = "projects/example-other-project/managedZones/example-com"
POOL = "projects/example-other-project/locations/asia-northeast1/caPools/internal"
PUBLIC, PRIVATE = {"managed": {"dns_zone": ZONE}}, {"authority": POOL}
CERTIFICATE = "producer google_certificate_manager_certificate.hello"


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_a_certificate_is_issued_exchanged_and_given_up(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    public = deployed(live, config(version, https=PUBLIC))
    certificates = [body for path, body in public.cloud["certificates"].items() if "/certificates/" in path]
    assert [body["managed"]["state"] for body in certificates] == ["ACTIVE"]
    assert "not ACTIVE" not in public.warnings
    host = deployed(live, config(version, https=PUBLIC | {"host": "other.internal.example.com"}))
    assert (host.changes[CERTIFICATE], host.changes[HTTPS_PROXY]) == ("replaced", "updated")
    private = deployed(live, config(version, https=PRIVATE | {"host": "other.internal.example.com"}))
    assert (private.changes[CERTIFICATE], private.changes[HTTPS_PROXY]) == ("replaced", "updated")
    assert not any(path.endswith("/CNAME") for path in private.cloud["dns"])
    back = deployed(live, config(version, https=PUBLIC))
    assert back.changes[CERTIFICATE] == "replaced"
    taken = deployed(live, config(version, https={"certificate": f"{MANAGER}/hello"}))
    assert taken.changes[CERTIFICATE] == "destroyed"
    assert [path for path in taken.cloud["certificates"] if not path.endswith("/certificates/hello")] == []
    for outcome in (host, private, back, taken):
        assert set(outcome.connections.values()) == {"kept"}
    assert [one for one in live.destroy().findings if not one.startswith("left over")] == []


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_other_labels_exchange_the_certificate_of_a_private_authority(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    private = config(version, https=PRIVATE)
    for labels in ({}, {"team": "a"}, {"team": "b"}, {}):
        outcome = deployed(live, private | {"labels": labels})
        certificates = [path for path in outcome.cloud["certificates"] if "/certificates/hello-" in path]
        assert len(certificates) == 1
        assert set(outcome.connections.values()) <= {"kept", "new"}
    assert outcome.changes[CERTIFICATE] == "replaced"


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_a_renamed_certificate_keeps_the_proof_of_its_host(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    deployed(live, config(version, https=PUBLIC))
    renamed = deployed(live, config(version, https=PUBLIC, names={"certificate": "edge"}))
    assert renamed.changes == {CERTIFICATE: "replaced", HTTPS_PROXY: "updated"}
    assert set(renamed.connections.values()) == {"kept"}
    certificates = [body for path, body in renamed.cloud["certificates"].items() if "/certificates/edge" in path]
    assert [body["managed"]["state"] for body in certificates] == ["ACTIVE"]
    assert [path.endswith("/CNAME") for path in renamed.cloud["dns"]].count(True) == 1


def test_a_certificate_that_is_not_there_yet_is_a_warning(empty: Callable[[], Live]) -> None:
    live = empty()
    deployed(live, config(https=PUBLIC))
    dns = live.standin.cloud.dns
    for path in [path for path in dns if path.endswith("/CNAME")]:
        dns[path].body["rrdatas"] = ["another.example.com."]
    outcome = live.deploy(config(https=PUBLIC, description="new"))
    assert "The certificate of hello is PROVISIONING, not ACTIVE" in outcome.warnings


def test_a_certificate_that_was_refused_is_a_warning_with_the_reason(empty: Callable[[], Live]) -> None:
    live = empty()
    deployed(live, config(https=PUBLIC))
    made = next(one for path, one in live.standin.cloud.certificates.items() if "/certificates/hello-" in path)
    issue = {"reason": "AUTHORIZATION_ISSUE", "details": "A CAA record of the domain forbids it."}
    made.body["managed"]["provisioningIssue"] = issue
    outcome = live.deploy(config(https=PUBLIC, description="new"))
    assert "The certificate of hello is FAILED, not ACTIVE" in outcome.warnings
    assert issue["details"] in outcome.warnings
