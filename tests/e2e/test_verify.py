"""./psc verify of what the genuine provider deployed, as a user types it; what it tells to do mends what it finds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from standin import environment
from tests.conftest import CHECKOUT
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import CONSUMER, PRODUCER, Live

pytestmark = pytest.mark.e2e
HOST = "hello.internal.example.com"
HERE = "regions/asia-northeast1"
SERVICE = f"projects/{PRODUCER}/locations/asia-northeast1/services/hello-service"
ATTACHMENT = f"projects/{PRODUCER}/{HERE}/serviceAttachments/hello-service-attachment"


def verify(live: Live, *words: str) -> subprocess.CompletedProcess[str]:
    """./psc verify of the deployment's configuration, with nothing but what a rehearsal's shell exports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "CLOUDSDK_", "PSC_"))}
    variables = (
        kept | environment(live.standin.url) | {"NO_PROXY": "127.0.0.1", "PSC_CDK": os.environ.get("PSC_CDK", "")}
    )
    command = [sys.executable, "-s", "-m", "commands", "verify", "--config", str(live.folder / "tried.yaml"), *words]
    return subprocess.run(command, cwd=CHECKOUT, env=variables, capture_output=True, text=True, check=False)


def failing(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines that say what fails."""
    return [line for line in done.stdout.splitlines() if line.startswith("  FAIL")]


def test_what_was_deployed_holds_and_what_was_spoiled_is_mended_by_the_next_deployment(
    live: Callable[..., Live],
) -> None:
    deployment = live("default", CURRENT)
    done = verify(deployment, "--connectivity")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(": 13 facts hold, 1 not known"), "networkmanagement is not enabled"

    cloud = deployment.standin.cloud
    cloud.policies.clear()
    cloud.run[SERVICE].body["ingress"] = "INGRESS_TRAFFIC_ALL"
    cloud.compute[ATTACHMENT].body["consumerAcceptLists"] = [{"projectIdOrNum": "friend", "connectionLimit": 1}]
    done = verify(deployment, "--stack", "producer")
    assert done.returncode == 1
    told = "\n".join(failing(done))
    assert len(failing(done)) == 3, told
    for words in ("may not call", "the ingress of hello-service is all", "friend is accepted"):
        assert words in told
    assert done.stdout.count("deploy producer") == 3, "the repair of each"

    assert deployment.deploy(configuration("default")).went
    done = verify(deployment)
    assert (done.returncode, failing(done)) == (0, []), done.stdout + done.stderr


def test_a_closed_endpoint_is_made_anew_by_the_consumers_deployment(live: Callable[..., Live]) -> None:
    deployment = live("default", CURRENT)
    rule = deployment.standin.cloud.connections[f"projects/{CONSUMER}/{HERE}/forwardingRules/psc-endpoint"]
    rule.status, rule.attachment_id = "CLOSED", "0"  # that of an attachment that was replaced
    done = verify(deployment)
    told = "\n".join(failing(done))
    assert "is CLOSED" in told
    assert "configured and not connected" in told
    assert "that of a former attachment" in told
    assert deployment.deploy(configuration("default")).went
    done = verify(deployment)
    assert (done.returncode, failing(done)) == (0, []), done.stdout + done.stderr


def test_a_certificate_and_a_name_are_verified_where_they_are_used(empty: Callable[[], Live]) -> None:
    made = configuration("default")
    zone = "projects/example-other-project/managedZones/example-com"
    made["producer"]["services"]["hello"]["https"] = {"host": HOST, "managed": {"dns_zone": zone}}
    made["consumers"]["consumer"]["endpoints"]["psc-endpoint"]["dns"] = True
    deployment = empty()
    assert deployment.deploy(made).went
    done = verify(deployment)
    assert (done.returncode, failing(done)) == (0, []), done.stdout + done.stderr
    for words in (
        "and Google renews it",
        "hello-https-proxy has the certificate hello-certificate-",
        "leads to 10.1.0.5",
    ):
        assert words in done.stdout

    records = deployment.standin.cloud.dns
    (proof,) = [one.body for path, one in records.items() if path.endswith("/CNAME")]
    (address,) = [one.body for path, one in records.items() if path.endswith("/A")]
    record = f"{proof['name']} CNAME {proof['rrdatas'][0]}"
    proof["rrdatas"], address["rrdatas"] = ["another.example.com."], ["10.1.0.99"]
    done = verify(deployment)
    assert len(failing(done)) == 2, done.stdout
    assert "is PROVISIONING: until it is ACTIVE, every handshake fails" in done.stdout
    assert f"add to public DNS: {record}; issuing then" in done.stdout
    assert f"{HOST} leads to 10.1.0.99, not to 10.1.0.5" in done.stdout

    assert deployment.deploy(made).went
    done = verify(deployment)
    assert (done.returncode, failing(done)) == (0, []), done.stdout + done.stderr


def test_after_the_destroy_everything_is_missing(live: Callable[..., Live]) -> None:
    deployment = live("default", CURRENT)
    deployment.destroy()
    done = verify(deployment)
    assert done.returncode == 1
    for words in ("no proxy-only subnet", "no Cloud Run service", "no service attachment", "no endpoint psc-endpoint"):
        assert words in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
