"""./psc adopt of one service or endpoint of several, with the real google provider."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from standin import Standin
from standin.cloud import Cloud
from tests.e2e.by_hand import another_service
from tests.e2e.conftest import configuration
from tests.e2e.hand import Hand, lines
from tests.e2e.live import copied

pytestmark = pytest.mark.e2e


@pytest.fixture
def two(by_gcloud: Cloud, hand_of: Callable[[Cloud], Hand], tmp_path: Path) -> Hand:
    """Somebody whose cloud has two services and two endpoints, and a configuration of both."""
    (tmp_path / "gcloud").mkdir()
    with Standin(cloud=copied(by_gcloud)) as standin:
        another_service(standin, tmp_path / "gcloud")
        hand = hand_of(standin.cloud)
    hand.discovers()
    return hand


def held(hand: Hand, side: str) -> set[str]:
    """The addresses in a state, without what is read."""
    file = hand.checkout / f"terraform.mine.{side}.tfstate"
    resources = json.loads(file.read_text())["resources"] if file.exists() else []
    return {f"{one['type']}.{one['name']}" for one in resources if one["mode"] == "managed"}


def test_one_service_is_adopted_and_then_the_other_then_all_is_edited_and_destroyed(two: Hand) -> None:
    found = yaml.safe_load(two.config.read_text())
    assert set(found["producer"]["services"]) == {"hello", "shop"}
    before = two.standin.state()
    ids = {name: body["id"] for name, body in before["compute"].items()}

    said = two.adopts("--service", "hello")
    assert "only service hello with what is needed for it" in said
    assert said.splitlines()[-1].startswith("adopt of service hello of mine: can be adopted: 13 taken as they are")
    assert "next: ./psc adopt --env mine --service hello --apply\n" in said
    (outside,) = lines(said, "outside")
    assert "google_compute_service_attachment.shop" in outside
    told = json.loads(two.adopts("--service", "hello", "--json"))["stacks"][0]
    assert told["only"] == ["service hello"]
    judged = {one["address"] for one in told["resources"]}
    assert not judged & set(told["outside"])
    assert not [one for one in judged if "shop" in one]

    two.adopts("--service", "hello", "--apply")
    assert held(two, "producer") == judged, "what was named is what is in the state"
    said = two.adopts("--endpoint", "psc-endpoint", "--apply")
    assert "adopt of endpoint psc-endpoint of mine: adopted: " in said
    assert not [one for one in held(two, "consumer") if "to_shop" in one or "test_vm" in one]
    said = two.adopts("--service", "shop", "--endpoint", "to-shop", "--apply")
    assert "adopt of service shop and endpoint to-shop of mine: adopted: " in said
    assert "adopt of mine: adopted: " in two.adopts("--apply")
    assert {name: body["id"] for name, body in two.standin.state()["compute"].items()} == ids, "nothing was made anew"
    assert two.standin.state()["connections"] == before["connections"]
    for side in ("producer", "consumer"):
        assert "No changes." in two.terraform(side, "plan")

    found["producer"]["services"]["shop"]["accept"] = {"consumer": 3}
    two.writes(found)
    two.types("synth", "--env", "mine")
    assert "0 added, 1 changed, 0 destroyed" in two.terraform("producer", "apply", "-auto-approve")
    for side in ("consumer", "producer"):
        two.terraform(side, "destroy", "-auto-approve")
    assert two.standin.state()["compute"] == {}
    assert two.standin.state()["run"] == {}


def test_what_is_not_there_yet_is_not_made_for_one_service(hand: Hand) -> None:
    config = configuration("default")
    config["producer"]["services"]["later"] = {"accept": {"consumer": 1}, "nat_ranges": ["10.0.9.0/24"]}
    config["consumers"]["consumer"]["endpoints"]["later"] = {"service": "later", "address": "10.1.0.9"}
    hand.writes(config)
    before = hand.standin.state()["compute"]
    assert "google_compute_subnetwork.later_nat_10_0_9_0_24: is not there, and will be created" in hand.adopts()
    said = hand.adopts("--service", "hello", "--endpoint", "psc-endpoint", "--apply")
    assert "will be created" not in said
    assert "adopt of service hello and endpoint psc-endpoint of mine: adopted: " in said
    assert set(hand.standin.state()["compute"]) == set(before)


def test_the_producer_is_asked_for_where_the_endpoint_needs_it(two: Hand) -> None:
    said = two.adopts("--endpoint", "to-shop", code=1)
    (refused,) = lines(said, "REFUSED")
    assert "has no output shop_service_attachment_self_link" in refused
    two.adopts("--service", "hello", "--apply")
    said = two.adopts("--endpoint", "to-shop", "--apply", code=1)
    assert "has no output shop_service_attachment_self_link" in said
    assert held(two, "consumer") == set()
