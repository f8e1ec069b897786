"""What is regional refers to its own region, and labels have their form."""

from __future__ import annotations

import re

from standin import links
from standin.change import Change
from standin.compute.kinds import KINDS
from standin.rules.table import rule


@rule(
    "targetHttpProxies.insert",
    "targetHttpsProxies.insert",
    "targetHttpsProxies.setUrlMap",
    "targetHttpsProxies.patch",
    "urlMaps.insert",
    "forwardingRules.insert",
    "targetHttpProxies.setUrlMap",
    "urlMaps.patch",
    "urlMaps.update",
    "forwardingRules.setTarget",
    source="https://cloud.google.com/load-balancing/docs/l7-internal (regional parts, all in one region)",
)
def the_parts_of_a_load_balancer_are_in_one_region(change: Change) -> None:
    """URL map, proxy, backend service, subnet and rule; only the subnet of a global rule is in some region."""
    for link in KINDS[change.collection].links_in(change.wanted):
        if "/sslCertificates/" in link.text:
            continue  # a rule of its own
        path = links.path_of(link.text) or ""
        scope = "/".join(path.split("/")[2:4])
        free = "/serviceAttachments/" in path or (change.scope == "global" and link.key == "subnetwork")
        if scope.startswith("regions/") and scope != change.scope and not free:
            raise change.invalid(str(link.key), f"It is not in {change.scope}.", path)


@rule(
    "addresses.setLabels",
    "forwardingRules.setLabels",
    "instances.insert",
    "instances.setLabels",
    "services.create",
    "services.patch",
    source="https://cloud.google.com/compute/docs/labeling-resources#restrictions",
)
def labels_have_their_form(change: Change) -> None:
    """Keys and values of up to 63 characters without capitals or blanks; keys start with a letter; at most 64."""
    labels = change.wanted.get("labels", {})
    if len(labels) > 64:
        raise change.invalid("labels", "At most 64 labels are supported.", len(labels))
    for key, value in labels.items():
        if not re.fullmatch(r"[^\W\d_A-Z][^\sA-Z]{0,62}", key):
            raise change.invalid("labels", "Label keys must start with a lower-case letter.", key)
        if not re.fullmatch(r"[^A-Z\s]{0,63}", value):
            raise change.invalid("labels", "Label values must have up to 63 lower-case characters.", value)
