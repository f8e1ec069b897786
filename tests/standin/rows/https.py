"""Rows of the rules about certificates and HTTPS proxies: a call that each refuses, and its words."""

from __future__ import annotations

from deployment.existing_certificates import KEY, chain_of
from standin.message import Json
from standin.router import Answer
from tests.standin.conftest import ELSEWHERE, PRODUCER, REGION, Api, Rows, good, link

MANAGER = f"projects/{PRODUCER}/locations/{REGION}/certificates"
FULL = "//certificatemanager.googleapis.com/"


def manager_certificate(api: Api, name: str = "hello", region: str = REGION, **body: Json) -> Answer:
    """Create a certificate of Certificate Manager."""
    api.cloud.project(PRODUCER).apis.add("certificatemanager.googleapis.com")
    parent = f"/certificatemanager/v1/projects/{PRODUCER}/locations/{region}/certificates"
    pem = {"pemCertificate": chain_of("a.example.com"), "pemPrivateKey": KEY}
    answer = api.call("POST", f"{parent}?certificateId={name}", body or {"selfManaged": pem})
    api.cloud.finish_all()
    return answer


def https_proxy(api: Api, *certificates: str) -> Answer:
    """Create a proxy with these certificates."""
    body = {"name": "hello-https-proxy", "urlMap": link("urlMaps", "hello-url-map"), "sslCertificates": certificates}
    answer = api.insert("targetHttpsProxies", body)
    api.cloud.finish_all()
    return answer


def _compute_certificate(api: Api, scope: str = f"regions/{REGION}") -> str:
    good(api.insert("sslCertificates", {"name": "own", "certificate": "PEM", "privateKey": "KEY"}, scope=scope))
    api.cloud.finish_all()
    return link("sslCertificates", "own", scope=scope)


def _mixed(api: Api) -> Answer:
    good(manager_certificate(api))
    return https_proxy(api, _compute_certificate(api), f"{FULL}{MANAGER}/hello")


def _far(api: Api) -> Answer:
    good(manager_certificate(api, region="europe-west1"))
    return https_proxy(api, f"{FULL}{MANAGER.replace(REGION, 'europe-west1')}/hello")


def _to_https(api: Api) -> Answer:
    good(manager_certificate(api))
    good(https_proxy(api, f"{FULL}{MANAGER}/hello"))
    target = {"target": link("targetHttpsProxies", "hello-https-proxy")}
    return api.post("forwardingRules", "hello-forwarding-rule", "setTarget", target)


def _in_use(api: Api) -> Answer:
    good(manager_certificate(api))
    good(https_proxy(api, f"https:{FULL}v1/{MANAGER}/hello"))
    return api.call("DELETE", f"/certificatemanager/v1/{MANAGER}/hello")


def issuing(api: Api, kind: str, **body: Json | str) -> Answer:
    """Create a DNS authorization or an issuance config called `hello`."""
    api.cloud.project(PRODUCER).apis.add("certificatemanager.googleapis.com")
    singular = kind.removesuffix("s")
    answer = api.call("POST", f"/certificatemanager/v1/{MANAGER.rpartition('/')[0]}/{kind}?{singular}Id=hello", body)
    api.cloud.finish_all()
    return answer


AUTHORIZATION = f"{MANAGER.rpartition('/')[0]}/dnsAuthorizations/hello"


def _issued_and_deleted(api: Api) -> Answer:
    good(issuing(api, "dnsAuthorizations", domain="a.example.com"))
    managed = {"domains": ["a.example.com"], "dnsAuthorizations": [AUTHORIZATION]}
    good(manager_certificate(api, managed=managed))
    return api.call("DELETE", f"/certificatemanager/v1/{AUTHORIZATION}")


ROWS: Rows = {
    "a_regional_managed_certificate_is_authorized": (
        lambda api: manager_certificate(api, managed={"domains": ["a.example.com"]}),
        "Exactly one of dns_authorizations and issuance_config",
    ),
    "an_uploaded_certificate_is_pem": (
        lambda api: manager_certificate(
            api, selfManaged={"pemCertificate": chain_of("a.example.com"), "pemPrivateKey": "swordfish"}
        ),
        "self_managed.pemPrivateKey] is not in PEM-encoded form",
    ),
    "what_issues_a_certificate_exists": (
        lambda api: manager_certificate(
            api, managed={"domains": ["a.example.com"], "dnsAuthorizations": [AUTHORIZATION]}
        ),
        f"The resource '{AUTHORIZATION}' was not found",
    ),
    "what_issues_a_certificate_stays": (_issued_and_deleted, "it is in use by"),
    "an_https_proxy_has_a_certificate": (https_proxy, "At least one SSL certificate must be specified"),
    "a_proxys_certificates_are_of_one_kind": (_mixed, "Mixing Classic Certificates and Certificate Manager"),
    "a_regional_proxys_certificates_are_in_its_region": (_far, f"The certificate must be in regions/{REGION}"),
    "a_proxys_certificate_manager_certificate_exists": (
        lambda api: https_proxy(api, f"{FULL}{MANAGER}/none"),
        f"The resource '{MANAGER}/none' was not found",
    ),
    "a_rules_target_stays_of_its_kind": (_to_https, "must be of the same type as the old target"),
    "a_certificate_in_use_stays": (_in_use, "it is in use by"),
}


def global_certificate(api: Api) -> Answer:
    """A regional proxy with a global certificate."""
    return https_proxy(api, _compute_certificate(api, "global"))


def far_certificate(api: Api) -> Answer:
    """A proxy with a certificate of Compute Engine in another region."""
    return https_proxy(api, _compute_certificate(api, ELSEWHERE))
