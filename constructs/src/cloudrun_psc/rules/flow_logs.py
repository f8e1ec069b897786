"""The record of a subnet's VPC flow logs, and what it may say.

https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks: logConfig.aggregationInterval and .metadata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cloudrun_psc.rules import defaults

Interval = Literal[
    "INTERVAL_5_SEC", "INTERVAL_30_SEC", "INTERVAL_1_MIN", "INTERVAL_5_MIN", "INTERVAL_10_MIN", "INTERVAL_15_MIN"
]
Metadata = Literal["INCLUDE_ALL_METADATA", "EXCLUDE_ALL_METADATA"]
INTERVALS: tuple[str, ...] = get_args(Interval)
METADATA: tuple[str, ...] = get_args(Metadata)


@dataclass(frozen=True, kw_only=True)
class FlowLogs:
    """VPC flow logs of a subnet.

    sampling: share of the packets that are reported, 0.0 to 1.0. 0 switches logging off on every provider version;
    no FlowLogs at all does so from provider 7 on (6.50.0 leaves them as they were).
    interval: INTERVAL_5_SEC to INTERVAL_15_MIN. metadata: INCLUDE_ALL_METADATA or EXCLUDE_ALL_METADATA.
    """

    sampling: float = defaults.FLOW_LOG_SAMPLING
    interval: str = defaults.FLOW_LOG_INTERVAL
    metadata: str = defaults.FLOW_LOG_METADATA
