"""The producer's VPC: a subnet for the load balancer, one for Google's Envoy proxies, one or more for PSC's NAT."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cdktf import ITerraformDependable, Precondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork

from cloudrun_psc.addresses import claim
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.existing_subnets import ExistingSubnets, still_called
from cloudrun_psc.records import record, unchanged
from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.content_names import grown_name, leaves_room_for_a_range, range_name
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.names import network_name, project_id, subnet_name
from cloudrun_psc.rules.names import region as region_rule
from cloudrun_psc.rules.ranges import PROXY_ONLY_PREFIX, SUBNET_PREFIX, overlap_fault, overlapping, subnet_range
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
                *self._subnet_faults("load_balancer_subnet", load_balancer_subnet),
                ("load_balancer_subnet.name", _grown(load_balancer_subnet)),
                *self._subnet_faults("proxy_only_subnet", proxy_only_subnet, PROXY_ONLY_PREFIX),
            ],
        )
        self._first = self._first_deployment(name, load_balancer_subnet, proxy_only_subnet)
        self.resource = self._network(name, depends_on)
        self._existing = ExistingSubnets(
            self, self.resource, project=project, region=region, address=self._named("existing")
        )
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

    def _subnet_faults(
        self, argument: str, subnet: Subnet, longest_prefix: int = SUBNET_PREFIX
    ) -> list[tuple[str, Fault | None]]:
        fault = known(subnet.range, partial(subnet_range, longest_prefix=longest_prefix))
        faults = [(f"{argument}.name", known(subnet.name, subnet_name)), (f"{argument}.range", fault)]
        if fault is None and is_known(subnet.range):
            others = {name: range_ for name, range_ in self._ranges.items() if name != argument}
            faults += [
                (f"{argument}.range", overlap_fault(subnet.range, other, self._ranges[other]))
                for other in overlapping(subnet.range, others)
            ]
            self._ranges[argument] = subnet.range
        return faults

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
        """A PSC NAT subnet for the one attachment `owner`; Google lets no two attachments share one.

        Its address and its name follow from its range and not from its place in a list, so that ranges come and go
        without touching others: `name` itself for `plain_range`, else with the range at its end. For a name that
        somebody chose, `as_given` is true for the one subnet that has it as it stands in a first deployment, whatever
        its range, and false for all others.

        Raises:
            ValueError: for a range that Google would refuse or that overlaps another one of this network.
        """
        argument = f"nat range {range_}"
        chosen = as_given is not None and leaves_room_for_a_range(name)
        real_name = range_name(name, range_, "" if chosen else plain_range)
        refuse(self.node.path, self._subnet_faults(argument, Subnet(name=real_name, range=range_)))
        resource = ComputeSubnetwork(
            self,
            f"NatSubnet {owner} {range_}".replace("/", "-"),
            project=self.project,
            region=self.region,
            name=self._existing.free_name(name, range_) if chosen and as_given else real_name,
            network=self.resource.id,
            ip_cidr_range=range_,
            purpose="PRIVATE_SERVICE_CONNECT",
            # In the state from the start: one that leaves the configuration must go after the attachment let go of it.
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                ignore_changes=["name"] if chosen else None,
                precondition=[self._existing.not_inside(range_, f"A NAT range of {owner}", nor_around=True)],
                postcondition=[still_called(name, range_)] if chosen else None,
            ),
        )
        claim(resource, "google_compute_subnetwork", self._named(f"{owner} nat {range_}"))
        return resource


def _grown(subnet: Subnet) -> Fault | None:
    """The load balancer's subnet takes its range into its name once that is not the plain one."""
    if not is_known(subnet.name) or not is_known(subnet.range):
        return None
    return grown_name(range_name(subnet.name, subnet.range, defaults.LOAD_BALANCER_SUBNET.range), f"for {subnet.range}")
