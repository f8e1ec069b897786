"""The producer's VPC: a subnet for the load balancer, one for Google's Envoy proxies, one or more for PSC's NAT."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, Precondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork

from cloudrun_psc.addresses import claim
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.existing_subnets import ExistingSubnets
from cloudrun_psc.nat_subnets import NatSubnets, subnet_faults
from cloudrun_psc.records import record, unchanged
from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.content_names import grown_name, leaves_room_for_a_range, range_name
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.names import network_name, project_id
from cloudrun_psc.rules.names import region as region_rule
from cloudrun_psc.rules.ranges import PROXY_ONLY_PREFIX
from cloudrun_psc.rules.subnets import Subnet
from cloudrun_psc.rules.terraform_names import address_name
from constructs import Construct

_STAYS = (
    "No single apply can change it while a service is published through it. Put the former value back, or destroy the "
    "consumers and then the producer and deploy again"
)


class ProducerNetwork(Construct):
    """A custom-mode VPC network with the subnets that a published service needs.

    Purposely without firewall rules, routers or flow logs: the reference deployment has none on this side.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        project: str,
        region: str,
        name: str = defaults.PRODUCER_NETWORK,
        load_balancer_subnet: Subnet = defaults.LOAD_BALANCER_SUBNET,
        proxy_only_subnet: Subnet = defaults.PROXY_ONLY_SUBNET,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str = "",
    ) -> None:
        """Create network, load balancer subnet and proxy-only subnet in `project` and `region`.

        `address` is put in front of the Terraform names (`network`, `load_balancer`, `proxy_only`).

        Raises:
            ValueError: for names, regions or ranges that Google would refuse, overlapping ranges included.
        """
        super().__init__(scope, id_)
        self._ranges: dict[str, str] = {}
        self._prefix = address
        self.project, self.region, self.subnet_range = project, region, load_balancer_subnet.range
        refuse(
            self.node.path,
            [
                ("project", known(project, project_id)),
                ("region", known(region, region_rule)),
                ("name", known(name, network_name)),
                *subnet_faults("load_balancer_subnet", load_balancer_subnet, self._ranges),
                ("load_balancer_subnet.name", _grown(load_balancer_subnet)),
                *subnet_faults("proxy_only_subnet", proxy_only_subnet, self._ranges, PROXY_ONLY_PREFIX),
            ],
        )
        self._first = self._first_deployment(name, load_balancer_subnet, proxy_only_subnet)
        self.resource = self._network(name, depends_on)
        self._existing = ExistingSubnets(
            self,
            self.resource,
            project=project,
            region=region,
            address=self._named("existing"),
        )
        self._nat = NatSubnets(
            self, self._existing, project=project, region=region, network=self.resource.id, address=address,
            taken=self._ranges,
        )  # fmt: skip
        self.load_balancer_subnet = self._load_balancer_subnet(load_balancer_subnet)
        self.proxy_only_subnet = self._proxy_only_subnet(proxy_only_subnet)
        self.subnet_triggers = (f"google_compute_subnetwork.{self._named('load_balancer')}.id",)
        self.needed: Sequence[ITerraformDependable] = [self.proxy_only_subnet]

    @property
    def network_id(self) -> str:
        """The VPC network's id."""
        return str(self.resource.id)

    @property
    def subnet_id(self) -> str:
        """The load balancer subnet's id."""
        return str(self.load_balancer_subnet.id)

    def _named(self, name: str) -> str:
        return address_name(f"{self._prefix} {name}")

    def _first_deployment(self, name: str, load_balancer: Subnet, proxy_only: Subnet) -> str:
        """Remember in the state what no later apply can change, so that a plan can refuse instead of an apply."""
        data = record(
            self,
            "FirstDeployment",
            {
                "region": self.region,
                "network": name,
                "load_balancer_subnet": load_balancer.name,
                "proxy_only_subnet": proxy_only.name,
                "proxy_only_range": proxy_only.range,
            },
            kept=True,
        )
        return claim(data, "terraform_data", self._named("first_deployment"))

    def _unchanged(self, key: str, value: str, what: str, way: str = _STAYS) -> Precondition:
        return unchanged(f"{self._first}.output.{key}", value, f"{what} cannot change", f". {way}.")

    def _network(self, name: str, depends_on: Sequence[ITerraformDependable]) -> ComputeNetwork:
        resource = ComputeNetwork(
            self,
            "Resource",
            project=self.project,
            name=name,
            auto_create_subnetworks=False,
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(
                precondition=[
                    self._unchanged("region", self.region, "The region"),
                    self._unchanged("network", name, "The name of the producer's network"),
                ]
            ),
        )
        claim(resource, "google_compute_network", self._named("network"))
        return resource

    def _load_balancer_subnet(self, subnet: Subnet) -> ComputeSubnetwork:
        # A wider range is an update in place and must keep the name (hence ignored); a range elsewhere replaces the
        # subnet, and a replacement takes the configured name, which then differs from the one in use.
        resource = ComputeSubnetwork(
            self,
            "LoadBalancerSubnet",
            project=self.project,
            region=self.region,
            name=self._existing.free_name(subnet.name, subnet.range)
            if subnet.as_given and leaves_room_for_a_range(subnet.name)
            else range_name(subnet.name, subnet.range, defaults.LOAD_BALANCER_SUBNET.range),
            network=self.resource.id,
            ip_cidr_range=subnet.range,
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                ignore_changes=["name"],
                precondition=[
                    self._unchanged("load_balancer_subnet", subnet.name, "The name of the load balancer's subnet"),
                    self._existing.not_inside(subnet.range, "The range of the load balancer's subnet"),
                ],
            ),
        )
        claim(resource, "google_compute_subnetwork", self._named("load_balancer"))
        return resource

    def _proxy_only_subnet(self, subnet: Subnet) -> ComputeSubnetwork:
        way = (
            "One proxy-only subnet is active per network and region: create a BACKUP one with the new range, make it "
            "ACTIVE and delete the former by hand, then import it (docs/troubleshooting.md)"
        )
        resource = ComputeSubnetwork(
            self,
            "ProxyOnlySubnet",
            project=self.project,
            region=self.region,
            name=subnet.name,
            network=self.resource.id,
            ip_cidr_range=subnet.range,
            purpose="REGIONAL_MANAGED_PROXY",
            role="ACTIVE",
            lifecycle=TerraformResourceLifecycle(
                precondition=[
                    self._unchanged("proxy_only_subnet", subnet.name, "The name of the proxy-only subnet", way),
                    self._unchanged("proxy_only_range", subnet.range, "The range of the proxy-only subnet", way),
                ]
            ),
        )
        claim(resource, "google_compute_subnetwork", self._named("proxy_only"))
        return resource

    def add_nat_subnet(
        self,
        owner: str,
        range_: str,
        *,
        name: str = defaults.NAT_SUBNET.name,
        plain_range: str = defaults.NAT_SUBNET.range,
        as_given: bool | None = None,
    ) -> ComputeSubnetwork:
        """A PSC NAT subnet for the one attachment `owner`; see `NatSubnets.add`.

        Raises:
            ValueError: for a range that Google would refuse or that overlaps another one of this network.
        """
        return self._nat.add(owner, range_, name=name, plain_range=plain_range, as_given=as_given)


def _grown(subnet: Subnet) -> Fault | None:
    """The load balancer's subnet takes its range into its name once that is not the plain one."""
    if not is_known(subnet.name) or not is_known(subnet.range):
        return None
    return grown_name(range_name(subnet.name, subnet.range, defaults.LOAD_BALANCER_SUBNET.range), f"for {subnet.range}")
