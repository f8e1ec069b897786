"""A handed-over bundle goes on where the deployment was: nothing planned, edited by its runbook, and back again."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from handover.bundle import Wish
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.edits import HELLO, edited
from tests.e2e.handed import Handed, written
from tests.e2e.live import CONSUMER, PRODUCER, Live, found

pytestmark = pytest.mark.e2e
FORMATS = ("json", "hcl")
PAGE = CHECKOUT / "docs" / "handover.md"
NOTHING = "No changes. Your infrastructure matches the configuration."
GCS = {"state": {"backend": "gcs", "bucket": "example-state-bucket", "prefix": "handed"}}


def plans(handed: Handed, stack: str) -> str:
    """What a plan of a stack says."""
    return handed.types(f"terraform -chdir={stack} plan")


def taken_over(handed: Handed, *, consumers: int) -> None:
    """The state goes on: the runbook's section Apply moves addresses of the producer, and changes nothing."""
    said = apply_section(handed)
    assert said.count(NOTHING) == 2 * consumers, said  # plan and apply of each
    assert said.count("Plan: 0 to add, 0 to change, 0 to destroy.") == 2, said
    assert "Resources: 0 added, 0 changed, 0 destroyed." in said, said
    assert NOTHING in plans(handed, "producer")


def apply_section(handed: Handed) -> str:
    """The runbook's section Apply, typed as a whole."""
    (block,) = handed.blocks("Apply")
    return handed.types(block)


@pytest.mark.parametrize(
    ("format_", "base", "version"),
    [
        ("json", "default", CURRENT),
        ("hcl", "default", CURRENT),
        ("hcl", "pair", CURRENT),
        ("hcl", "named", CURRENT),
        ("hcl", "default", "6.50.0"),
    ],
)
def test_the_state_goes_on_and_comes_back(
    format_: str, base: str, version: str, live: Callable[..., Live], tmp_path: Path
) -> None:
    deployed = live(base, version)
    before = deployed.state()
    handed = Handed.of(deployed, tmp_path / "bundle", Wish(format=format_))
    handed.lay_out_states()
    handed.types_section("State")
    taken_over(handed, consumers=len(deployed.standing) - 1)
    assert deployed.state()["compute"] == before["compute"]
    handed.types_section("Where this came from")
    handed.take_states_back()
    outcome = deployed.deploy(written(deployed))
    assert outcome.findings == []
    assert outcome.changes == {}


@pytest.mark.parametrize("format_", FORMATS)
def test_a_state_in_a_bucket_goes_on_and_comes_back(format_: str, empty: Callable[[], Live], tmp_path: Path) -> None:
    live = empty()
    config = configuration("default") | {"provider_version": CURRENT} | GCS
    assert live.deploy(config).findings == []
    handed = Handed.of(live, tmp_path / "bundle", Wish(format=format_))
    bringing_back = "".join(handed.blocks("State")).splitlines()  # a version; there is nothing to lay out
    assert [line.split()[:3] for line in bringing_back] == [["gcloud", "storage", "ls"], ["gcloud", "storage", "cp"]]
    taken_over(handed, consumers=1)
    handed.types_section("Where this came from")
    outcome = live.deploy(config)
    assert outcome.findings == []
    assert outcome.changes == {}


@pytest.mark.parametrize("format_", FORMATS)
def test_a_local_state_goes_into_a_bucket(format_: str, live: Callable[..., Live], tmp_path: Path) -> None:
    handed = Handed.of(live(), tmp_path / "bundle", Wish(format=format_))
    handed.lay_out_states()
    handed.types_section("State")
    handed.types_section("Apply")
    handed.live.standin.cloud.buckets.setdefault("our-states", {})
    handed.types_section("Into a bucket", BUCKET="our-states")
    handed.edits("Into a bucket", "consumer", BUCKET="our-states")
    for state in handed.folder.glob("*.tfstate*"):
        state.unlink()
    for stack in ("producer", "consumer"):
        assert NOTHING in plans(handed, stack)
    assert len(handed.live.standin.cloud.buckets["our-states"]) >= 2


@pytest.mark.parametrize("format_", FORMATS)
def test_the_runbook_is_true_from_the_first_command_to_the_last(
    format_: str, live: Callable[..., Live], tmp_path: Path
) -> None:
    handed = Handed.of(live(), tmp_path / "bundle", Wish(format=format_))
    handed.lay_out_states()
    for heading in ("Before the first time", "State", "Apply"):
        handed.types_section(heading)
    a_consumer_is_accepted(handed)
    consumers_are_revoked(handed)
    a_nat_range_comes_and_goes(handed)
    the_image_is_changed(handed)
    the_endpoint_is_moved(handed)
    for stack in ("producer", "consumer"):
        assert NOTHING in plans(handed, stack)
    for heading in ("consumer: psc-endpoint", "producer: hello-service"):
        for line in "".join(handed.blocks(heading)).splitlines():
            if line.startswith(handed.wish.program):
                assert handed.types(line).strip()
    the_consumers_project_is_gone(handed)
    # After these there is nothing to destroy, or not here.
    leaving = {one for one in handed.untyped() if re.search(" state rm| state mv| -migrate-state", one)}
    for command in sorted(one for one in handed.untyped() - leaving if not one.endswith("destroy")):
        handed.types(command)
    handed.types_section("Destroy")
    assert handed.untyped() == leaving != set()
    state = handed.live.state()
    assert [*state["compute"], *state["run"]] == []


def a_consumer_is_accepted(handed: Handed) -> None:
    handed.edits("Accept a consumer", "producer")
    said = handed.types_section("Accept a consumer")
    assert "Plan: 1 to add, 1 to change, 0 to destroy." in said, said
    (shown,) = [block.text for block in blocks(PAGE, "text") if block.text.startswith("  # google")]
    for line in shown.splitlines():
        assert line in said
    attachment = found(handed.live.state(), "serviceAttachments", "hello-service-attachment")
    assert {one["projectIdOrNum"]: one["connectionLimit"] for one in attachment["consumerAcceptLists"]} == {
        CONSUMER: 10,
        "new-consumer-project": 5,
    }
    assert "serviceAccount:caller@new-consumer-project.iam.gserviceaccount.com" in invokers(handed.live)
    assert f"projects/{PRODUCER}/regions/asia-northeast1/serviceAttachments/hello-service-attachment" in said
    assert NOTHING in plans(handed, "producer")


def consumers_are_revoked(handed: Handed) -> None:
    handed.edits("Revoke a consumer", "producer")
    assert "Plan: 0 to add, 1 to change, 1 to destroy." in handed.types_section("Revoke a consumer")
    assert len(invokers(handed.live)) == 1


def the_consumers_project_is_gone(handed: Handed) -> None:
    handed.edits("Take a consumer's project out", "producer")
    planned, _ = handed.blocks("Take a consumer's project out")
    assert "Plan: 0 to add, 1 to change, 2 to destroy." in handed.types(planned)
    assert invokers(handed.live) == []
    assert NOTHING in plans(handed, "producer")


def a_nat_range_comes_and_goes(handed: Handed) -> None:
    values = next((handed.folder / "producer").glob("terraform.tfvars*"))
    former = values.read_text()
    handed.edits("Add a NAT range", "producer")
    assert "Plan: 1 to add, 1 to change, 0 to destroy." in handed.types_section("Add a NAT range")
    assert nat_ranges(handed.live) == {
        "producer-psc-subnet": "10.0.3.0/24",
        "producer-psc-subnet-10-0-4-0-24": "10.0.4.0/24",
    }
    values.write_text(former)
    handed.types("terraform -chdir=producer apply")
    assert nat_ranges(handed.live) == {"producer-psc-subnet": "10.0.3.0/24"}
    endpoint = found(handed.live.state(), "forwardingRules", "psc-endpoint", CONSUMER)
    assert endpoint["pscConnectionStatus"] == "ACCEPTED", "connections are kept"


def nat_ranges(live: Live) -> dict[str, str]:
    """The ranges of the attachment's NAT subnets by their names."""
    attachment = found(live.state(), "serviceAttachments", "hello-service-attachment")
    names = [link.rpartition("/")[2] for link in attachment["natSubnets"]]
    return {name: found(live.state(), "subnetworks", name)["ipCidrRange"] for name in names}


def the_image_is_changed(handed: Handed) -> None:
    handed.edits("Change the image", "producer")
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in handed.types_section("Change the image")
    (container,) = found(handed.live.state(), "services", "hello-service")["template"]["containers"]
    assert container["image"].endswith("/hello:NEW-TAG")


def the_endpoint_is_moved(handed: Handed) -> None:
    handed.edits("Move an endpoint's address", "consumer")
    assert "Plan: 2 to add, 0 to change, 2 to destroy." in handed.types_section("Move an endpoint's address")
    endpoint = found(handed.live.state(), "forwardingRules", "psc-endpoint", CONSUMER)
    assert endpoint["IPAddress"] == "10.1.0.6"
    assert endpoint["pscConnectionStatus"] == "ACCEPTED"
    # The status is read again after the apply: one change of an output, as docs/known-traps.md says.
    handed.types("terraform -chdir=consumer apply")
    assert "10.1.0.6" in handed.types("terraform -chdir=consumer output -raw psc_endpoint_curl_command")


def test_gcloud_takes_every_command_of_the_runbook(live: Callable[..., Live], tmp_path: Path) -> None:
    if not shutil.which("gcloud"):
        pytest.skip("gcloud is not on PATH: whether it takes the runbook's commands was not tried")
    handed = Handed.of(live(), tmp_path / "bundle", Wish())
    lines = [
        line
        for heading in ("consumer: psc-endpoint", "producer: hello-service")
        for line in "".join(handed.blocks(heading)).splitlines()
        if line.startswith("gcloud")
    ]
    assert len(lines) == 8
    assert by_gcloud(handed, f"{lines[0]} --no-such-flag") == 2, "gcloud ends with 2 for words that it does not know"
    for line in lines:
        code = by_gcloud(handed, line)
        # The stand-in answers Compute Engine; of the others it is only known that gcloud takes their words.
        assert code == 0 if shlex.split(line)[1] == "compute" else code != 2, line


def by_gcloud(handed: Handed, line: str) -> int:
    """gcloud's exit code."""
    return handed.tries(f"CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_AUTH_ACCESS_TOKEN=rehearsal {line}").returncode


def test_what_was_let_in_later_goes_back_to_the_checkout_too(live: Callable[..., Live], tmp_path: Path) -> None:
    """docs/handover.md: the way back with a caller that the bundle's variable let in."""
    handed = Handed.of(live(), tmp_path / "bundle", Wish(format="hcl"))
    handed.lay_out_states()
    handed.types_section("State")
    handed.types_section("Apply")
    handed.edits("Accept a consumer", "producer")
    handed.types_section("Accept a consumer")
    (move,) = [block.text for block in blocks(PAGE, "sh") if "terraform -chdir=producer state mv" in block.text]
    handed.types(move)
    handed.types_section("Where this came from")
    handed.take_states_back()
    (part,) = [yaml.safe_load(block.text) for block in blocks(PAGE, "yaml") if "invokers" in block.text]
    service = part["producer"]["services"]["hello"]
    outcome = handed.live.deploy(edited(written(handed.live), {f"{HELLO}.{key}": one for key, one in service.items()}))
    assert outcome.findings == []
    assert outcome.changes == {}
    assert len(invokers(handed.live)) == 2


def invokers(live: Live) -> list[str]:
    """Who may call the service."""
    return [
        member
        for path, policy in live.state()["policies"].items()
        if path.endswith("/services/hello-service")
        for binding in policy.get("bindings", [])
        if binding["role"] == "roles/run.invoker"
        for member in binding["members"]
    ]


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_protected_is_destroyed_only_as_the_runbook_says(
    format_: str, empty: Callable[[], Live], tmp_path: Path
) -> None:
    live = empty()
    config = configuration("default") | {"provider_version": CURRENT, "deletion_protection": True}
    assert live.deploy(config).findings == []
    handed = Handed.of(live, tmp_path / "bundle", Wish(format=format_))
    handed.lay_out_states()
    handed.types_section("State")
    handed.types_section("Apply")
    refused = handed.tries("terraform -chdir=producer destroy")
    assert refused.returncode == 1
    assert "nstance cannot be destroyed" in refused.stderr  # OpenTofu has other words in front
    assert found(live.state(), "serviceAttachments", "hello-service-attachment")
    handed.types_section("Destroy")
    state = live.state()
    assert [*state["compute"], *state["run"]] == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_consumer_team_takes_its_part_alone(format_: str, live: Callable[..., Live], tmp_path: Path) -> None:
    deployed = live()
    handed = Handed.of(deployed, tmp_path / "bundle", Wish(format=format_, stacks=("consumer",)))
    assert not (handed.folder / "producer").exists()
    handed.lay_out_states()
    handed.types_section("State")
    url = json.loads((handed.checkout / "terraform.tried.producer.tfstate").read_text())["outputs"]["hello_url"]
    values = handed.folder / "consumer" / ("terraform.tfvars" if format_ == "hcl" else "terraform.tfvars.json")
    values.write_text(values.read_text().replace("URL_OF_THE_SERVICE", url["value"]))
    said = apply_section(handed)
    assert said.count(NOTHING) == 2, said
    (destroy,) = handed.blocks("Destroy")
    handed.types(destroy)
    state = deployed.state()
    assert [path for path in state["compute"] if path.startswith(f"projects/{CONSUMER}/")] == []
    assert [path for path in state["compute"] if path.startswith(f"projects/{PRODUCER}/")]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_project_that_is_gone_breaks_nothing_once_its_values_are(
    format_: str, live: Callable[..., Live], tmp_path: Path
) -> None:
    handed = Handed.of(live("pair"), tmp_path / "bundle", Wish(format=format_))
    handed.lay_out_states()
    handed.types_section("State")
    handed.types_section("Apply")
    handed.types("terraform -chdir=consumer destroy")  # what was in the project goes with it
    before = addresses(handed)
    gone = handed.live.standin.cloud.projects.pop(CONSUMER)
    refused = handed.tries("terraform -chdir=producer plan")
    assert refused.returncode == 1
    assert gone.id in refused.stderr
    assert "403" in refused.stderr
    handed.edits("Take a consumer's project out", "producer")
    planned, forgets = handed.blocks("Take a consumer's project out")
    handed.types(forgets)
    said = handed.types(planned)
    assert "Plan: 0 to add, 2 to change, 2 to destroy." in said, said
    assert before - addresses(handed) == {
        'google_project_service.consumers_compute["consumer"]',
        f'google_cloud_run_v2_service_iam_member.hello_invokers["{CONSUMER}"]',
        f'google_cloud_run_v2_service_iam_member.second_invokers["{CONSUMER}"]',
        f'data.google_project.consumers["{CONSUMER}"]',
    }
    assert len(invokers(handed.live)) == 1
    accepted = found(handed.live.state(), "serviceAttachments", "hello-service-attachment")["consumerAcceptLists"]
    assert [one["projectIdOrNum"] for one in accepted] == ["example-other-project"]
    assert NOTHING in plans(handed, "producer")


def addresses(handed: Handed) -> set[str]:
    """Everything that the producer's state holds."""
    return set(handed.types("terraform -chdir=producer state list").splitlines())
