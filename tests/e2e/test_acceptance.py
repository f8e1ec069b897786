"""Finer acceptance of a live deployment: a single endpoint by its number, and propagated connections."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handover.bundle import Wish
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.handed import Handed
from tests.e2e.live import Live, Outcome, found

PRODUCER = "example-producer-project"
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


def test_a_bundle_goes_from_endpoint_to_endpoint_by_way_of_the_project(
    live: Callable[..., Live], tmp_path: Path
) -> None:
    deployed = live("default", CURRENT)
    before = deployed.deploy(config())
    first = before.named("forwardingRules", "psc-endpoint", "example-consumer-project")
    deployed.deploy(config(accept={endpoint(first["id"]): 1}))
    handed = Handed.of(deployed, tmp_path / "bundle", Wish(format="hcl"))
    handed.lay_out_states()
    handed.types_section("State")
    handed.types_section("Apply")

    def applied(accept: dict[str, int]) -> str:
        given = shlex.quote(f"hello_accept={json.dumps(accept)}")
        done = handed.tries(f"terraform -chdir=producer apply -auto-approve -var {given}")
        return done.stdout + done.stderr

    assert "0 added, 0 changed, 0 destroyed" in applied({endpoint(first["id"]): 1})
    assert "does not exchange one accepted endpoint for another" in applied({endpoint("4711"): 1})
    for accept in ({"example-consumer-project": 1}, {endpoint("4711"): 1}, {}, {endpoint(first["id"]): 1}):
        assert "0 added, 1 changed, 0 destroyed" in applied(accept)
        assert "No changes." in handed.types(_planned(accept))
        attachment = found(handed.live.state(), "serviceAttachments", "hello-service-attachment", PRODUCER)
        names = [one.get("endpointUrl") or one["projectIdOrNum"] for one in attachment.get("consumerAcceptLists", [])]
        assert names == list(accept)


def _planned(accept: dict[str, int]) -> str:
    return f"terraform -chdir=producer plan -var {shlex.quote(f'hello_accept={json.dumps(accept)}')}"


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_propagated_connections_down_to_none(version: str, live: Callable[..., Live]) -> None:
    deployed = live("default", version)
    for limit in (5, 0, 7, 250):
        outcome = deployed.deploy(config(version, propagated_connection_limit=limit))
        assert outcome.findings == []
        assert attachment(outcome)["propagatedConnectionLimit"] == limit
        assert set(outcome.connections.values()) == {"kept"}
    assert deployed.deploy(config(version)).changes == {}
