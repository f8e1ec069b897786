"""Small stacks for the tests of reviews, written as Terraform JSON by hand: not one of our constructs is in them."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from deployment.comparison import Comparison, compare
from deployment.stack import Stack
from deployment.stack_files import stack_of
from review.material import Material
from review.replacement import infer
from review.report import Report, assemble

Json = dict[str, Any]
TODAY = date(2026, 11, 25)
PRODUCER: Json = {
    "provider": {"google": [{"project": "example-producer", "region": "us-east1"}]},
    "terraform": {
        "backend": {"gcs": {"bucket": "states", "prefix": "a"}},
        "required_providers": {"google": {"source": "google", "version": "~> 7.45"}},
    },
    "output": {"link": {"value": "${google_compute_service_attachment.shop.self_link}"}},
    "resource": {
        "google_cloud_run_v2_service": {
            "shop": {
                "name": "shop-service",
                "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
                "deletion_protection": True,
                "template": {"containers": [{"image": "shop:1"}]},
            }
        },
        "google_cloud_run_v2_service_iam_member": {
            "caller": {
                "name": "${google_cloud_run_v2_service.shop.name}",
                "role": "roles/run.invoker",
                "member": "serviceAccount:caller@example-consumer.iam.gserviceaccount.com",
                "lifecycle": {"replace_triggered_by": ["google_cloud_run_v2_service.shop.uid"]},
            }
        },
        "google_compute_forwarding_rule": {
            "shop": {
                "name": "shop-rule",
                "load_balancing_scheme": "INTERNAL_MANAGED",
                "port_range": "80",
                "lifecycle": {"create_before_destroy": True},
            }
        },
        "google_compute_subnetwork": {
            "nat": {"name": "nat", "ip_cidr_range": "10.0.3.0/24", "purpose": "PRIVATE_SERVICE_CONNECT"}
        },
        "google_compute_service_attachment": {
            "shop": {
                "name": "shop-attachment",
                "connection_preference": "ACCEPT_MANUAL",
                "reconcile_connections": True,
                "consumer_accept_lists": [{"project_id_or_num": "example-consumer", "connection_limit": 10}],
                "nat_subnets": ["${google_compute_subnetwork.nat.id}"],
                "target_service": "${google_compute_forwarding_rule.shop.self_link}",
                "lifecycle": {"prevent_destroy": True},
            }
        },
    },
}
LOCK = 'provider "registry.terraform.io/hashicorp/google" {\n  version     = "7.45.0"\n}\n'


def edited(content: Json, path: str, value: Any) -> Json:
    """A copy with another value at a path of keys with slashes between; None takes the key away."""
    changed = deepcopy(content)
    *above, last = path.split("/")
    here = changed
    for key in above:
        here = here[int(key)] if isinstance(here, list) else here.setdefault(key, {})
    if value is None:
        del here[last]
    elif isinstance(here, list):
        here[int(last)] = value
    else:
        here[last] = value
    return changed


def stack(content: Json, name: str = "producer", environment: str = "default") -> Stack:
    return stack_of(content, environment, name, LOCK)


def compared(before: Json | None, after: Json | None, name: str = "producer") -> Comparison:
    old = stack(before, name) if before is not None else None
    new = stack(after, name) if after is not None else None
    return infer(compare(old, new))


def reported(before: Json | None, after: Json | None, **more: Any) -> Report:
    """The report of one stack's change."""
    material = Material(base="abc1234", today=TODAY, environments=["default"], code=[compared(before, after)], **more)
    return assemble(material)


def sentences(report: Report, topic: str = "") -> list[str]:
    return [str(decision.sentence) for decision in report.decisions if not topic or decision.topic == topic]


def findings(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.address) for finding in report.findings]
