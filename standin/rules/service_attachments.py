"""Service attachments: what they publish, through which NAT subnets, and to whom."""

from __future__ import annotations

from collections.abc import Iterator

from standin import links
from standin.change import Change
from standin.cloud import Record
from standin.google_error import GoogleError
from standin.message import Json
from standin.rules.table import rule

_PUBLISH = "https://cloud.google.com/vpc/docs/configure-private-service-connect-producer"
_ACCESS = "https://cloud.google.com/vpc/docs/about-controlling-access-published-services"
_DOCUMENT = "compute v1 discovery document, ServiceAttachment"
_WRITES = ("serviceAttachments.insert", "serviceAttachments.patch")


@rule(*_WRITES, source=f"{_PUBLISH} (supported load balancers)")
def an_attachment_publishes_an_internal_load_balancer(change: Change) -> None:
    """The target is the rule of an internal load balancer: in the attachment's region, or a global one."""
    target = change.linked("targetService")
    if target is None:
        raise change.invalid("targetService", "Must be a forwarding rule.")
    if not str(target.body.get("loadBalancingScheme", "")).startswith("INTERNAL"):
        raise change.invalid("targetService", "The forwarding rule must be of an internal load balancer.", target.path)
    if target.scope not in (change.scope, "global"):
        raise change.invalid("targetService", "The forwarding rule must be in the attachment's region.", target.path)


@rule(*_WRITES, source=f"{_PUBLISH} (a forwarding rule can be used by one service attachment)")
def a_rule_is_published_once(change: Change) -> None:
    """One attachment for each forwarding rule."""
    for other in change.others("serviceAttachments"):
        if links.same(other.body.get("targetService", ""), change.wanted.get("targetService", "")):
            raise change.invalid(
                "targetService", f"The forwarding rule is used by the service attachment '{other.path}' already."
            )


@rule(*_WRITES, source=f"{_PUBLISH}#create-subnet")
def nat_subnets_are_for_private_service_connect(change: Change) -> None:
    """At least one NAT subnet, each of that purpose, in the region and network of what is published."""
    subnets = list(_nat_subnets(change))
    if not subnets:
        raise change.invalid("natSubnets", "At least one NAT subnetwork is required.", "")
    target = change.linked("targetService")
    for subnet in subnets:
        if subnet.body.get("purpose") != "PRIVATE_SERVICE_CONNECT":
            raise change.invalid("natSubnets", "The purpose must be PRIVATE_SERVICE_CONNECT.", subnet.path)
        if subnet.scope != change.scope:
            raise change.invalid("natSubnets", "The subnetwork must be in the attachment's region.", subnet.path)
        if target is not None and not links.same(subnet.body["network"], target.body.get("network", "")):
            raise change.invalid("natSubnets", "The subnetwork must be in the forwarding rule's network.", subnet.path)


@rule(*_WRITES, source=f"{_PUBLISH} (a NAT subnet can be used by one service attachment)")
def a_nat_subnet_serves_one_attachment(change: Change) -> None:
    """No two attachments share a NAT subnet."""
    mine = {subnet.path for subnet in _nat_subnets(change)}
    for other in change.others("serviceAttachments"):
        shared = mine & {links.path_of(link) for link in other.body.get("natSubnets", [])}
        if shared:
            raise change.invalid("natSubnets", f"It is used by '{other.path}' already.", min(filter(None, shared)))


@rule(
    *_WRITES,
    source="https://github.com/hashicorp/terraform-provider-google/issues/17153",
    doubt="The thread gives the code; the words are the stand-in's.",
)
def automatic_acceptance_has_no_lists(change: Change) -> None:
    """ACCEPT_AUTOMATIC excludes accept and reject lists."""
    lists = change.wanted.get("consumerAcceptLists") or change.wanted.get("consumerRejectLists")
    if change.wanted.get("connectionPreference") == "ACCEPT_AUTOMATIC" and lists:
        raise change.invalid(
            "connectionPreference", "Consumer accept and reject lists must be empty with automatic acceptance."
        )


@rule(*_WRITES, source=f"{_DOCUMENT}.consumerAcceptLists: 'only projects or only networks or only endpoints'")
def lists_are_of_one_kind(change: Change) -> None:
    """Projects, networks or endpoints, one kind for both lists."""
    kinds = {kind for entry in change.wanted.get("consumerAcceptLists", []) for kind in _kinds(entry)}
    for consumer in change.wanted.get("consumerRejectLists", []):
        of_link = "endpointUrl" if "/forwardingRules/" in consumer else "networkUrl"
        kinds.add(of_link if "/" in consumer else "projectIdOrNum")
    if len(kinds) > 1:
        raise change.invalid("consumerAcceptLists", "Must be all of one kind.", ", ".join(sorted(kinds)))


@rule(
    *_WRITES,
    source=f"{_DOCUMENT}ConsumerProjectLimit.connectionLimit and {_PUBLISH}",
    doubt="Whether Google takes a limit of 0 is not documented; the console does not.",
)
def an_accepted_consumer_has_a_limit(change: Change) -> None:
    """Each entry names one consumer and how many endpoints it may have."""
    for entry in change.wanted.get("consumerAcceptLists", []):
        if len(list(_kinds(entry))) != 1:
            raise change.invalid("consumerAcceptLists[0]", "Exactly one project, network or endpoint is needed.", "")
        limit = int(entry.get("connectionLimit", 0))
        if not entry.get("endpointUrl") and limit < 1:
            raise change.invalid("consumerAcceptLists[0].connectionLimit", "Must be 1 or more.", str(limit))
        if entry.get("endpointUrl") and limit > 1:
            raise change.invalid("consumerAcceptLists[0].connectionLimit", "Must be 1 for an endpoint.", str(limit))


@rule(
    *_WRITES,
    source=_ACCESS,
    doubt="The page wants a URI with the endpoint's number; whether Google refuses a name, or finds nobody by it, it "
    "does not say. Google may also refuse an endpoint in a new attachment's list, as the provider's test has it "
    "(TestAccComputeServiceAttachment, endpoint_url); the page does not say so, and the stand-in takes it.",
)
def an_endpoint_is_accepted_by_its_number(change: Change) -> None:
    """projects/PROJECT/regions/REGION/forwardingRules/NUMBER."""
    for entry in change.wanted.get("consumerAcceptLists", []):
        url = entry.get("endpointUrl") or "/0"
        if not url.rpartition("/")[2].isdecimal():
            raise change.invalid("consumerAcceptLists[0].endpointUrl", "Must be an ID-based URL.", url)


@rule(
    "serviceAttachments.insert",
    source="https://github.com/hashicorp/terraform-provider-google/issues/14626",
    doubt="No domain is taken to be verified here.",
)
def domains_are_verified(change: Change) -> None:
    """A domain name needs an owner that Search Console knows."""
    for domain in change.wanted.get("domainNames", []):
        raise GoogleError(400, f"Domain name '{domain}' is not verified to be owned by the project.", reason="invalid")


@rule("serviceAttachments.patch", source=f"{_DOCUMENT}.domainNames, and ForceNew in the provider")
def domains_are_fixed(change: Change) -> None:
    """Domain names do not change."""
    if change.wanted.get("domainNames") != change.former.get("domainNames"):
        raise change.invalid("domainNames", "The field cannot be updated.")


def _nat_subnets(change: Change) -> Iterator[Record]:
    for link in change.wanted.get("natSubnets", []):
        subnet = change.cloud.compute.linked(link)
        if subnet is not None:
            yield subnet


def _kinds(entry: Json) -> Iterator[str]:
    return (kind for kind in ("projectIdOrNum", "networkUrl", "endpointUrl") if entry.get(kind))
