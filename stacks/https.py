"""HTTPS of a service: a certificate by one of four ways, and a check while Google has not provisioned it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable

from cloudrun_psc import ExistingCertificate, Https, ManagedCertificate, PemCertificate, SecretReference
from cloudrun_psc.https_proxy import HasCertificate
from cloudrun_psc.rules.certificates import of_certificate_manager
from cloudrun_psc.rules.terraform_names import address_name
from config.settings import ServiceSettings
from config.settings.https import PemSecretSettings
from constructs import Construct
from stacks.stack import SideStack

# Write-only arguments came with it, in OpenTofu too; ephemeral blocks are older.
_WRITES_ONLY = ">= 1.11.0"
# What a certificate waits for that is never issued.
_PUBLIC = "the record of its DNS authorization is not in public DNS"
_PRIVATE = (
    "Certificate Manager's service agent has no roles/privateca.certificateRequester on the CA pool, or the pool no "
    "ENABLED authority"
)


def https(
    stack: SideStack, scope: Construct, key: str, service: ServiceSettings, *, project: str, region: str,
    labels: Mapping[str, str], apis: Sequence[ITerraformDependable],
) -> Https | None:  # fmt: skip
    """What the load balancer of the service `key` speaks; None for HTTP."""
    chosen, address = service.https, address_name(key)
    if chosen is None:
        return None
    certificate: HasCertificate
    managed = ""
    if chosen.certificate is not None:
        certificate = ExistingCertificate(
            scope,
            "certificate",
            certificate=chosen.certificate,
            host=chosen.host,
            depends_on=apis,
            address=address,
        )
        managed = certificate.managed
    elif chosen.pem is not None:
        certificate = PemCertificate(
            scope,
            "certificate",
            project=project,
            region=region,
            name=service.names.certificate,
            host=chosen.host,
            certificate=_version(chosen.pem.certificate),
            key=_version(chosen.pem.key),
            depends_on=apis,
            address=address,
        )
        stack.require_terraform(_WRITES_ONLY)
    else:
        certificate = ManagedCertificate(
            scope,
            "certificate",
            project=project,
            region=region,
            name=service.names.certificate,
            host=chosen.host,
            dns_zone=chosen.managed.dns_zone if chosen.managed else None,
            authority=chosen.authority,
            labels=labels,
            depends_on=apis,
            address=address,
        )
        managed = certificate.managed
    if managed:
        _check_provisioned(stack, key, managed, _PRIVATE if chosen.authority else _PUBLIC)
    return Https(certificate=certificate, tls_profile=chosen.tls)


def is_of_certificate_manager(service: ServiceSettings) -> bool:
    """Whether it has a certificate of Certificate Manager, whoever made that."""
    chosen = service.https
    return bool(chosen and service.forwarding_rule is None and of_certificate_manager(chosen.certificate or ""))


def _version(secret: PemSecretSettings) -> SecretReference:
    return SecretReference(secret=secret.secret, version=secret.version)


def _check_provisioned(stack: SideStack, key: str, managed: str, awaited: str) -> None:
    """A warning while Google has not provisioned it; the proxy takes it all the same."""
    states = f"{managed}[*].state"
    stack.check(
        f"{address_name(key)}_certificate",
        f'${{alltrue([for state in {states} : state == "ACTIVE"])}}',
        f'The certificate of {key} is ${{join(", ", {states})}}, not ACTIVE: until then every handshake with a '
        f"client fails. PROVISIONING takes minutes to hours, and for ever while {awaited}. FAILED: make another one, "
        "once the reason is gone: "
        f'${{join(" ", flatten({managed}[*].provisioning_issue[*].details))}}',
    )
