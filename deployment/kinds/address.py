"""Reserved addresses."""

from __future__ import annotations

from deployment.kinds.kind import EVERYWHERE, IN_PROJECT, NETWORK_ADMIN, NONE, REPLACED, Kind

ADDRESS = Kind(
    type="google_compute_address",
    called="address",
    drawn=False,
    collection="addresses",
    import_id=f"{IN_PROJECT}/addresses/{{name}}",
    comment=NONE,
    keys={},
    forcing=(
        *EVERYWHERE, "address", "address_type", "subnetwork", "purpose", "network", "description", "ip_collection",
        "ip_version", "ipv6_endpoint_type", "network_tier", "prefix_length",
    ),
    grants=(NETWORK_ADMIN,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)  # fmt: skip
