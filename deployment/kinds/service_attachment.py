"""Service attachments: what is published."""

from __future__ import annotations

from deployment.kinds.kind import ACCEPT, IN_PROJECT, NETWORK_ADMIN, Grant, Kind, Noteworthy

SERVICE_ATTACHMENT = Kind(
    type="google_compute_service_attachment",
    called="service attachment",
    drawn=True,
    collection="serviceAttachments",
    import_id=f"{IN_PROJECT}/serviceAttachments/{{name}}",
    comment="What consumers point their endpoints at. Replaced or deleted, it closes every connection for good.",
    keys={"consumer_accept_lists": {}},
    unordered=("nat_subnets", "consumer_reject_lists"),  # sets from provider 8 on
    uncleared=("description",),
    forcing=("name", "project", "region", "domain_names"),
    grants=(
        NETWORK_ADMIN,
        Grant(name="compute.serviceAttachments.create", why="publishes; .update and .delete change and withdraw"),
    ),
    way_in=ACCEPT,
    replaced="The service attachment {name} {surely} replaced ({why}): every consumer's connection is closed.",
    destroyed=": every consumer's connection is closed",
    noteworthy={
        "reconcile_connections": Noteworthy(
            when=True,
            why="Off when unset: revoking then looks done and is not, because accepted endpoints stay connected.",
            seen="API",
        )
    },
)
