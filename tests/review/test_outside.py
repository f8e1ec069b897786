"""What somebody opened outside Terraform leads the report and counts, whether the plan takes it back or not."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from deployment.comparison import Comparison
from deployment.plan_comparison import read
from review.formats import json_document, markdown, terminal
from review.formats.wording import headline
from review.material import Material
from review.report import Report, assemble
from tests.deployment.test_plans import entry
from tests.review.stacks import PRODUCER, TODAY, compared, edited, findings, sentences, stack

Json = dict[str, Any]
SERVICE, ATTACHMENT = "google_cloud_run_v2_service.shop", "google_compute_service_attachment.shop"
BINDING, FIREWALL = "google_cloud_run_v2_service_iam_binding.callers", "google_compute_firewall.deny"
CODE = edited(
    PRODUCER,
    "resource/google_cloud_run_v2_service_iam_binding",
    {"callers": {"name": "shop-service", "role": "roles/run.invoker", "members": ["user:a@example.com"]}},
)
CODE = edited(
    CODE,
    "resource/google_compute_firewall",
    {"deny": {"name": "deny", "network": "n", "deny": [{"protocol": "tcp"}], "source_ranges": ["10.0.0.0/8"]}},
)


def plan(tmp_path: Path, address: str, real: Json | None, *, taken_back: bool = True) -> Comparison:
    """Of a state in which all is as it is written, but that `address` has become `real`."""
    module, changes, drift = [], [], []
    for kind, named in CODE["resource"].items():
        for name, values in named.items():
            written = {key: value for key, value in values.items() if key not in {"lifecycle", "depends_on"}}
            state = json.loads(json.dumps(written).replace("${google_cloud_run_v2_service.shop.name}", "shop-service"))
            here, now = f"{kind}.{name}", state
            if here == address:
                now = real if real is None else state | real
                drift.append(entry(here, ["delete" if now is None else "update"], state, now))
            after = state if taken_back else now
            actions = ["no-op"] if after == now else ["create"] if now is None else ["update"]
            changes.append(entry(here, actions, now, after))
            module.append({"address": here, "mode": "managed", "type": kind, "name": name})
    whole = {
        "format_version": "1.2", "planned_values": {}, "resource_changes": changes, "resource_drift": drift,
        "configuration": {"root_module": {"resources": module}},
    }  # fmt: skip
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(whole))
    # Whether a plan is one of the stack is tested elsewhere: here nothing but addresses is compared.
    bare: Json = {kind: {name: {} for name in named} for kind, named in CODE["resource"].items()}
    return read(file, "plan.json", stack({"resource": bare}))


def report(planned: Comparison, code: Json | None = None) -> Report:
    code_ = compared(CODE, deepcopy(code or CODE))
    return assemble(Material(base="b", today=TODAY, environments=["default"], code=[code_], plans=[planned]))


BY_HAND = [{"project_id_or_num": "example-consumer", "connection_limit": 10},
           {"project_id_or_num": "stranger", "connection_limit": 5}]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "real", "sentence", "found"),
    [
        (
            ATTACHMENT,
            {"consumer_accept_lists": BY_HAND},
            "The project stranger may connect to shop-attachment with up to 5 endpoints; it could not before.",
            [],
        ),
        (
            SERVICE,
            {"ingress": "INGRESS_TRAFFIC_ALL"},
            "shop-service takes requests from the internet: an accepted network is no longer needed by "
            "serviceAccount:caller@example-consumer.iam.gserviceaccount.com, user:a@example.com.",
            ["ingress-not-internal"],
        ),
        (
            BINDING,
            {"members": ["user:a@example.com", "allUsers"]},
            "Everyone on the internet may call shop-service (a request still has to come through an accepted "
            "endpoint).",
            ["public-invoker"],
        ),
        (
            FIREWALL,
            None,
            "The firewall rule deny no longer denies tcp:every port from 10.0.0.0/8 in n: only other rules decide "
            "about that.",
            [],
        ),
    ],
    ids=["accepted", "ingress", "allUsers", "deny-rule"],
)
def test_access_that_somebody_opened_by_hand_leads_and_counts(
    tmp_path: Path, address: str, real: Json | None, sentence: str, found: list[str]
) -> None:
    made = report(plan(tmp_path, address, real))
    assert sentences(made, "outside") == [f"{sentence} This plan takes it back."]
    assert findings(made) == [(rule, address) for rule in [*found, "opened-outside"]]
    assert made.fails("warning")
    assert made.fails("error") is bool(found)
    assert headline(made).endswith(f", no findings that this change brings, {len(found) + 1} of what was done outside "
                                   "Terraform")  # fmt: skip
    assert "What somebody opened outside Terraform" in terminal.text(made)
    assert "### What somebody opened outside Terraform" in markdown.text(made)
    assert "opened-outside" in json_document.text(made, failed=True)


def test_what_no_plan_takes_back_is_said(tmp_path: Path) -> None:
    made = report(plan(tmp_path, ATTACHMENT, {"consumer_accept_lists": BY_HAND}, taken_back=False))
    assert sentences(made, "outside")[0].endswith(" This plan keeps it.")
    assert [str(finding.detail) for finding in made.findings] == ["this plan keeps it"]


def test_all_that_a_state_had_may_be_gone(tmp_path: Path) -> None:
    deny = CODE["resource"]["google_compute_firewall"]["deny"]
    drift, change = (
        entry(FIREWALL, [action], *two) for action, *two in (("delete", deny, None), ("create", None, deny))
    )
    described = {"address": FIREWALL, "mode": "managed", "type": "google_compute_firewall", "name": "deny"}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({
        "format_version": "1.2", "planned_values": {}, "resource_changes": [change], "resource_drift": [drift],
        "configuration": {"root_module": {"resources": [described]}},
    }))  # fmt: skip
    made = report(read(file, "plan.json", stack({"resource": {"google_compute_firewall": {"deny": {}}}})))
    assert ("opened-outside", FIREWALL) in findings(made)


def test_what_the_change_writes_down_is_no_finding(tmp_path: Path) -> None:
    """It is reviewed now."""
    path = "resource/google_compute_service_attachment/shop/consumer_accept_lists"
    kept = plan(tmp_path, ATTACHMENT, {"consumer_accept_lists": BY_HAND}, taken_back=False)
    made = report(kept, edited(CODE, path, BY_HAND))
    assert len(sentences(made, "outside")) == 1
    assert findings(made) == []


@pytest.mark.parametrize(
    "real",
    [
        {"consumer_accept_lists": []},
        {"consumer_accept_lists": [{"project_id_or_num": "example-consumer", "connection_limit": 10}], "region": "r"},
        {"connected_endpoints": [{"status": "ACCEPTED"}]},
    ],
    ids=["closed", "same", "computed"],
)
def test_what_opens_nothing_is_no_more_than_drift(tmp_path: Path, real: Json) -> None:
    made = report(plan(tmp_path, ATTACHMENT, real))
    assert sentences(made, "outside") == []
    assert findings(made) == []


def test_deletion_protection_that_somebody_lifted_is_drift(tmp_path: Path) -> None:
    """What a rule says of a change it says of one that is planned."""
    made = report(plan(tmp_path, SERVICE, {"deletion_protection": False}))
    assert "deletion-protection-lifted" not in [rule for rule, _ in findings(made)]
