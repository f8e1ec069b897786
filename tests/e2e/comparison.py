"""Whether two clouds hold the same."""

from __future__ import annotations

import re
from typing import Any

from tests.e2e.live import Outcome

# What differs between two clouds that hold the same: numbers, moments, and opaque values.
OPAQUE = re.compile(
    r"id|.*Id|uid|etag|.*[fF]ingerprint|.*Timestamp|.*Time|generation|observedGeneration|latest\w+Revision|revision"
)


def differences(here: Any, there: Any, at: str = "") -> list[str]:
    """Where two parts of a cloud differ, what is opaque aside."""
    if isinstance(here, dict) and isinstance(there, dict):
        keys = sorted(key for key in here.keys() | there.keys() if not OPAQUE.fullmatch(key))
        return [one for key in keys for one in differences(here.get(key), there.get(key), f"{at}/{key}")]
    if isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        # The order of a network's subnets is that of their making.
        pairs = zip(sorted(here, key=str), sorted(there, key=str), strict=True)
        return [one for index, (a, b) in enumerate(pairs) for one in differences(a, b, f"{at}/{index}")]
    return [] if here == there else [f"{at}: {here!r}, not {there!r}"]


def assert_same_cloud(outcome: Outcome, wanted: Outcome | dict[str, Any]) -> None:
    """Resources, policies and connections; nothing twice, nothing left over."""
    cloud = wanted.cloud if isinstance(wanted, Outcome) else wanted
    parts = ("compute", "run", "policies")
    assert [one for part in parts for one in differences(outcome.cloud[part], cloud[part], part)] == []
    statuses = [{path: one["status"] for path, one in state["connections"].items()} for state in (outcome.cloud, cloud)]
    assert statuses[0] == statuses[1]
