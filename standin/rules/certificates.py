"""HTTPS of regional load balancers: which certificates their proxies take, and what else depends on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from standin import links
from standin.change import Change
from standin.google_error import GoogleError
from standin.message import Json
from standin.rules.table import rule

_PROXY = "compute v1 discovery document, TargetHttpsProxy"
_WRITES = ("targetHttpsProxies.insert", "targetHttpsProxies.setSslCertificates")
# The forms that the description of sslCertificates has for one of Certificate Manager.
_MANAGER = re.compile(r"//certificatemanager\.googleapis\.com/(?:v1\w*/)?(projects/[^/]+/locations/([^/]+)/.+)")


@rule(*_WRITES, source=f"{_PROXY}.sslCertificates: 'At least one SSL certificate must be specified'")
def an_https_proxy_has_a_certificate(change: Change) -> None:
    """A proxy has one certificate at least, unless it is a global one with a certificate map."""
    if not change.wanted.get("sslCertificates") and not change.wanted.get("certificateMap"):
        raise change.invalid("sslCertificates", "At least one SSL certificate must be specified.", "")


@rule(*_WRITES, source=f"{_PROXY}.sslCertificates: 'Mixing … is not allowed'")
def a_proxys_certificates_are_of_one_kind(change: Change) -> None:
    """Certificates of Compute Engine and of Certificate Manager never stand together."""
    kinds = {bool(_MANAGER.search(link)) for link in change.wanted.get("sslCertificates", [])}
    if len(kinds) > 1:
        text = "Mixing Classic Certificates and Certificate Manager Certificates is not allowed."
        raise change.invalid("sslCertificates", text)


@rule(
    *_WRITES,
    source="https://cloud.google.com/load-balancing/docs/ssl-certificates#certificate-types (regional proxies: "
    "regional certificates of Compute Engine, or of Certificate Manager in the proxy's region)",
    doubt="The words are the stand-in's.",
)
def a_regional_proxys_certificates_are_in_its_region(change: Change) -> None:
    """A regional proxy takes neither a global certificate nor one of another region."""
    for link in change.wanted.get("sslCertificates", []) if change.scope != "global" else ():
        managed = _MANAGER.search(link)
        place = f"regions/{managed[2]}" if managed else "/".join((links.path_of(link) or "").split("/")[2:-2])
        if place != change.scope:
            raise change.invalid("sslCertificates", f"The certificate must be in {change.scope}.", link)


@rule(
    *_WRITES,
    source="https://cloud.google.com/certificate-manager/docs/deploy-regional (the certificate before the proxy)",
    doubt="What Google answers is not documented.",
)
def a_proxys_certificate_manager_certificate_exists(change: Change) -> None:
    """A certificate of Certificate Manager is there before a proxy has it."""
    for path in _managed(change.wanted.get("sslCertificates", [])):
        if path not in change.cloud.certificates:
            raise change.invalid("sslCertificates", f"The resource '{path}' was not found.")


@rule("forwardingRules.setTarget", source="compute v1 discovery document, forwardingRules.setTarget")
def a_rules_target_stays_of_its_kind(change: Change) -> None:
    """The new target is of the same type as the old one: from HTTP to HTTPS it takes another rule."""
    before, after = (
        str(body.get("target", "")).rstrip("/").split("/")[-2:-1] for body in (change.former, change.wanted)
    )
    if before != after:
        raise change.invalid("target", "The new target must be of the same type as the old target.")


@rule(
    "certificates.delete",
    source="https://cloud.google.com/certificate-manager/docs/certificates#delete (not while a proxy has it)",
    doubt="The words are the stand-in's.",
)
def a_certificate_in_use_stays(change: Change) -> None:
    """A certificate that a proxy has cannot be deleted."""
    for proxy in change.others("targetHttpsProxies"):
        if change.path in _managed(proxy.body.get("sslCertificates", [])):
            text = f"can't delete resource '{change.path}': it is in use by '{proxy.path}'"
            raise GoogleError(400, text, status="FAILED_PRECONDITION")


@rule(
    "certificates.create",
    source="https://cloud.google.com/certificate-manager/docs/domain-authorization (a regional one: by DNS) and "
    "certificatemanager v1 discovery document, ManagedCertificate",
    doubt="The words are the stand-in's.",
)
def a_regional_managed_certificate_is_authorized(change: Change) -> None:
    """A regional certificate that Google manages has DNS authorizations or an issuance config."""
    managed = change.wanted.get("managed")
    if managed is None or "/locations/global/" in change.path:
        return
    if bool(managed.get("dnsAuthorizations")) == bool(managed.get("issuanceConfig")):
        raise GoogleError(400, "Exactly one of dns_authorizations and issuance_config must be specified.")


@rule(
    "certificates.create",
    "certificates.patch",
    source="certificatemanager v1 discovery document, SelfManagedCertificate (chain and key 'in PEM-encoded form')",
    doubt="The words are the stand-in's, and it does not see whether the key is that of the certificate.",
)
def an_uploaded_certificate_is_pem(change: Change) -> None:
    """Whoever uploads a certificate gives its chain and its private key as PEM."""
    uploaded = change.wanted.get("selfManaged")
    for field, begins in (("pemCertificate", "BEGIN CERTIFICATE-----"), ("pemPrivateKey", "PRIVATE KEY-----")):
        if uploaded is not None and begins not in uploaded.get(field, ""):
            raise GoogleError(400, f"Field [self_managed.{field}] is not in PEM-encoded form.")


@rule(
    "certificates.create",
    source="certificatemanager v1 discovery document, ManagedCertificate.dnsAuthorizations and .issuanceConfig",
    doubt="What Google answers is not documented.",
)
def what_issues_a_certificate_exists(change: Change) -> None:
    """Authorizations and issuance config are there first."""
    for path in _issuing(change.wanted):
        if path not in change.cloud.certificates:
            raise GoogleError(400, f"The resource '{path}' was not found")


@rule(
    "dnsAuthorizations.delete",
    "certificateIssuanceConfigs.delete",
    source="https://cloud.google.com/certificate-manager/docs/dns-authorizations (not while a certificate uses it)",
    doubt="The words are the stand-in's.",
)
def what_issues_a_certificate_stays(change: Change) -> None:
    """What a certificate is issued by cannot be deleted."""
    for path, record in change.cloud.certificates.items():
        if change.path in _issuing(record.body):
            text = f"can't delete resource '{change.path}': it is in use by '{path}'"
            raise GoogleError(400, text, status="FAILED_PRECONDITION")


def _issuing(certificate: Json) -> list[str]:
    managed = certificate.get("managed", {})
    return [*managed.get("dnsAuthorizations", []), *filter(None, [managed.get("issuanceConfig")])]


def _managed(certificates: list[str]) -> Iterator[str]:
    """The paths of those of Certificate Manager."""
    return (found[1] for link in certificates if (found := _MANAGER.search(link)))
