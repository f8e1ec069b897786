"""A certificate that Google manages: issued by a public authority, or by a private one of yours, and renewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.certificate_manager_certificate import (
    CertificateManagerCertificate,
    CertificateManagerCertificateManaged,
)
from cdktf_cdktf_provider_google.certificate_manager_certificate_issuance_config import (
    CertificateManagerCertificateIssuanceConfig,
    CertificateManagerCertificateIssuanceConfigCertificateAuthorityConfig,
    CertificateManagerCertificateIssuanceConfigCertificateAuthorityConfigCertificateAuthorityServiceConfig,
)
from cdktf_cdktf_provider_google.certificate_manager_dns_authorization import CertificateManagerDnsAuthorization
from cdktf_cdktf_provider_google.dns_record_set import DnsRecordSet

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import known
from cloudrun_psc.existing_zone import existing_zone
from cloudrun_psc.rules import certificates, dns, names
from cloudrun_psc.rules.content_names import base_name, content_name
from cloudrun_psc.rules.faults import Fault, refuse
from constructs import Construct

_NEW_FIRST = TerraformResourceLifecycle(create_before_destroy=True)


class ManagedCertificate(Construct):
    """A regional certificate of Certificate Manager for one host.

    Every part has a hash of host and way in its name: another one stands before the old one goes. What proves the
    domain keeps its name when the certificate is renamed. `managed` is the expression for what Google says of it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        project: str,
        region: str,
        name: str,
        host: str,
        dns_zone: str | None = None,
        authority: str | None = None,
        labels: Mapping[str, str] | None = None,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Have a certificate issued for `host`.

        With `dns_zone` (a public zone's link) by Google's public authority, which reads there a record that proves the
        domain. With `authority` (a CA pool's link) by a private one; Certificate Manager's service agent needs
        roles/privateca.certificateRequester on the pool; `labels` are then the provider's default ones, as others make
        a new certificate.

        Raises:
            ValueError: for names and links that are none, and unless one of the two ways is given.
        """
        super().__init__(scope, id_)
        one = (dns_zone is None) != (authority is None)
        refuse(
            self.node.path,
            [
                ("project", known(project, names.project_id)),
                ("region", known(region, names.region)),
                ("name", known(name, names.resource_name) or known(name, base_name)),
                ("host", known(host, certificates.host)),
                ("dns_zone", known(dns_zone, dns.zone) if dns_zone else None),
                ("authority", known(authority, certificates.ca_pool) if authority else None),
                ("authority", None if one else Fault(wrong="not exactly one way", allowed="dns_zone, or authority")),
            ],
        )
        self._project, self._region, self._host = project, region, host
        content: dict[str, object] = {"host": host, "authority": authority or ""}
        # Google takes no other labels in place of an issuance config's, and its certificate is replaced with it.
        content |= {"labels": dict(labels)} if labels and authority else {}
        self._name = content_name(name, content, {})
        self._address = resource_address(self, address)
        if dns_zone is not None:
            managed, needed = self._authorized(dns_zone, depends_on)
        else:
            managed, needed = self._issued(authority or "", depends_on), list(depends_on)
        self.resource = CertificateManagerCertificate(
            self,
            "Resource",
            project=project,
            location=region,
            name=self._name,
            managed=managed,
            depends_on=needed or None,
            lifecycle=_NEW_FIRST,
        )
        claim(self.resource, "google_certificate_manager_certificate", self._address)
        self.managed = f"google_certificate_manager_certificate.{self._address}.managed"

    @property
    def certificate_id(self) -> str:
        """The certificate's id."""
        return str(self.resource.id)

    def _authorized(
        self, zone: str, depends_on: Sequence[ITerraformDependable]
    ) -> tuple[CertificateManagerCertificateManaged, list[ITerraformDependable]]:
        authorization = CertificateManagerDnsAuthorization(
            self,
            "Authorization",
            project=self._project,
            location=self._region,
            name=self._name,
            domain=self._host,
            depends_on=list(depends_on) or None,
            # Another one for the same host would have the same record, which goes with the former one.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True, ignore_changes=["name"]),
        )
        claimed = claim(authorization, "google_certificate_manager_dns_authorization", self._address)
        project, zone_name = existing_zone(
            self, zone, self._host, "public", address=self._address, depends_on=depends_on
        )
        said = f"{claimed}.dns_resource_record[0]"
        record = DnsRecordSet(
            self,
            "Record",
            project=project,
            managed_zone=zone_name,
            name=f"${{{said}.name}}",
            type=f"${{{said}.type}}",
            ttl=dns.TTL_SECONDS,
            rrdatas=[f"${{{said}.data}}"],
            lifecycle=_NEW_FIRST,
        )
        claim(record, "google_dns_record_set", f"{self._address}_authorization")
        managed = CertificateManagerCertificateManaged(domains=[self._host], dns_authorizations=[authorization.id])
        return managed, [record]

    def _issued(self, pool: str, depends_on: Sequence[ITerraformDependable]) -> CertificateManagerCertificateManaged:
        service = (
            CertificateManagerCertificateIssuanceConfigCertificateAuthorityConfigCertificateAuthorityServiceConfig(
                ca_pool=pool
            )
        )
        config = CertificateManagerCertificateIssuanceConfig(
            self,
            "IssuanceConfig",
            project=self._project,
            location=self._region,
            name=self._name,
            certificate_authority_config=CertificateManagerCertificateIssuanceConfigCertificateAuthorityConfig(
                certificate_authority_service_config=service
            ),
            key_algorithm="ECDSA_P256",
            lifetime=f"{certificates.PRIVATE_LIFETIME_SECONDS}s",
            rotation_window_percentage=certificates.PRIVATE_ROTATION_PERCENT,
            depends_on=list(depends_on) or None,
            lifecycle=_NEW_FIRST,
        )
        claim(config, "google_certificate_manager_certificate_issuance_config", self._address)
        return CertificateManagerCertificateManaged(domains=[self._host], issuance_config=config.id)
