"""HTTPS of a load balancer: its certificate, what TLS it offers, and the proxy with both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_region_ssl_policy import ComputeRegionSslPolicy
from cdktf_cdktf_provider_google.compute_region_target_https_proxy import ComputeRegionTargetHttpsProxy

from cloudrun_psc.addresses import claim
from cloudrun_psc.existing_network import HasSubnet
from cloudrun_psc.rules import certificates
from constructs import Construct


class HasCertificate(Protocol):
    """A regional certificate: ours, or one that exists."""

    @property
    def certificate_id(self) -> str:
        """Its id of Certificate Manager or Compute Engine, which tells the two apart."""


@dataclass(frozen=True, kw_only=True)
class Https:
    """HTTPS in place of HTTP: with a certificate (or its link), and what TLS is offered, 1.2 at least."""

    certificate: HasCertificate | str
    tls_profile: certificates.TlsProfile = certificates.DEFAULT_TLS_PROFILE

    @property
    def certificate_id(self) -> str:
        """The certificate's id."""
        if isinstance(self.certificate, str):
            return certificates.plain_certificate(self.certificate)
        return str(self.certificate.certificate_id)


def https_proxy(
    scope: Construct,
    chosen: Https,
    *,
    network: HasSubnet,
    url_map: str,
    name: str,
    policy_name: str,
    address: str,
    depends_on: Sequence[ITerraformDependable] = (),
) -> ComputeRegionTargetHttpsProxy:
    """The proxy `name` for a URL map, with its TLS policy; another certificate or policy is exchanged in place."""
    policy = ComputeRegionSslPolicy(
        scope,
        "SslPolicy",
        project=network.project,
        region=network.region,
        name=policy_name,
        profile=chosen.tls_profile,
        # The provider's own default is TLS_1_0.
        min_tls_version=certificates.MIN_TLS_VERSION,
        depends_on=list(depends_on) or None,
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
    claim(policy, "google_compute_region_ssl_policy", address)
    ids = [chosen.certificate_id]
    of_manager = certificates.of_certificate_manager(chosen.certificate_id)
    proxy = ComputeRegionTargetHttpsProxy(
        scope,
        "HttpsProxy",
        project=network.project,
        region=network.region,
        name=name,
        url_map=url_map,
        certificate_manager_certificates=ids if of_manager else None,
        ssl_certificates=None if of_manager else ids,
        ssl_policy=policy.id,
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
    claim(proxy, "google_compute_region_target_https_proxy", address)
    return proxy
