"""What changes without a word of any rule is said to be that; what is ordinary is not."""

from __future__ import annotations

from typing import Any

import pytest

from review.topics import UNJUDGED
from tests.review.stacks import PRODUCER, edited, reported, sentences

RUN = "resource/google_cloud_run_v2_service/shop"
ATTACHMENT = "resource/google_compute_service_attachment/shop"
RULE = "resource/google_compute_forwarding_rule/shop"
VM = {"name": "vm", "machine_type": "e2-micro", "network_interface": [{"network": "n"}]}
FULL = edited(PRODUCER, "resource/google_compute_instance", {"vm": VM})
FULL = edited(FULL, "locals", {"n": "a"})
FULL = edited(FULL, f"{RULE}/lifecycle/precondition", [{"condition": "${true}", "error_message": "No."}])
FULL = edited(FULL, "check", {"c": {"assert": [{"condition": "${true}", "error_message": "Look."}]}})
SILENT: list[tuple[str, Any, str]] = [
    (f"{ATTACHMENT}/target_service", "projects/evil/regions/r/forwardingRules/f", "target_service"),
    (f"{ATTACHMENT}/nat_subnets", ["projects/evil/regions/r/subnetworks/s"], "nat_subnets"),
    (f"{ATTACHMENT}/propagated_connection_limit", 250, "propagated_connection_limit"),
    (f"{RULE}/target", "projects/evil/regions/r/targetHttpProxies/p", "target"),
    (f"{RULE}/allow_psc_global_access", True, "allow_psc_global_access"),
    (f"{RULE}/lifecycle/precondition", None, "lifecycle.precondition"),
    (f"{RUN}/template/containers/0/command", ["sh"], "template.containers.command"),
    (f"{RUN}/template/vpc_access", {"connector": "c"}, "template.vpc_access"),
    (f"{RUN}/traffic", [{"type": "REVISION", "revision": "r", "percent": 100}], "traffic"),
    (f"{RUN}/custom_audiences", ["https://evil.test"], "custom_audiences"),
    ("resource/google_compute_instance/vm/can_ip_forward", True, "can_ip_forward"),
    ("resource/google_compute_instance/vm/metadata", {"ssh-keys": "x"}, "metadata"),
    ("locals/n", "b", "value"),
]  # fmt: skip
ORDINARY: list[tuple[str, Any]] = [
    (f"{RUN}/template/containers/0/env", [{"name": "A", "value": "b"}]),
    (f"{RUN}/template/scaling", {"max_instance_count": 3}),
    (f"{RUN}/labels", {"team": "a"}),
    (f"{ATTACHMENT}/description", "Orders."),
    ("resource/google_compute_instance/vm/machine_type", "e2-small"),
    (f"{RULE}/lifecycle/precondition", [{"condition": "${1 == 1}", "error_message": "No."}]),
]


@pytest.mark.parametrize(("path", "value", "attribute"), SILENT, ids=[path for path, _, _ in SILENT])
def test_what_no_rule_knows_is_told(path: str, value: Any, attribute: str) -> None:
    (said,) = sentences(reported(FULL, edited(FULL, path, value)), UNJUDGED)
    assert f" changes in {attribute}" in said
    assert said.endswith(", which no rule here judges.")


@pytest.mark.parametrize(("path", "value"), ORDINARY, ids=[path for path, _ in ORDINARY])
def test_what_is_ordinary_is_not(path: str, value: Any) -> None:
    assert sentences(reported(FULL, edited(FULL, path, value)), UNJUDGED) == []


def test_a_check_that_goes_alone_is_told() -> None:
    assert sentences(reported(FULL, edited(FULL, "check/c", None)), UNJUDGED) == [
        "check.c is gone: what it warned of is told no more."
    ]
