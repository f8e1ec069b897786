"""A producer's network that exists: nothing of it is made but NAT subnets, and a plan asks whether it fits."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, Precondition
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork

from cloudrun_psc.addresses import claim
from cloudrun_psc.checks import known
from cloudrun_psc.existing_network import ExistingNetwork
from cloudrun_psc.existing_subnets import ExistingSubnets, existing_subnet
from cloudrun_psc.nat_subnets import NatSubnets
from cloudrun_psc.records import record, unchanged
from cloudrun_psc.rules import connections, defaults, ranges
from cloudrun_psc.rules.faults import refuse
from cloudrun_psc.rules.terraform_names import address_name
from constructs import Construct

_STAYS = (
    ". No single apply can move what is published into another network. Put the former value back, or destroy the "
    "consumers and then the producer and deploy again."
)


class ExistingProducerNetwork(Construct):
    """A network with a subnet for load balancers and an active proxy-only subnet, all of them made by others.

    It takes the place of a `ProducerNetwork`. The subnet is read at every plan, which refuses one of another network.
    Whether there is a proxy-only subnet cannot be asked: the provider's data source tells no purpose.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        project: str,
        region: str,
        network: str,
        load_balancer_subnet: str,
        subnet_range: str | None = None,
        addresses: Sequence[str] = (),
        depends_on: Sequence[ITerraformDependable] = (),
        address: str = "",
    ) -> None:
        """Stand in `network` and `load_balancer_subnet` (links), whose project may be another one (Shared VPC).

        `project` is that of what is put in. `addresses` are those that load balancers are to have there: a plan
        refuses them where they are outside the subnet. `address` is put in front of the Terraform names.

        Raises:
            ValueError: for links that are none, and a subnet in another region.
        """
        super().__init__(scope, id_)
        given = ExistingNetwork(
            project=project, region=region, network=network, subnet=load_balancer_subnet, subnet_range=subnet_range
        )
        refuse(self.node.path, [("subnet_range", known(subnet_range, ranges.subnet_range) if subnet_range else None)])
        self.project, self.region, self.subnet_range = project, region, subnet_range
        self.network_id, self.subnet_id = given.network_id, given.subnet_id
        self.subnet_triggers: Sequence[str] = ()
        self.needed: Sequence[ITerraformDependable] = list(depends_on)
        self._prefix = address
        self._existing: ExistingSubnets | None = None
        self._nat: NatSubnets | None = None
        first = record(
            self,
            "FirstDeployment",
            {"region": region, "network": given.network_id, "load_balancer_subnet": given.subnet_id},
            kept=True,
        )
        recorded = claim(first, "terraform_data", self._named("first_deployment"))
        existing_subnet(
            self,
            "Subnet",
            given,
            addresses,
            address=self._named("load_balancer"),
            preconditions=[
                self._unchanged(recorded, "region", region, "The region"),
                self._unchanged(recorded, "network", given.network_id, "The producer's network"),
                self._unchanged(recorded, "load_balancer_subnet", given.subnet_id, "The load balancer's subnet"),
            ],
        )

    def _named(self, name: str) -> str:
        return address_name(f"{self._prefix} {name}")

    def _unchanged(self, recorded: str, key: str, value: str, what: str) -> Precondition:
        return unchanged(f"{recorded}.output.{key}", value, f"{what} cannot change", _STAYS)

    def add_nat_subnet(
        self,
        owner: str,
        range_: str,
        *,
        name: str = defaults.NAT_SUBNET.name,
        plain_range: str = defaults.NAT_SUBNET.range,
        as_given: bool | None = None,
    ) -> ComputeSubnetwork:
        """A PSC NAT subnet of our own in this network and its project; see `NatSubnets.add`.

        Raises:
            ValueError: for a range that Google would refuse or that overlaps another one that is known.
        """
        home = connections.project_of(self.network_id)
        if self._nat is None:
            self._existing = ExistingSubnets(
                self,
                self.network_id.rpartition("/")[2],
                project=home,
                region=self.region,
                address=self._named("existing"),
            )
            self._nat = NatSubnets(
                self,
                self._existing,
                project=home,
                region=self.region,
                network=self.network_id,
                address=self._prefix,
                taken={"load_balancer_subnet": self.subnet_range} if self.subnet_range else {},
            )
        return self._nat.add(owner, range_, name=name, plain_range=plain_range, as_given=as_given)
