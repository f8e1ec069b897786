"""A small VM without external address, reached over Identity-Aware Proxy, to try an endpoint from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_firewall import ComputeFirewall, ComputeFirewallAllow
from cdktf_cdktf_provider_google.compute_instance import (
    ComputeInstance,
    ComputeInstanceBootDisk,
    ComputeInstanceBootDiskInitializeParams,
    ComputeInstanceNetworkInterface,
    ComputeInstanceServiceAccount,
)

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.consumer_network import ConsumerNetwork, OtherSubnet
from cloudrun_psc.existing_network import ExistingNetwork, HasSubnet, network_fault
from cloudrun_psc.records import record
from cloudrun_psc.rules import access, connections, defaults, machines, names
from cloudrun_psc.rules.faults import refuse
from constructs import Construct

# https://cloud.google.com/iap/docs/using-tcp-forwarding#create-firewall-rule
IAP_RANGE = "35.235.240.0/20"
# What gcloud attaches when nothing is said: https://cloud.google.com/sdk/gcloud/reference/compute/instances/create#--scopes
GCLOUD_DEFAULT_SCOPES = tuple(
    f"https://www.googleapis.com/auth/{scope}"
    for scope in (
        "devstorage.read_only",
        "logging.write",
        "monitoring.write",
        "pubsub",
        "service.management.readonly",
        "servicecontrol",
        "trace.append",
    )
)


class IapTestVm(Construct):
    """Firewall rule for IAP's range and a VM that runs as an account with an ID token to fetch.

    Hardening (Shielded VM, OS Login) is left to the organization's policies, as in the reference deployment.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: HasSubnet,
        zone: str,
        name: str = defaults.TEST_VM,
        machine_type: str = defaults.MACHINE_TYPE,
        image: str = defaults.DISK_IMAGE,
        service_account: str | None = None,
        firewall_name: str = defaults.IAP_FIREWALL_RULE,
        address: str | None = None,
    ) -> None:
        """Create the VM in `zone`; `service_account` None is the project's default Compute Engine account.

        Raises:
            ValueError: for a zone outside the network's region, and for names and types that Google would refuse.
        """
        super().__init__(scope, id_)
        refuse(self.node.path, [("network", network_fault(network))])
        own = resource_address(self, address)
        within = network.region if is_known(network.region) else None
        refuse(
            self.node.path,
            [
                ("zone", known(zone, partial(names.zone, within=within))),
                ("name", known(name, names.resource_name)),
                ("machine_type", known(machine_type, names.machine_type)),
                ("image", known(image, names.disk_image)),
                ("machine_type", known(machine_type, partial(machines.boots, image=image))),
                ("firewall_name", known(firewall_name, names.firewall_rule_name)),
                ("service_account", known(service_account, access.service_account) if service_account else None),
            ],
        )
        subnet = self._subnet_triggers(network, own)
        self.firewall = self._firewall(network, firewall_name, _network_triggers(network, subnet))
        claim(self.firewall, "google_compute_firewall", f"{own}_iap_ssh")
        self.resource = ComputeInstance(
            self,
            "Resource",
            project=network.project,
            zone=zone,
            name=name,
            machine_type=machine_type,
            boot_disk=ComputeInstanceBootDisk(initialize_params=ComputeInstanceBootDiskInitializeParams(image=image)),
            # No access_config: no external address.
            network_interface=[
                ComputeInstanceNetworkInterface(network=network.network_id, subnetwork=network.subnet_id)
            ],
            # Without it the metadata server has no ID token to give.
            service_account=ComputeInstanceServiceAccount(email=service_account, scopes=list(GCLOUD_DEFAULT_SCOPES)),
            # Without it the provider refuses another machine type for a running VM.
            allow_stopping_for_update=True,
            depends_on=list(network.needed) or None,
            lifecycle=_replaced_by(subnet),
        )
        claim(self.resource, "google_compute_instance", own)

    def _firewall(self, network: HasSubnet, name: str, triggers: Sequence[str]) -> ComputeFirewall:
        return ComputeFirewall(
            self,
            "Firewall",
            # A network's rules are in its own project, which of a Shared VPC is the host's.
            project=_project_of(network),
            name=name,
            network=network.network_id,
            direction="INGRESS",
            allow=[ComputeFirewallAllow(protocol="tcp", ports=["22"])],
            source_ranges=[IAP_RANGE],
            depends_on=list(network.needed) or None,
            lifecycle=_replaced_by(triggers),
        )

    def _subnet_triggers(self, network: HasSubnet, own: str) -> list[str]:
        """What replaces the VM with its subnet: the provider would move it there, and the old one is in use until then.

        A record of the id stands in for a subnet that nothing is known of: triggers take no data sources.
        """
        if network.subnet_triggers:
            return list(network.subnet_triggers)
        return [claim(record(self, "Subnet", {"subnet": network.subnet_id}), "terraform_data", f"{own}_subnet")]


def _network_triggers(network: HasSubnet, subnet: Sequence[str]) -> Sequence[str]:
    """What replaces the rule with its network: the provider would move it there, and the old one is in use until then.

    Of a network of others only the subnet's record tells that it is another.
    """
    return network.network_triggers if isinstance(network, ConsumerNetwork | OtherSubnet) else subnet


def _replaced_by(triggers: Sequence[str]) -> TerraformResourceLifecycle | None:
    return TerraformResourceLifecycle(replace_triggered_by=list(triggers)) if triggers else None


def _project_of(network: HasSubnet) -> str:
    link = network.network_id
    return connections.project_of(link) if isinstance(network, ExistingNetwork) and is_known(link) else network.project
