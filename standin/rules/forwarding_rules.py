"""Forwarding rules: of internal Application Load Balancers, and of Private Service Connect endpoints."""

from __future__ import annotations

from standin import links
from standin.change import Change
from standin.compute import addressing
from standin.compute.psc import is_endpoint
from standin.compute.purposes import REGIONAL_PROXIES
from standin.google_error import GoogleError
from standin.message import Json
from standin.rules.addresses import SHARED, inside, taken
from standin.rules.table import rule

_DOCUMENT = "compute v1 discovery document, ForwardingRule"
_ENDPOINTS = "https://cloud.google.com/vpc/docs/configure-private-service-connect-services#create-endpoint"
MANAGED = "INTERNAL_MANAGED"
_MIGRATION = "externalManagedBackendBucketMigration"


@rule(
    "forwardingRules.insert",
    source="https://cloud.google.com/load-balancing/docs/proxy-only-subnets and "
    "https://github.com/hashicorp/terraform-provider-google/issues/6935 (the words)",
)
def a_managed_rule_needs_proxies(change: Change) -> None:
    """An active proxy-only subnet must be there before the rule of a regional load balancer that runs on proxies."""
    if change.wanted.get("loadBalancingScheme") != MANAGED or change.scope == "global":
        return
    for subnet in change.others("subnetworks"):
        here = subnet.scope == change.scope and links.same(subnet.body["network"], change.wanted.get("network", ""))
        if here and subnet.body.get("purpose") in REGIONAL_PROXIES and subnet.body.get("role") == "ACTIVE":
            return
    raise change.invalid(
        "target", "An active proxy-only subnetwork is required in the same region and VPC as the forwarding rule."
    )


@rule("forwardingRules.insert", source=f"{_DOCUMENT}.loadBalancingScheme and .target")
def an_endpoint_has_no_scheme(change: Change) -> None:
    """A rule on a service attachment is sent without a load balancing scheme; EXTERNAL, the default, is refused."""
    scheme = change.sent.get("loadBalancingScheme")
    if is_endpoint(change.wanted) and scheme:
        text = "Load balancing scheme must be empty for a forwarding rule whose target is a service attachment."
        raise change.invalid("loadBalancingScheme", text, scheme)


@rule("forwardingRules.insert", source=f"{_ENDPOINTS} (endpoint and attachment in one region)")
def an_endpoint_is_in_its_attachments_region(change: Change) -> None:
    """Endpoint and service attachment are in one region."""
    target = links.path_of(change.wanted.get("target", "")) or ""
    if is_endpoint(change.wanted) and f"/{change.scope}/" not in target:
        raise change.invalid("target", "The service attachment must be in the forwarding rule's region.", target)


@rule("forwardingRules.insert", source=_ENDPOINTS)
def an_endpoint_takes_a_reserved_address(change: Change) -> None:
    """An endpoint's address is an internal one that was reserved in the endpoint's network and region."""
    if not is_endpoint(change.wanted):
        return
    address = change.linked("IPAddress")
    given = change.wanted.get("IPAddress", "")
    if address is None or address.body.get("addressType") != "INTERNAL":
        raise change.invalid("IPAddress", "Must be a reserved internal IP address resource.", given)
    if address.scope != change.scope or _network(change, address.body) != _network(change, change.wanted):
        raise change.invalid("IPAddress", "The address must be in the forwarding rule's network and region.", given)


@rule(
    "forwardingRules.insert", source=f"{_DOCUMENT}.portRange (internal rules of one network share no address and port)"
)
def an_address_and_port_belong_to_one_rule(change: Change) -> None:
    """Two internal rules share an address only where it was reserved for that, and never a port of it."""
    reserved = change.linked("IPAddress")
    ip = reserved.body["address"] if reserved else change.wanted.get("IPAddress")
    network = _network(change, change.wanted)
    for other_ip, user in addressing.taken(change.cloud, network) if ip and network else ():
        if other_ip != ip or user.path == change.path:
            continue
        shared = any(r.body.get("purpose") == SHARED for i, r in addressing.reserved(change.cloud, network) if i == ip)
        if not shared or user.body.get("portRange") == change.wanted.get("portRange"):
            raise taken(ip, user.path)


@rule("forwardingRules.insert", source=f"{_DOCUMENT}.IPAddress")
def a_managed_rules_address_is_in_its_subnet(change: Change) -> None:
    """A regional load balancer's address belongs to the range of the subnet that it is in."""
    subnet = change.linked("subnetwork")
    reserved = change.linked("IPAddress")
    ip = reserved.body["address"] if reserved else change.wanted.get("IPAddress")
    if change.wanted.get("loadBalancingScheme") != MANAGED or subnet is None or not ip:
        return
    if not inside(ip, subnet.body["ipCidrRange"]):
        raise change.invalid(
            "IPAddress", f"It is outside the range {subnet.body['ipCidrRange']} of the subnetwork.", ip
        )


@rule(
    "forwardingRules.insert",
    source="https://cloud.google.com/load-balancing/docs/l7-internal#forwarding-rule",
)
def a_managed_rule_leads_to_a_proxy_by_one_port(change: Change) -> None:
    """An internal Application Load Balancer's rule names network, an ordinary subnet, one port and a proxy."""
    body = change.wanted
    if body.get("loadBalancingScheme") != MANAGED:
        return
    first, _, last = str(body.get("portRange", "")).partition("-")
    if not first or first != (last or first):
        raise change.invalid("portRange", "Exactly one port is supported.")
    if body.get("backendService"):
        raise change.invalid("backendService", "The target must be a target proxy.")
    subnet = change.cloud.compute.linked(body.get("subnetwork"))
    if subnet is not None and subnet.body.get("purpose") != "PRIVATE":
        raise change.invalid("subnetwork", f"The subnetwork's purpose is {subnet.body.get('purpose')}.", subnet.path)


@rule("forwardingRules.insert", "forwardingRules.setTarget", source=f"{_DOCUMENT}.loadBalancingScheme")
def rule_and_backend_service_agree_on_the_scheme(change: Change) -> None:
    """The rule's scheme is that of the backend service behind proxy and URL map."""
    if change.wanted.get("loadBalancingScheme") != MANAGED:
        return
    backend = change.linked("target")
    for field in ("urlMap", "defaultService"):
        backend = change.cloud.compute.linked(backend.body.get(field)) if backend else None
    if backend is not None and backend.body.get("loadBalancingScheme") != MANAGED:
        raise change.invalid(
            "target",
            f"The backend service '{backend.path}' has the load balancing scheme "
            f"{backend.body.get('loadBalancingScheme')}, not {MANAGED}.",
        )


@rule(
    "forwardingRules.insert",
    "forwardingRules.patch",
    source="https://cloud.google.com/vpc/docs/about-accessing-vpc-hosted-services-endpoints#global-access",
    doubt="That global access must be on before the attachment is made is documented; the words are the stand-in's.",
)
def a_global_endpoint_needs_a_global_producer(change: Change) -> None:
    """An endpoint has global access only where the published regional internal load balancer has it."""
    attachment = change.linked("target") if is_endpoint(change.wanted) else None
    published = change.cloud.compute.linked(attachment.body.get("targetService")) if attachment else None
    if not change.wanted.get("allowPscGlobalAccess") or published is None or published.scope == "global":
        return
    if str(published.body.get("loadBalancingScheme")) == MANAGED and not published.body.get("allowGlobalAccess"):
        text = "The forwarding rule behind the service attachment does not allow global access."
        raise change.invalid("allowPscGlobalAccess", text)


@rule(
    "forwardingRules.setTarget",
    source=f"{_DOCUMENT}.target: 'The target is not mutable once set as a service attachment' and "
    "https://github.com/hashicorp/terraform-provider-google/issues/19189",
)
def an_endpoint_is_never_pointed_elsewhere(change: Change) -> None:
    """An endpoint's target is fixed."""
    if is_endpoint(change.former):
        raise GoogleError(
            400,
            "Invalid value for field 'target'. The target of a Private Service Connect forwarding rule cannot be "
            "changed once it is set.",
            reason="invalid",
        )


@rule(
    "forwardingRules.patch",
    source=f"{_DOCUMENT}s.patch: 'you can only patch the network_tier field', .allowGlobalAccess, "
    ".externalManagedBackendBucketMigrationState and https://cloud.google.com/sdk/gcloud/reference/compute/forwarding-rules/update",
    doubt="The document names network_tier alone; gcloud also updates the two fields of global access.",
)
def little_of_a_forwarding_rule_is_patched(change: Change) -> None:
    """A patch changes the tier, global access (endpoints, passthrough), and an external rule's scheme and migration."""
    before = change.before or {}
    scheme = before.get("loadBalancingScheme", "")
    free = {"networkTier", "allowPscGlobalAccess"} | (set() if scheme == MANAGED else {"allowGlobalAccess"})
    if scheme in ("EXTERNAL", "EXTERNAL_MANAGED"):
        free |= {"loadBalancingScheme", f"{_MIGRATION}State", f"{_MIGRATION}TestingPercentage"}
    ignored = {"fingerprint", "labelFingerprint"}
    for field in sorted(before.keys() | change.wanted.keys()):
        if field not in free | ignored and before.get(field) != change.wanted.get(field):
            raise change.invalid(field, "The field cannot be changed after creation.")


def _network(change: Change, body: Json) -> str:
    return addressing.network_of(change.cloud, body)
