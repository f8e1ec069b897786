"""What a verdict rests on is what the stand-in tells of itself."""

from __future__ import annotations

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from rehearsal.ground import ground
from standin import proof
from standin.introspection import state
from tests.standin.conftest import Api, good


def test_kinds_are_proven_or_not_and_rules_in_doubt_are_named() -> None:
    api = Api()
    good(api.insert("networks", {"name": "new"}, scope="global"))
    good(api.insert("sslPolicies", {"name": "new"}))
    good(api.insert("backendServices", {"name": "new", "loadBalancingScheme": "INTERNAL_MANAGED"}))
    told = ground(state(api.cloud))
    assert told.proven == ("backendServices", "networks")
    assert told.unproven == ("sslPolicies",)
    assert [doubt.rule for doubt in told.in_doubt] == ["no_timeout_with_a_serverless_backend"]
    assert all(doubt.doubt for doubt in told.in_doubt)


def test_a_kind_is_not_proven_by_a_part_of_its_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "PROVEN", {"networks": proof.Proof("TestAccComputeNetwork_")})
    api = Api()
    good(api.insert("networks", {"name": "new"}, scope="global"))
    assert ground(state(api.cloud)).unproven == ("networks",)
