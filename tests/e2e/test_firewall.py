"""A firewall rule that is updated where it stands: no configuration key does it, an app with the constructs does."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.e2e.conftest import configuration
from tests.e2e.live import CONSUMER, Live

pytestmark = pytest.mark.e2e


def test_another_port_is_opened(live: Callable[..., Live]) -> None:
    deployed = live()
    stacks = deployed.synthesize(configuration("default"))
    file = next(stack for stack in stacks if stack.name == "consumer").folder / "cdk.tf.json"
    content = json.loads(file.read_text())
    content["resource"]["google_compute_firewall"]["test_vm_iap_ssh"]["allow"][0]["ports"] = ["22", "3389"]
    file.write_text(json.dumps(content))
    outcome = deployed.deploy_stacks(stacks)
    assert outcome.findings == []
    assert outcome.changes == {"consumer google_compute_firewall.test_vm_iap_ssh": "updated"}
    rules = [
        body for path, body in outcome.cloud["compute"].items() if f"projects/{CONSUMER}/global/firewalls/" in path
    ]
    assert [rule["allowed"] for rule in rules] == [[{"IPProtocol": "tcp", "ports": ["22", "3389"]}]]
