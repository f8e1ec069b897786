"""A consumer: its project, its network with the endpoints, and the VM to try them from."""

from __future__ import annotations

from pydantic import Field

from cloudrun_psc.rules import default_names, defaults, flow_logs
from cloudrun_psc.rules.bounds import PORT
from config import fields
from config.settings.section import Section, Side, or_boolean

_SUBNET = default_names.subnet("KEY")


class SubnetSettings(Section):
    """A subnet of our own."""

    existing: fields.SubnetLink | None = Field(
        None, description="A subnet that exists, in place of one of our own; also one of a Shared VPC host project."
    )
    name: fields.SubnetName = Field("", description=f"The subnet's name. Default: {_SUBNET}.")
    range: fields.SubnetRange = Field(
        "",
        description=f"Its primary IPv4 range. Default: {defaults.CONSUMER_SUBNET.range}. Of an existing subnet only "
        "for checking the endpoints' addresses before the plan.",
    )


class DnsSettings(Section):
    """The service's host name in the whole network; `true` alone makes a private zone of just that name."""

    zone: fields.DnsZone | None = Field(
        None, description="A private zone that exists, also one of another project, in place of one of our own."
    )


class EndpointSettings(Section):
    """One PSC endpoint: an address of the consumer's subnet behind which a service answers."""

    service: fields.Key | None = Field(None, description="The key of a service of this file's producer.")
    service_attachment: fields.SelfLink | None = Field(
        None, description="The self link of a service attachment of a producer elsewhere."
    )
    address: fields.Address = Field(
        "",
        description="The endpoint's address. Default: the fifth of the subnet, such as 10.1.0.5; in an existing subnet "
        "give one that is free.",
    )
    global_access: bool = Field(
        False, description="Whether clients of all regions of the network reach it; the service needs it too."
    )
    name: fields.ResourceName = Field("", description="The forwarding rule's name. Default: the endpoint's key.")
    address_name: fields.ResourceName = Field(
        "", description=f"The reserved address's name. Default: {default_names.reserved_address('NAME')}."
    )
    url: fields.Audience | None = Field(
        None, description="With service_attachment: the service's URL, for the commands that try it."
    )
    port: int | None = Field(
        None,
        ge=PORT.least,
        le=PORT.most,
        description="With service_attachment: the port that the service answers on. "
        f"Default: {defaults.HTTP_PORT}; {defaults.HTTPS_PORT} with host.",
    )
    dns: DnsSettings | None = Field(
        None,
        description="true: a private zone in which the service's host leads to this endpoint; or the zone that exists.",
        json_schema_extra=or_boolean,
    )
    host: fields.Host | None = Field(
        None, description="With service_attachment: the host name that its certificate covers, where it speaks HTTPS."
    )


class ConsumerNetworkSettings(Section):
    """A consumer's VPC network."""

    existing: fields.NetworkLink | None = Field(
        None, description="A network that exists, in place of one of our own; then subnet.existing goes with it."
    )
    name: fields.NetworkName = Field("", description=f"The network's name. Default: {default_names.network('KEY')}.")
    subnet: SubnetSettings = Field(
        default_factory=SubnetSettings,
        description=f"Its one subnet. Default: {_SUBNET}, {defaults.CONSUMER_SUBNET.range}.",
    )


class FlowLogSettings(Section):
    """VPC flow logs of the consumer's subnet."""

    enabled: bool = Field(
        True, description="Whether the subnet logs its flows. Default: true; false where the subnet is an existing one."
    )
    name: fields.ResourceName = Field(
        "", description="Of an existing subnet's logs: the configuration's name. Default: KEY-flow-logs."
    )
    sampling: float = Field(defaults.FLOW_LOG_SAMPLING, gt=0, le=1, description="The share of packets reported.")
    interval: flow_logs.Interval = Field(
        defaults.FLOW_LOG_INTERVAL, description="How long packets are gathered into one entry."
    )
    metadata: flow_logs.Metadata = Field(
        defaults.FLOW_LOG_METADATA, description="Whether entries name VMs, networks and so on."
    )


class TestVmSettings(Section):
    """A small VM to try the endpoint from, reached over Identity-Aware Proxy."""

    __test__ = False  # no test, whatever pytest reads in the name

    enabled: bool = Field(
        True, description="Whether there is one. Default: true; false where the network is an existing one."
    )
    name: fields.ResourceName = Field(defaults.TEST_VM, description="Its name.")
    zone: fields.Zone = Field("", description="Its zone. Default: zone b of the region.")
    subnet_range: fields.SubnetRange | None = Field(
        None,
        description="Where its zone is in another region: the range of a subnet that is made for it there. It reaches "
        "endpoints with global_access.",
    )
    subnet_name: fields.SubnetName = Field(
        "", description="That subnet's name. Default: the consumer's subnet's, with the region."
    )
    machine_type: fields.MachineType = Field(defaults.MACHINE_TYPE, description="Its machine type.")
    image: fields.DiskImage = Field(defaults.DISK_IMAGE, description="Its boot disk's image.")
    firewall_name: fields.FirewallRuleName = Field(
        defaults.IAP_FIREWALL_RULE, description="The name of the firewall rule that lets IAP in."
    )


class ConsumerSettings(Side):
    """A side that connects; each is a Terraform stack of its own, named by its key."""

    project_number: fields.ProjectNumber | None = Field(
        None, description="The project's number, where the producer's deployer may not look it up."
    )
    invoker: fields.ServiceAccount | None = Field(
        None, description="The account that calls, instead of the project's default Compute Engine account."
    )
    network: ConsumerNetworkSettings = Field(
        default_factory=ConsumerNetworkSettings, description="The VPC network that the endpoints stand in."
    )
    endpoints: dict[fields.Key, EndpointSettings] = Field(
        default_factory=dict, description="The PSC endpoints, by key."
    )
    flow_logs: FlowLogSettings = Field(default_factory=FlowLogSettings, description="VPC flow logs of the subnet.")
    test_vm: TestVmSettings = Field(default_factory=TestVmSettings, description="A VM to try the endpoints from.")
