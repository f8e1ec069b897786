"""What others own: networks, subnets, forwarding rules and attachments that the constructs take and never make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

from cdktf import ITerraformDependable

from cloudrun_psc.checks import is_known, known
from cloudrun_psc.rules import connections, names
from cloudrun_psc.rules.faults import Fault, refuse, shown


class HasId(Protocol):
    """Anything with a Terraform id: a resource of yours, or a data source."""

    @property
    def id(self) -> Any:
        """The resource's id."""


@runtime_checkable
class HasSubnet(Protocol):
    """A network with the one subnet to stand in: `ProducerNetwork`, `ConsumerNetwork`, or `ExistingNetwork`."""

    @property
    def project(self) -> str:
        """The project of what is put into the subnet."""

    @property
    def region(self) -> str:
        """The subnet's region."""

    @property
    def network_id(self) -> str:
        """The VPC network's id."""

    @property
    def subnet_id(self) -> str:
        """The subnet's id."""

    @property
    def subnet_range(self) -> str | None:
        """The subnet's IPv4 range, where it is known."""

    @property
    def subnet_triggers(self) -> Sequence[str]:
        """Terraform references whose replacement must replace what stands in the subnet."""

    @property
    def needed(self) -> Sequence[ITerraformDependable]:
        """What must be there first, though no attribute refers to it."""


@dataclass(frozen=True, kw_only=True)
class ExistingNetwork:
    """A network and a subnet of it that this construct library does not make.

    `network` and `subnet` are resources of yours, data sources, or ids (projects/PROJECT/global/networks/NAME and
    projects/PROJECT/regions/REGION/subnetworks/NAME, with or without https://www.googleapis.com/compute/v1/).
    `project` is where endpoints and load balancers are made; it may be another one than the network's (Shared VPC).
    `subnet_range` lets addresses be checked. `depends_on` is what must be there first, such as APIs, or a proxy-only
    subnet of yours: a load balancer does not come up without one, and refers to none.

    Raises:
        ValueError: for what has no id, ids of something else, and a subnet in another region.
    """

    project: str
    region: str
    network: HasId | str
    subnet: HasId | str
    subnet_range: str | None = None
    depends_on: Sequence[ITerraformDependable] = ()

    def __post_init__(self) -> None:
        """Check what is known already."""
        in_region = partial(connections.subnet, within=self.region if is_known(self.region) else None)
        refuse(
            "ExistingNetwork",
            [
                ("project", known(self.project, names.project_id)),
                ("region", known(self.region, names.region)),
                ("network", id_fault(self.network, "google_compute_network", connections.network)),
                ("subnet", id_fault(self.subnet, "google_compute_subnetwork", in_region)),
            ],
        )

    @property
    def network_id(self) -> str:
        """The VPC network's id, without the API's address in front where it is known."""
        return id_of(self.network)

    @property
    def subnet_id(self) -> str:
        """The subnet's id, likewise."""
        return id_of(self.subnet)

    @property
    def subnet_triggers(self) -> Sequence[str]:
        """None: Terraform triggers on resources of the same stack alone, and not on data sources."""
        return ()

    @property
    def needed(self) -> Sequence[ITerraformDependable]:
        """What was given as `depends_on`."""
        return self.depends_on


def id_of(value: HasId | str) -> str:
    """The id of a resource or data source, or the id that it is."""
    return connections.plain(value) if isinstance(value, str) else str(value.id)


def network_fault(value: object) -> Fault | None:
    """A network's resource alone does not say which subnet; asked before anything else, or it is an AttributeError."""
    if isinstance(value, HasSubnet):
        return None
    return Fault(
        wrong=f"{_described(value)} is no network with a subnet",
        allowed="a ProducerNetwork, a ConsumerNetwork, or an ExistingNetwork",
        remedy="give ExistingNetwork(project=…, region=…, network=…, subnet=…) of resources, data sources or ids",
    )


def link_fault(value: object, attribute: str, type_: str) -> Fault | None:
    """`value` must be text, or something with that attribute; one of the bindings must be of the Terraform type."""
    bound = str(getattr(value, "terraform_resource_type", type_))
    if isinstance(value, str) or (hasattr(value, attribute) and bound == type_):
        return None
    return Fault(
        wrong=f"{_described(value)} is no {type_}",
        allowed=f"a resource or data source of that type, its {attribute} as text, or anything of yours that has one",
        remedy="give one of them",
    )


def id_fault(value: object, type_: str, rule: Callable[[str], Fault | None]) -> Fault | None:
    """`value` must be an id that `rule` takes, or something that has one."""
    return known(value, rule) if isinstance(value, str) else link_fault(value, "id", type_)


def _described(value: object) -> str:
    return shown(value) if isinstance(value, str) else type(value).__name__
