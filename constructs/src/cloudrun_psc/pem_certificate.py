"""A certificate out of Secret Manager: its chain and its private key as PEM, of which the state never has the key."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, Postcondition, Precondition, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_google.certificate_manager_certificate import CertificateManagerCertificate
from cdktf_cdktf_provider_google.data_google_secret_manager_secret_version_access import (
    DataGoogleSecretManagerSecretVersionAccess,
)

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import known
from cloudrun_psc.container import SecretReference
from cloudrun_psc.rules import certificates, names
from cloudrun_psc.rules.content_names import base_name, content_name
from cloudrun_psc.rules.faults import refuse
from constructs import Construct


class PemCertificate(Construct):
    """A regional certificate of Certificate Manager, uploaded; whoever issues it renews it.

    The key is read by an ephemeral block, and given by a write-only argument: neither plan nor state holds it. That
    needs provider 7.45, and Terraform 1.11 or OpenTofu 1.11. The chain is what each handshake shows, and the state has
    it. Another version of either is another certificate, which stands before the old one goes.
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
        certificate: SecretReference,
        key: SecretReference,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Make a certificate for `host` of the chain in `certificate` and the private key in `key`.

        Both are versions by number: another content is then a change that a plan shows.

        Raises:
            ValueError: for names that are none, a version that is no number, or one version for both.
        """
        super().__init__(scope, id_)
        places = {"certificate": _place(certificate, project), "key": _place(key, project)}
        refuse(
            self.node.path,
            [
                ("project", known(project, names.project_id)),
                ("region", known(region, names.region)),
                ("name", known(name, names.resource_name) or known(name, base_name)),
                ("host", known(host, certificates.host)),
                ("certificate.version", known(certificate.version, certificates.pinned)),
                ("key.version", known(key.version, certificates.pinned)),
                ("key", certificates.apart(*places.values())),
            ],
        )
        self._address = resource_address(self, address)
        data = self._chain(places["certificate"])
        key_data = self._ephemeral("key", places["key"])
        self.resource = CertificateManagerCertificate(
            self,
            "Resource",
            project=project,
            location=region,
            name=content_name(name, places, {}),
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                precondition=[_pem(key_data, places["key"], "private key", holds="PRIVATE KEY-----")],
                postcondition=[_covers(host)],
            ),
        )
        claim(self.resource, "google_certificate_manager_certificate", self._address)
        self.resource.add_override(
            "self_managed",
            {
                "pem_certificate": f"${{{data}}}",
                "pem_private_key_wo": f"${{{key_data}}}",
                "pem_private_key_wo_version": key.version,
            },
        )

    @property
    def certificate_id(self) -> str:
        """The certificate's id."""
        return str(self.resource.id)

    def _chain(self, place: str) -> str:
        """Read the chain into the state, once it is known to hold no key; gives the address."""
        read = self._ephemeral("certificate", place)
        _, project, _, secret, _, version = place.split("/")
        data = DataGoogleSecretManagerSecretVersionAccess(
            self,
            "Chain",
            project=project,
            secret=secret,
            version=version,
            lifecycle=TerraformResourceLifecycle(
                precondition=[
                    Precondition(
                        condition=f'${{!strcontains({read}, "PRIVATE KEY-----")}}',
                        error_message=f"{_named(place)} holds a private key, which Terraform's state would keep. Add a "
                        "version with the certificate chain alone.",
                    ),
                    _pem(read, place, "certificate chain", holds="-----BEGIN CERTIFICATE-----"),
                ]
            ),
        )
        address = claim(data, "data.google_secret_manager_secret_version_access", self._address)
        return f"{address}.secret_data"

    def _ephemeral(self, part: str, place: str) -> str:
        """Read a secret version for this run alone; gives what is in it. cdktf has no construct for such blocks.

        No condition stands in one: `terraform show -json` crashes on a plan with it (Terraform 1.11).
        """
        _, project, _, secret, _, version = place.split("/")
        address = f"ephemeral.google_secret_manager_secret_version.{self._address}_{part}"
        block = {"project": project, "secret": secret, "version": version}
        TerraformStack.of(self).add_override(address, block)
        return f"{address}.secret_data"


def _pem(read: str, place: str, what: str, *, holds: str) -> Precondition:
    """What PEM begins with: https://www.rfc-editor.org/rfc/rfc7468#section-2. A key has several names in it."""
    return Precondition(
        condition=f'${{strcontains({read}, "{holds}")}}',
        error_message=f"{_named(place)} holds no {what} as PEM. Add a version with it.",
    )


def _named(place: str) -> str:
    secret, _, version = place.rpartition("/versions/")
    return f"Version {version} of {secret}"


def _place(reference: SecretReference, project: str) -> str:
    secret = reference.secret if "/" in reference.secret else f"projects/{project}/secrets/{reference.secret}"
    return f"{secret}/versions/{reference.version}"


def _covers(host: str) -> Postcondition:
    wanted = f'["{host}", "{certificates.wildcard(host)}"]'
    return Postcondition(
        condition=f"${{length(setintersection(self.san_dnsnames, {wanted})) > 0}}",
        error_message=f'The certificate is of ${{join(", ", self.san_dnsnames)}}, not of {host}: every client would '
        "refuse it. Give the version of a chain that covers the host, or correct the host.",
    )
