"""The ten steps with the genuine gcloud, and the two stacks with Terraform: both end in the same cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from deployment.values import Json
from standin import Standin
from standin.cloud import Cloud
from tests.e2e.by_hand import ten_steps
from tests.e2e.comparison import differences
from tests.e2e.conftest import CURRENT
from tests.e2e.live import PROJECTS, Live

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    """The cloud after the ten steps, and what gcloud printed."""
    with Standin(cloud=Cloud(PROJECTS)) as standin:
        printed = ten_steps(standin, tmp_path_factory.mktemp("gcloud"))
        yield standin.state() | {"printed": printed}


# Where the two may differ: revoking must really revoke, and what each client says of itself.
EXPECTED = {
    "reconcileConnections: False, not True",
}
ITSELF = ("/labels", "/client", "/clientVersion")


def test_both_ways_end_in_the_same_cloud(by_hand: Json, deployed: Callable[[str, str], Live]) -> None:
    by_terraform = deployed("default", CURRENT).state()
    for part in ("compute", "run", "policies"):
        found = differences(by_hand[part], by_terraform[part], part)
        unexpected = [one for one in found if not any(one.endswith(text) for text in EXPECTED)]
        assert "\n".join(one for one in unexpected if not one.partition(": ")[0].endswith(ITSELF)) == ""
    apis = {name: set(project["apis"]) for name, project in by_hand["projects"].items()}
    assert apis == {name: set(project["apis"]) for name, project in by_terraform["projects"].items()}


def test_gcloud_sees_the_connection_accepted(by_hand: Json) -> None:
    assert "ACCEPTED" in by_hand["printed"]
    assert [one["status"] for one in by_hand["connections"].values()] == ["ACCEPTED"]


def test_nothing_wanted_to_leave_and_every_answer_was_as_described(by_hand: Json) -> None:
    assert [note for note in by_hand["notes"] if note["kind"] in {"left", "answer", "unsimulated"}] == []
