"""A Cloud Run service as keys of the configuration, as gcloud makes one; and what no key says."""

from __future__ import annotations

from typing import Any

import pytest

from deployment.values import Json
from live.discover.cloud_run import keys, unsaid

IMAGE = "europe-docker.pkg.dev/p/shop/api@sha256:" + "0" * 64


def service(**more: Any) -> Json:
    """As `gcloud run deploy --ingress=internal` leaves one."""
    container = {"image": IMAGE, "name": "shop-1", "resources": {"limits": {"cpu": "1000m", "memory": "512Mi"},
                 "cpuIdle": True}, "ports": [{"name": "http1", "containerPort": 8080}]}  # fmt: skip
    template: Json = {
        "labels": {"client.knative.dev/nonce": "abcdefghij", "run.googleapis.com/startupProbeType": "Default"},
        "annotations": {"client.knative.dev/user-image": IMAGE},
        "revision": "shop-00002-abc",
        "client": "gcloud",
        "scaling": {"maxInstanceCount": 100},
        "containers": [container],
    }
    latest = {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}
    made: Json = {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "client": "gcloud", "traffic": [latest]}
    for key, value in more.items():
        if key in {"labels", "customAudiences", "ingress", "traffic", "scaling", "invokerIamDisabled", "buildConfig"}:
            made[key] = value
        elif key in container or key in {"env", "livenessProbe", "volumeMounts"}:
            container[key] = value
        else:
            template[key] = {**template.get(key, {}), **value} if isinstance(value, dict) else value
    return {**made, "template": template}


def test_what_gcloud_notes_for_itself_is_nothing_that_has_to_be_said() -> None:
    assert unsaid(service()) == []
    assert keys(service(), "1") == {"image": IMAGE}


def test_variables_come_out_of_values_and_secrets() -> None:
    secret = {"name": "TOKEN", "valueSource": {"secretKeyRef": {"secret": "token", "version": "3"}}}
    one = service(env=[secret, {"name": "LEVEL", "value": "debug"}, {"name": "EMPTY"}])
    assert unsaid(one) == []
    told = keys(one, "1")
    assert told["env"] == {"LEVEL": "debug", "EMPTY": ""}
    assert told["secrets"] == {"TOKEN": {"secret": "token", "version": "3"}}


def test_direct_egress_into_a_subnet_is_said() -> None:
    one = service(vpcAccess={"egress": "ALL_TRAFFIC", "networkInterfaces": [{"network": "n", "subnetwork": "s"}]})
    assert unsaid(one) == []
    assert keys(one, "1")["vpc_access"] == {"subnet": "s", "egress": "ALL_TRAFFIC"}


def test_labels_that_the_service_has_too_are_the_services() -> None:
    one = service(labels={"team": "a"})
    one["template"]["labels"]["team"] = "a"
    assert unsaid(one) == []
    assert keys(one, "1")["labels"] == {"team": "a"}
    one["template"]["labels"]["team"] = "b"
    assert unsaid(one) == ["template.labels.team"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"sessionAffinity": True}, "template.sessionAffinity"),
        ({"vpcAccess": {"connector": "c"}}, "template.vpcAccess without one subnetwork"),
        ({"vpcAccess": {"networkInterfaces": [{"network": "n"}]}}, "template.vpcAccess without one subnetwork"),
        ({"volumes": [{"name": "v"}]}, "template.volumes"),
        ({"volumeMounts": [{"name": "v"}]}, "template.volumes"),
        ({"livenessProbe": {"exec": {"command": ["true"]}}}, "containers.livenessProbe"),
        ({"ingress": "INGRESS_TRAFFIC_ALL"}, "ingress INGRESS_TRAFFIC_ALL"),
        (
            {"traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "r", "percent": 100}]},
            "traffic",
        ),
        ({"scaling": {"minInstanceCount": 2}}, "scaling.minInstanceCount"),
        ({"scaling": {"scalingMode": "MANUAL", "manualInstanceCount": 1}}, "scaling.manualInstanceCount"),
        ({"invokerIamDisabled": True}, "invokerIamDisabled"),
        ({"buildConfig": {"imageUri": "x"}}, "buildConfig"),
    ],
)
def test_what_no_key_says_is_named(more: Json, says: str) -> None:
    assert says in unsaid(service(**more))


def test_scaling_that_is_automatic_says_nothing() -> None:
    assert unsaid(service(scaling={"scalingMode": "AUTOMATIC", "minInstanceCount": 0})) == []
