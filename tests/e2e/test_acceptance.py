"""Finer acceptance of a live deployment: a single endpoint by its number, and propagated connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import Live, Outcome

pytestmark = pytest.mark.e2e


def config(version: str = CURRENT, **service: Any) -> dict[str, Any]:
    made = configuration("default") | {"provider_version": version}
    made["producer"]["services"]["hello"] |= service
    return made


def attachment(outcome: Outcome) -> Any:
    return outcome.named("serviceAttachments", "hello-service-attachment", "example-producer-project")


def endpoint(number: str) -> str:
    return f"projects/example-consumer-project/regions/asia-northeast1/forwardingRules/{number}"


def test_by_project_by_endpoint_and_back(live: Callable[..., Live]) -> None:
    deployed = live("default", CURRENT)
    before = deployed.deploy(config())
    rule = before.named("forwardingRules", "psc-endpoint", "example-consumer-project")
    outcome = deployed.deploy(config(accept={endpoint(rule["id"]): 1}))
    assert outcome.findings == []
    assert set(outcome.connections.values()) == {"kept"}
    assert attachment(outcome)["consumerAcceptLists"] == [{"endpointUrl": endpoint(rule["id"]), "connectionLimit": 1}]
    refused = deployed.deploy(config(accept={endpoint("4711"): 1}))
    assert not refused.went
    assert "does not exchange one accepted endpoint for another" in refused.findings[0]
    assert refused.changes == {}
    outcome = deployed.deploy(config())
    assert outcome.findings == []
    assert set(outcome.connections.values()) == {"kept"}
    assert "endpointUrl" not in attachment(outcome)["consumerAcceptLists"][0]


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_propagated_connections_down_to_none(version: str, live: Callable[..., Live]) -> None:
    deployed = live("default", version)
    for limit in (5, 0, 7, 250):
        outcome = deployed.deploy(config(version, propagated_connection_limit=limit))
        assert outcome.findings == []
        assert attachment(outcome)["propagatedConnectionLimit"] == limit
        assert set(outcome.connections.values()) == {"kept"}
    assert deployed.deploy(config(version)).changes == {}
