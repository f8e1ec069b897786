"""An environment in several files: NAME.yaml and those of NAME.d."""

from __future__ import annotations

import copy
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.joining import joined
from config.loading import load
from config.source import Source
from config.yaml_source import compose
from stacks.synthesis import synthesize
from tests.config.checkout import OWN, TEAM, Checkout
from tests.conftest import REFERENCE, stacks_in


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_consumer_joins_with_one_file(checkout: Checkout) -> None:
    checkout.write("prod.d/analytics.yaml", TEAM)
    made = checkout.load()
    assert list(made.settings.consumers) == ["shop", "analytics"]
    assert made.settings.producer is not None
    service = made.settings.producer.services["hello"]
    assert (service.accept, service.invokers) == ({"shop": 10, "analytics": 2}, ["shop", "analytics"])
    file = "config/environments/prod.d/analytics.yaml"
    assert made.files == ("config/environments/prod.yaml", file)
    assert made.origins["consumers", "analytics", "project"] == f"{file}:8"
    assert made.origins["producer", "services", "hello", "accept", "analytics"] == f"{file}:4"
    assert made.origins["producer", "services", "hello", "accept", "shop"] == "config/environments/prod.yaml:5"


def test_a_file_elsewhere_has_its_folder_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ours.d").mkdir()
    (tmp_path / "ours.yaml").write_text(OWN)
    (tmp_path / "ours.d" / "analytics.yaml").write_text(TEAM)
    monkeypatch.chdir(tmp_path)
    made = load(REFERENCE, {"PSC_CONFIG": "ours.yaml"})
    assert list(made.settings.consumers) == ["shop", "analytics"]
    assert made.settings.environment == "ours"


def test_a_name_with_nothing_behind_it_is_a_mapping(checkout: Checkout) -> None:
    checkout.write("prod.yaml", OWN.replace("      accept: {shop: 10}\n      invokers: [shop]\n", ""))
    checkout.write("prod.d/a.yaml", "producer:\n  services:\n    hello:\n")
    checkout.write("prod.d/b.yaml", "producer:\n  services:\n    hello: {cpu: 2}\n")
    producer = checkout.load().settings.producer
    assert producer is not None
    assert producer.services["hello"].cpu == "2"


def test_what_stands_in_two_files_is_told_with_both_places_all_at_once(checkout: Checkout) -> None:
    checkout.write("prod.yaml", f"region: us-east1\n{OWN}")
    checkout.write("prod.d/a.yaml", "region: us-east1\nproducer:\n  project: other-producer\n")
    checkout.write("prod.d/b.yaml", "labels: {team: a}\nconsumers:\n  shop: {project: our-shop, endpoints: [1]}\n")
    checkout.write(
        "prod.d/c.yaml", "labels: {team: a}\nproducer: none\nconsumers: {shop: {test_vm: {enabled: false}}}\n"
    )
    rest = "; allowed: each value in one file; remove one of them"
    assert checkout.said() == [
        f"prod.d/a.yaml:1: region: the key stands in two files, first at prod.yaml:1{rest}",
        f"prod.d/a.yaml:3: producer.project: the key stands in two files, first at prod.yaml:3{rest}",
        f"prod.d/b.yaml:3: consumers.shop.endpoints: the key stands in two files, first at prod.yaml:11{rest}",
        f"prod.d/b.yaml:3: consumers.shop.project: the key stands in two files, first at prod.yaml:10{rest}",
        f"prod.d/c.yaml:1: labels.team: the key stands in two files, first at prod.d/b.yaml:1{rest}",
        f"prod.d/c.yaml:2: producer: the key stands in two files, first at prod.yaml:2{rest}",
    ]


def test_a_list_stands_in_one_file_but_those_that_everyone_adds_to(checkout: Checkout) -> None:
    checkout.write("prod.yaml", OWN.replace("invokers: [shop]", "invokers: [shop]\n      nat_ranges: [10.0.4.0/24]"))
    checkout.write(
        "prod.d/b.yaml", "producer: {services: {hello: {invokers: [user:a@example.com], reject: [project-b]}}}\n"
    )
    checkout.write(
        "prod.d/c.yaml", "producer: {services: {hello: {invokers: [group:a@example.com], reject: [project-a]}}}\n"
    )
    producer = checkout.load().settings.producer
    assert producer is not None
    assert producer.services["hello"].invokers == ["shop", "group:a@example.com", "user:a@example.com"]
    assert producer.services["hello"].reject == ["project-a", "project-b"]
    checkout.write(
        "prod.d/d.yaml", "producer: {services: {hello: {invokers: [shop, nobody], nat_ranges: [10.0.5.0/24]}}}\n"
    )
    said = "\n".join(checkout.said())
    assert (
        "prod.d/d.yaml:1: producer.services.hello.nat_ranges: the key stands in two files, first at prod.yaml:7" in said
    )
    assert "prod.d/d.yaml:1: producer.services.hello.invokers[2]: 'nobody' " in said
    assert "prod.d/d.yaml:1: producer.services.hello.invokers[3]: shop appears twice" in said


def test_nobody_s_file_takes_the_default_from_the_others(checkout: Checkout) -> None:
    checkout.write("prod.yaml", OWN.replace("      accept: {shop: 10}\n      invokers: [shop]\n", ""))
    checkout.write("prod.d/analytics.yaml", TEAM)
    begun = "would take the place of the default, every consumer with an endpoint on hello; allowed: entries added"
    said = checkout.said()
    assert [line.partition(" to those")[0] for line in said] == [
        f"prod.d/analytics.yaml:4: producer.services.hello.accept: {begun}",
        f"prod.d/analytics.yaml:5: producer.services.hello.invokers: {begun}",
    ]
    assert said[0].endswith("begin the list there, with whom it is to keep or as `accept: {}`; or leave it out here")
    # A service that nobody else has is for its own file to say.
    checkout.write(
        "prod.d/analytics.yaml",
        TEAM.replace("hello:\n      accept", "other:\n      nat_ranges: [10.0.9.0/24]\n      accept"),
    )
    assert checkout.load().settings.consumers.keys() == {"shop", "analytics"}


def test_mistakes_are_told_where_they_stand_file_by_file(checkout: Checkout) -> None:
    checkout.write("prod.yaml", OWN.replace("hello: {service: hello}", "hello: {service: helo}"))
    checkout.write("prod.d/b.yaml", "\nconsumers:\n  analytics: {projct: a, project: Mine}\n")
    checkout.write("prod.d/a.yaml", "labels: {a: b, a: c}\nconsumers:\n  web: {}\n")
    assert [line.partition(";")[0] for line in checkout.said()] == [
        "prod.yaml:11: consumers.shop.endpoints.hello.service: there is no service 'helo'",
        "prod.d/a.yaml:1: labels.a: the key stands twice, first in line 1",
        "prod.d/a.yaml:3: consumers.web.project: is missing",
        "prod.d/b.yaml:3: consumers.analytics.projct: is an unknown key",
        "prod.d/b.yaml:3: consumers.analytics.project: 'Mine' is not a project id (4 characters)",
    ]


SPREAD: dict[str, Any] = yaml.safe_load(
    """
    region: us-east1
    labels: {team: platform, a: b}
    producer:
      project: our-producer
      services:
        hello:
          env: {B: x, A: y}
          accept: {web: 2, batch: 3, our-friend: 4}
          invokers: [web, user:z@example.com, batch]
          reject: [project-b, project-a]
        orders: {nat_ranges: [10.0.4.0/24, 10.0.5.0/24], former_key: shop}
    consumers:
      web:
        project: our-web
        endpoints: {one: {service: hello}, two: {service: orders, address: 10.1.0.9}}
      batch: {project: our-batch, endpoints: {one: {service: orders}}, test_vm: {zone: us-east1-c}}
    """
)


def dealt(data: Any, hands: list[dict[str, Any]], chance: random.Random, path: tuple[str, ...] = ()) -> None:
    """Every leaf of `data` into one of the `hands`; of lists that may be added to, every entry."""
    for key, value in data.items():
        here = (*path, key)
        if isinstance(value, dict) and value:
            dealt(value, hands, chance, here)
            continue
        entries = [[entry] for entry in value] if key in {"invokers", "reject"} else [value]
        for entry in entries:
            hand = chance.choice(hands)
            for part in path:
                hand = hand.setdefault(part, {})
            hand[key] = hand[key] + entry if isinstance(entry, list) and key in hand else entry


def output(checkout: Checkout, out: Path) -> dict[str, bytes]:
    synthesize(checkout.load().settings, out, REFERENCE / "locks")
    assert stacks_in(out / "prod")
    return {file.relative_to(out).as_posix(): file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("seed", range(3))
def test_the_output_depends_on_neither_the_files_nor_their_names(seed: int, checkout: Checkout, tmp_path: Path) -> None:
    checkout.write("prod.yaml", yaml.safe_dump(SPREAD, sort_keys=False))
    whole = output(checkout, tmp_path / "whole")
    chance = random.Random(seed)
    hands: list[dict[str, Any]] = [{} for _ in range(5)]
    # The lists that follow the consumers begin in the environment's own file.
    own: dict[str, Any] = {"producer": {"services": {"hello": {"accept": {}, "invokers": []}}}}
    dealt(copy.deepcopy(SPREAD), hands, chance)
    checkout.write("prod.yaml", yaml.safe_dump(own))
    orders = []
    for names in ("abcde", "edcba"):
        shutil.rmtree(checkout.path("prod.d"), ignore_errors=True)
        for name, hand in zip(names, hands, strict=True):
            checkout.write(f"prod.d/{name}.yaml", yaml.safe_dump(hand, sort_keys=False))
        assert output(checkout, tmp_path / names) == whole
        orders.append(checkout.load().settings.model_dump_json())
    assert orders[0] == orders[1], "the order of keys is the same, too"


@pytest.mark.parametrize("files", [100, 300])
def test_no_node_is_joined_more_than_once(files: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no clock here: what is done grows with what there is, not with its square."""
    source, nodes = Source("a"), []
    for number in range(files):
        file = tmp_path / f"{number}.yaml"
        file.write_text(TEAM.replace("analytics", f"team-{number}"))
        node = compose(source, file, file.name)
        assert node is not None
        nodes.append(node)
    seen = 0
    by_key = joined.__globals__["_by_key"]

    def counted(node: Any) -> Any:
        nonlocal seen
        seen += len(node.value)
        return by_key(node)

    monkeypatch.setattr("config.joining._by_key", counted)
    assert len(joined(source, None, nodes).value) == 2
    assert seen == files * 8, "its eight keys"
