"""Faults of the cloud, of Terraform and of people: after at most one more ordinary deploy, the cloud is as without."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from copy import deepcopy
from string import Template
from typing import Any

import pytest

from tests.docs.pages import blocks
from tests.e2e.comparison import assert_same_cloud
from tests.e2e.conftest import CURRENT, Config, configuration
from tests.e2e.edits import HELLO, edited
from tests.e2e.live import CHECKOUT, CONSUMER, PRODUCER, PROJECTS, Live, found

pytestmark = pytest.mark.e2e
TROUBLESHOOTING, IMPORT = CHECKOUT / "docs" / "troubleshooting.md", CHECKOUT / "docs" / "import.md"
BASE = configuration("default") | {"provider_version": CURRENT}
BROKEN = edited(BASE, {f"{HELLO}.image": "us-docker.pkg.dev/cloudrun/container/does-not-start"})


@pytest.fixture
def wanted(deployed: Callable[[str, str], Live]) -> dict[str, Any]:
    """The cloud of the default deployment without any fault."""
    return deployed("default", CURRENT).state()


@pytest.mark.parametrize(
    "faults",
    [
        {"fraction": 0.2},
        {"operation_seconds": 2.0},
        {
            "operations": [
                {
                    "event": "forwardingRules.insert",
                    "code": 403,
                    "reason": "quotaExceeded",
                    "message": "Quota 'INTERNAL_MANAGED_FORWARDING_RULES' exceeded. Limit: 0.0 in region.",
                }
            ]
        },
        {"operations": [{"event": "serviceAttachments.insert"}]},
        {"operations": [{"event": "instances.insert"}]},
    ],
    ids=["a fifth of all calls", "slow", "quota", "internal error at the end", "VM fails"],
)
def test_a_cloud_that_falters(faults: Config, empty: Callable[[], Live], wanted: dict[str, Any]) -> None:
    live = empty()
    live.standin.cloud.faults.configure(faults)
    outcome = live.deploy(BASE)
    live.standin.cloud.faults.configure({"fraction": 0.0, "operation_seconds": 0.0, "operations": []})
    if not outcome.went:
        outcome = live.deploy(BASE)
    assert outcome.went, outcome.findings
    assert_same_cloud(live.deploy(BASE), wanted)


def test_an_api_that_is_enabled_and_not_ready(empty: Callable[[], Live], wanted: dict[str, Any]) -> None:
    live = empty()
    minutes = [0.0]
    live.standin.cloud.clock = lambda: minutes[0]
    live.standin.cloud.faults.configure({"activation_seconds": 1.0})
    refused = live.deploy(BASE)
    assert any("accessNotConfigured" in finding for finding in refused.findings)
    minutes[0] = 2.0
    outcome = live.deploy(BASE)
    assert outcome.went, outcome.findings
    assert_same_cloud(live.deploy(BASE), wanted)


def test_apis_that_are_not_ready_on_either_side(empty: Callable[[], Live], wanted: dict[str, Any]) -> None:
    """Each API refuses one call in each project: one more deploy for the producer, and one for the consumer."""
    live = empty()
    live.standin.cloud.faults.configure({"activation_calls": 1})
    stopped = []
    while not (outcome := live.deploy(BASE)).went:
        assert any("accessNotConfigured" in finding for finding in outcome.findings), outcome.findings
        documented("accessNotConfigured", "deploy again")
        stopped.append(next(step.stack for step in outcome.report.steps if not step.ok))
        assert stopped in (["producer"], ["producer", "consumer"]), "a side is stopped once"
    assert stopped
    assert_same_cloud(live.deploy(BASE), wanted)


def test_a_revision_that_does_not_start_at_first(empty: Callable[[], Live], wanted: dict[str, Any]) -> None:
    live = empty()
    refused = live.deploy(BROKEN)
    assert not refused.went
    outcome = live.deploy(BASE)
    assert outcome.went, outcome.findings
    assert_same_cloud(outcome, wanted)


def test_a_revision_that_does_not_start_later(live: Callable[..., Live], wanted: dict[str, Any]) -> None:
    deployed = live()
    refused = deployed.deploy(BROKEN)
    assert not refused.went
    outcome = deployed.deploy(BASE)
    assert outcome.findings == []
    assert outcome.connections == {"psc-endpoint": "kept"}
    assert_same_cloud(outcome, wanted)


def delete(live: Live, collection: str, name: str, project: str) -> None:
    """Somebody deletes a resource by hand, through the API."""
    path = next(
        path
        for path in live.state()["compute"]
        if path.startswith(f"projects/{project}/") and path.endswith(f"/{collection}/{name}")
    )
    call(live, "DELETE", f"/compute/v1/{path}")


def call(live: Live, method: str, path: str, body: Config | None = None) -> Config:
    """One call of Google's API, as somebody at a keyboard would make it."""
    import json
    import urllib.request

    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        live.standin.url + path, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        got: Config = json.loads(answer.read())
    return got


def test_somebody_deletes_the_endpoint(live: Callable[..., Live], wanted: dict[str, Any]) -> None:
    deployed = live()
    delete(deployed, "forwardingRules", "psc-endpoint", CONSUMER)
    outcome = deployed.deploy(BASE)
    assert outcome.went, outcome.findings
    assert_same_cloud(outcome, wanted)


def test_somebody_deletes_the_attachment(live: Callable[..., Live], wanted: dict[str, Any]) -> None:
    """The connection belongs to the attachment that is gone; the consumer's next deploy makes its endpoint anew."""
    deployed = live()
    delete(deployed, "serviceAttachments", "hello-service-attachment", PRODUCER)
    outcome = deployed.deploy(BASE)
    assert outcome.went, outcome.findings
    assert_same_cloud(outcome, wanted)


def test_somebody_empties_the_accept_list(live: Callable[..., Live], wanted: dict[str, Any]) -> None:
    deployed = live()
    attachment = found(deployed.state(), "serviceAttachments", "hello-service-attachment")
    path = attachment["selfLink"].partition("/compute/v1/")[2]
    call(
        deployed,
        "PATCH",
        f"/compute/v1/{path}",
        {"consumerAcceptLists": [], "fingerprint": attachment["fingerprint"]},
    )
    outcome = deployed.deploy(BASE)
    assert outcome.went, outcome.findings
    assert_same_cloud(outcome, wanted)


def test_somebody_opens_the_ingress(live: Callable[..., Live], wanted: dict[str, Any]) -> None:
    deployed = live()
    path = f"/run/v2/projects/{PRODUCER}/locations/asia-northeast1/services/hello-service"
    service = call(deployed, "GET", path)
    call(deployed, "PATCH", path, {"template": service["template"], "ingress": "INGRESS_TRAFFIC_ALL"})
    assert found(deployed.state(), "services", "hello-service")["ingress"] == "INGRESS_TRAFFIC_ALL"
    outcome = deployed.deploy(BASE)
    assert outcome.changes == {"producer google_cloud_run_v2_service.hello": "updated"}
    assert_same_cloud(outcome, wanted)


def test_the_consumer_comes_before_the_producer(empty: Callable[[], Live], wanted: dict[str, Any]) -> None:
    live = empty()
    stacks = live.synthesize(BASE)
    refused = live.deploy_stacks([stack for stack in stacks if stack.name == "consumer"])
    assert any("Deploy the producer first" in finding for finding in refused.findings)
    live.standing = []
    assert live.state()["compute"] == {}, "refused before anything is made"
    outcome = live.deploy_stacks(stacks)
    assert outcome.findings == []
    assert_same_cloud(outcome, wanted)


def test_the_consumer_comes_before_it_is_accepted(empty: Callable[[], Live], wanted: dict[str, Any]) -> None:
    live = empty()
    elsewhere = edited(BASE, {f"{HELLO}.accept": {"somebody-else": 1}}, ("consumers.consumer",))
    producer = live.synthesize(elsewhere)
    consumer = [stack for stack in live.synthesize(BASE) if stack.name == "consumer"]
    waiting = live.deploy_stacks([*producer, *consumer])
    assert waiting.went
    assert "psc-endpoint is PENDING" in live.deploy_stacks([*producer, *consumer]).warnings
    outcome = live.deploy(BASE)
    assert outcome.went, outcome.findings
    assert outcome.connections == {"psc-endpoint": "new"}
    assert_same_cloud(outcome, wanted)


def test_the_producer_is_destroyed_first(live: Callable[..., Live]) -> None:
    deployed = live()
    deployed.standing.reverse()
    outcome = deployed.destroy()
    assert outcome.findings == []
    assert outcome.cloud["compute"] == {}


def terraform(live: Live, stack: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Terraform as somebody types it in a stack's folder."""
    return subprocess.run(
        [live.program, *words],
        cwd=live.stack(stack),
        env=dict(live.deployer.variables),
        capture_output=True,
        text=True,
        check=False,
    )


def documented(symptom: str, command: str) -> None:
    """The troubleshooting page is found by Terraform's own words, and gives the command."""
    text = TROUBLESHOOTING.read_text()
    assert symptom in text
    assert command in text


def imported(live: Live, stack: str, findings: list[str]) -> None:
    """Take over what exists and is not in the state, as troubleshooting.md says, with the ids of import.md."""
    documented("already exists", "terraform import")
    exist = [re.search(r"at apply: (\S+): .*already exists", finding) for finding in findings]
    addresses = [match[1] for match in exist if match]
    assert addresses, findings
    for address in addresses:
        done = terraform(live, stack, "import", "-input=false", address, documented_id(stack, address))
        assert done.returncode == 0, done.stderr


def documented_id(stack: str, address: str) -> str:
    """The id that docs/import.md gives for an address of a stack."""
    listed = "\n".join(one.text for one in blocks(IMPORT, "sh") if f"cd cdktf.out/stacks/{stack}" in one.text)
    found = re.search(rf'^terraform import {re.escape(address)} "(.*)"$', listed, re.MULTILINE)
    assert found, f"docs/import.md has no id for {address} of {stack}"
    values = {"PRODUCER_PROJECT": PRODUCER, "CONSUMER_PROJECT": CONSUMER, "REGION": "asia-northeast1"}
    return Template(found[1]).substitute(values, CONSUMER_NUMBER=PROJECTS[CONSUMER])


LOST = {
    "network": ("producer", "google_compute_network.network"),
    "attachment": ("producer", "google_compute_service_attachment.hello"),
    "endpoint": ("consumer", "google_compute_forwarding_rule.psc_endpoint"),
}


@pytest.mark.parametrize("lost", LOST)
def test_the_state_has_lost_a_resource(lost: str, live: Callable[..., Live], wanted: dict[str, Any]) -> None:
    deployed = live()
    stack, address = LOST[lost]
    assert terraform(deployed, stack, "state", "rm", address).returncode == 0
    refused = deployed.deploy(BASE)
    assert not refused.went
    imported(deployed, stack, refused.findings)
    outcome = deployed.deploy(BASE)
    assert outcome.findings == []
    assert_same_cloud(outcome, wanted)


@pytest.mark.parametrize("event", ["networks.insert", "services.create", "serviceAttachments.insert"])
def test_terraform_is_killed_in_the_middle(event: str, empty: Callable[[], Live], wanted: dict[str, Any]) -> None:
    live = empty()
    stacks = live.synthesize(BASE)
    live.deploy_stacks([])
    producer = next(stack for stack in stacks if stack.name == "producer")
    killed_while(live, producer, event)
    outcome = live.deploy(BASE)
    if not outcome.went:
        imported(live, "producer", outcome.findings)
        outcome = live.deploy(BASE)
    assert outcome.went, outcome.findings
    assert_same_cloud(outcome, wanted)


def killed_while(live: Live, stack: Any, event: str) -> None:
    """Apply a stack and kill Terraform, and its provider, while an operation of this kind is under way."""
    from deployment.output_folder import local_states
    from rehearsal.copies import put

    put(stack, live.folder / "stacks", local_states([stack]))
    live.deployer.init(live.stack_folder(stack.name))
    collection = event.partition(".")[0]
    live.standin.cloud.faults.configure({"operation_seconds": 1.5})
    process = subprocess.Popen(
        [live.program, "apply", "-auto-approve", "-input=false"],
        cwd=live.stack(stack.name),
        env=dict(live.deployer.variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: any(f"/{collection}/" in path for part in ("compute", "run") for path in live.state()[part]))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    live.standin.cloud.faults.configure({"operation_seconds": 0.0})
    live.standin.cloud.finish_all()


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Wait for something that must come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def test_a_bucket_lets_only_one_apply_at_a_time(empty: Callable[[], Live]) -> None:
    live = empty()
    config = deepcopy(BASE) | {"state": {"backend": "gcs", "bucket": "example-state-bucket"}}
    outcome = live.deploy(config)
    assert outcome.findings == []
    live.standin.cloud.faults.configure({"operation_seconds": 4.0})
    stacks = live.synthesize(edited(config, {f"{HELLO}.description": "changed"}))
    from rehearsal.copies import put

    put(next(stack for stack in stacks if stack.name == "producer"), live.folder / "stacks", {})
    command = [live.program, "apply", "-auto-approve", "-input=false", "-no-color"]
    first = subprocess.Popen(
        command,
        cwd=live.stack("producer"),
        env=dict(live.deployer.variables),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: any(name.endswith(".tflock") for name in live.state()["buckets"]["example-state-bucket"]))
        second = terraform(live, "producer", *command[1:])
        assert second.returncode != 0
        assert "Error acquiring the state lock" in second.stderr
        os.killpg(first.pid, signal.SIGKILL)
    finally:
        first.wait()
    live.standin.cloud.faults.configure({"operation_seconds": 0.0})
    live.standin.cloud.finish_all()
    # The lock of the one that was killed stays; its number stands in Terraform's own words.
    documented("Error acquiring the state lock", "terraform force-unlock")
    refused = terraform(live, "producer", *command[1:])
    number = re.search(r"ID:\s+(\d+)", refused.stderr)
    assert number, refused.stderr
    assert terraform(live, "producer", "force-unlock", "-force", number[1]).returncode == 0
    outcome = live.deploy(edited(config, {f"{HELLO}.description": "changed"}))
    assert outcome.findings == []
    assert outcome.named("serviceAttachments", "hello-service-attachment")["description"] == "changed"
