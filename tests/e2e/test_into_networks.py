"""Both sides in networks that exist: deployed, edited and destroyed, with what others own left as it was."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml

from rehearsal.attempts import plan
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks
from tests.e2e.conftest import CURRENT
from tests.e2e.live import CONSUMER, PRODUCER, Live, Outcome

pytestmark = pytest.mark.e2e
HOST = "net-host"
SUBNETS = f"projects/{HOST}/regions/asia-northeast1/subnetworks"
PAGE = CHECKOUT / "docs" / "configuration.md"


def example(name: str) -> dict[str, Any]:
    """A whole file of the docs, in the projects that there are."""
    (text,) = [block.text for block in blocks(PAGE, "yaml") if block.text.startswith(f"# config/environments/{name}.")]
    text = text.replace("my-producer", PRODUCER).replace("my-analytics", CONSUMER)
    config: dict[str, Any] = yaml.safe_load(text.replace("my-consumer", "example-other-project"))
    return config | {"provider_version": CURRENT}


def deployed(live: Live, config: dict[str, Any]) -> Outcome:
    outcome = live.deploy(config)
    assert outcome.findings == []
    return outcome


def fates(outcome: Outcome) -> dict[str, str]:
    """What became of each connection, by its endpoint's project."""
    return {fate.endpoint.split("/")[1]: fate.outcome for fate in outcome.report.connections}


@pytest.fixture
def cloud(empty: Callable[[], Live]) -> Live:
    live = empty()
    live.standin.cloud.open = True  # the host project
    return live


@pytest.mark.parametrize("name", ["shared", "mixed"])
def test_the_examples_are_deployed_settle_and_leave_what_existed(name: str, cloud: Live) -> None:
    config = example(name)
    outcome = deployed(cloud, config)
    assert set(outcome.connections.values()) == {"new"}
    assert deployed(cloud, config).changes == {}, "the plan over what stands is empty"
    granted = {path for path in cloud.state()["compute"] if path.endswith(("/shared", "/apps", "/load-balancers"))}
    assert granted
    destroyed = cloud.destroy()
    assert [finding for finding in destroyed.findings if not finding.startswith("left over")] == []
    assert granted <= set(cloud.state()["compute"])


def test_nat_subnets_are_exchanged_and_made_in_the_hosts_project(cloud: Live) -> None:
    config = example("shared")
    deployed(cloud, config)
    other = deepcopy(config)
    other["producer"]["services"]["hello"]["nat_subnets"] = [f"{SUBNETS}/psc-other"]
    outcome = deployed(cloud, other)
    assert outcome.changes == {"producer google_compute_service_attachment.hello": "updated"}
    assert set(outcome.connections.values()) == {"kept"}
    made = deepcopy(config)
    del made["producer"]["services"]["hello"]["nat_subnets"]
    made["producer"]["services"]["hello"]["nat_ranges"] = ["10.77.0.0/24"]
    outcome = deployed(cloud, made)
    assert set(outcome.connections.values()) == {"kept"}
    subnets = [body for path, body in outcome.cloud["compute"].items() if body.get("ipCidrRange") == "10.77.0.0/24"]
    assert [subnet["purpose"] for subnet in subnets] == ["PRIVATE_SERVICE_CONNECT"]
    assert f"/{HOST}/" in subnets[0]["selfLink"]
    outcome = deployed(cloud, config)
    assert set(outcome.connections.values()) == {"kept"}


def test_a_consumer_moves_into_a_network_that_exists_and_back(cloud: Live) -> None:
    existing = example("mixed")
    made = deepcopy(existing)
    del made["consumers"]["analytics"]["network"]
    del made["consumers"]["analytics"]["endpoints"]["psc-endpoint"]["address"]
    deployed(cloud, made)
    outcome = deployed(cloud, existing)
    assert outcome.changes["analytics google_compute_network.network"] == "destroyed"
    assert fates(outcome) == {CONSUMER: "restored", "example-other-project": "kept"}
    outcome = deployed(cloud, made)
    assert outcome.changes["analytics google_compute_network.network"] == "created"
    assert fates(outcome) == {CONSUMER: "restored", "example-other-project": "kept"}


def test_a_producer_does_not_move_and_is_told_the_way(cloud: Live) -> None:
    existing = example("shared")
    made = deepcopy(existing)
    del made["producer"]["network"]
    del made["producer"]["services"]["hello"]["nat_subnets"]
    deployed(cloud, made)
    refused = cloud.deploy(existing)
    assert not refused.went
    said = " ".join(refused.findings)
    assert "The producer's network cannot change from producer-vpc to projects/net-host/global/networks/shared" in said
    assert "destroy the consumers and then the producer" in said


def test_logs_and_a_vm_where_they_are_asked_for(cloud: Live) -> None:
    config = example("shared")
    config["consumers"]["analytics"] |= {"flow_logs": {"enabled": True}, "test_vm": {"enabled": True}}
    outcome = deployed(cloud, config)
    (path,) = outcome.cloud["flow_logs"]
    assert path == f"projects/{HOST}/locations/global/vpcFlowLogsConfigs/analytics-flow-logs"
    assert outcome.cloud["flow_logs"][path]["subnet"] == f"{SUBNETS}/apps"
    firewalls = [path for path in outcome.cloud["compute"] if "/firewalls/" in path]
    assert firewalls == [f"projects/{HOST}/global/firewalls/allow-iap-ssh"]
    assert deployed(cloud, example("shared")).cloud["flow_logs"] == {}


def test_what_does_not_fit_is_refused_at_plan(cloud: Live) -> None:
    config = example("shared")
    deployed(cloud, config)
    config["consumers"]["analytics"]["network"]["subnet"].pop("range")
    config["consumers"]["analytics"]["endpoints"]["psc-endpoint"]["address"] = "10.99.0.5"
    refused = cloud.deploy(config)
    assert not refused.went
    assert "10.99.0.5 is outside the range 10.20.0.0/22 of the subnet apps" in refused.findings[0]


def test_a_subnet_that_its_host_took_away_is_named(cloud: Live) -> None:
    """Google deletes no subnet in use, but its host's owners may hide it from the deployer: 404 as well."""
    config = example("shared")
    deployed(cloud, config)
    apps = f"{SUBNETS}/apps"
    gone = cloud.standin.cloud.compute.pop(apps)
    attempt = plan(cloud.deployer, cloud.stack_folder("analytics"))
    assert apps in " ".join(finding.message for finding in attempt.findings("plan"))
    cloud.standin.cloud.compute[apps] = gone
    assert deployed(cloud, config).changes == {}, "nothing was lost meanwhile"
