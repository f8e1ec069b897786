"""The purposes of subnets that hold Google's proxies and nothing else.

Source: compute v1 discovery document, Subnetwork.purpose; INTERNAL_HTTPS_LOAD_BALANCER is the former name of
REGIONAL_MANAGED_PROXY, which Google still takes (the provider's TestAccDNSRecordSet_routingPolicy).
"""

from __future__ import annotations

REGIONAL_PROXIES = frozenset({"REGIONAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER"})
PROXIES = REGIONAL_PROXIES | {"GLOBAL_MANAGED_PROXY"}
