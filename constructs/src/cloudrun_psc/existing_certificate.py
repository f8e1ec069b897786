"""A certificate that exists, for a load balancer's HTTPS: nothing of it is made, and a plan asks whether it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdktf import ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.data_google_certificate_manager_certificates import (
    DataGoogleCertificateManagerCertificates,
)
from cdktf_cdktf_provider_google.data_google_compute_region_ssl_certificate import DataGoogleComputeRegionSslCertificate

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import known
from cloudrun_psc.rules import certificates
from cloudrun_psc.rules.faults import refuse
from constructs import Construct


class ExistingCertificate(Construct):
    """A regional certificate of Certificate Manager or Compute Engine that others own; read at every plan.

    Of one of Certificate Manager a plan refuses when it does not cover the host. What one of Compute Engine covers, the
    provider does not tell. `managed` is an expression for the list of what Google says of its state, "" of one of
    Compute Engine.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        certificate: str,
        host: str,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Take `certificate` (a link of a region) for `host`.

        Raises:
            ValueError: for a link that is none of a regional certificate, or a host that is no name.
        """
        super().__init__(scope, id_)
        refuse(
            self.node.path,
            [("certificate", known(certificate, certificates.certificate)), ("host", known(host, certificates.host))],
        )
        address = resource_address(self, address)
        self.certificate_id = certificates.plain_certificate(certificate)
        self.managed = ""
        _, project, _, region, _, name = self.certificate_id.split("/")
        if not certificates.of_certificate_manager(certificate):
            ssl = DataGoogleComputeRegionSslCertificate(
                self, "Data", project=project, region=region, name=name, depends_on=list(depends_on) or None
            )
            claim(ssl, "data.google_compute_region_ssl_certificate", address)
            return
        data = DataGoogleCertificateManagerCertificates(
            self,
            "Data",
            region=region,
            # One page of the list is all that the provider reads.
            filter=f"name:{self.certificate_id}",
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(postcondition=list(_postconditions(project, region, name, host))),
        )
        read = claim(data, "data.google_certificate_manager_certificates", address)
        self.managed = f"flatten([for one in {read}.certificates : one.managed if {_is_it(name)}])"


def _is_it(name: str) -> str:
    """Whether one of the list is meant: its project may be given by its number."""
    return f'endswith(one.name, "/certificates/{name}")'


def _postconditions(project: str, region: str, name: str, host: str) -> Iterator[Postcondition]:
    yield Postcondition(
        condition=f"${{anytrue([for one in self.certificates : {_is_it(name)}])}}",
        error_message=f"There is no certificate {name} in {region} of {project}. Make it first, or correct the link.",
    )
    covered = f'length(setintersection(one.san_dnsnames, ["{host}", "{certificates.wildcard(host)}"])) > 0'
    names = f"flatten([for one in self.certificates : one.san_dnsnames if {_is_it(name)}])"
    yield Postcondition(
        condition=f"${{alltrue([for one in self.certificates : {covered} if {_is_it(name)}])}}",
        error_message=f'The certificate {name} is of ${{join(", ", {names})}}, not of {host}: every client would '
        "refuse it. Take one that covers the host, or correct the host.",
    )
