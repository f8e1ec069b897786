"""A load balancer of others is published as it is, and nothing of it changes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import PRODUCER, Live, Outcome

pytestmark = pytest.mark.e2e
PLACE = f"projects/{PRODUCER}/regions/asia-northeast1"
RULE = f"{PLACE}/forwardingRules/legacy-ilb"


def config(version: str = CURRENT, **more: Any) -> dict[str, Any]:
    made = configuration("default") | {"provider_version": version}
    nat = [f"{PLACE}/subnetworks/psc-legacy"]
    service = {"forwarding_rule": RULE, "port": 443, "url": "https://legacy.example.com", "nat_subnets": nat}
    made["producer"]["services"]["hello"] = service | more
    return made


def deployed(live: Live, wanted: dict[str, Any]) -> Outcome:
    outcome = live.deploy(wanted)
    assert outcome.findings == []
    return outcome


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_it_is_published_edited_and_left(version: str, empty: Callable[..., Live]) -> None:
    live = empty(version)
    outcome = deployed(live, config(version))
    assert set(outcome.connections.values()) == {"new"}
    assert not any("google_compute_network.network" in address for address in outcome.changes if "producer" in address)
    before = deepcopy(live.state()["compute"][RULE])
    if version == CURRENT:
        more = deployed(live, config(version, accept={"consumer": 3}))
        assert more.changes == {"producer google_compute_service_attachment.hello": "updated"}
        assert set(more.connections.values()) == {"kept"}
    destroyed = live.destroy()
    assert [finding for finding in destroyed.findings if not finding.startswith("left over")] == []
    assert live.state()["compute"][RULE] == before


def test_another_port_is_refused_at_plan(empty: Callable[[], Live]) -> None:
    live = empty()
    deployed(live, config())
    refused = live.deploy(config(port=8443))
    assert not refused.went
    assert "does not answer on port 8443" in refused.findings[0]
    assert refused.changes == {}


def test_a_service_with_a_balancer_of_its_own_keeps_it(live: Callable[..., Live]) -> None:
    refused = live("default", CURRENT).deploy(config())
    assert not refused.went
    assert "is published with a load balancer that this deployment made" in refused.findings[0]
    assert refused.changes == {}
