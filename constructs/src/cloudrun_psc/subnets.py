"""The record of a subnet: what it is called and which addresses it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet of our own: its resource name and its primary IPv4 range in CIDR notation."""

    name: str
    range: str


@dataclass(frozen=True, kw_only=True)
class FlowLogs:
    """VPC flow logs of a subnet.

    sampling: share of the packets that are reported, 0.0 to 1.0. 0 switches logging off on every provider version;
    no FlowLogs at all does so from provider 7 on (6.50.0 leaves them as they were).
    interval: INTERVAL_5_SEC to INTERVAL_15_MIN. metadata: INCLUDE_ALL_METADATA or EXCLUDE_ALL_METADATA.
    The defaults are those of `gcloud compute networks subnets update --enable-flow-logs`.
    """

    sampling: float = 0.5
    interval: str = "INTERVAL_5_SEC"
    metadata: str = "INCLUDE_ALL_METADATA"
