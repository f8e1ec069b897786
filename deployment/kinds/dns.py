"""Cloud DNS: private zones, and the records in them that lead to endpoints."""

from __future__ import annotations

from deployment.kinds.kind import MAP, NONE, REPLACED, Grant, Kind, Noteworthy, data_source

_ADMIN = Grant(
    name="roles/dns.admin",
    why="creates, changes and deletes zones and records, and attaches a private zone to a network",
)

ZONE = Kind(
    type="google_dns_managed_zone",
    called="DNS zone",
    drawn=False,
    collection="managedZones",
    import_id="projects/{project}/managedZones/{name}",
    comment="Of exactly the service's host: a zone of its domain would hide all public names of that from the network.",
    keys={
        "cloud_logging_config": {},
        "dnssec_config": {"default_key_specs": {}},
        "forwarding_config": {"target_name_servers": {}},
        "labels": MAP,
        "peering_config": {"target_network": {}},
        "private_visibility_config": {"gke_clusters": {}, "networks": {}},
    },
    forcing=("name", "project", "dns_name", "visibility"),
    grants=(_ADMIN,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=": its names are not found any more",
    noteworthy={
        "visibility": Noteworthy(
            when="private", why="Public when unset: anybody could look the endpoint's address up.", seen="provider"
        )
    },
)
RECORD_SET = Kind(
    type="google_dns_record_set",
    called="DNS record",
    drawn=False,
    collection=NONE,
    import_id="projects/{project}/managedZones/{managed_zone}/rrsets/{name}/{type}",
    comment=lambda values: (
        "The host's address is the endpoint's. " * (values.get("type") == "A")
        + "A record of this name that exists is overwritten when it is made."
    ),
    keys={},
    forcing=("name", "project", "managed_zone"),
    grants=(_ADMIN,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=": its name is not found any more",
    noteworthy={},
)
EXISTING_ZONE = data_source("google_dns_managed_zone", "a DNS zone of others", grants=(_ADMIN,))
