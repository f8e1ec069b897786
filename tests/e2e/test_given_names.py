"""A name that the configuration gives is the name of what is deployed first; only a replacement adds to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.edits import HELLO, edited
from tests.e2e.live import PRODUCER, Live, Outcome

pytestmark = pytest.mark.e2e
_LIVE: dict[str, Any] = {}
_PORT: dict[str, Any] = {f"{HELLO}.port": 9090}
_REFERENCE_PORT: dict[str, Any] = {f"{HELLO}.port": 80}
_RANGE: dict[str, Any] = {"producer.network.load_balancer_subnet.range": "10.0.7.0/24"}
_SERVICE: dict[str, Any] = {f"{HELLO}.names.service": "acme-other"}
_REFERENCE_SERVICE: dict[str, Any] = {f"{HELLO}.names.service": "hello-service"}
_NAT: dict[str, Any] = {f"{HELLO}.nat_ranges": ["10.0.8.0/24"]}
_FIXED: dict[str, Any] = {f"{HELLO}.address": "10.0.5.9"}
_MOVED: dict[str, Any] = {f"{HELLO}.address": "10.0.5.10"}
_ALL: dict[str, Any] = {**_PORT, **_RANGE, **_SERVICE, **_NAT}
_RULE_NAME: dict[str, Any] = {f"{HELLO}.names.forwarding_rule": "acme-front"}
_GROUP_NAME: dict[str, Any] = {f"{HELLO}.names.network_endpoint_group": "acme-group"}
_WHAT = {"forwardingRules": "rule", "networkEndpointGroups": "group", "subnetworks": "subnet"}
_FIRST = {"rule": ["acme-rule"], "group": ["acme-neg"], "subnet": ["acme-lb", "acme-nat", "acme-nat-R", "acme-proxies"]}


def _names(outcome: Outcome) -> dict[str, list[str]]:
    """The producer's names, a hash as H and a range as R."""
    found: dict[str, list[str]] = {what: [] for what in _WHAT.values()}
    for path in outcome.cloud["compute"]:
        collection, name = path.split("/")[-2:]
        if path.startswith(f"projects/{PRODUCER}/") and collection in _WHAT:
            found[_WHAT[collection]].append(re.sub(r"-[0-9a-f]{6}$", "-H", re.sub(r"(-\d+){5}$", "-R", name)))
    return {what: sorted(names) for what, names in found.items()}


def _named(*puts: dict[str, Any]) -> dict[str, Any]:
    config = configuration("named")
    for put in puts:
        config = edited(config, put)
    return config


def _held(outcome: Outcome) -> None:
    assert outcome.findings == [], "it was deployed, and the second plan is empty"
    assert outcome.connections == {"psc-endpoint": "kept"}


def _google(outcome: Outcome) -> dict[str, str]:
    return {address: action for address, action in outcome.changes.items() if " terraform_data." not in address}


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_a_first_deployment_has_the_names_as_they_are_given(version: str, live: Callable[..., Live]) -> None:
    outcome = live("named", version).deploy(configuration("named") | {"provider_version": version})
    assert _names(outcome) == _FIRST
    assert outcome.changes == {}


@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ((_PORT,), {"rule": ["acme-rule-H"]}),
        ((_PORT, _LIVE), {"rule": ["acme-rule"]}),
        ((_REFERENCE_PORT, _PORT, _LIVE), {"rule": ["acme-rule-H"]}),
        ((_FIXED, _MOVED, _LIVE), {"rule": ["acme-rule-H"]}),
        ((_RANGE,), {"rule": ["acme-rule-H"], "subnet": ["acme-lb-R", "acme-nat", "acme-nat-R", "acme-proxies"]}),
        ((_RANGE, _LIVE), {}),
        ((_SERVICE,), {"group": ["acme-neg-H"]}),
        ((_REFERENCE_SERVICE, _SERVICE, _LIVE), {}),
        ((_NAT,), {"subnet": ["acme-lb", "acme-nat-R", "acme-proxies"]}),
        ((_NAT, _LIVE), {}),
        ((_ALL,), {
            "rule": ["acme-rule-H"], "group": ["acme-neg-H"], "subnet": ["acme-lb-R", "acme-nat-R", "acme-proxies"]}),
        ((_RULE_NAME,), {"rule": ["acme-front"]}),
        ((_GROUP_NAME,), {"group": ["acme-group"]}),
    ],
    ids=str,
)  # fmt: skip
def test_a_replacement_stands_beside_its_predecessor(
    edits: tuple[dict[str, Any], ...], wanted: dict[str, list[str]], live: Callable[..., Live]
) -> None:
    deployed = live("named")
    for edit in edits:
        outcome = deployed.deploy(_named(edit))
        _held(outcome)
    assert _names(outcome) == _FIRST | wanted


@pytest.fixture
def former(
    empty: Callable[[], Live], monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, Any]], tuple[Live, Outcome]]:
    """A deployment of before names were taken as they are given: what any other content has, has a hash or a range."""

    def deploy(config: dict[str, Any]) -> tuple[Live, Outcome]:
        deployed = empty()
        with monkeypatch.context() as patch:
            patch.setattr("stacks.producer.is_given", lambda *_: False)
            outcome = deployed.deploy(config)
        assert outcome.findings == []
        return deployed, outcome

    return deploy


_HASHED = {
    "rule": ["acme-rule-H"],
    "group": ["acme-neg-H"],
    "subnet": ["acme-lb-R", "acme-nat-R", "acme-nat-R", "acme-proxies"],
}
# As it was when names were plain for the content of the reference deployment.
_PLAIN: dict[str, Any] = {
    **_REFERENCE_PORT,
    **_REFERENCE_SERVICE,
    "producer.network.load_balancer_subnet.range": "10.0.1.0/24",
    f"{HELLO}.nat_ranges": ["10.0.3.0/24"],
}


@pytest.mark.parametrize(
    ("before", "names"),
    [(_LIVE, _HASHED), (_PLAIN, _FIRST | {"subnet": ["acme-lb", "acme-nat", "acme-proxies"]})],
    ids=["hashed", "plain"],
)
@pytest.mark.parametrize("edit", [_LIVE, _ALL], ids=["upgraded alone", "upgraded with an edit that replaces"])
def test_what_was_deployed_before_keeps_its_names(
    before: dict[str, Any],
    names: dict[str, list[str]],
    edit: dict[str, Any],
    former: Callable[[dict[str, Any]], tuple[Live, Outcome]],
) -> None:
    deployed, outcome = former(_named(before))
    assert _names(outcome) == names
    outcome = deployed.deploy(_named(before, edit))
    _held(outcome)
    if not edit:
        assert _google(outcome) == {}
        assert _names(outcome) == names
    _held(deployed.deploy(_named(before)))
    _held(deployed.deploy(_named(_ALL)))


def test_names_that_are_given_later_rename(live: Callable[..., Live]) -> None:
    deployed = live()
    names = {"forwarding_rule": "acme-rule", "network_endpoint_group": "acme-neg"}
    config = edited(configuration("default"), {f"{HELLO}.names": names})
    outcome = deployed.deploy(config)
    _held(outcome)
    assert (_names(outcome)["rule"], _names(outcome)["group"]) == (["acme-rule"], ["acme-neg"])
    _held(deployed.deploy(edited(config, _PORT | _SERVICE)))


def test_a_renamed_key_keeps_names_that_are_given(live: Callable[..., Live]) -> None:
    config = configuration("named")
    service = config["producer"]["services"].pop("hello")
    config["producer"]["services"]["greeter"] = service | {"former_key": "hello"}
    config["consumers"]["consumer"]["endpoints"]["psc-endpoint"]["service"] = "greeter"
    outcome = live("named").deploy(config)
    _held(outcome)
    assert set(outcome.changes.values()) == {"moved"}
    assert _names(outcome) == _FIRST


@pytest.mark.parametrize(
    ("base", "edit", "refused"),
    [
        ("named", {"producer.network.nat_subnet_name": "acme-translated"},
         "is called acme-nat and cannot become acme-translated"),
        ("default", {"producer.network.nat_subnet_name": "acme-nat"},
         "is called producer-psc-subnet and cannot become acme-nat"),
        ("named", {"producer.network.load_balancer_subnet.name": "acme-front"},
         "cannot change from acme-lb to acme-front"),
    ],
)  # fmt: skip
def test_a_subnet_that_is_to_be_renamed_is_refused_at_plan(
    base: str, edit: dict[str, Any], refused: str, live: Callable[..., Live]
) -> None:
    outcome = live(base).deploy(edited(configuration(base), edit))
    assert not outcome.went
    assert any(refused in finding and "refused at plan" in finding for finding in outcome.findings), outcome.findings
