"""Certificate Manager: certificates that Google manages, and what they are issued by."""

from __future__ import annotations

from dataclasses import replace

from deployment.kinds.kind import MAP, NONE, REPLACED, Grant, Kind, Noteworthy

_PLACE = "projects/{project}/locations/{location}"
_OWNER = Grant(name="roles/certificatemanager.owner", why="creates, uses and deletes certificates and what issues them")

_MANAGED = "Issued and renewed by Google. It is PROVISIONING at first, and every handshake fails until it is ACTIVE."
_UPLOADED = "Yours, and renewed by you: another version is another certificate. Its key is in no plan and no state."

CERTIFICATE = Kind(
    type="google_certificate_manager_certificate",
    called="certificate",
    drawn=False,
    collection="certificates",
    import_id=f"{_PLACE}/certificates/{{name}}",
    comment=lambda values: _UPLOADED if "self_managed" in values else _MANAGED,
    keys={"labels": MAP, "managed": {}, "self_managed": {}},
    forcing=("name", "project", "location", "scope", "managed"),
    grants=(_OWNER,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)
AUTHORIZATION = replace(
    CERTIFICATE,
    type="google_certificate_manager_dns_authorization",
    called="DNS authorization",
    collection="dnsAuthorizations",
    import_id=f"{_PLACE}/dnsAuthorizations/{{name}}",
    comment="Its record in public DNS proves the domain, at each renewal too.",
    keys={"labels": MAP},
    forcing=("name", "project", "location", "domain", "type"),
    noteworthy={
        "lifecycle.ignore_changes": Noteworthy(
            why="Another one for the same host has the same record in DNS, which would go with the former one.",
            seen="provider",
        )
    },
)
ISSUANCE_CONFIG = replace(
    CERTIFICATE,
    type="google_certificate_manager_certificate_issuance_config",
    called="issuance config",
    collection="certificateIssuanceConfigs",
    import_id=f"{_PLACE}/certificateIssuanceConfigs/{{name}}",
    comment="The private authority. Certificate Manager's service agent needs roles/privateca.certificateRequester "
    "on its CA pool.",
    keys={"certificate_authority_config": {"certificate_authority_service_config": {}}, "labels": MAP},
    forcing=(
        "name", "project", "location", "certificate_authority_config", "description", "key_algorithm", "lifetime",
        "rotation_window_percentage",
    ),
)  # fmt: skip
