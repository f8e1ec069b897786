"""VPC networks: how their routers choose among BGP paths, and who may stand in those of another project."""

from __future__ import annotations

from collections.abc import Iterator

from standin import links
from standin.change import Change
from standin.google_error import GoogleError
from standin.message import Json
from standin.rules.table import rule


@rule(
    "networks.patch",
    source="https://github.com/hashicorp/terraform-provider-google (TestAccComputeNetwork_bgpModeAndMedInteractions, "
    "which has the words)",
)
def the_legacy_algorithm_compares_no_med(change: Change) -> None:
    """A network goes back to the LEGACY algorithm once its choice about MED is taken away, whichever that was."""
    before, after = change.former.get("routingConfig", {}), change.wanted.get("routingConfig", {})
    modes = (before.get("bgpBestPathSelectionMode"), after.get("bgpBestPathSelectionMode"))
    if modes == ("STANDARD", "LEGACY") and "bgpAlwaysCompareMed" in after:
        text = "Field bgp_always_compare_med is not supported for LEGACY BGP Best Path Selection algorithm."
        raise GoogleError(400, text, reason="invalid")


@rule(
    "addresses.insert",
    "forwardingRules.insert",
    "instances.insert",
    "serviceAttachments.insert",
    "serviceAttachments.patch",
    source="https://cloud.google.com/vpc/docs/shared-vpc#concepts_and_terminology (service projects use the host's "
    "subnets) and https://cloud.google.com/vpc/docs/configure-private-service-connect-producer (NAT subnets)",
    doubt="That it is refused is documented; the words are those of other references across projects.",
)
def networks_of_other_projects_are_shared(change: Change) -> None:
    """A network or subnet of another project is used by the service projects of that host alone."""
    for field, link in _networks(change.wanted):
        path = links.path_of(link, change.project) or ""
        host = path.split("/")[1] if "/" in path else change.project
        if host not in (change.project, change.cloud.service_projects.get(change.project)):
            raise change.invalid(field, "Cross project referencing is not allowed for this resource.", link)


def _networks(body: Json) -> Iterator[tuple[str, str]]:
    for field in ("network", "subnetwork"):
        if body.get(field):
            yield field, body[field]
    yield from (("natSubnets", link) for link in body.get("natSubnets", []))
    for interface in body.get("networkInterfaces", []):
        yield from _networks(interface)
