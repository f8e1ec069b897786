"""What changes without a word of any rule is said to be that; what is ordinary is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.topics import UNJUDGED
from tests.conftest import CHECKOUT, Synthesized
from tests.review.stacks import PRODUCER, edited, reported, sentences

CONFIGURATIONS = CHECKOUT / "tests" / "stacks" / "configurations"
RUN = "resource/google_cloud_run_v2_service/shop"
ATTACHMENT = "resource/google_compute_service_attachment/shop"
RULE = "resource/google_compute_forwarding_rule/shop"
VM = {"name": "vm", "machine_type": "e2-micro", "network_interface": [{"network": "n"}]}
FULL = edited(PRODUCER, "resource/google_compute_instance", {"vm": VM})
FULL = edited(FULL, "locals", {"n": "a"})
FULL = edited(FULL, f"{RULE}/lifecycle/precondition", [{"condition": "${true}", "error_message": "No."}])
FULL = edited(FULL, "resource/google_dns_policy", {"r": {"name": "a.example.", "project": "p"}})
FULL = edited(FULL, "resource/google_project_iam_audit_config", {"a": {"service": "allServices"}})
FULL = edited(FULL, "data", {"google_secret_manager_secret_version": {"s": {"secret": "s", "project": "p"}},
                             "google_iam_policy": {"p": {}}})  # fmt: skip
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
    (f"{RUN}/provider", "google.other", "provider"),
    (f"{RUN}/lifecycle", {"ignore_changes": ["template"]}, "lifecycle.ignore_changes"),
    (f"{RUN}/lifecycle", {"ignore_changes": "all"}, "lifecycle.ignore_changes"),
    (f"{RUN}/template/volumes", [{"name": "v", "gcs": {"bucket": "other"}}], "template.volumes.gcs.bucket"),
    ("resource/google_compute_instance/vm/deletion_protection", False, "deletion_protection"),
    ("resource/google_dns_policy/r/name", "b.example.", "name"),
    ("resource/google_dns_policy/r/project", "other", "project"),
    ("resource/google_dns_policy/r/deletion_protection", True, "deletion_protection"),
    ("resource/google_project_iam_audit_config/a/audit_log_config", [{"log_type": "DATA_READ"}], "audit_log_config"),
    ("data/google_secret_manager_secret_version/s/secret", "other", "secret"),
    ("data/google_secret_manager_secret_version/s/project", "other", "project"),
    ("data/google_iam_policy/p/audit_config", [{"service": "allServices"}], "audit_config.service"),
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


def test_what_another_sentence_is_about_is_not_silenced_by_it() -> None:
    after = edited(edited(FULL, f"{ATTACHMENT}/target_service", "projects/evil/regions/r/forwardingRules/f"),
                   f"{ATTACHMENT}/consumer_accept_lists/0/connection_limit", 20)  # fmt: skip
    assert sentences(reported(FULL, after), UNJUDGED) == [
        "google_compute_service_attachment.shop changes in target_service, which no rule here judges."
    ]


NEW = [
    ("resource/google_iam_deny_policy/n", {"name": "n"}, "and no rule here judges anything of its kind"),
    ("resource/google_cloudbuild_trigger/n", {}, "and no rule here judges anything of its kind"),
    ("resource/local_file/n", {"filename": "/etc/profile"}, "and no rule here judges anything of its kind"),
    ("data/google_service_account_access_token/n", {}, "and no rule here judges anything of its kind"),
    ("resource/google_compute_instance/n", VM | {"metadata": {"startup-script": "x"}, "service_account": {}},
     "with metadata.startup-script, which no rule here judges"),
    ("resource/google_compute_firewall/n", {"network": "n", "direction": "EGRESS", "allow": {"protocol": "all"}},
     "with allow.protocol, direction, network, which no rule here judges"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "values", "said"), NEW, ids=[path for path, _, _ in NEW])
def test_what_is_new_and_nobody_knows_is_told(path: str, values: Any, said: str) -> None:
    section, _, address = path.replace("/", ".").partition(".")
    address = address if section == "resource" else f"data.{address}"
    assert sentences(reported(FULL, edited(FULL, path, values)), UNJUDGED) == [f"{address} is new, {said}."]


@pytest.mark.parametrize("file", sorted(CONFIGURATIONS.glob("*.yaml")), ids=lambda file: file.stem)
def test_what_the_constructs_make_is_nothing_that_nobody_knows(file: Path, synth: Callable[..., Synthesized]) -> None:
    made = synth(file.read_text())
    assert made
    for content in made.values():
        assert sentences(reported(None, content), UNJUDGED) == []


def test_a_change_that_the_lifecycle_ignores_is_told() -> None:
    for ignored in (["ingress"], "all", ["name", "ingress"]):
        before = edited(edited(FULL, f"{RUN}/lifecycle", {"ignore_changes": ignored}), f"{RUN}/ingress", "all")
        after = edited(before, f"{RUN}/ingress", "INGRESS_TRAFFIC_INTERNAL_ONLY")
        (said,) = sentences(reported(before, after), UNJUDGED)
        assert said.endswith("shop changes in ingress, which its lifecycle ignores: what is deployed stays.")


def test_a_check_that_goes_alone_is_told() -> None:
    assert sentences(reported(FULL, edited(FULL, "check/c", None)), UNJUDGED) == [
        "check.c is gone: what it warned of is told no more."
    ]
