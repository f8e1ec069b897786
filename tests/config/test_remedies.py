"""A value that only has something around it is answered with the value that was meant."""

from __future__ import annotations

import copy
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.loading import load
from config.problems import ConfigurationError
from tests.conftest import REFERENCE

ATTACHMENT = "projects/their-project/regions/asia-northeast1/serviceAttachments/a"
BASE: dict[str, Any] = {
    "region": "asia-northeast1",
    "producer": {"project": "producer-project", "network": {"load_balancer_subnet": {}}, "services": {"hello": {}}},
    "consumers": {
        "consumer": {
            "project": "consumer-project",
            "test_vm": {},
            "endpoints": {"other": {"service_attachment": ATTACHMENT, "address": "10.1.0.6"}},
        }
    },
    "state": {"backend": "gcs", "bucket": "my-state"},
}
SERVICE, ENDPOINT = "producer.services.hello", "consumers.consumer.endpoints.other"
CASES = [
    ("region", "regions/asia-northeast1", "did you mean 'asia-northeast1'?"),
    ("producer.project", "projects/producer-project", "did you mean 'producer-project'?"),
    ("producer.project", "https://example.com/projects/producer-project", "did you mean 'producer-project'?"),
    ("producer.project", "example.com:producer-project", "take another project"),
    (f"{SERVICE}.accept", {"projects/consumer-project": 1}, "did you mean 'consumer-project'?"),
    (f"{SERVICE}.names", {"service": "projects/p/locations/x/services/hello-service"}, "did you mean 'hello-service'?"),
    ("producer.network.name", "projects/producer-project/global/networks/vpc", "did you mean 'vpc'?"),
    ("consumers.consumer.test_vm.zone", "zones/asia-northeast1-b", "did you mean 'asia-northeast1-b'?"),
    ("consumers.consumer.test_vm.machine_type", "zones/z/machineTypes/e2-micro", "did you mean 'e2-micro'?"),
    ("state.bucket", "gs://my-state", "did you mean 'my-state'?"),
    ("state.bucket", "gs://my-state/", "did you mean 'my-state'?"),
    (f"{ENDPOINT}.url", "http://a.run.app:8443", "did you mean 'https://a.run.app:8443'?"),
    (f"{ENDPOINT}.url", "https://a.run.app/?a=b", "leave out what begins with ?"),
    (f"{ENDPOINT}.url", "https://A.run.app", "write the host in lower case"),
]  # fmt: skip


def write(folder: Path, key: str, value: object) -> Path:
    config = copy.deepcopy(BASE)
    *sections, last = key.split(".")
    reduce(lambda section, part: section[part], sections, config)[last] = value
    (folder / "tried.yaml").write_text(yaml.safe_dump(config))
    return folder / "tried.yaml"


@pytest.mark.parametrize(("key", "value", "remedy"), CASES)
def test_what_was_meant_is_said(key: str, value: object, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(REFERENCE, {"PSC_CONFIG": str(write(tmp_path, key, value))})
    assert [problem.fault.remedy for problem in caught.value.problems] == [remedy]


def test_a_url_may_have_a_port_and_a_path(tmp_path: Path) -> None:
    file = write(tmp_path, f"{ENDPOINT}.url", "https://orders.example.com:8443/v1")
    settings = load(REFERENCE, {"PSC_CONFIG": str(file)}).settings
    assert settings.consumers["consumer"].endpoints["other"].url == "https://orders.example.com:8443/v1"
