"""Updates that change nothing of what is deployed, or for the better: a closed list, a rule is one entry.

Whatever is not here is a difference between the configuration and what exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from deployment.kinds.certificates import CERTIFICATE
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.dns import RECORD_SET
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.kinds.load_balancer import BACKEND_SERVICE, URL_MAP
from deployment.kinds.network import NETWORK
from deployment.kinds.project import PROJECT_SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.values import Json
from live.adopt.differences import Difference

_ANY: Final = "*"
_ANYTHING: Final = object()
_TERRAFORMS = "a setting for Terraform alone; nothing that is deployed changes"
# The label that the provider sets by itself: its documentation, add_terraform_attribution_label.
_ATTRIBUTION = "goog-terraform-provisioned"
_MARK = "the mark of the provider that made it; nothing reads it"


_TEXT = "a text of whoever made it; nothing reads it"
_CLIENT = "the name of the program that deployed last; nothing reads it"
_GCLOUDS = "gcloud's own mark of a deployment; nothing reads it. The next revision has the same content"
_IMPORTED = (
    "an import reads what exists only as `effective_labels` and `effective_annotations`; "
    "nothing that is deployed changes"
)


@dataclass(frozen=True, kw_only=True)
class Harmless:
    """An attribute of a Terraform type (`*` is any) and why a change of it is harmless.

    `live` and `wanted` are the values that are meant; None is anything that Terraform calls nothing. `like` is an
    attribute of the resource that has the same value, too, below the same key. `alike` makes of both values the same.
    """

    type: str
    path: str
    why: str
    live: Any = _ANYTHING
    wanted: Any = _ANYTHING
    like: str = ""
    alike: Callable[[Any], Any] | None = None


def _rules(type_: str, why: str, *paths: str, **more: Any) -> Iterator[Harmless]:
    return (Harmless(type=type_, path=path, why=why, **more) for path in paths)


HARMLESS: tuple[Harmless, ...] = (
    *_rules(_ANY, _TERRAFORMS, "deletion_policy", "timeouts"),
    # A VM has a field of this name in Google Cloud, too, which a change would switch off.
    *_rules(SERVICE.type, _TERRAFORMS, "deletion_protection"),
    *_rules(_ANY, _MARK, *(f"{one}labels.{_ATTRIBUTION}" for one in ("", "terraform_", "effective_"))),
    *_rules(_ANY, _IMPORTED, "labels", "terraform_labels", "annotations", live=None),
    *_rules(
        PROJECT_SERVICE.type, _TERRAFORMS,
        "disable_on_destroy", "disable_dependent_services", "check_if_service_has_usage_on_destroy",
    ),
    *_rules(NETWORK.type, _TERRAFORMS, "delete_default_routes_on_create"),
    *_rules(SERVICE.type, _CLIENT, "client", "client_version", "template.client", "template.client_version"),
    *_rules(
        SERVICE.type, _GCLOUDS,
        "template.labels.client.knative.dev/nonce", "template.labels.run.googleapis.com/startupProbeType",
        "template.annotations.client.knative.dev/user-image", wanted=None,
    ),
    *_rules(
        SERVICE.type, "gcloud gives a service's labels to its revisions, too; the service keeps them",
        "template.labels", wanted=None, like="effective_labels",
    ),
    *_rules(
        SERVICE.type, "gcloud names a revision; the next one is named by Google, and has the same content",
        "template.revision", wanted=None,
    ),
    *_rules(
        SERVICE.type, "gcloud names the only container; nothing refers to it. The next revision has the same content",
        "template.containers.name", wanted=None,
    ),
    *_rules(SERVICE.type, "the same, in another order", "custom_audiences", alike=sorted),
    *_rules(
        SERVICE.type, "the same, in other words", "template.containers.resources.limits.cpu", live="1000m", wanted="1"
    ),
    *_rules(
        BACKEND_SERVICE.type,
        "Google's default, which `gcloud compute backend-services add-backend` writes back with what it read",
        "locality_lb_policy", live="ROUND_ROBIN", wanted=None,
    ),
    *_rules(
        BACKEND_SERVICE.type, "drains instances that are taken away, of which a serverless group has none",
        "connection_draining_timeout_sec", wanted=None,
    ),
    *_rules(BACKEND_SERVICE.type, _TEXT, "description", "backend.description", wanted=None),
    *_rules(URL_MAP.type, _TEXT, "description", wanted=None),
    *_rules(
        SERVICE_ATTACHMENT.type,
        "gcloud leaves it off; with it, a project that is taken off the accept list is cut off",
        "reconcile_connections", wanted=True,
    ),
    *_rules(SERVICE_ATTACHMENT.type, _TERRAFORMS, "send_propagated_connection_limit_if_zero"),
    *_rules(PSC_ENDPOINT.type, _TERRAFORMS, "recreate_closed_psc", wanted=True),
    *_rules(
        CERTIFICATE.type,
        "Google never tells what was uploaded; the name follows from the secrets' versions, which are uploaded again",
        "self_managed", live=None,
    ),
    *_rules(RECORD_SET.type, "how long clients keep the answer, which stays the same", "ttl"),
    *_rules(INSTANCE.type, _TERRAFORMS, "allow_stopping_for_update"),
)  # fmt: skip


def why_harmless(type_: str, difference: Difference, existing: Json | None = None) -> str:
    """Why a change of a resource of this type is harmless; "" for one that is a difference.

    `existing` is the whole resource as it is.
    """
    for rule in HARMLESS:
        inner = difference.path.removeprefix(f"{rule.path}.")
        within = difference.path == rule.path or inner != difference.path
        if rule.type in (_ANY, type_) and within and _meant(rule, inner, difference, existing or {}):
            return rule.why
    return ""


def _meant(rule: Harmless, inner: str, difference: Difference, existing: Json) -> bool:
    """Whether the values are those of the rule; `inner` is the key below its attribute."""
    live, wanted = difference.live, difference.wanted
    if not (_fits(rule.live, live) and _fits(rule.wanted, wanted)):
        return False
    if rule.alike and not (
        isinstance(live, list) and isinstance(wanted, list) and rule.alike(live) == rule.alike(wanted)
    ):
        return False
    return not rule.like or bool((existing.get(rule.like) or {}).get(inner) == live)


def _fits(meant: Any, value: Any) -> bool:
    if meant is _ANYTHING:
        return True
    return not value if meant is None else type(value) is type(meant) and bool(value == meant)
