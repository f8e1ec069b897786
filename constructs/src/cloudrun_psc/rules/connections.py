"""Rules of the Private Service Connect contract: accept and reject lists, limits, attachments' self links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

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


def connection_limit(value: int) -> Fault | None:
    """How many endpoints one project (or network) may connect; the provider drops a 0 without a word."""
    if 1 <= value <= 2**31 - 1:
        return None
    return Fault(
        wrong=f"{value} is not a connection limit",
        allowed="a whole number, 1 or more" if value < 1 else f"a whole number, at most {2**31 - 1}",
        remedy="to let nobody in, leave the entry out" if value < 1 else "lower it",
    )


def consumer(value: str) -> Fault | None:
    """An accept or reject list's entry: a project id, or a VPC network's self link."""
    if "/" not in value or re.fullmatch(r"projects/[^/]+/?", value):
        return project_id(value)
    return network(value)


def network(value: str) -> Fault | None:
    """A VPC network's self link."""
    return mismatch(value, NETWORK, "a network", "projects/PROJECT/global/networks/NETWORK", "correct it")


def subnet(value: str, within: str | None = None) -> Fault | None:
    """A subnet's self link, in the region `within` when that is given."""
    match = re.fullmatch(SUBNETWORK, value)
    if match is None:
        return mismatch(value, SUBNETWORK, "a subnet", SUBNET_FORM, "correct it")
    if within is not None and match["region"] != within:
        return Fault(
            wrong=f"{shown(value)} is in {match['region']}",
            allowed=f"a subnet in {within}",
            remedy="take one there, or the subnet's region",
        )
    return None


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


def is_network(value: str) -> bool:
    """Whether a list's entry names a network rather than a project."""
    return "/" in value


def one_kind(entries: Iterable[str]) -> Fault | None:
    """Google takes projects or networks in an attachment's lists, never both kinds."""
    known = list(entries)
    if {is_network(entry) for entry in known} != {True, False}:
        return None
    return Fault(
        wrong=f"projects and networks are mixed: {', '.join(known)}",
        allowed="one kind for the whole list",
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
