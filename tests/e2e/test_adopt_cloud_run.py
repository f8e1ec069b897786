"""./psc adopt of Cloud Run services as the genuine `gcloud run` deploys and updates them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployment.values import Json
from standin.cloud import Cloud
from tests.e2e.by_hand import REGION, deployed_by_gcloud
from tests.e2e.conftest import configuration
from tests.e2e.hand import Hand, lines
from tests.e2e.live import CONSUMER, PRODUCER, PROJECTS

pytestmark = pytest.mark.e2e
SERVICE = f"projects/{PRODUCER}/locations/{REGION}/services/hello-service"
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
DEPLOY = f"gcloud run deploy hello-service --image={IMAGE}"
CALLER = f"""gcloud run services add-iam-policy-binding hello-service --role=roles/run.invoker
    --member=serviceAccount:{PROJECTS[CONSUMER]}-compute@developer.gserviceaccount.com"""
Deployed = Callable[..., Hand]


@pytest.fixture
def deployed(by_gcloud: Cloud, hand_of: Callable[[Cloud], Hand], tmp_path: Path) -> Deployed:
    """Somebody who took step 1 with gcloud's own command, in these words, and all others as ever."""

    def run(*commands: str) -> Hand:
        hand = hand_of(by_gcloud)
        hand.cloud.run.pop(SERVICE)
        hand.cloud.policies.pop(f"run/{SERVICE}")
        (tmp_path / "gcloud").mkdir()
        deployed_by_gcloud(hand.standin, tmp_path / "gcloud", *commands, CALLER)
        return hand

    return run


def serves(hand: Hand) -> Json:
    """What is deployed, without what differs from one revision to the next."""
    body = deepcopy(hand.body(SERVICE))
    body["template"]["containers"][0].get("env", []).sort(key=lambda one: one["name"])  # Terraform has a set
    for key in ("labels", "annotations", "revision", "client", "clientVersion"):
        body["template"].pop(key, None)
    kept = ("template", "traffic", "ingress", "labels", "annotations", "scaling")
    told: Json = said({key: body.get(key) for key in kept} | {"audiences": sorted(body.get("customAudiences", []))})
    return told


def said(value: Any) -> Any:
    """A value without what says nothing."""
    if isinstance(value, dict):
        return {key: inner for key, one in value.items() if (inner := said(one)) not in (None, "", [], {}, False, 0)}
    return [said(one) for one in value] if isinstance(value, list) else value


def test_the_plainest_deployment_is_adopted_by_the_reference_configuration(deployed: Deployed) -> None:
    hand = deployed(f"{DEPLOY} --ingress=internal --no-allow-unauthenticated")
    hand.writes(configuration("default"))
    before = serves(hand)
    assert "client.knative.dev/nonce" in hand.body(SERVICE)["template"]["labels"]
    said = hand.adopts("--apply")
    assert "adopt of mine: adopted: " in said
    (service,) = [one for one in lines(said, "ok") if "google_cloud_run_v2_service.hello:" in one]
    assert "template.labels.client.knative.dev/nonce" in service
    assert serves(hand) == before
    assert "No changes." in hand.terraform("producer", "plan")


def test_what_keys_can_say_is_discovered_and_kept_as_it_is(deployed: Deployed) -> None:
    hand = deployed(
        "gcloud services enable secretmanager.googleapis.com",
        "printf x | gcloud secrets create token --data-file=-",
        f"""gcloud secrets add-iam-policy-binding token --role=roles/secretmanager.secretAccessor
            --member=serviceAccount:{PROJECTS[PRODUCER]}-compute@developer.gserviceaccount.com""",
        f"""{DEPLOY}:v1 --ingress=internal --no-allow-unauthenticated --set-env-vars=LEVEL=debug,MODE=a
            --labels=team=shop,env=prod --min-instances=1 --max-instances=7 --cpu=2 --memory=1Gi --concurrency=40
            --timeout=60 --execution-environment=gen2 --port=9090 --no-cpu-throttling --cpu-boost
            --set-secrets=TOKEN=token:latest --command=/bin/x --args=a,b
            --network=producer-vpc --subnet=producer-subnet --vpc-egress=all-traffic
            --add-custom-audiences=https://b.example.com,https://a.example.com""",
        "gcloud run services update hello-service --update-env-vars=MORE=1",
        f"{DEPLOY}:v2",
        "gcloud run services update hello-service --update-labels=tier=front",
    )
    before = serves(hand)
    hand.discovers()
    found = yaml.safe_load(hand.config.read_text())["producer"]["services"]["hello"]
    assert found["env"] == {"LEVEL": "debug", "MODE": "a", "MORE": "1"}
    assert found["secrets"] == {"TOKEN": {"secret": "token"}}
    assert found["labels"] == {"team": "shop", "env": "prod", "tier": "front"}
    assert found["vpc_access"] == {"subnet": "producer-subnet", "egress": "ALL_TRAFFIC"}
    assert found["audiences"] == ["https://a.example.com", "https://b.example.com"]
    said = hand.adopts("--apply")
    assert (lines(said, "DIFFERS"), lines(said, "REFUSED")) == ([], [])
    assert "not there" not in said.splitlines()[-1]
    assert serves(hand) == before
    for side in ("producer", "consumer"):
        assert "No changes." in hand.terraform(side, "plan")


def test_what_no_key_says_is_named_and_the_service_is_only_read(deployed: Deployed) -> None:
    hand = deployed(
        f"{DEPLOY} --ingress=internal --no-allow-unauthenticated --session-affinity --min=2 --description=mine",
        f"{DEPLOY}:next --no-traffic --tag=next",
    )
    before = hand.body(SERVICE)
    hand.discovers()
    remark = next(line for line in hand.config.read_text().splitlines() if "hello-service" in line)
    for word in ("description", "template.sessionAffinity", "traffic", "scaling.minInstanceCount"):
        assert word in remark, remark
    said = hand.adopts("--apply")
    assert "adopt of mine: adopted: " in said
    assert "google_cloud_run_v2_service.hello:" not in said
    assert hand.body(SERVICE) == before

    hand.writes(configuration("default"))
    said = hand.adopts("--service", "hello", code=1)
    (service,) = lines(said, "DIFFERS")
    for words in (
        "template.session_affinity: true -> null; no key of the configuration sets it",
        "description: mine -> null; no key of the configuration sets it",
        f'set producer.services.hello.image: "{IMAGE}:next"',
        "and not to the latest revision, and so they stay",
    ):
        assert words in service, said
