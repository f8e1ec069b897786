"""Certificates: the names in them, Certificate Manager's API, and the proxies that have them."""

from __future__ import annotations

import pytest

from deployment.existing_certificates import KEY, chain_of
from standin.certificate_names import names_in
from standin.introspection import state
from tests.standin.conftest import PRODUCER, REGION, Api, good
from tests.standin.rows.https import (
    AUTHORIZATION,
    FULL,
    MANAGER,
    far_certificate,
    global_certificate,
    https_proxy,
    issuing,
    manager_certificate,
)

# openssl req -x509 -addext "subjectAltName=DNS:hello.internal.example.com,DNS:*.example.com,IP:10.0.0.1"
PEM = """-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUF2xAJe14yELSA1jlEygBErUDZhwwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFaGVsbG8wHhcNMjYxMTI4MDkzOTUyWhcNMzYxMTI1MDkzOTUy
WjAQMQ4wDAYDVQQDDAVoZWxsbzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCpM
SSp+oeHzIA+DmVjWYGbG3bVKh22AHoEj80FpqEbJ8hulhKkKYnSkEGIxYvPPhS9D
Zgj71XSRQCubX367dVCjgZAwgY0wHQYDVR0OBBYEFL5RKsBIHDl1nOgR5Krvc4gP
ASHrMB8GA1UdIwQYMBaAFL5RKsBIHDl1nOgR5Krvc4gPASHrMA8GA1UdEwEB/wQF
MAMBAf8wOgYDVR0RBDMwMYIaaGVsbG8uaW50ZXJuYWwuZXhhbXBsZS5jb22CDSou
ZXhhbXBsZS5jb22HBAoAAAEwCgYIKoZIzj0EAwIDSAAwRQIgOuoJ2FY9q3TRJysJ
joi+myyYh/6stbgJB5KgHsxgwrkCIQDdIeanQRkZLs7fQD4bVpUwkfvWo/ZWuFAK
uxVZedR67A==
-----END CERTIFICATE-----
"""
API = f"/certificatemanager/v1/{MANAGER}"


def test_the_names_in_a_certificate_are_read() -> None:
    assert names_in(f"a chain\n{PEM}{PEM}") == ["hello.internal.example.com", "*.example.com"]
    long = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.example.com"
    assert names_in(chain_of(long)) == [long], "what rehearsals put in a certificate's place"


@pytest.mark.parametrize("text", ["", "PEM", PEM[:300] + "\n-----END CERTIFICATE-----", PEM.replace("A", "!")])
def test_what_is_no_certificate_has_none(text: str) -> None:
    assert names_in(text) == []


def test_certificate_manager_tells_names_and_no_key(api: Api) -> None:
    good(manager_certificate(api, selfManaged={"pemCertificate": PEM, "pemPrivateKey": KEY}))
    shown = good(api.call("GET", f"{API}/hello"))
    assert shown["sanDnsnames"] == ["hello.internal.example.com", "*.example.com"]
    assert KEY.splitlines()[1] not in str(shown)
    assert KEY.splitlines()[1] not in str(state(api.cloud))
    patched = {"description": "new", "labels": {"a": "b"}}
    good(api.call("PATCH", f"{API}/hello?updateMask=description,labels", patched))
    assert good(api.call("GET", f"{API}/hello"))["description"] == "new"
    assert manager_certificate(api).code == 409
    good(api.call("DELETE", f"{API}/hello"))
    assert api.call("GET", f"{API}/hello").code == 404


def test_lists_are_filtered_by_name(api: Api) -> None:
    good(manager_certificate(api))
    good(manager_certificate(api, "other"))
    listed = good(api.call("GET", f"{API}?filter=name:{MANAGER}/hello"))["certificates"]
    assert [one["name"] for one in listed] == [f"{MANAGER}/hello"]
    assert len(good(api.call("GET", f"{API}?filter=name:{MANAGER}/*"))["certificates"]) == 2
    assert api.call("GET", f"{API}?filter=labels.a=b").code == 501
    elsewhere = API.replace(REGION, "europe-west1")
    assert good(api.call("GET", elsewhere)) == {}


def test_the_api_is_off_until_it_is_enabled(api: Api) -> None:
    refused = api.call("GET", API)
    assert refused.code == 403
    assert "certificatemanager.googleapis.com" in str(refused.body)


@pytest.mark.parametrize("call", [global_certificate, far_certificate])
def test_a_regional_proxy_takes_no_certificate_of_another_place(call: object, deployed: Api) -> None:
    refused = call(deployed)  # type: ignore[operator]
    assert refused.code == 400
    assert f"must be in regions/{REGION}" in refused.body["error"]["message"]


@pytest.mark.parametrize("origin", ["https://certificatemanager.googleapis.com/v1/", FULL])
def test_a_proxy_answers_a_certificate_by_its_full_name(origin: str, deployed: Api) -> None:
    good(manager_certificate(deployed))
    good(https_proxy(deployed, f"{origin}{MANAGER}/hello"))
    path = f"projects/{PRODUCER}/regions/{REGION}/targetHttpsProxies/hello-https-proxy"
    assert state(deployed.cloud)["compute"][path]["sslCertificates"] == [f"{FULL}{MANAGER}/hello"]


def test_a_managed_certificate_is_active_once_its_record_is_public(api: Api) -> None:
    good(issuing(api, "dnsAuthorizations", domain="a.example.com"))
    managed = {"domains": ["a.example.com"], "dnsAuthorizations": [AUTHORIZATION]}
    good(manager_certificate(api, managed=managed))
    shown = good(api.call("GET", f"{API}/hello"))
    assert (shown["managed"]["state"], shown["sanDnsnames"]) == ("PROVISIONING", ["a.example.com"])
    proof = good(api.call("GET", f"/certificatemanager/v1/{AUTHORIZATION}"))["dnsResourceRecord"]
    api.cloud.project(PRODUCER).apis.add("dns.googleapis.com")
    record = {"name": proof["name"], "type": "CNAME", "ttl": 300, "rrdatas": [proof["data"]]}
    for visibility, state_ in (("private", "PROVISIONING"), ("public", "ACTIVE")):
        zone = {"name": visibility, "dnsName": "example.com.", "description": "", "visibility": visibility}
        good(api.call("POST", f"/dns/v1/projects/{PRODUCER}/managedZones", zone))
        good(api.call("POST", f"/dns/v1/projects/{PRODUCER}/managedZones/{visibility}/rrsets", record))
        assert good(api.call("GET", f"{API}/hello"))["managed"]["state"] == state_


def test_a_private_authority_issues_at_once(api: Api) -> None:
    pool = {"caPool": f"projects/{PRODUCER}/locations/{REGION}/caPools/internal"}
    good(
        issuing(
            api,
            "certificateIssuanceConfigs",
            certificateAuthorityConfig={"certificateAuthorityServiceConfig": pool},
            lifetime="1814400s",
            rotationWindowPercentage=66,  # type: ignore[arg-type]
            keyAlgorithm="ECDSA_P256",
        )
    )
    config = f"{MANAGER.rpartition('/')[0]}/certificateIssuanceConfigs/hello"
    good(manager_certificate(api, managed={"domains": ["a.example.com"], "issuanceConfig": config}))
    assert good(api.call("GET", f"{API}/hello"))["managed"]["state"] == "ACTIVE"
