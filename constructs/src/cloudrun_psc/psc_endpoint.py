"""The PSC endpoint: a reserved internal address, and a forwarding rule on somebody's service attachment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from cdktf import Precondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_address import ComputeAddress
from cdktf_cdktf_provider_google.compute_forwarding_rule import ComputeForwardingRule

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.existing_network import HasSubnet, link_fault, network_fault
from cloudrun_psc.records import record
from cloudrun_psc.rules import connections, default_names, names
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.ranges import address_in_subnet
from constructs import Construct


class HasServiceAttachment(Protocol):
    """Anything that an endpoint can point at: our published service, or your own."""

    @property
    def self_link(self) -> str:
        """The service attachment's self link."""


class PscEndpoint(Construct):
    """An address in the consumer's own network behind which the producer's service answers.

    An endpoint whose attachment was replaced is closed for good; the next apply then makes it anew
    (`recreate_closed_psc`). `.status_address` is the Terraform reference to its connection status.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: HasSubnet,
        service_attachment: HasServiceAttachment | str,
        ip_address: str,
        name: str,
        address_name: str | None = None,
        global_access: bool = False,
        preconditions: Sequence[Precondition] = (),
        address: str | None = None,
    ) -> None:
        """Reserve `ip_address` and connect it to `service_attachment` (a published service, or a self link).

        `network` may be one that others own: ExistingNetwork.
        With `global_access` clients of all regions of the network reach it, which the producer must offer too.
        `address_name` names the reserved address (default: `name` with -ip). `preconditions` are checked before the
        endpoint is planned, for a link that comes from elsewhere.

        Raises:
            ValueError: for an address outside the subnet or reserved there, or a self link that is none or is in
                another region.
        """
        super().__init__(scope, id_)
        attachment_fault = link_fault(service_attachment, "self_link", "google_compute_service_attachment")
        refuse(self.node.path, [("network", network_fault(network)), ("service_attachment", attachment_fault)])
        self._network, self._name, self._global = network, name, global_access
        self._address = resource_address(self, address)
        link = service_attachment if isinstance(service_attachment, str) else service_attachment.self_link
        address_name = address_name or default_names.reserved_address(name)
        range_ = network.subnet_range
        within = network.region if is_known(network.region) else None
        refuse(
            self.node.path,
            [
                ("name", known(name, names.resource_name)),
                ("address_name", known(address_name, names.resource_name)),
                ("ip_address", known(ip_address, partial(_in_subnet, range_=range_))),
                ("service_attachment", known(link, partial(connections.service_attachment, within=within))),
            ],
        )
        self.reserved_address = ComputeAddress(
            self,
            "Address",
            project=network.project,
            region=network.region,
            name=address_name,
            address_type="INTERNAL",
            subnetwork=network.subnet_id,
            address=ip_address,
            depends_on=list(network.needed) or None,
        )
        reserved = claim(self.reserved_address, "google_compute_address", self._address)
        self.resource = self._forwarding_rule(link, reserved, preconditions)
        self.status_address = f"google_compute_forwarding_rule.{self._address}.psc_connection_status"

    def _forwarding_rule(
        self, link: str, reserved: str, preconditions: Sequence[Precondition]
    ) -> ComputeForwardingRule:
        # Google cannot re-point an endpoint. Provider 7.33 replaces it by itself; this record makes 6.50 do so too.
        target = record(self, "Target", {"service_attachment": link})
        target_record = claim(target, "terraform_data", f"{self._address}_target")
        resource = ComputeForwardingRule(
            self,
            "Resource",
            project=self._network.project,
            region=self._network.region,
            name=self._name,
            # Empty on purpose: unset means EXTERNAL to the provider.
            load_balancing_scheme="",
            network=self._network.network_id,
            subnetwork=None,
            ip_address=self.reserved_address.id,
            target=link,
            recreate_closed_psc=True,
            allow_psc_global_access=self._global or None,
            lifecycle=TerraformResourceLifecycle(
                # A changed address is no difference to the provider (#16870); a moved subnet would be "in use".
                # `.id`, not the whole resource: a label edit must not replace the endpoint.
                replace_triggered_by=[f"{reserved}.id", *self._network.subnet_triggers, target_record],
                precondition=list(preconditions) or None,
            ),
        )
        claim(resource, "google_compute_forwarding_rule", self._address)
        return resource


def _in_subnet(address: str, range_: str | None) -> Fault | None:
    return None if range_ is None or not is_known(range_) else address_in_subnet(address, range_)
