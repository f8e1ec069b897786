"""Which kinds are proven by tests that nobody here wrote: the google provider's own acceptance tests.

They were compiled from the provider's public source and run against the stand-in (docs/rehearsal.md has the numbers).
A kind is proven when all tests of it were run, some pass, and none of them was refused, or left in another state, where
Google would not; one of which a part was run is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """The tests of a kind, by the beginning of their names, and whether all of them were run or a part."""

    tests: str
    whole: bool = False


def proven(kind: str) -> bool:
    """Whether a kind is proven; the kinds are those of the stand-in's collections."""
    return kind in PROVEN and PROVEN[kind].whole


# By the collection's name; kinds beside Compute Engine's go by those of their APIs (services: Cloud Run's).
PROVEN: Mapping[str, Proof] = {
    "addresses": Proof("TestAccComputeAddress_", whole=True),
    "backendServices": Proof("TestAccComputeRegionBackendService_", whole=True),
    "firewalls": Proof("TestAccComputeFirewall_", whole=True),
    "forwardingRules": Proof("TestAccComputeForwardingRule_", whole=True),
    "healthChecks": Proof("TestAccComputeHealthCheck_", whole=True),
    "iamPolicies": Proof("TestAccCloudRunV2ServiceIam", whole=True),
    "instances": Proof("TestAccComputeInstance_", whole=True),
    "managedZones": Proof("TestAccDNSManagedZone_", whole=True),
    "networkEndpointGroups": Proof("TestAccComputeRegionNetworkEndpointGroup_", whole=True),
    "networks": Proof("TestAccComputeNetwork_", whole=True),
    "policies": Proof("TestAccDNSPolicy_", whole=True),
    "resourceRecordSets": Proof("TestAccDNSRecordSet_", whole=True),
    "serviceAccounts": Proof("TestAccServiceAccount_", whole=True),
    "serviceAttachments": Proof("TestAccComputeServiceAttachment_", whole=True),
    "services": Proof("TestAccCloudRunV2Service_", whole=True),
    "subnetworks": Proof("TestAccComputeSubnetwork_", whole=True),
    "targetHttpProxies": Proof("TestAccComputeTargetHttpProxy_", whole=True),
    "urlMaps": Proof("TestAccComputeRegionUrlMap_", whole=True),
}
