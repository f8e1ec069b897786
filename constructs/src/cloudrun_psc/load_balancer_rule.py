"""The forwarding rule of a load balancer: what clients reach, new before old, with an address that both may hold."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_address import ComputeAddress
from cdktf_cdktf_provider_google.compute_forwarding_rule import ComputeForwardingRule

from cloudrun_psc.addresses import claim
from cloudrun_psc.existing_network import HasSubnet
from cloudrun_psc.records import record, unchanged
from cloudrun_psc.rules.content_names import shared_address_name
from constructs import Construct

_WHILE_FIXED = (
    " while its address is fixed: the old and the new one cannot hold one address and port together. Deploy once with "
    "the new name and without the address, then fix the address again."
)


def forwarding_rule(
    scope: Construct,
    *,
    network: HasSubnet,
    plain_name: str,
    name: str,
    proxy: str,
    port: int,
    ip_address: str | None,
    global_access: bool,
    https: bool,
    address: str,
) -> ComputeForwardingRule:
    """The rule `name` that leads to a proxy; `plain_name` is the one that its content makes `name` of."""
    # The name differs as soon as anything does that replaces the rule, yet is ignored by itself: a subnet that is
    # widened in place replaces nothing. A rename on purpose is told to Terraform by this record; so is an address
    # that is no longer fixed, as the provider sees no difference in that.
    fixed = {} if ip_address is None else {"address": ip_address}
    # Provider 6.50 would try to edit it in place.
    fixed |= {"global_access": "true"} if global_access else {}
    # Google takes another target of the same kind alone.
    fixed |= {"protocol": "HTTPS"} if https else {}
    # Two rules may share an address on different ports only: with a fixed one, a rename would be refused by the
    # apply, so the first name is kept here and the plan refuses.
    renamed = record(
        scope,
        "ForwardingRuleName",
        {"name": plain_name},
        kept=ip_address is not None,
        triggers_replace=fixed or None,
    )
    name_record = claim(renamed, "terraform_data", f"{address}_forwarding_rule_name")
    kept_name = unchanged(
        f"{name_record}.output.name", plain_name, "The forwarding rule cannot be renamed", _WHILE_FIXED
    )
    resource = ComputeForwardingRule(
        scope,
        "Resource",
        project=network.project,
        region=network.region,
        name=name,
        load_balancing_scheme="INTERNAL_MANAGED",
        network=network.network_id,
        subnetwork=network.subnet_id,
        ip_address=_reserved(scope, network, plain_name, ip_address, address),
        port_range=str(port),
        allow_global_access=global_access or None,
        target=proxy,
        # Nothing refers to the proxy-only subnet, but no load balancer comes up without it.
        depends_on=list(network.needed) or None,
        lifecycle=TerraformResourceLifecycle(
            create_before_destroy=True,
            ignore_changes=["name"],
            replace_triggered_by=[name_record],
            precondition=None if ip_address is None else [kept_name],
        ),
    )
    claim(resource, "google_compute_forwarding_rule", address)
    return resource


def _reserved(scope: Construct, network: HasSubnet, rule: str, ip_address: str | None, address: str) -> str | None:
    """A fixed address is reserved in a way that lets the old and the new rule hold it at the same time."""
    if ip_address is None:
        return None
    resource = ComputeAddress(
        scope,
        "Address",
        project=network.project,
        region=network.region,
        name=shared_address_name(rule, ip_address),
        address_type="INTERNAL",
        purpose="SHARED_LOADBALANCER_VIP",
        subnetwork=network.subnet_id,
        address=ip_address,
        # A subnet of the same stack is there after what is needed.
        depends_on=None if network.subnet_triggers else list(network.needed) or None,
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
    claim(resource, "google_compute_address", address)
    return str(resource.address)
