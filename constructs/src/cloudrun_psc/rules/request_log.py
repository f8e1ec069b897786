"""The record of a load balancer's request log, and what it may say.

Compute v1, BackendService.logConfig: https://cloud.google.com/load-balancing/docs/l7-internal/monitoring.
"""

from __future__ import annotations

from dataclasses import dataclass

from cloudrun_psc.rules.faults import Fault


@dataclass(frozen=True, kw_only=True)
class RequestLog:
    """A load balancer's log of requests: whom its proxies saw, which is the address of PSC's NAT.

    enabled: False switches a log off that was on; no RequestLog at all leaves it as it is, and off at first.
    sample: share of the requests that are logged, more than 0 up to 1.
    """

    enabled: bool = True
    sample: float = 1.0


def sample(value: float) -> Fault | None:
    """The share of requests; 0 is not sent by the provider, so that Google would log them all."""
    if 0 < value <= 1:
        return None
    return Fault(wrong=f"{value} is not a share of requests", allowed="more than 0, up to 1", remedy="correct it")
