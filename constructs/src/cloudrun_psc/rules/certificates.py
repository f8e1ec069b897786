"""Rules of HTTPS on a regional load balancer: host names, certificates, and what TLS it offers."""

from __future__ import annotations

import re
from typing import Final, Literal

from cloudrun_psc.rules.connections import elsewhere
from cloudrun_psc.rules.faults import Fault, mismatch, shown
from cloudrun_psc.rules.names import PROJECT_ID, REGION, RESOURCE_NAME

# What the compatible profile offers beside these is out of date. compute v1 discovery document, SslPolicy.profile.
TlsProfile = Literal["MODERN", "RESTRICTED"]
DEFAULT_TLS_PROFILE: Final = "MODERN"
# The provider's own default is TLS 1.0.
MIN_TLS_VERSION: Final = "TLS_1_2"

# RFC 1123, at least two labels, in lower case: what a certificate and an ID token's audience are compared with.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}"
# As in the provider's documentation of the resource: other than of Compute Engine, names have capitals and underscores.
MANAGER_NAME, COMPUTE_NAME = "[a-zA-Z][a-zA-Z0-9_-]{0,63}", RESOURCE_NAME
# https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates
_MANAGED = rf"projects/(?P<project>{PROJECT_ID})/locations/(?P<region>{REGION})/certificates/(?P<name>{MANAGER_NAME})"
MANAGER_CERTIFICATE = rf"(?:(?:https:)?//certificatemanager\.googleapis\.com/(?:v1/)?)?{_MANAGED}"
_ORIGIN = r"(?:https://(?:www\.googleapis\.com|compute\.googleapis\.com)/compute/(?:v1|beta)/)?"
COMPUTE_CERTIFICATE = (
    rf"{_ORIGIN}projects/(?P<project>{PROJECT_ID})/regions/(?P<region>{REGION})/sslCertificates/"
    rf"(?P<name>{COMPUTE_NAME})"
)
VERSION = r"[1-9][0-9]{0,9}"
CA_POOL = rf"projects/{PROJECT_ID}/locations/{REGION}/caPools/[a-zA-Z0-9_-]{{1,63}}"
# As in the provider's documentation of issuance configs: 21 days, renewed when two thirds are over.
PRIVATE_LIFETIME_SECONDS, PRIVATE_ROTATION_PERCENT = 21 * 24 * 3600, 66
# For editors, whose patterns take each name of a group once.
CERTIFICATE = re.sub(r"\?P<\w+>", "?:", rf"{MANAGER_CERTIFICATE}|{COMPUTE_CERTIFICATE}")


def host(value: str) -> Fault | None:
    """The host name that a certificate is of, such as orders.internal.example.com."""
    bare = re.sub(r"^[a-z]+://|[/:].*$|\.$", "", value.lower()) or value
    remedy = f"did you mean {bare!r}?" if bare != value and re.fullmatch(HOST, bare) else "correct it"
    return mismatch(value, HOST, "a host name", "a name in lower case with a dot, such as orders.example.com", remedy)


def certificate(value: str, within: str | None = None) -> Fault | None:
    """The link of a regional certificate, in the region `within` when that is given.

    A regional proxy takes no other: compute v1 discovery document, TargetHttpsProxy.
    """
    found = re.fullmatch(MANAGER_CERTIFICATE, value) or re.fullmatch(COMPUTE_CERTIFICATE, value)
    if found is not None:
        return elsewhere(value, found["region"], within, "a certificate")
    if re.search(r"/global/|/certificateMaps/", value):
        return Fault(
            wrong=f"{shown(value)} is for global load balancers",
            allowed="a regional certificate",
            remedy="make one in this region",
        )
    return mismatch(
        value,
        CERTIFICATE,
        "a regional certificate",
        "projects/PROJECT/locations/REGION/certificates/NAME (Certificate Manager) or "
        "projects/PROJECT/regions/REGION/sslCertificates/NAME (Compute)",
        "`gcloud certificate-manager certificates list --location=REGION` shows them",
    )


def ca_pool(value: str) -> Fault | None:
    """The link of a private authority's CA pool."""
    remedy = "`gcloud privateca pools list --location=REGION` shows them"
    return mismatch(value, CA_POOL, "a CA pool", "projects/PROJECT/locations/REGION/caPools/NAME", remedy)


def pinned(version: str) -> Fault | None:
    """A secret's version by its number.

    Whatever is the latest may be another one tomorrow, and nothing would bring that into the certificate.
    """
    remedy = "`gcloud secrets versions list SECRET` shows them"
    return mismatch(version, VERSION, "a version's number", "a number, as each exchange is an edit of it", remedy)


def apart(chain: str, key: str) -> Fault | None:
    """Chain and key in a version of their own each, by their places: the state has the chain."""
    if chain != key:
        return None
    return Fault(
        wrong="is the version that the certificate is in",
        allowed="a version with the key alone, and another with the chain",
        remedy="store them apart: Terraform's state holds what is read with the certificate",
    )


def of_certificate_manager(link: str) -> bool:
    """Whether a certificate is one of Certificate Manager, and not of Compute Engine."""
    return "/sslCertificates/" not in link


def plain_certificate(link: str) -> str:
    """A certificate's link without an API's address in front."""
    return link[link.index("projects/") :]


def wildcard(host_: str) -> str:
    """The other name by which a certificate covers a host: *.example.com."""
    return f"*.{host_.partition('.')[2]}"
