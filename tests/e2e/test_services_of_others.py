"""Services that exist, and revisions that a pipeline deploys: what is not ours is left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from rehearsal.attempts import plan
from standin import router
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import PRODUCER, Live, Outcome

pytestmark = pytest.mark.e2e
MASK = "updateMask=template,client,clientVersion"
SERVICE = f"projects/{PRODUCER}/locations/asia-northeast1/services/hello-service"


def edited(**more: Any) -> dict[str, Any]:
    config = configuration("default") | {"provider_version": CURRENT}
    config["producer"]["services"]["hello"] = more
    return config


def deployed(live: Live, config: dict[str, Any]) -> Outcome:
    outcome = live.deploy(config)
    assert outcome.findings == []
    return outcome


def pipeline_deploys(live: Live, image: str) -> None:
    """As `gcloud run deploy --image` does: container, labels and name of the revision, and what it says of itself."""
    body = deepcopy(live.standin.cloud.run[SERVICE].body)
    template = body["template"] | {
        "revision": "hello-service-00002-abc",
        "labels": {"client.knative.dev/nonce": "abc"},
        "annotations": {"run.googleapis.com/operation-id": "1234"},
        "containers": [{"image": image, "env": [{"name": "MODE", "value": "pipeline"}]}],
    }
    sent = {"template": template, "client": "gcloud", "clientVersion": "550.0.0"}
    answer = router.answer(live.standin.cloud, "PATCH", f"/run/v2/{SERVICE}?{MASK}", json.dumps(sent).encode(), {})
    assert answer.code == 200, answer.body
    live.standin.cloud.finish_all()


@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_what_a_pipeline_deploys_is_not_put_back(version: str, live: Callable[..., Live]) -> None:
    one, config = live("default", version), edited(revisions="external") | {"provider_version": version}
    deployed(one, config)
    pipeline_deploys(one, "us-docker.pkg.dev/cloudrun/container/hello:later")
    outcome = deployed(one, config)
    assert outcome.changes == {}
    (container,) = outcome.cloud["run"][SERVICE]["template"]["containers"]
    assert container["image"].endswith(":later")


def test_without_the_key_it_is_put_back(live: Callable[..., Live]) -> None:
    """What the key is for."""
    one = live()
    pipeline_deploys(one, "us-docker.pkg.dev/cloudrun/container/hello:later")
    outcome = deployed(one, edited())
    assert outcome.changes == {"producer google_cloud_run_v2_service.hello": "updated"}


def test_a_service_that_was_made_is_let_go_and_kept(live: Callable[..., Live]) -> None:
    one = live()
    before = one.state()["run"][SERVICE]["uid"]
    outcome = deployed(one, edited(run_service="hello-service"))
    assert "destroyed" not in {
        action for address, action in outcome.changes.items() if "run_v2_service.hello" in address
    }
    assert set(outcome.connections.values()) == {"kept"}
    assert outcome.cloud["run"][SERVICE]["uid"] == before
    members = outcome.cloud["policies"][f"run/{SERVICE}"]["bindings"][0]["members"]
    assert len(members) == 1, "who may call it still may"
    assert deployed(one, edited(run_service="hello-service")).changes == {}
    one.destroy()
    assert SERVICE in one.state()["run"], "what is not ours stays"


def test_a_service_that_is_not_there_is_refused_by_name(live: Callable[..., Live]) -> None:
    one = live()
    deployed(one, edited(run_service="hello-service"))
    del one.standin.cloud.run[SERVICE]
    attempt = plan(one.deployer, one.stack_folder("producer"))
    said = " ".join(finding.message for finding in attempt.findings("plan"))
    assert "hello-service" in said
