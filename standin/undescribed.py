"""What Google takes although no description of its APIs says so: fields and parameters that released clients send.

Each was seen in the requests of a client that works with the real API; where it was seen stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

# The schema and the field in it -> whether the resource shows it afterwards.
# The google provider sends them: 7.45.0, its tests TestAccComputeNetwork_routingModeAndUpdate (the flag clears another
# field, and is read back from the configuration) and TestAccCloudRunV2Service_cloudrunv2ServiceReadinessProbesExample.
# Of a snapshot it sends the zone of the disk, too (TestAccComputeInstance_snapshot), and with a disk's labels the size
# that it set before (TestAccComputeInstance_bootDiskUpdate).
FIELDS: Mapping[tuple[str, str], bool] = {
    ("NetworkRoutingConfig", "deleteBgpAlwaysCompareMed"): False,
    ("Snapshot", "zone"): False,
    ("ZoneSetLabelsRequest", "sizeGb"): False,
    ("GoogleCloudRunV2Probe", "successThreshold"): True,
}

# The schema and a field in it that Google takes, although the description calls it output only.
# The provider sends a group's network (its test TestAccComputeRegionBackendService_withDynamicBackendCount).
INPUTS: frozenset[tuple[str, str]] = frozenset({("InstanceGroup", "network")})

# The API and a verb -> parameters. gcloud 528 sends this one with each aggregated list, whether or not the method has
# it in the description (gcloud compute service-attachments list).
PARAMETERS: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]] = {
    ("compute", "aggregatedList"): {"returnPartialSuccess": {"type": "boolean"}},
    ("compute", "list"): {"returnPartialSuccess": {"type": "boolean"}},
    # The provider asks so for the policies of zones (7.45.0, its test TestAccDNSManagedZoneIamBindingGenerated).
    ("dns", "getIamPolicy"): {"options.requestedPolicyVersion": {"type": "integer"}},
}
