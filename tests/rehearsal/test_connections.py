"""What becomes of a connection, judged by its id and status on both sides of an edit."""

from __future__ import annotations

import pytest

from deployment.account import Connection
from rehearsal.connections import fates


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
