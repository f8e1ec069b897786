"""Adopting some services and endpoints alone: which resources that is, what is refused, and what is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deployment.output_folder import chosen, stacks_of
from deployment.stack import Stack
from deployment.unusable import UnusableError
from live.adopt.inventory import inventory
from live.adopt.scope import Scope, Wanted
from live.client import Client
from live.sides import sides
from tests.live.world import ELSEWHERE, World

# The invoker `frontend` of the service `web` is called in Terraform as one of the service `web-frontend` would be.
TWO = json.dumps({
    "region": "europe-west1",
    "producer": {"project": "producing", "services": {
        "web": {"accept": {"shop": 1, "other": 1}, "invokers": ["frontend@producing.iam.gserviceaccount.com"]},
        "web-frontend": {
            "accept": {"shop": 1}, "nat_ranges": ["10.0.4.0/24"], "secrets": {"TOKEN": {"secret": "token"}},
            "https": {"host": "web.example.com", "certificate":
                      "projects/producing/regions/europe-west1/sslCertificates/c"},
        },
    }},
    "consumers": {
        "shop": {"project": "calling", "endpoints": {
            "web": {"service": "web", "address": "10.1.0.5"},
            "front": {"service": "web-frontend", "address": "10.1.0.6", "dns": True},
        }},
        "other": {"project": "calls-too", "endpoints": {"web": {"service": "web"}}},
    },
})  # fmt: skip


@pytest.fixture
def scopes(stacks: Callable[..., dict[str, Stack]], tmp_path: Path) -> Callable[[Wanted], dict[str, Scope]]:
    def run(wanted: Wanted) -> dict[str, Scope]:
        named = stacks(TWO)
        wanted.check(["web", "web-frontend"], {"shop": ["web", "front"], "other": ["web"]})
        return wanted.scopes(chosen(stacks_of(tmp_path / "out"), wanted.stacks), named)

    return run


def test_without_names_everything_is_wanted(scopes: Callable[[Wanted], dict[str, Scope]]) -> None:
    told = scopes(Wanted())
    assert set(told) == {"producer", "shop", "other"}
    assert all((one.only, one.targets, one.outside) == ((), (), ()) for one in told.values())
    assert "google_compute_instance.test_vm" in told["shop"].addresses


def test_a_service_is_what_stands_in_its_part_and_what_that_needs(
    scopes: Callable[[Wanted], dict[str, Scope]],
) -> None:
    (only,) = scopes(Wanted(services=["web"])).values()
    assert only.only == ("service web",)
    theirs = {one for one in only.outside if "web_frontend" in one}
    mine = {one.partition(".")[2] for one in only.targets}
    assert mine == {"web", "web_forwarding_rule_name", "web_settings", "web_frontend_producing_iam_gserviceaccount_com"}
    needed = only.addresses - set(only.targets)
    assert needed == {
        "google_compute_network.network", "google_compute_subnetwork.load_balancer",
        "google_compute_subnetwork.proxy_only", "google_compute_subnetwork.web_nat_10_0_3_0_24",
        "google_project_service.compute", "google_project_service.run", "google_project_service.secretmanager",
        "terraform_data.first_deployment",
    }  # fmt: skip
    assert theirs
    assert set(only.outside) - theirs == {
        "google_secret_manager_secret_iam_member.token_producing_compute",
        *(one for one in only.outside if one.startswith("google_project_service.")),
    }


def test_an_endpoint_is_wanted_of_every_consumer_that_has_one_of_the_name(
    scopes: Callable[[Wanted], dict[str, Scope]],
) -> None:
    assert set(scopes(Wanted(endpoints=["web"]))) == {"shop", "other"}
    assert set(scopes(Wanted(endpoints=["web"], stacks=["shop"]))) == {"shop"}


def test_an_endpoint_comes_with_its_name_and_without_the_vm(scopes: Callable[[Wanted], dict[str, Scope]]) -> None:
    (only,) = scopes(Wanted(endpoints=["front"])).values()
    assert only.only == ("endpoint front",)
    assert "google_dns_record_set.front" in only.targets
    assert {"google_compute_instance.test_vm", "google_compute_forwarding_rule.web"} <= set(only.outside)
    assert not only.addresses & set(only.outside)


def test_both_sides_can_be_wanted_at_once(scopes: Callable[[Wanted], dict[str, Scope]]) -> None:
    told = scopes(Wanted(services=["web", "web-frontend"], endpoints=["front"]))
    assert [(name, one.only) for name, one in told.items()] == [
        ("producer", ("service web", "service web-frontend")),
        ("shop", ("endpoint front",)),
    ]


def test_unknown_names_are_one_refusal_with_those_there_are(scopes: Callable[[Wanted], dict[str, Scope]]) -> None:
    with pytest.raises(UnusableError) as refused:
        scopes(Wanted(services=["wbe", "web", "hello"], endpoints=["shop"]))
    assert str(refused.value) == (
        "there is no service hello, wbe; there are web, web-frontend\nthere is no endpoint shop; there are front, web"
    )
    with pytest.raises(UnusableError, match="there is no endpoint x; there are none"):
        Wanted(endpoints=["x"]).check(["web"], {})


def test_a_stack_that_has_nothing_of_what_is_named_is_refused(scopes: Callable[[Wanted], dict[str, Scope]]) -> None:
    with pytest.raises(UnusableError, match="--stack other: nothing in it belongs to service web or endpoint front"):
        scopes(Wanted(services=["web"], endpoints=["front"], stacks=["other"]))


def test_only_what_is_wanted_is_asked_for(world: Callable[..., World], tmp_path: Path) -> None:
    here = world(TWO)
    only = Wanted(services=["web"]).scopes(stacks_of(tmp_path / "out"), here.stacks)["producer"]
    (side,) = sides([here.stacks["producer"]], lambda _: Client(here, ELSEWHERE), {})
    found = inventory(side, {}, only.addresses)
    assert {one.address for one in found} == {one for one in only.addresses if not one.startswith("terraform_data.")}
    assert not [one for one in here.asked if "web-frontend" in one]
