"""The consumer's VPC network with the one subnet in which endpoint and test VM stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork, ComputeSubnetworkLogConfig

from cloudrun_psc.addresses import claim
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.records import record, unchanged
from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.flow_logs import INTERVALS, METADATA, FlowLogs
from cloudrun_psc.rules.names import network_name, project_id, subnet_name
from cloudrun_psc.rules.names import region as region_rule
from cloudrun_psc.rules.ranges import subnet_range
from cloudrun_psc.rules.subnets import Subnet
from cloudrun_psc.rules.terraform_names import address_name
from constructs import Construct

_NOT_IN_ONE_APPLY = (
    " in one apply. Put the former region back, or destroy the consumers and then the producer and deploy again."
)


@dataclass(frozen=True, kw_only=True)
class OtherSubnet:
    """A subnet of a `ConsumerNetwork` in another region; see `ConsumerNetwork.add_subnet`."""

    project: str
    region: str
    network_id: str
    subnet_id: str
    subnet_range: str
    subnet_triggers: Sequence[str]
    network_triggers: Sequence[str]
    needed: Sequence[ITerraformDependable] = ()


class ConsumerNetwork(Construct):
    """A custom-mode VPC network with one subnet. Its range may overlap the producer's: PSC translates addresses."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        project: str,
        region: str,
        name: str = defaults.CONSUMER_NETWORK,
        subnet: Subnet = defaults.CONSUMER_SUBNET,
        flow_logs: FlowLogs | None = None,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str = "",
    ) -> None:
        """Create network and subnet; `flow_logs` reports who really called, which Cloud Run's request log cannot.

        `address` is put in front of the Terraform names (`network`, `subnet`).

        Raises:
            ValueError: for names, regions, ranges or flow log settings that Google would refuse.
        """
        super().__init__(scope, id_)
        self.project, self.region, self.subnet_range = project, region, subnet.range
        self._prefix = address
        refuse(
            self.node.path,
            [
                ("project", known(project, project_id)),
                ("region", known(region, region_rule)),
                ("name", known(name, network_name)),
                ("subnet.name", known(subnet.name, subnet_name)),
                ("subnet.range", known(subnet.range, subnet_range)),
                *flow_log_faults(flow_logs),
            ],
        )
        self.resource = self._network(name, depends_on)
        # The reference deployment's Terraform stays as it is: its network has this name.
        default = name == defaults.CONSUMER_NETWORK
        self.network_triggers = () if default else (f"google_compute_network.{self._named('network')}.id",)
        self.subnet = self._subnet("Subnet", region, subnet, flow_logs)
        subnet_address = claim(self.subnet, "google_compute_subnetwork", self._named("subnet"))
        self.subnet_triggers = (f"{subnet_address}.id",)
        self.needed: Sequence[ITerraformDependable] = ()

    def add_subnet(
        self, region: str, subnet: Subnet, *, address: str, flow_logs: FlowLogs | None = None
    ) -> OtherSubnet:
        """A subnet in another region, for clients that come to an endpoint with global access.

        Raises:
            ValueError: for a name, region, range or flow log settings that Google would refuse.
        """
        argument = f"add_subnet {subnet.name}"
        refuse(
            self.node.path,
            [
                (argument, known(region, region_rule)),
                (argument, known(subnet.name, subnet_name)),
                (argument, known(subnet.range, subnet_range)),
                *flow_log_faults(flow_logs),
            ],
        )
        resource = self._subnet(f"Subnet {region}", region, subnet, flow_logs)
        named = claim(resource, "google_compute_subnetwork", self._named(address))
        return OtherSubnet(
            project=self.project,
            region=region,
            network_id=self.network_id,
            subnet_id=str(resource.id),
            subnet_range=subnet.range,
            subnet_triggers=(f"{named}.id",),
            network_triggers=self.network_triggers,
        )

    def _subnet(self, id_: str, region: str, subnet: Subnet, flow_logs: FlowLogs | None) -> ComputeSubnetwork:
        return ComputeSubnetwork(
            self,
            id_,
            project=self.project,
            region=region,
            name=subnet.name,
            network=self.resource.id,
            ip_cidr_range=subnet.range,
            log_config=_log_config(flow_logs),
        )

    @property
    def network_id(self) -> str:
        """The VPC network's id."""
        return str(self.resource.id)

    @property
    def subnet_id(self) -> str:
        """The subnet's id."""
        return str(self.subnet.id)

    def _named(self, name: str) -> str:
        return address_name(f"{self._prefix} {name}")

    def _network(self, name: str, depends_on: Sequence[ITerraformDependable]) -> ComputeNetwork:
        # Half of what is regional would move with a changed region and half would stay; so it is refused at plan.
        first = record(self, "FirstDeployment", {"region": self.region}, kept=True)
        recorded = f"{claim(first, 'terraform_data', self._named('first_deployment'))}.output.region"
        resource = ComputeNetwork(
            self,
            "Resource",
            project=self.project,
            name=name,
            auto_create_subnetworks=False,
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(
                precondition=[unchanged(recorded, self.region, "The region cannot change", _NOT_IN_ONE_APPLY)]
            ),
        )
        claim(resource, "google_compute_network", self._named("network"))
        return resource


def flow_log_faults(flow_logs: FlowLogs | None) -> list[tuple[str, Fault | None]]:
    """What Google would refuse of these settings."""
    if flow_logs is None:
        return []
    faults: list[tuple[str, Fault | None]] = []
    if is_known(flow_logs.sampling) and not 0 <= flow_logs.sampling <= 1:
        faults.append(("flow_logs.sampling", Fault(wrong=f"{flow_logs.sampling} is not a share", allowed="0.0 to 1.0")))
    for key, allowed in (("interval", INTERVALS), ("metadata", METADATA)):
        value = getattr(flow_logs, key)
        if is_known(value) and value not in allowed:
            faults.append((f"flow_logs.{key}", Fault(wrong=f"{value!r} is unknown", allowed=", ".join(allowed))))
    return faults


def _log_config(flow_logs: FlowLogs | None) -> ComputeSubnetworkLogConfig | None:
    if flow_logs is None:
        return None
    return ComputeSubnetworkLogConfig(
        aggregation_interval=flow_logs.interval, flow_sampling=flow_logs.sampling, metadata=flow_logs.metadata
    )
