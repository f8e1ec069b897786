"""What somebody makes who follows the walk-through with the genuine gcloud."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from standin import Standin, environment, router
from standin.cloud import Cloud
from tests.e2e import knative
from tests.e2e.live import CONSUMER, PRODUCER, PROJECTS

STEPS = Path(__file__).parent / "ten_steps.sh"
ANOTHER = Path(__file__).parent / "another_service.sh"
REGION = "asia-northeast1"
RUN = f"/run/v2/projects/{PRODUCER}/locations/{REGION}/services"


def ten_steps(standin: Standin, home: Path) -> str:
    """Take the steps in a stand-in's cloud; what gcloud printed. `home` is an empty folder."""
    printed = typed(STEPS, standin, home)
    cloud_run(standin.cloud, "hello-service")
    return printed


def another_service(standin: Standin, home: Path) -> None:
    """Make the service `shop` beside it, and an endpoint for it."""
    typed(ANOTHER, standin, home)
    cloud_run(standin.cloud, "shop")


def deployed_by_gcloud(standin: Standin, home: Path, *commands: str) -> None:
    """Type `gcloud run` commands in the producer's project, which meet the older API in front of the stand-in's."""
    script = home / "run.sh"
    script.write_text("\n".join(["set -e", *(command.replace("\n", " ") for command in commands)]))
    with knative.served(standin.cloud) as proxy:
        variables = {"HTTP_PROXY": proxy, "CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN": f"http://{knative.HOST}/"}
        typed(script, standin, home, variables | {"CLOUDSDK_CORE_PROJECT": PRODUCER, "CLOUDSDK_RUN_REGION": REGION})


def typed(script: Path, standin: Standin, home: Path, more: Mapping[str, str] = MappingProxyType({})) -> str:
    """Run a script with the genuine gcloud, which meets the stand-in; what it printed. `more` are variables."""
    if shutil.which("gcloud") is None:
        pytest.skip("gcloud is not on PATH")
    (home / "token").write_text("any")
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
        **more,
    }
    done = subprocess.run(["bash", str(script)], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def cloud_run(cloud: Cloud, name: str) -> None:
    """Step 1, as gcloud run deploy --ingress=internal --no-allow-unauthenticated does it."""
    template = '{"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}'
    service = f'{{"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "template": {template}}}'
    member = f"serviceAccount:{PROJECTS[CONSUMER]}-compute@developer.gserviceaccount.com"
    policy = f'{{"policy": {{"bindings": [{{"role": "roles/run.invoker", "members": ["{member}"]}}]}}}}'
    for path, body in ((f"{RUN}?serviceId={name}", service), (f"{RUN}/{name}:setIamPolicy", policy)):
        answered = router.answer(cloud, "POST", path, body.encode(), {})
        assert answered.code == 200, answered.body
