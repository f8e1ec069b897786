"""Which kinds are proven by tests that nobody here wrote: the google provider's own acceptance tests.

They were compiled from the provider's public source and run against the stand-in (docs/rehearsal.md has the numbers).
A kind is proven when tests of it pass and none of them was refused, or left in another state, where Google would not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """The tests of a kind, by the beginning of their names, and whether all of them were run or a part."""

    tests: str
    whole: bool = False


# By the collection's name; kinds beside Compute Engine's go by those of their APIs (services: Cloud Run's).
PROVEN: Mapping[str, Proof] = {
    "addresses": Proof("TestAccComputeAddress_"),
    "backendServices": Proof("TestAccComputeRegionBackendService_"),
    "firewalls": Proof("TestAccComputeFirewall_"),
    "forwardingRules": Proof("TestAccComputeForwardingRule_", whole=True),
    "healthChecks": Proof("TestAccComputeHealthCheck_"),
    "iamPolicies": Proof("TestAccCloudRunV2ServiceIam", whole=True),
    "instances": Proof("TestAccComputeInstance_"),
    "managedZones": Proof("TestAccDNSManagedZone_"),
    "networkEndpointGroups": Proof("TestAccComputeRegionNetworkEndpointGroup_", whole=True),
    "networks": Proof("TestAccComputeNetwork_"),
    "policies": Proof("TestAccDNSPolicy_"),
    "resourceRecordSets": Proof("TestAccDNSRecordSet_"),
    "serviceAccounts": Proof("TestAccServiceAccount_", whole=True),
    "serviceAttachments": Proof("TestAccComputeServiceAttachment_", whole=True),
    "services": Proof("TestAccCloudRunV2Service_", whole=True),
    "subnetworks": Proof("TestAccComputeSubnetwork_"),
    "targetHttpProxies": Proof("TestAccComputeTargetHttpProxy_"),
    "urlMaps": Proof("TestAccComputeRegionUrlMap_"),
}
