"""docs/import.md and the swap of docs/troubleshooting.md, typed as they stand there, with the real google provider."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from config.loading import load
from deployment.terraform_variables import for_deployment, for_init
from stacks.synthesis import synthesize
from standin import Standin, environment
from tests.conftest import CHECKOUT, REFERENCE, plain
from tests.docs.pages import blocks

pytestmark = pytest.mark.e2e
PRODUCER, CONSUMER, REGION = "example-producer-project", "example-consumer-project", "asia-northeast1"
NUMBERS = {PRODUCER: "111111111111", CONSUMER: "222222222222"}
SIDES = ("producer", "consumer")
PROXY_ONLY = f"projects/{PRODUCER}/regions/{REGION}/subnetworks/producer-proxy-subnet"


@dataclass(frozen=True)
class Hand:
    """Somebody at a shell in a checkout's place, with the variables that the pages export."""

    folder: Path
    standin: Standin
    variables: dict[str, str]

    def types(self, text: str) -> str:
        """Run a page's shell block; `terraform` does not ask here, and what it wrote is returned."""
        done = subprocess.run(
            ["bash", "-e", "-c", text], cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def terraform(self, side: str, *words: str) -> str:
        """One call of Terraform in a stack's folder."""
        return self.types(f"terraform -chdir=cdktf.out/stacks/{side} {' '.join(words)}")

    def synthesizes(self) -> None:
        """The default configuration's stacks, without what is asked at the keyboard."""
        synthesize(load(REFERENCE, self.choice).settings, self.folder / "cdktf.out", REFERENCE / "locks")

    @property
    def choice(self) -> dict[str, str]:
        """The variables that choose what is synthesized."""
        return {key: value for key, value in self.variables.items() if key == "PSC_PROVIDER_VERSION"}

    def initializes(self, side: str) -> None:
        """Find the provider as this user does, which is no part of what is tried."""
        command = ["terraform", f"-chdir=cdktf.out/stacks/{side}", "init", "-input=false", "-no-color"]
        done = subprocess.run(command, cwd=self.folder, env=for_init(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"the google provider cannot be had: {done.stderr.strip().splitlines()[-1]}")

    def calls(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call of compute v1, as gcloud would make it; a change is waited for."""
        words = ["curl", "-sS", "--fail-with-body", "--noproxy", "*", "-X", method]
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)] if body is not None else []
        answer = subprocess.run(
            [*words, f"{self.standin.url}/compute/v1/{path}"], capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stdout
        self.standin.cloud.finish_all()
        found: dict[str, Any] = json.loads(answer.stdout)
        return found


@pytest.fixture(params=["7.45.0", "6.50.0"])
def hand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hand]:
    """The default deployment exists, and no state knows of it: as if it had been made by hand."""
    if not shutil.which("terraform") or not shutil.which("curl"):
        pytest.skip("Terraform or curl is not on PATH")
    with Standin(NUMBERS) as standin:
        (tmp_path / "home").mkdir()
        variables = for_deployment(tmp_path / "home", standin.url, environment(standin.url)) | {
            "TF_CLI_ARGS": "-no-color",
            "TF_CLI_ARGS_apply": "-auto-approve",
            "PSC_PROVIDER_VERSION": request.param,
            "PRODUCER_PROJECT": PRODUCER,
            "CONSUMER_PROJECT": CONSUMER,
            "CONSUMER_NUMBER": NUMBERS[CONSUMER],
            "REGION": REGION,
        }
        one = Hand(tmp_path, standin, variables)
        one.synthesizes()
        for side in SIDES:
            one.initializes(side)
            one.terraform(side, "apply")
        yield one


def imports(side: str) -> str:
    """The page's block for a side; `init` has been done."""
    found = [one.text for one in blocks(CHECKOUT / "docs" / "import.md", "sh") if f"/{side}\n" in one.text]
    assert len(found) == 1
    return found[0].replace("terraform init\n", "")


def test_what_was_made_by_hand_is_taken_over_and_nothing_is_made_anew(hand: Hand) -> None:
    attachment = f"projects/{PRODUCER}/regions/{REGION}/serviceAttachments/hello-service-attachment"
    before = hand.calls("GET", attachment)
    # gcloud leaves reconciliation off.
    hand.calls("PATCH", attachment, {"reconcileConnections": False, "fingerprint": before["fingerprint"]})
    for side in SIDES:
        (hand.folder / f"terraform.{side}.tfstate").unlink()
    for side in SIDES:
        plan = hand.types(imports(side))
        assert "0 to destroy" in plan
        assert "must be replaced" not in plan
        added = 3 if side == "producer" else 2
        assert f"Plan: {added} to add, 2 to change, 0 to destroy." in plan
        hand.terraform(side, "apply")
        assert "No changes." in hand.terraform(side, "plan")
    after = hand.calls("GET", attachment)
    assert after["connectedEndpoints"] == before["connectedEndpoints"]
    assert after["reconcileConnections"] is True


def test_the_proxy_only_subnet_is_swapped_by_hand_and_taken_over(hand: Hand) -> None:
    """What gcloud does on that page is done through the API here; the rest is typed as it stands there."""
    other = f"{PROXY_ONLY}-2"
    new = {"network": f"projects/{PRODUCER}/global/networks/producer-vpc", "ipCidrRange": "10.0.12.0/24"}
    purpose = {"name": "producer-proxy-subnet-2", "purpose": "REGIONAL_MANAGED_PROXY", "role": "BACKUP"}
    hand.calls("POST", PROXY_ONLY.rpartition("/")[0], new | purpose)
    fingerprint = hand.calls("GET", other)["fingerprint"]
    hand.calls("PATCH", f"{other}?drainTimeoutSeconds=300", {"role": "ACTIVE", "fingerprint": fingerprint})
    hand.calls("DELETE", PROXY_ONLY)
    page = blocks(CHECKOUT / "docs" / "troubleshooting.md")
    shell = next(one.text for one in page if "terraform state rm google_compute_subnetwork.proxy_only" in one.text)
    stack = hand.folder / "cdktf.out" / "stacks" / "producer" / "cdk.tf.json"
    text = plain(json.loads(stack.read_text()))
    edited = json.dumps(text).replace("10.0.2.0/24", "10.0.12.0/24")
    stack.write_text(edited.replace("producer-proxy-subnet", "producer-proxy-subnet-2"))
    said = hand.types(shell.replace("./psc synth\n", ""))
    assert "Plan: 1 to add, 0 to change, 1 to destroy." in said, said[-3000:]
    assert "No changes." in hand.terraform("producer", "plan")
    assert hand.calls("GET", other)["role"] == "ACTIVE"
