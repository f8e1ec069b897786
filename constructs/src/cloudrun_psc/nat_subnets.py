"""PSC NAT subnets: one or more for each service attachment, in a network of ours or of others."""

from __future__ import annotations

from functools import partial

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork

from cloudrun_psc.addresses import claim
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.existing_subnets import ExistingSubnets, still_called
from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.content_names import leaves_room_for_a_range, range_name
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.names import subnet_name
from cloudrun_psc.rules.ranges import SUBNET_PREFIX, overlap_fault, overlapping, subnet_range
from cloudrun_psc.rules.subnets import Subnet
from cloudrun_psc.rules.terraform_names import address_name
from constructs import Construct


class NatSubnets:
    """What makes them in one network; `taken` are the ranges there that are known, each with what has it."""

    def __init__(
        self,
        scope: Construct,
        existing: ExistingSubnets,
        *,
        project: str,
        region: str,
        network: str,
        address: str,
        taken: dict[str, str],
    ) -> None:
        """They are made in `scope`, in `project` (the network's), with `address` in front of their Terraform names."""
        self._scope, self._existing = scope, existing
        self._project, self._region, self._network = project, region, network
        self._prefix, self._ranges = address, taken

    def add(
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
        refuse(self._scope.node.path, subnet_faults(argument, Subnet(name=real_name, range=range_), self._ranges))
        resource = ComputeSubnetwork(
            self._scope,
            f"NatSubnet {owner} {range_}".replace("/", "-"),
            project=self._project,
            region=self._region,
            name=self._existing.free_name(name, range_) if chosen and as_given else real_name,
            network=self._network,
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
        claim(resource, "google_compute_subnetwork", address_name(f"{self._prefix} {owner} nat {range_}"))
        return resource


def subnet_faults(
    argument: str, subnet: Subnet, taken: dict[str, str], longest_prefix: int = SUBNET_PREFIX
) -> list[tuple[str, Fault | None]]:
    """What is wrong with a subnet's name and range; a range without fault is `taken` from now on."""
    fault = known(subnet.range, partial(subnet_range, longest_prefix=longest_prefix))
    faults = [(f"{argument}.name", known(subnet.name, subnet_name)), (f"{argument}.range", fault)]
    if fault is None and is_known(subnet.range):
        others = {name: range_ for name, range_ in taken.items() if name != argument}
        faults += [
            (f"{argument}.range", overlap_fault(subnet.range, other, taken[other]))
            for other in overlapping(subnet.range, others)
        ]
        taken[argument] = subnet.range
    return faults
