"""VPC networks: how their routers choose among BGP paths."""

from __future__ import annotations

from standin.change import Change
from standin.google_error import GoogleError
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
