"""Updates that change nothing of what is deployed, or for the better: a closed list, a rule is one entry.

Whatever is not here is a difference between the configuration and what exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.kinds.load_balancer import BACKEND_SERVICE
from deployment.kinds.network import NETWORK
from deployment.kinds.project import PROJECT_SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from live.adopt.differences import Difference

_ANY: Final = "*"
_ANYTHING: Final = object()
_TERRAFORMS = "a setting for Terraform alone; nothing is sent"
# The label that the provider sets by itself: its documentation, add_terraform_attribution_label.
_ATTRIBUTION = "goog-terraform-provisioned"


@dataclass(frozen=True, kw_only=True)
class Harmless:
    """An attribute of a Terraform type (`*` is any) and why a change of it is harmless.

    `live` and `wanted` are the values that are meant; None is anything that Terraform calls nothing.
    """

    type: str
    path: str
    why: str
    live: Any = _ANYTHING
    wanted: Any = _ANYTHING


HARMLESS: tuple[Harmless, ...] = (
    Harmless(type=_ANY, path="deletion_policy", why=_TERRAFORMS),
    Harmless(type=_ANY, path="deletion_protection", why=_TERRAFORMS),
    Harmless(type=_ANY, path="timeouts", why=_TERRAFORMS),
    *(
        Harmless(
            type=_ANY, path=f"{labels}.{_ATTRIBUTION}", why="the mark of the provider that made it; nothing reads it"
        )
        for labels in ("labels", "terraform_labels", "effective_labels")
    ),
    *(
        Harmless(type=PROJECT_SERVICE.type, path=path, why=_TERRAFORMS)
        for path in ("disable_on_destroy", "disable_dependent_services", "check_if_service_has_usage_on_destroy")
    ),
    Harmless(type=NETWORK.type, path="delete_default_routes_on_create", why=_TERRAFORMS),
    *(
        Harmless(type=SERVICE.type, path=path, why="the name of the program that deployed last; nothing reads it")
        for path in ("client", "client_version")
    ),
    Harmless(
        type=SERVICE.type,
        path="template.containers.name",
        wanted=None,
        why="gcloud names the only container; nothing refers to it. The next revision has the same content",
    ),
    Harmless(
        type=SERVICE.type,
        path="template.containers.resources.limits.cpu",
        live="1000m",
        wanted="1",
        why="the same, in other words",
    ),
    Harmless(
        type=BACKEND_SERVICE.type,
        path="locality_lb_policy",
        live="ROUND_ROBIN",
        wanted=None,
        why="Google's default, which `gcloud compute backend-services add-backend` writes back with what it read",
    ),
    Harmless(
        type=BACKEND_SERVICE.type,
        path="connection_draining_timeout_sec",
        wanted=None,
        why="drains instances that are taken away, of which a serverless group has none",
    ),
    Harmless(
        type=SERVICE_ATTACHMENT.type,
        path="reconcile_connections",
        wanted=True,
        why="gcloud leaves it off; with it, a project that is taken off the accept list is cut off",
    ),
    Harmless(
        type=PSC_ENDPOINT.type,
        path="recreate_closed_psc",
        wanted=True,
        why=_TERRAFORMS,
    ),
    Harmless(type=INSTANCE.type, path="allow_stopping_for_update", why=_TERRAFORMS),
)


def why_harmless(type_: str, difference: Difference) -> str:
    """Why a change of a resource of this type is harmless; "" for one that is a difference."""
    for rule in HARMLESS:
        within = difference.path == rule.path or difference.path.startswith(f"{rule.path}.")
        meant = _fits(rule.live, difference.live) and _fits(rule.wanted, difference.wanted)
        if rule.type in (_ANY, type_) and within and meant:
            return rule.why
    return ""


def _fits(meant: Any, value: Any) -> bool:
    if meant is _ANYTHING:
        return True
    return not value if meant is None else type(value) is type(meant) and bool(value == meant)
