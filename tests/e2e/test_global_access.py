"""Clients of all regions: from the first deployment on, refused later, and given up again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e


def config(version: str, *, service: bool, endpoint: bool) -> dict[str, Any]:
    made = configuration("default") | {"provider_version": version}
    made["producer"]["services"]["hello"]["global_access"] = service
    made["consumers"]["consumer"]["endpoints"]["psc-endpoint"]["global_access"] = endpoint
    return made


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_it_is_on_from_the_start_and_comes_and_goes_at_the_endpoint(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    outcome = live.deploy(config(version, service=True, endpoint=True))
    assert outcome.findings == []
    rule = next(body for path, body in outcome.cloud["compute"].items() if "/hello-forwarding-rule-" in path)
    assert rule["allowGlobalAccess"] is True
    assert outcome.named("forwardingRules", "psc-endpoint", "example-consumer-project")["allowPscGlobalAccess"] is True
    assert live.deploy(config(version, service=True, endpoint=True)).changes == {}
    outcome = live.deploy(config(version, service=True, endpoint=False))
    assert outcome.findings == []
    assert outcome.changes == {"consumer google_compute_forwarding_rule.psc_endpoint": "updated"}
    assert set(outcome.connections.values()) == {"kept"}


def test_a_vm_moves_to_another_region_and_back(empty: Callable[[], Live]) -> None:
    live = empty()
    near, far = (config(CURRENT, service=True, endpoint=True) for _ in range(2))
    far["consumers"]["consumer"]["test_vm"] = {"zone": "us-east1-b", "subnet_range": "10.2.0.0/24"}
    live.deploy(near)
    for wanted, zone in ((far, "us-east1-b"), (near, "asia-northeast1-b")):
        outcome = live.deploy(wanted)
        assert outcome.findings == []
        assert set(outcome.connections.values()) == {"kept"}
        (vm,) = [path for path in outcome.cloud["compute"] if "/instances/" in path]
        assert f"/zones/{zone}/" in vm


def test_another_port_keeps_it(empty: Callable[[], Live]) -> None:
    live = empty()
    live.deploy(config(CURRENT, service=True, endpoint=True))
    other = config(CURRENT, service=True, endpoint=True)
    other["producer"]["services"]["hello"]["port"] = 8080
    outcome = live.deploy(other)
    assert outcome.findings == []
    assert set(outcome.connections.values()) == {"kept"}


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_later_it_is_refused_with_the_way(version: str, live: Callable[..., Live]) -> None:
    refused = live("default", version).deploy(config(version, service=True, endpoint=False))
    assert not refused.went
    assert "hello-service is published without global access, and cannot have it any more" in refused.findings[0]
    assert refused.changes == {}


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_it_is_given_up(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    live.deploy(config(version, service=True, endpoint=False))
    outcome = live.deploy(config(version, service=False, endpoint=False))
    assert outcome.findings == []
    assert outcome.changes["producer google_compute_forwarding_rule.hello"] == "replaced"
    rule = outcome.named("forwardingRules", "hello-forwarding-rule")
    assert not rule.get("allowGlobalAccess")
