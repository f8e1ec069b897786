"""Rules of the Private Service Connect contract: accept and reject lists, limits, attachments' self links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from cloudrun_psc.rules.bounds import PORT
from cloudrun_psc.rules.faults import Fault, mismatch, shown
from cloudrun_psc.rules.names import PROJECT_ID, REGION, RESOURCE_NAME, project_id

ConnectionPreference = Literal["ACCEPT_MANUAL", "ACCEPT_AUTOMATIC"]
ACCEPT_MANUAL: Final = "ACCEPT_MANUAL"
ACCEPT_AUTOMATIC: Final = "ACCEPT_AUTOMATIC"
# PSC's NAT closes idle TCP connections after 20 minutes: https://cloud.google.com/vpc/docs/about-vpc-hosted-services#nat
NAT_IDLE_TIMEOUT_SECONDS = 1200

_ORIGIN = r"(?:https://(?:www\.googleapis\.com|compute\.googleapis\.com)/compute/(?:v1|beta)/)?"
SERVICE_ATTACHMENT = (
    rf"{_ORIGIN}projects/(?P<project>{PROJECT_ID}|[0-9]+)/regions/(?P<region>{REGION})"
    rf"/serviceAttachments/{RESOURCE_NAME}"
)
SUBNETWORK = rf"{_ORIGIN}projects/{PROJECT_ID}/regions/(?P<region>{REGION})/subnetworks/{RESOURCE_NAME}"
SUBNET_FORM = "projects/PROJECT/regions/REGION/subnetworks/SUBNET"
SUBNETWORK_OR_NAME = rf"(?:{SUBNETWORK}|{RESOURCE_NAME})"
NETWORK = rf"{_ORIGIN}projects/(?P<project>{PROJECT_ID})/global/networks/{RESOURCE_NAME}"
ENDPOINT = (
    rf"{_ORIGIN}projects/(?P<project>{PROJECT_ID}|[0-9]+)/regions/(?P<region>{REGION})/forwardingRules/(?P<id>[0-9]+)"
)
FORWARDING_RULE = (
    rf"{_ORIGIN}projects/(?P<project>{PROJECT_ID})/regions/(?P<region>{REGION})/forwardingRules/{RESOURCE_NAME}"
)
ConsumerKind = Literal["project", "network", "endpoint"]


def connection_limit(value: int) -> Fault | None:
    """How many endpoints one project (or network) may connect; the provider drops a 0 without a word."""
    if 1 <= value <= 2**31 - 1:
        return None
    return Fault(
        wrong=f"{value} is not a connection limit",
        allowed="a whole number, 1 or more" if value < 1 else f"a whole number, at most {2**31 - 1}",
        remedy="to let nobody in, leave the entry out" if value < 1 else "lower it",
    )


def propagated_limit(value: int | None) -> Fault | None:
    """How many connections Network Connectivity Center may propagate for one consumer; 32 bits at Google."""
    if value is None or 0 <= value <= 2**31 - 1:
        return None
    return Fault(
        wrong=f"{value} is not a limit of propagated connections",
        allowed=f"a whole number from 0 to {2**31 - 1}",
        remedy="correct it",
    )


def consumer(value: str, within: str | None = None) -> Fault | None:
    """An accept or reject list's entry: a project id, a VPC network's self link, or an endpoint's with its id."""
    if "/" not in value or re.fullmatch(r"projects/[^/]+/?", value):
        return project_id(value)
    return endpoint(value, within) if kind_of(value) == "endpoint" else network(value)


def kind_of(value: str) -> ConsumerKind:
    """By what an entry of an accept or reject list names the consumer."""
    if "/forwardingRules/" in value:
        return "endpoint"
    return "network" if "/" in value else "project"


def endpoint(value: str, within: str | None = None) -> Fault | None:
    """An endpoint's self link with its numeric id, in the region `within` when that is given.

    Google takes no name here: https://cloud.google.com/vpc/docs/about-controlling-access-published-services.
    """
    match = re.fullmatch(ENDPOINT, value)
    if match is None:
        remedy = "`gcloud compute forwarding-rules describe ENDPOINT --format='value(selfLinkWithId)'` prints it"
        return mismatch(
            value, ENDPOINT, "an endpoint", "projects/PROJECT/regions/REGION/forwardingRules/NUMBER", remedy
        )
    return elsewhere(value, match["region"], within, "an endpoint")


def endpoint_limit(entries: Mapping[str, int]) -> Fault | None:
    """An accepted endpoint is a single connection, and the google provider keeps one such entry of a list.

    It finds entries by project, network and limit alone (up to 8.0 and its main branch of August 2026,
    computeServiceAttachmentConsumerAcceptListsHash), so two endpoints would be one entry to it.
    """
    accepted = {entry: limit for entry, limit in entries.items() if kind_of(entry) == "endpoint"}
    too_many = [f"{limit} for {entry}" for entry, limit in accepted.items() if limit != 1]
    if too_many:
        return Fault(wrong=f"an endpoint's limit is {too_many[0]}", allowed="1 for an endpoint", remedy="correct it")
    if len(accepted) < 2:
        return None
    return Fault(
        wrong=f"{len(accepted)} endpoints are accepted, of which the google provider would keep one",
        allowed="one endpoint, or any number of projects or networks",
        remedy="accept projects or networks, or publish the service once more for the other endpoint",
    )


def network(value: str) -> Fault | None:
    """A VPC network's self link."""
    return mismatch(value, NETWORK, "a network", "projects/PROJECT/global/networks/NETWORK", "correct it")


def port(value: int) -> Fault | None:
    """The port that a load balancer answers on."""
    if PORT.least <= value <= PORT.most:
        return None
    return Fault(wrong=f"{value} is not a port", allowed=str(PORT))


def forwarding_rule(value: str, within: str | None = None) -> Fault | None:
    """A regional forwarding rule's self link, in the region `within` when that is given."""
    match = re.fullmatch(FORWARDING_RULE, value)
    if match is None:
        allowed = "projects/PROJECT/regions/REGION/forwardingRules/NAME"
        return mismatch(value, FORWARDING_RULE, "a forwarding rule", allowed, "correct it")
    return elsewhere(value, match["region"], within, "a forwarding rule")


def subnet(value: str, within: str | None = None) -> Fault | None:
    """A subnet's self link, in the region `within` when that is given."""
    match = re.fullmatch(SUBNETWORK, value)
    if match is None:
        return mismatch(value, SUBNETWORK, "a subnet", SUBNET_FORM, "correct it")
    return elsewhere(value, match["region"], within, "a subnet")


def subnet_or_name(value: str, within: str | None = None) -> Fault | None:
    """A subnet's name in the project and region at hand, or its self link, in `within` when that is given."""
    if "/" in value:
        return subnet(value, within)
    allowed = "NAME, or projects/PROJECT/regions/REGION/subnetworks/NAME"
    return mismatch(value, RESOURCE_NAME, "a subnet", allowed, "`gcloud compute networks subnets list` shows them")


def plain(value: str) -> str:
    """A list's entry without the API's address in front: one network can be written in several ways."""
    return re.sub(rf"^{_ORIGIN}", "", value)


def project_of(link: str) -> str:
    """The project in the link of a network, a subnet or an attachment."""
    return plain(link).split("/")[1]


def one_kind(entries: Iterable[str]) -> Fault | None:
    """Google takes projects, networks or endpoints in an attachment's lists, never two kinds."""
    first: dict[str, str] = {}
    for entry in entries:
        first.setdefault(f"{kind_of(entry)}s", entry)
    if len(first) < 2:
        return None
    kinds = sorted(first, reverse=True)
    return Fault(
        wrong=f"{' and '.join(kinds)} are mixed: {', '.join(first[kind] for kind in kinds)}",
        allowed="one kind for both lists",
        remedy="name every consumer by project, or every one by network",
    )


def preference(value: str, *, has_lists: bool) -> Fault | None:
    """The connection preference: manual by accept list, or automatic without any list (API error 400 otherwise)."""
    if value not in {ACCEPT_MANUAL, ACCEPT_AUTOMATIC}:
        return Fault(
            wrong=f"{shown(value)} is not a connection preference",
            allowed=f"{ACCEPT_MANUAL} or {ACCEPT_AUTOMATIC}",
            remedy="take one of them",
        )
    if value == ACCEPT_AUTOMATIC and has_lists:
        return Fault(
            wrong="ACCEPT_AUTOMATIC together with an accept or reject list: Google refuses it",
            allowed="lists with ACCEPT_MANUAL only",
            remedy="take ACCEPT_MANUAL, or drop the lists",
        )
    return None


def service_attachment(value: str, within: str | None = None) -> Fault | None:
    """A service attachment's self link, in the region `within` when that is given."""
    match = re.fullmatch(SERVICE_ATTACHMENT, value)
    if match is None:
        return Fault(
            wrong=f"{shown(value)} is not a service attachment's self link",
            allowed="projects/PROJECT/regions/REGION/serviceAttachments/NAME, with or without https://www.googleapis.com/compute/v1/",
            remedy="the producer's output <service>_service_attachment_self_link prints it",
        )
    if within is not None and match["region"] != within:
        return Fault(
            wrong=f"the attachment is in {match['region']}, the endpoint would be in {within}",
            allowed="endpoint, its subnet and the attachment in one region",
            remedy=f"deploy the consumer in {match['region']}, or take an attachment in {within}",
        )
    return None


def elsewhere(value: str, region: str, within: str | None, what: str) -> Fault | None:
    """The fault of a link that is in another region than `within`; `what` it is of, with its article."""
    if within is None or region == within:
        return None
    noun = what.removeprefix("an ").removeprefix("a ")
    return Fault(
        wrong=f"{shown(value)} is in {region}",
        allowed=f"{what} in {within}",
        remedy=f"take one there, or the {noun}'s region",
    )
