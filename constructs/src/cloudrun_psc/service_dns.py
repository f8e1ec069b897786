"""The host name of a service, where its clients look it up: a record that leads to their own endpoint."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.dns_managed_zone import (
    DnsManagedZone,
    DnsManagedZonePrivateVisibilityConfig,
    DnsManagedZonePrivateVisibilityConfigNetworks,
)
from cdktf_cdktf_provider_google.dns_record_set import DnsRecordSet

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import known
from cloudrun_psc.existing_network import HasSubnet
from cloudrun_psc.existing_zone import existing_zone
from cloudrun_psc.rules import certificates, dns, ranges
from cloudrun_psc.rules.faults import refuse
from constructs import Construct


class ServiceDns(Construct):
    """An A record for `host` in a private zone of exactly that name, or in a zone that exists.

    Never a zone of the parent domain: a private `example.com.` would hide all public names of it from the network.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: HasSubnet,
        host: str,
        ip_address: str,
        zone_name: str,
        zone: str | None = None,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Have `host` lead to `ip_address`, an endpoint's, for all of its network.

        The address is text and not a reference: create_before_destroy would spread to what is reserved, and another
        address of the same name could not be reserved before the former one is given back.

        The zone is made in the network's project and is called `zone_name` with a hash of the host, so that another
        host's stands before the old one goes. `zone` (a link) takes one that exists; each plan reads it, and refuses
        one that is public or of another domain.

        Raises:
            ValueError: for a host, a name or a link that is none.
        """
        super().__init__(scope, id_)
        refuse(
            self.node.path,
            [
                ("host", known(host, certificates.host)),
                ("ip_address", known(ip_address, ranges.ipv4_address)),
                ("zone_name", known(zone_name, dns.zone_base_name)),
                ("zone", known(zone, dns.zone) if zone else None),
            ],
        )
        address = resource_address(self, address)
        if zone is None:
            project, name = network.project, self._zone(network, host, zone_name, address, depends_on)
        else:
            project, name = existing_zone(self, zone, host, "private", address=address, depends_on=depends_on)
        record = DnsRecordSet(
            self,
            "Resource",
            project=project,
            managed_zone=name,
            name=f"{host}.",
            type="A",
            ttl=dns.TTL_SECONDS,
            rrdatas=[ip_address],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        claim(record, "google_dns_record_set", address)

    def _zone(
        self, network: HasSubnet, host: str, name: str, address: str, depends_on: Sequence[ITerraformDependable]
    ) -> str:
        resource = DnsManagedZone(
            self,
            "Zone",
            project=network.project,
            name=dns.zone_name(name, host),
            dns_name=f"{host}.",
            description=f"{host} by its endpoint in this network",
            # Public when unset.
            visibility="private",
            private_visibility_config=DnsManagedZonePrivateVisibilityConfig(
                networks=[DnsManagedZonePrivateVisibilityConfigNetworks(network_url=network.network_id)]
            ),
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        claim(resource, "google_dns_managed_zone", address)
        return str(resource.name)
