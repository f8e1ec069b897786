"""What becomes of a connection, judged by its id and status on both sides of an edit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployment.account import Connection
from deployment.output_folder import StackFolder
from deployment.values import Json
from rehearsal.connections import fates, owners


def connection(number: str, status: str = "ACCEPTED") -> Connection:
    return Connection(id=number, status=status, attachment="a")


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (connection("1"), connection("1"), "kept"),
        (connection("1"), connection("2"), "restored"),
        (connection("1"), connection("1", "CLOSED"), "lost"),
        (connection("1"), connection("1", "PENDING"), "lost"),
        (connection("1"), None, "removed"),
        (None, connection("1"), "new"),
        (None, connection("1", "PENDING"), "waiting"),
        (connection("1", "PENDING"), connection("1"), "new"),
        (connection("1", "PENDING"), connection("1", "PENDING"), "waiting"),
    ],
)
def test_a_connections_fate(before: Connection | None, after: Connection | None, outcome: str) -> None:
    (fate,) = fates({"e": before} if before else {}, {"e": after} if after else {}, {}, {})
    assert fate.outcome == outcome


def test_a_renamed_endpoint_is_the_same_one() -> None:
    (fate,) = fates({"old": connection("1")}, {"new": connection("2")}, {"old": "new"}, {"new": "consumer"})
    assert (fate.endpoint, fate.name, fate.outcome) == ("new", "consumer/new", "restored")


ENDPOINT = {"name": "e", "target": "projects/x/regions/y/serviceAttachments/z"}
FIRST, SECOND = {"project": "first", "region": "r1"}, {"project": "second", "region": "r2", "alias": "second"}


@pytest.mark.parametrize(
    ("providers", "endpoint", "place"),
    [
        ([FIRST], {}, "projects/first/regions/r1"),
        (FIRST, {}, "projects/first/regions/r1"),
        ([FIRST, SECOND], {}, "projects/first/regions/r1"),
        ([SECOND, FIRST], {}, "projects/first/regions/r1"),
        ([FIRST, SECOND], {"provider": "google.second"}, "projects/second/regions/r2"),
        ([FIRST, SECOND], {"provider": "google.second", "project": "p"}, "projects/p/regions/r2"),
        ([SECOND], {"project": "p", "region": "r"}, "projects/p/regions/r"),
        ([], {"project": "p", "region": "r"}, "projects/p/regions/r"),
    ],
)
def test_an_endpoint_is_where_its_provider_puts_it(tmp_path: Path, providers: Json, endpoint: Json, place: str) -> None:
    resources = {"google_compute_forwarding_rule": {"endpoint": ENDPOINT | endpoint}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"provider": {"google": providers}, "resource": resources}))
    assert owners(StackFolder("consumer", tmp_path)) == {f"{place}/forwardingRules/e": "consumer"}
