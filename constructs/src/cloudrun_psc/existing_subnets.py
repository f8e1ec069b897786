"""The subnets that exist in a network: what a subnet may become and be called depends on them."""

from __future__ import annotations

from cdktf import Postcondition, Precondition
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.data_google_compute_subnetworks import DataGoogleComputeSubnetworks

from cloudrun_psc.addresses import claim
from cloudrun_psc.rules.content_names import free_name, range_name
from constructs import Construct


class ExistingSubnets:
    """The subnets of one network, read at every plan; without them only the apply would tell."""

    def __init__(self, scope: Construct, network: ComputeNetwork, *, project: str, region: str, address: str) -> None:
        """Look for those of `network`, in `scope` and under `address`."""
        data = DataGoogleComputeSubnetworks(
            scope, "ExistingSubnets", project=project, region=region, depends_on=[network]
        )
        self._subnetworks = f"{claim(data, 'data.google_compute_subnetworks', address)}.subnetworks"
        self._network = network.fqn

    def _all(self, attribute: str) -> str:
        """The list of one attribute of all subnets that exist in this network."""
        return f"[for one in {self._subnetworks} : one.{attribute} if one.network_name == {self._network}.name]"

    def free_name(self, name: str, range_: str) -> str:
        """`name` as it stands while no subnet of this network has it, else with the range at its end."""
        return free_name(name, range_name(name, range_, ""), taken=f'contains({self._all("name")}, "{name}")')

    def not_inside(self, range_: str, what: str, *, nor_around: bool = False) -> Precondition:
        """Refuse a range inside one that exists, or, `nor_around`, one that has another one inside.

        Google Cloud never narrows a subnet, and refuses a new one that overlaps an old one. Widening is fine.
        """
        start, _, prefix = range_.partition("/")
        length = 'tonumber(split("/", there)[1])'
        shorter = f"${{min({length}, {prefix})}}"
        ranges = self._all("ip_cidr_range")
        overlaps_it = f'cidrhost("${{split("/", there)[0]}}/{shorter}", 0) == cidrhost("{start}/{shorter}", 0)'
        other = f'there != "{range_}"' if nor_around else f"{length} < {prefix}"
        return Precondition(
            condition=f"${{length([for there in {ranges} : there if {other} && {overlaps_it}]) == 0}}",
            error_message=f"{what} cannot become {range_}: it overlaps a subnet that exists in this network, and "
            "Google Cloud narrows no subnet. Take a range that overlaps none (connections are kept), and move it again "
            "with the next deployment if it has to be there.",
        )


def still_called(name: str, range_: str) -> Postcondition:
    """Refuse a new name: it is ignored, as two subnets cannot have one range at the same time."""
    return Postcondition(
        condition=f'${{self.name == "{name}" || startswith(self.name, "{name}-")}}',
        error_message=f"The NAT subnet of {range_} is called ${{self.name}} and cannot become {name}: Google Cloud "
        "renames no subnet. Put the former name back, or give another range with the new name.",
    )
