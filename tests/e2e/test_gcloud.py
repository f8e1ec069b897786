"""The ten steps with the genuine gcloud, and the two stacks with Terraform: both end in the same cloud."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployment.values import Json
from standin import Standin, environment, router
from standin.cloud import Cloud
from tests.e2e.comparison import differences
from tests.e2e.conftest import CURRENT
from tests.e2e.live import CONSUMER, PRODUCER, PROJECTS, Live

pytestmark = pytest.mark.e2e
STEPS = Path(__file__).parent / "ten_steps.sh"
REGION = "asia-northeast1"
RUN = f"/run/v2/projects/{PRODUCER}/locations/{REGION}/services"


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    """The cloud after the ten steps, and what gcloud printed."""
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        pytest.skip("gcloud is not on PATH")
    home = tmp_path_factory.mktemp("gcloud")
    (home / "token").write_text("any")
    with Standin(cloud=Cloud(PROJECTS)) as standin:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CLOUDSDK_CONFIG": str(home / "config"),
            "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(home / "token"),
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
            "NO_PROXY": "127.0.0.1",
            "HTTPS_PROXY": standin.url,
            "PRODUCER_PROJECT": PRODUCER,
            "CONSUMER_PROJECT": CONSUMER,
            "REGION": REGION,
            **environment(standin.url),
        }
        done = subprocess.run(["bash", str(STEPS)], env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        _cloud_run(standin.cloud)
        yield standin.state() | {"printed": done.stdout}


def _cloud_run(cloud: Cloud) -> None:
    """Step 1, as gcloud run deploy --ingress=internal --no-allow-unauthenticated does it."""
    template = '{"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}'
    service = f'{{"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "template": {template}}}'
    member = f"serviceAccount:{PROJECTS[CONSUMER]}-compute@developer.gserviceaccount.com"
    policy = f'{{"policy": {{"bindings": [{{"role": "roles/run.invoker", "members": ["{member}"]}}]}}}}'
    for path, body in ((f"{RUN}?serviceId=hello-service", service), (f"{RUN}/hello-service:setIamPolicy", policy)):
        answered = router.answer(cloud, "POST", path, body.encode(), {})
        assert answered.code == 200, answered.body


# Where the two may differ: revoking must really revoke, and what each client says of itself.
EXPECTED = {
    "reconcileConnections: False, not True",
}
ITSELF = ("/labels", "/client", "/clientVersion")


def test_both_ways_end_in_the_same_cloud(by_hand: Json, deployed: Callable[[str, str], Live]) -> None:
    by_terraform = deployed("default", CURRENT).state()
    for part in ("compute", "run", "policies"):
        found = differences(by_hand[part], by_terraform[part], part)
        unexpected = [one for one in found if not any(one.endswith(text) for text in EXPECTED)]
        assert "\n".join(one for one in unexpected if not one.partition(": ")[0].endswith(ITSELF)) == ""
    apis = {name: set(project["apis"]) for name, project in by_hand["projects"].items()}
    assert apis == {name: set(project["apis"]) for name, project in by_terraform["projects"].items()}


def test_gcloud_sees_the_connection_accepted(by_hand: Json) -> None:
    assert "ACCEPTED" in by_hand["printed"]
    assert [one["status"] for one in by_hand["connections"].values()] == ["ACCEPTED"]


def test_nothing_wanted_to_leave_and_every_answer_was_as_described(by_hand: Json) -> None:
    assert [note for note in by_hand["notes"] if note["kind"] in {"left", "answer", "unsimulated"}] == []
