"""Findings of checkov that are not mended, each with its reason, as comments in HCL.

https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html says how. What is not here is no finding of
checkov 3.3.30, which a bundle was held against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from deployment.kinds.instance import INSTANCE
from deployment.kinds.network import NETWORK, SUBNETWORK
from deployment.values import Json

_OF_PROXIES = "REGIONAL_MANAGED_PROXY"


class Skip(NamedTuple):
    """A check that resources of a `type` do not pass if they fit, and the `reason`."""

    type: str
    check: str
    reason: str
    fits: Callable[[Json], bool]


def _always(values: Json) -> bool:
    del values
    return True


def _lacks(key: str) -> Callable[[Json], bool]:
    return lambda values: key not in values


def _unlogged(values: Json) -> bool:
    return "log_config" not in values and values.get("purpose") != _OF_PROXIES


def _without_google_access(values: Json) -> bool:
    return not values.get("private_ip_google_access") and values.get("purpose") != _OF_PROXIES


def _of_default_account(values: Json) -> bool:
    return "email" not in _first(values.get("service_account"))


def _first(value: Any) -> Json:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {}


SKIPS = (
    Skip(NETWORK.type, "CKV2_GCP_18", "nothing of its own listens in this network", _always),
    Skip(SUBNETWORK.type, "CKV_GCP_26", "flow logs are charged by volume; they are off on purpose", _unlogged),
    Skip(SUBNETWORK.type, "CKV_GCP_74", "nothing in it calls Google APIs", _without_google_access),
    Skip(INSTANCE.type, "CKV_GCP_30", "it tries what callers with the default account may do", _of_default_account),
    Skip(INSTANCE.type, "CKV_GCP_32", "only Identity-Aware Proxy reaches its SSH port", _always),
    Skip(INSTANCE.type, "CKV_GCP_38", "it keeps no data; Google's own keys encrypt its disk", _always),
    Skip(
        INSTANCE.type,
        "CKV_GCP_39",
        "Google's default holds: vTPM and integrity monitoring on, secure boot off",
        _lacks("shielded_instance_config"),
    ),
)


def skips(type_: str, values: Json, content: Json) -> Iterator[str]:
    """The comments for a resource of a stack's file."""
    for skip in SKIPS:
        if skip.type != type_ or not skip.fits(values):
            continue
        if type_ == NETWORK.type and "google_compute_firewall" in content.get("resource", {}):
            continue  # it has what the check wants
        yield f"#checkov:skip={skip.check}:{skip.reason}"
