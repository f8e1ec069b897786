"""HTTPS of a service: its host, one of four ways to a certificate, and what TLS is offered."""

from __future__ import annotations

from pydantic import Field

from cloudrun_psc.rules.certificates import DEFAULT_TLS_PROFILE, TlsProfile
from config import fields
from config.settings.section import Section


class ManagedCertificateSettings(Section):
    """A certificate that Google has issued by a public authority, and renews."""

    dns_zone: fields.DnsZone = Field(
        description="The public zone of the host's domain, which gets the record that proves the domain."
    )


class PemSecretSettings(Section):
    """One version of a Secret Manager secret."""

    secret: fields.Secret = Field(description="NAME (in the producer's project) or projects/PROJECT/secrets/NAME.")
    version: fields.PinnedVersion = Field(description="The number of its version: each exchange is an edit of it.")


class PemSettings(Section):
    """A certificate of yours as PEM out of Secret Manager; the key is in no plan and no state."""

    certificate: PemSecretSettings = Field(
        description="The certificate chain, the host's own first. The state has it, as each handshake shows it."
    )
    key: PemSecretSettings = Field(description="Its private key, alone.")


class HttpsSettings(Section):
    """HTTPS from the client to the load balancer, in place of HTTP."""

    host: fields.Host = Field(description="The host name that clients call, which the certificate covers.")
    certificate: fields.Certificate | None = Field(
        None,
        description="A regional certificate that exists, of Certificate Manager or Compute Engine, by its link.",
    )
    managed: ManagedCertificateSettings | None = Field(
        None, description="In place of certificate: one that is made, issued by Google's public authority."
    )
    authority: fields.CaPool | None = Field(
        None, description="In place of certificate: one that is made, issued by a private authority, by its CA pool."
    )
    pem: PemSettings | None = Field(
        None, description="In place of certificate: one that is made of PEM out of Secret Manager."
    )
    tls: TlsProfile = Field(DEFAULT_TLS_PROFILE, description="What clients are offered, TLS 1.2 at least.")
