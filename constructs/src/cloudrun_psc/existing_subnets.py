"""The subnets that exist in a network: what a subnet may become and be called depends on them."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import Postcondition, Precondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.data_google_compute_subnetwork import DataGoogleComputeSubnetwork
from cdktf_cdktf_provider_google.data_google_compute_subnetworks import DataGoogleComputeSubnetworks

from cloudrun_psc.addresses import claim
from cloudrun_psc.existing_network import ExistingNetwork
from cloudrun_psc.rules.content_names import free_name, range_name
from constructs import Construct


class ExistingSubnets:
    """The subnets of one network, read at every plan; without them only the apply would tell."""

    def __init__(
        self, scope: Construct, network: ComputeNetwork | str, *, project: str, region: str, address: str
    ) -> None:
        """Look for those of `network`, a resource or the name of one that exists, in `scope` and under `address`."""
        needed = None if isinstance(network, str) else [network]
        data = DataGoogleComputeSubnetworks(scope, "ExistingSubnets", project=project, region=region, depends_on=needed)
        self._subnetworks = f"{claim(data, 'data.google_compute_subnetworks', address)}.subnetworks"
        self._network = f'"{network}"' if isinstance(network, str) else f"{network.fqn}.name"

    def _all(self, attribute: str) -> str:
        """The list of one attribute of all subnets that exist in this network."""
        return f"[for one in {self._subnetworks} : one.{attribute} if one.network_name == {self._network}]"

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


def existing_subnet(
    scope: Construct,
    id_: str,
    network: ExistingNetwork,
    addresses: Sequence[str],
    *,
    address: str,
    preconditions: Sequence[Precondition] = (),
) -> DataGoogleComputeSubnetwork:
    """Read the subnet of a network at every plan, which refuses one of another network or with another range.

    `addresses` must be in it. The links are known here; under `address` others may refer to what is read.
    """
    place = network.subnet_id.split("/")
    refusals = [
        Postcondition(
            condition=f'${{endswith(self.network, "/{network.network_id}")}}',
            error_message=f"The subnet {place[5]} is in ${{self.network}}, not in {network.network_id}: correct one of "
            "the two links.",
        )
    ]
    if network.subnet_range:
        refusals.append(
            Postcondition(
                condition=f'${{self.ip_cidr_range == "{network.subnet_range}"}}',
                error_message=f"The subnet {place[5]} has the range ${{self.ip_cidr_range}}, not "
                f"{network.subnet_range}: correct the range, or leave it out.",
            )
        )
    refusals += [
        Postcondition(
            condition=f'${{cidrhost("{one}/${{split("/", self.ip_cidr_range)[1]}}", 0) == '
            "cidrhost(self.ip_cidr_range, 0)}",
            error_message=f"{one} is outside the range ${{self.ip_cidr_range}} of the subnet {place[5]}: take an "
            "address of it that nothing else has.",
        )
        for one in addresses
    ]
    data = DataGoogleComputeSubnetwork(
        scope,
        id_,
        project=place[1],
        region=place[3],
        name=place[5],
        lifecycle=TerraformResourceLifecycle(precondition=list(preconditions) or None, postcondition=refusals),
    )
    claim(data, "data.google_compute_subnetwork", address)
    return data
