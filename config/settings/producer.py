"""The producer: its project, its network with the subnets, and its services."""

from __future__ import annotations

from pydantic import Field

from cloudrun_psc.rules import defaults
from config import fields
from config.settings.section import Section, Side, is_given
from config.settings.service import ServiceSettings


class ProxyOnlySubnetSettings(Section):
    """The subnet that Google's Envoy proxies take their addresses from."""

    existing: bool = Field(
        False,
        description="Whether the network has an active one already, in place of one of our own: Google finds it by "
        "network and region.",
    )
    name: fields.SubnetName = Field(defaults.PROXY_ONLY_SUBNET.name, description="The subnet's name.")
    range: fields.ProxyOnlyRange = Field(
        defaults.PROXY_ONLY_SUBNET.range, description="Its primary IPv4 range, at least a /26."
    )


class LoadBalancerSubnetSettings(Section):
    """The subnet in which the load balancers' addresses stand."""

    existing: fields.SubnetLink | None = Field(
        None, description="A subnet that exists, in place of one of our own; also one of a Shared VPC host project."
    )
    name: fields.SubnetName = Field(
        defaults.LOAD_BALANCER_SUBNET.name,
        description="The subnet's name, in a first deployment as it is given; not given, another range follows it.",
    )
    range: fields.SubnetRange = Field(
        defaults.LOAD_BALANCER_SUBNET.range,
        description="Its primary IPv4 range. Of an existing subnet only for checking fixed addresses before the plan.",
    )

    @property
    def known_range(self) -> str | None:
        """Its range; None for a subnet that exists and of which the file does not say it."""
        return None if self.existing and not is_given(self, "range") else self.range


class ProducerNetworkSettings(Section):
    """The producer's VPC network."""

    existing: fields.NetworkLink | None = Field(
        None,
        description="A network that exists, in place of one of our own; then load_balancer_subnet.existing and "
        "proxy_only_subnet.existing go with it.",
    )
    name: fields.NetworkName = Field(defaults.PRODUCER_NETWORK, description="The network's name.")
    load_balancer_subnet: LoadBalancerSubnetSettings = Field(
        default_factory=LoadBalancerSubnetSettings, description="The subnet of the load balancers' addresses."
    )
    proxy_only_subnet: ProxyOnlySubnetSettings = Field(
        default_factory=ProxyOnlySubnetSettings, description="The subnet of Google's Envoy proxies."
    )
    nat_subnet_name: fields.SubnetName = Field(
        defaults.NAT_SUBNET.name,
        description="The PSC NAT subnets' name: given, the lowest range has it as it stands and the others with the "
        f"range at the end; not given, {defaults.NAT_SUBNET.range} has it.",
    )


class ProducerSettings(Side):
    """The side that publishes."""

    network: ProducerNetworkSettings = Field(
        default_factory=ProducerNetworkSettings, description="The VPC network that the load balancers stand in."
    )
    services: dict[fields.Key, ServiceSettings] = Field(
        default_factory=dict, description="The published services, by key."
    )

    @property
    def uses_network(self) -> bool:
        """Whether anything is made in the network: what publishes a load balancer of others may not."""
        services = self.services.values()
        return not services or any(service.forwarding_rule is None or service.made_ranges for service in services)
