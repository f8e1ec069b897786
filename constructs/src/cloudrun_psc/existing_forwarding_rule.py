"""A load balancer of others, known by its forwarding rule: nothing of it is made, and a plan asks whether it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdktf import ITerraformDependable, Postcondition, Precondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.data_google_compute_forwarding_rule import DataGoogleComputeForwardingRule

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import known
from cloudrun_psc.records import record
from cloudrun_psc.rules import connections
from cloudrun_psc.rules.faults import refuse
from constructs import Construct


class ExistingForwardingRule(Construct):
    """The rule of an internal load balancer that another team owns, for a `PublishedService`; read at every plan."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        forwarding_rule: str,
        port: int,
        network: str | None = None,
        global_access: bool = False,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Take `forwarding_rule` (a regional link), which must answer on `port`.

        A plan refuses a rule that is not internal, is in another network than `network` (a link, where the NAT subnets
        are made in it), or is without global access where `global_access` counts on it; and a service that was
        published with a load balancer of its own at this `address` before.

        Raises:
            ValueError: for links that are none.
        """
        super().__init__(scope, id_)
        refuse(
            self.node.path,
            [
                ("forwarding_rule", known(forwarding_rule, connections.forwarding_rule)),
                ("port", known(port, connections.port)),
                ("network", known(network, connections.network) if network else None),
            ],
        )
        address = resource_address(self, address)
        self.forwarding_rule_self_link = connections.plain(forwarding_rule)
        _, project, _, region, _, name = self.forwarding_rule_self_link.split("/")
        # Where a load balancer of our own was made, this record has other entries.
        former = record(self, "Settings", {"forwarding_rule": self.forwarding_rule_self_link}, kept=True)
        recorded = claim(former, "terraform_data", f"{address}_settings")
        self.data = DataGoogleComputeForwardingRule(
            self,
            "Data",
            project=project,
            region=region,
            name=name,
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(
                precondition=[
                    Precondition(
                        condition=f"${{can({recorded}.output.forwarding_rule)}}",
                        error_message=f"{address} is published with a load balancer that this deployment made. Publish "
                        f"{name} under another key, move the consumers there, and then remove {address}.",
                    )
                ],
                postcondition=list(_postconditions(name, port, network, global_access=global_access)),
            ),
        )
        claim(self.data, "data.google_compute_forwarding_rule", address)


def _postconditions(name: str, port: int, network: str | None, *, global_access: bool) -> Iterator[Postcondition]:
    yield Postcondition(
        condition='${startswith(self.load_balancing_scheme, "INTERNAL")}',
        error_message=f"The forwarding rule {name} has the scheme ${{self.load_balancing_scheme}}: a service "
        "attachment publishes internal load balancers alone.",
    )
    yield Postcondition(
        condition=f'${{self.port_range == "{port}-{port}" || contains(self.ports, "{port}") || self.all_ports}}',
        error_message=f"The forwarding rule {name} does not answer on port {port}: correct the port.",
    )
    if network is not None:
        yield Postcondition(
            condition=f'${{endswith(self.network, "/{connections.plain(network)}")}}',
            error_message=f"The forwarding rule {name} is in ${{self.network}}, the NAT subnets in "
            f"{connections.plain(network)}: correct one of the two.",
        )
    if global_access:
        yield Postcondition(
            condition="${self.allow_global_access}",
            error_message=f"The forwarding rule {name} is without global access: its owner makes one that has it, or "
            "leave global_access out.",
        )
