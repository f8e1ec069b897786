"""Edits of a live deployment, in the ordinary way: producer, then consumers; the second plan is empty each time."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from deployment.values import Json
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.edits import EDITS, HELLO, WITH_6_50, Edit, edited
from tests.e2e.live import CONSUMER, Live

pytestmark = pytest.mark.e2e


def untouched(cloud: Json, former: Json) -> bool:
    """Whether everything is as it was."""
    return all(cloud[part] == former[part] for part in ("compute", "run", "policies", "connections"))


def carried_out(edit: Edit, live: Callable[..., Live], version: str) -> None:
    """Deploy the base, edit it, deploy again, and compare with the row."""
    base = configuration(edit.base) | {"provider_version": version}
    deployed = live(edit.base, version)
    if edit.before:
        base = edited(base, edit.before)
        assert deployed.deploy(base).findings == []
    former = deployed.state()
    outcome = deployed.deploy(edited(base, edit.put, edit.drop))
    if edit.refused:
        assert not outcome.went
        assert [finding for finding in outcome.findings if edit.refused in finding]
        assert all("refused at plan" in finding for finding in outcome.findings)
        assert untouched(outcome.cloud, former), "a refused edit must touch nothing"
        return
    assert outcome.findings == []
    wanted = {
        f"{stack} {address}": action
        for stack, actions in edit.changes.items()
        for action, addresses in actions.items()
        for address in addresses.split()
    }
    assert outcome.changes == wanted
    assert outcome.connections == dict(edit.connections)
    assert edit.holds(outcome)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_ends_as_it_must(edit: Edit, live: Callable[..., Live]) -> None:
    carried_out(edit, live, CURRENT)


@pytest.mark.parametrize("edit", WITH_6_50, ids=lambda edit: edit.name)
def test_the_risky_edits_end_the_same_with_the_older_provider(edit: Edit, live: Callable[..., Live]) -> None:
    carried_out(edit, live, "6.50.0")


@pytest.mark.parametrize(("former", "later"), [("6.50.0", CURRENT), ("7.45.0", "8.0.0")])
def test_the_provider_is_upgraded_without_any_change(
    former: str, later: str, live: Callable[..., Live], provider: Callable[[str], str]
) -> None:
    standing = live("default", former)
    upgraded = standing.deploy(configuration("default") | {"provider_version": provider(later)})
    assert upgraded.findings == []
    assert upgraded.changes == {}
    assert upgraded.connections == {"psc-endpoint": "kept"}


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        ({f"{HELLO}.accept": {"other": 10}}, "PENDING"),
        ({f"{HELLO}.accept": {"other": 10}, f"{HELLO}.reject": [CONSUMER]}, "REJECTED"),
    ],
    ids=["taken off", "rejected"],
)
def test_a_consumer_elsewhere_that_is_no_longer_accepted_is_cut_and_told_so(
    edit: dict[str, object], status: str, live: Callable[..., Live]
) -> None:
    deployed = live("pair")
    consumer = next(stack for stack in deployed.standing if stack.name == "consumer")
    config = edited(configuration("pair"), edit, ("consumers.consumer",))
    stacks = [*deployed.synthesize(config), consumer]
    outcome = deployed.deploy_stacks(stacks)
    assert outcome.named("forwardingRules", "psc-endpoint", CONSUMER)["pscConnectionStatus"] == status
    assert outcome.connections["psc-endpoint"] == "lost"
    assert outcome.connections["other-endpoint"] == "kept"
    assert f"psc-endpoint is {status}" in outcome.warnings, "the consumer's own check tells it"
    assert f"forwardingRules/psc-endpoint {status}" in outcome.warnings, "and so does the producer's"


def test_a_service_that_a_consumer_elsewhere_still_wants_is_missed_at_its_plan(live: Callable[..., Live]) -> None:
    deployed = live("pair")
    consumer = next(stack for stack in deployed.standing if stack.name == "consumer")
    without = edited(configuration("pair"), {}, ("producer.services.second", "consumers.consumer.endpoints.to-second"))
    producer = [stack for stack in deployed.synthesize(without) if stack.name == "producer"]
    outcome = deployed.deploy_stacks([*producer, consumer])
    assert not outcome.went
    refused = [finding for finding in outcome.findings if finding.startswith("refused")]
    assert all("second_service_attachment_self_link" in finding for finding in refused)
    assert refused


def test_a_consumer_whose_destroy_was_forgotten_is_named_by_the_producers_check(live: Callable[..., Live]) -> None:
    deployed = live("pair")
    config = edited(configuration("pair"), {}, ("consumers.other",))
    deployed.standing = [stack for stack in deployed.standing if stack.name != "other"]
    outcome = deployed.deploy(config)
    assert "forwardingRules/other-endpoint PENDING" in outcome.warnings


def test_a_moved_region_is_refused_by_the_consumer_too(live: Callable[..., Live]) -> None:
    deployed = live()
    former = deepcopy(deployed.state())
    deployed.standing = [stack for stack in deployed.standing if stack.name == "consumer"]
    config = edited(configuration("default"), {"region": "europe-west1"})
    consumer = [stack for stack in deployed.synthesize(config) if stack.name == "consumer"]
    outcome = deployed.deploy_stacks(consumer)
    assert any("The region cannot change from asia-northeast1" in finding for finding in outcome.findings)
    assert untouched(outcome.cloud, former)


def test_everything_is_gone_after_a_destroy(live: Callable[..., Live]) -> None:
    outcome = live("pair").destroy()
    assert outcome.findings == []
    assert outcome.cloud["compute"] == {}
    assert outcome.cloud["run"] == {}
