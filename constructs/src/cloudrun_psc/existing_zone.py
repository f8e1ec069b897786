"""A DNS zone that exists, read at every plan: nothing of it is made, but a record in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cdktf import ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.data_google_dns_managed_zone import DataGoogleDnsManagedZone

from cloudrun_psc.addresses import claim
from constructs import Construct

_WHY = {
    "private": "is public: everybody would read the endpoint's address, and nobody elsewhere could use it. Take a "
    "private zone of the network.",
    "public": "is private: the authority that issues the certificate reads public DNS alone. Take a public zone.",
}


def existing_zone(
    scope: Construct, zone: str, host: str, visibility: Literal["private", "public"], *, address: str,
    depends_on: Sequence[ITerraformDependable],
) -> tuple[str, str]:  # fmt: skip
    """Project and name of `zone` (a link); a plan refuses one of the other visibility, or of another domain."""
    _, project, _, name = zone.split("/")
    data = DataGoogleDnsManagedZone(
        scope,
        "ExistingZone",
        project=project,
        name=name,
        depends_on=list(depends_on) or None,
        lifecycle=TerraformResourceLifecycle(
            postcondition=[
                Postcondition(
                    condition=f'${{self.visibility == "{visibility}"}}',
                    error_message=f"The zone {name} {_WHY[visibility]}",
                ),
                Postcondition(
                    condition=f'${{endswith(".{host}.", ".${{self.dns_name}}")}}',
                    error_message=f"The zone {name} is of ${{self.dns_name}}, and {host} is not in it.",
                ),
            ]
        ),
    )
    claim(data, "data.google_dns_managed_zone", address)
    return project, name
