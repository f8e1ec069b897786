"""Target proxies other than plain HTTP's, the certificates and policies that they use, and other targets."""

from __future__ import annotations

import re

from standin import links
from standin.certificate_names import names_in
from standin.cloud import Cloud, Record
from standin.compute.actions import copying
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, Reference
from standin.message import Json, fill

_CERTIFICATES = Reference("sslCertificates[]", ("sslCertificates",), literal=True)
_POLICY = Reference("sslPolicy", ("sslPolicies",))
_MAP = Reference("urlMap", ("urlMaps",))
_MANAGER = re.compile(r"^(?:https:)?//certificatemanager\.googleapis\.com/(?:v1\w*/)?")
_SERVICE = Reference("service", ("backendServices",))


def _complete_certificate(body: Json) -> None:
    """The API never gives a private key; here it is not even kept."""
    own = body.pop("selfManaged", {})
    for source in (body, own):
        source.pop("privateKey", None)
    if certificate := body.get("certificate") or own.get("certificate"):
        body |= {"certificate": certificate, "selfManaged": {"certificate": certificate}}
        fill(body, subjectAlternativeNames=names_in(certificate))
    fill(body, type="MANAGED" if body.get("managed") else "SELF_MANAGED")
    if body["type"] == "MANAGED":
        body["managed"]["status"] = "PROVISIONING"
    fill(body, expireTime="2036-01-01T00:00:00.000-08:00")


def _complete_policy(body: Json) -> None:
    fill(body, profile="COMPATIBLE", minTlsVersion="TLS_1_0")
    body["enabledFeatures"] = sorted(body.get("customFeatures", [])) or ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]


def _complete_https_proxy(body: Json) -> None:
    """Certificates of Certificate Manager are answered by their full resource names, as the provider expects them."""
    fill(body, quicOverride="NONE")
    if certificates := body.get("sslCertificates"):
        body["sslCertificates"] = [_MANAGER.sub("//certificatemanager.googleapis.com/", one) for one in certificates]


def _set_backend_service(_: Cloud, proxy: Record, sent: Json) -> None:
    proxy.body["service"] = links.full(links.path_of(sent["service"], proxy.project) or "")


register(
    Kind(
        "targetHttpsProxies",
        (_MAP, _CERTIFICATES, _POLICY),
        singular="targetHttpsProxy",
        complete=_complete_https_proxy,
        actions={
            "setUrlMap": copying("urlMap"),
            "setSslCertificates": copying("sslCertificates"),
            "setSslPolicy": copying("sslPolicy"),
            "setQuicOverride": copying("quicOverride"),
            "setCertificateMap": copying("certificateMap"),
        },
    ),
    Kind("targetGrpcProxies", (_MAP,), singular="targetGrpcProxy"),
    Kind(
        "targetTcpProxies",
        (_SERVICE,),
        singular="targetTcpProxy",
        fingerprints=(),
        complete=lambda body: fill(body, proxyHeader="NONE"),
        actions={"setBackendService": _set_backend_service, "setProxyHeader": copying("proxyHeader")},
    ),
    Kind(
        "targetSslProxies",
        (_SERVICE, _CERTIFICATES, _POLICY),
        singular="targetSslProxy",
        fingerprints=(),
        complete=lambda body: fill(body, proxyHeader="NONE"),
        actions={
            "setBackendService": _set_backend_service,
            "setProxyHeader": copying("proxyHeader"),
            "setSslCertificates": copying("sslCertificates"),
            "setSslPolicy": copying("sslPolicy"),
            "setCertificateMap": copying("certificateMap"),
        },
    ),
    Kind("sslCertificates", fingerprints=(), complete=_complete_certificate),
    Kind("sslPolicies", singular="sslPolicy", complete=_complete_policy),
    Kind("backendBuckets", fingerprints=()),
    Kind("targetInstances", (NETWORK, Reference("instance", ("instances",))), fingerprints=()),
)
