"""Five pull requests, reviewed with everything there is: base, plans of a live deployment, and its rehearsal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deployment import plan_comparison
from deployment.comparison import compare
from deployment.output_folder import StackFolder, local_states
from deployment.stack_files import read
from deployment.terraform import PLAN
from rehearsal.copies import put
from review.comment import checked
from review.formats import markdown
from review.material import Material
from review.rehearsed import rehearsed
from review.replacement import infer
from review.report import Report, assemble
from review.topics import OUTSIDE
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.edits import HELLO, edited
from tests.e2e.live import CHECKOUT, PRODUCER, Live, found
from tests.e2e.test_faults import call

pytestmark = pytest.mark.e2e
PARTNER = {"project": "example-other-project", "endpoints": {"partner-endpoint": {"service": "hello"}}}
CLOUD_RUN = "google_cloud_run_v2_service"


def opened(stacks: list[StackFolder]) -> None:
    """What the configuration refuses, by hand: ingress for everybody."""
    file = next(one.file for one in stacks if one.name == "producer")
    content = json.loads(file.read_text())
    content["resource"][CLOUD_RUN]["hello"]["ingress"] = "INGRESS_TRAFFIC_ALL"
    file.write_text(json.dumps(content))


def reviewed(
    live: Callable[..., Live], put_in: dict[str, Any], by_hand: Callable[[list[StackFolder]], None] | None
) -> Report:
    planned, tried = live(), live()
    former = planned.standing
    present = planned.synthesize(edited(configuration("default") | {"provider_version": CURRENT}, put_in))
    if by_hand:
        by_hand(present)
    before, after = (read(stacks[0].folder.parent.parent, "default") for stacks in (former, present))
    material = Material(base="base", today=date(2026, 11, 25), environments=["default"])
    material.code = [infer(compare(before.get(name), after[name])) for name in after]
    states = local_states(present)
    for folder in present:
        here = put(folder, planned.folder / "stacks", states)
        assert planned.deployer.plan(here).ok
        material.plans.append(plan_comparison.read(shown(planned, here, folder), "plan.json", after[folder.name]))
        assert planned.deployer.apply(here).ok
    outcome = tried.deploy_stacks(present)
    outcome.report.former = "base"
    material.rehearsals = [rehearsed(outcome.report, "default")]
    return assemble(material)


def shown(live: Live, stack: StackFolder, synthesized: StackFolder) -> Path:
    """The plan as JSON, with the state's place as it is synthesized: the rehearsal's copies stand elsewhere."""
    done = subprocess.run(
        [live.program, "show", "-json", PLAN], cwd=stack.folder, env=dict(live.deployer.variables),
        capture_output=True, check=True,
    )  # fmt: skip
    file = live.folder / f"{stack.name}.json"
    plan = done.stdout.decode()
    for data in json.loads(synthesized.file.read_text()).get("data", {}).get("terraform_remote_state", {}).values():
        plan = plan.replace("../producer.tfstate", data["config"]["path"])
    file.write_text(plan)
    return file


KEPT = "Connection of consumer/psc-endpoint: kept, without interruption (ACCEPTED)"
CASES: dict[str, tuple[dict[str, Any], Any, list[tuple[str, str]], list[str], list[str]]] = {
    "limit raised": (
        {f"{HELLO}.accept": {"consumer": 20}}, None,
        [("code, plan", "example-consumer-project may open up to 20 endpoints to hello-service-attachment, instead of "
          "10.")],
        [], ["producer: 1 updated", "consumer: nothing to do", KEPT],
    ),
    "port changed": (
        {f"{HELLO}.port": 8080}, None,
        [("code, plan", "hello-service-attachment answers on port 8080 instead of 80: after the apply, callers that "
          "still use port 80 get no answer, even though their connection stays."),
         ("code, plan", "google_compute_forwarding_rule.hello (hello-forwarding-rule-add638) is replaced (port_range); "
          "the replacement is created before the old one is removed.")],
        [], ["producer: 1 updated, 1 replaced", "consumer: nothing to do", KEPT],
    ),
    "ingress opened": (
        {}, opened,
        [("code, plan", "hello-service takes requests from the internet: an accepted network is no longer needed by "
          "the default Compute Engine account of project example-consumer-project.")],
        ["ingress-not-internal"], ["producer: 1 updated", "consumer: nothing to do", KEPT],
    ),
    "service renamed": (
        {f"{HELLO}.names": {"service": "greeting-service"}}, None,
        [("code, plan", "The Cloud Run service greeting-service is replaced (name); requests fail until the "
          "replacement exists. Its URL, the audience of callers' ID tokens, changes with its name: callers need "
          "the new one."),
         ("code, plan", "google_compute_region_network_endpoint_group.hello (hello-serverless-neg-f3c270) is replaced "
          "(cloud_run.0.service; name); the replacement is created before the old one is removed.")],
        [], ["producer: 1 updated, 3 replaced", "consumer: nothing to do", KEPT],
    ),
    "consumer added": (
        {"consumers.partner": PARTNER}, None,
        [("code, plan", "The project example-other-project may connect to hello-service-attachment with up to 10 "
          "endpoints; it could not before."),
         ("code, plan", "The default Compute Engine account of project example-other-project may call hello-service "
          "(a request still has to come through an accepted endpoint)."),
         ("code, plan", "VMs in partner-vpc reach hello-service-attachment through the endpoint partner-endpoint, at "
          "10.1.0.5.")],
        [], [KEPT, "Connection of partner/partner-endpoint: new (ACCEPTED)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_pull_request_is_told_in_the_same_words_by_code_plan_and_rehearsal(
    name: str, live: Callable[..., Live], tmp_path: Path
) -> None:
    put_in, by_hand, wanted, findings, lines = CASES[name]
    report = reviewed(live, put_in, by_hand)
    told = [(one.source, str(one.sentence)) for one in report.decisions]
    for one in wanted:
        assert one in told, told
    assert len({sentence for _, sentence in told}) == len(told) <= len(wanted) + 1
    assert report.drift == []
    assert [one.rule for one in report.findings if one.severity != "note"] == findings
    assert set(lines) <= {str(line) for line in report.rehearsals[0].lines}
    file = tmp_path / "review.md"
    file.write_text(markdown.text(report))
    assert checked(file)


def test_what_somebody_opens_by_hand_leads_the_review_of_the_next_plan(live: Callable[..., Live]) -> None:
    """A project that was accepted, and an open ingress, as the real provider reads them."""
    deployed = live()
    attachment = found(deployed.state(), "serviceAttachments", "hello-service-attachment")
    accepted = [*attachment["consumerAcceptLists"], {"projectIdOrNum": "example-other-project", "connectionLimit": 3}]
    path = attachment["selfLink"].partition("/compute/v1/")[2]
    body = {"consumerAcceptLists": accepted, "fingerprint": attachment["fingerprint"]}
    call(deployed, "PATCH", f"/compute/v1/{path}", body)
    path = f"/run/v2/projects/{PRODUCER}/locations/asia-northeast1/services/hello-service"
    call(
        deployed, "PATCH", path, {"template": call(deployed, "GET", path)["template"], "ingress": "INGRESS_TRAFFIC_ALL"}
    )
    producer = next(stack for stack in deployed.standing if stack.name == "producer")
    here = put(producer, deployed.folder / "stacks", local_states(deployed.standing))
    assert deployed.deployer.plan(here).ok
    stack = read(producer.folder.parent.parent, "default")["producer"]
    material = Material(base="base", today=date(2026, 11, 25), environments=["default"], code=[compare(stack, stack)])
    material.plans.append(plan_comparison.read(shown(deployed, here, producer), "plan.json", stack))
    report = assemble(material)
    assert [str(one.sentence) for one in report.decisions if one.topic == OUTSIDE] == [
        "The project example-other-project may connect to hello-service-attachment with up to 3 endpoints; it could "
        "not before. This plan takes it back.",
        "hello-service takes requests from the internet: an accepted network is no longer needed by the default "
        "Compute Engine account of project example-consumer-project. This plan takes it back.",
    ]
    assert [(one.rule, one.address) for one in report.findings] == [
        ("ingress-not-internal", "google_cloud_run_v2_service.hello"),
        ("opened-outside", "google_cloud_run_v2_service.hello"),
        ("opened-outside", "google_compute_service_attachment.hello"),
    ]


def test_the_command_rehearses_what_it_compares(provider: Callable[[str], str], tmp_path: Path) -> None:
    provider("~> 7.45")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PSC_")}
    for name in ("base", "change"):
        done = subprocess.run(
            [sys.executable, "-s", "main.py"], cwd=CHECKOUT, env=clean | {"CDKTF_OUTDIR": str(tmp_path / name)},
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0
    file = tmp_path / "change" / "stacks" / "producer" / "cdk.tf.json"
    file.write_text(file.read_text().replace('"connection_limit": 10', '"connection_limit": 20'))
    words = ["--base-dir", str(tmp_path / "base"), "--dir", str(tmp_path / "change"), "--rehearse", "--format", "json"]
    runs = [
        subprocess.run([CHECKOUT / "psc", "review", *words], env=clean, capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert [done.returncode for done in runs] == [0, 0], runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    (rehearsal,) = json.loads(runs[0].stdout)["rehearsals"]
    assert rehearsal["held"] is True
    assert rehearsal["lines"] == ["producer: 1 updated", "consumer: nothing to do", KEPT]
