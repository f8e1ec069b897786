"""What the configuration accepts, the stand-in accepts: whatever values the keys are given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cloudrun_psc.rules import names
from config.loading import load
from config.problems import ConfigurationError
from standin import router
from standin.cloud import Cloud
from tests.conftest import CHECKOUT
from tests.standin.deployment import Request, requests

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]
bounded = settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW)

resource_names = st.from_regex(r"[a-z][-a-z0-9]{0,20}[a-z0-9]", fullmatch=True)
label_values = st.from_regex(r"[a-z0-9_-]{0,63}", fullmatch=True)
machine_types = st.sampled_from(
    ["e2-micro", "e2-custom-2-2048", "n2-custom-4-8192-ext", "c3-standard-4-lssd", "a2-highgpu-1g", "m1-ultramem-40"]
) | st.from_regex(names.MACHINE_TYPE, fullmatch=True)
disk_images = st.sampled_from(
    [
        "debian-cloud/debian-12",
        "ubuntu-os-cloud/ubuntu-2404-lts-amd64",
        "cos-cloud/cos-stable",
        "debian-cloud/debian-12-bookworm-v20251014",
        "our-images/golden",
        "projects/rhel-cloud/global/images/family/rhel-9",
        "https://www.googleapis.com/compute/v1/projects/our-images/global/images/golden-7",
    ]
)
images = st.sampled_from(
    [
        "us-docker.pkg.dev/cloudrun/container/hello",
        "asia-northeast1-docker.pkg.dev/our/images/hello:1.2",
        "gcr.io/our-project/hello@sha256:" + "0" * 64,
        "eu.gcr.io/our-project/hello",
        "docker.io/library/nginx:latest",
    ]
)
arguments = st.lists(st.text(min_size=1, max_size=20), max_size=3)
probes = st.fixed_dictionaries(
    {},
    optional={
        "http_path": st.sampled_from(["/", "/healthz?full=1"]),
        "period_seconds": st.integers(1, 3600),
        "timeout_seconds": st.integers(1, 3600),
    },
)
services = st.fixed_dictionaries(
    {},
    optional={
        "image": images,
        "command": arguments,
        "args": arguments,
        "startup_probe": probes,
        "liveness_probe": probes,
        "container_port": st.integers(1, 65535),
        "env": st.dictionaries(
            st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True), st.text(max_size=20), max_size=3
        ),
        "cpu": st.sampled_from(["80m", "500m", "1", "1000m", "2", "4", "6", "8"]),
        "memory": st.sampled_from(["128Mi", "256Mi", "512Mi", "1Gi", "2Gi", "4Gi", "8Gi", "16Gi", "32Gi"]),
        "scaling": st.fixed_dictionaries(
            {}, optional={"min_instances": st.integers(0, 1000), "max_instances": st.integers(1, 1000)}
        ),
        "concurrency": st.integers(1, 1000),
        "timeout_seconds": st.integers(1, 3600),
        "labels": st.dictionaries(st.from_regex(r"[a-z][a-z0-9_-]{0,62}", fullmatch=True), label_values, max_size=3),
        "port": st.integers(1, 65535),
        "address": st.sampled_from(["10.0.1.2", "10.0.1.5", "10.0.1.200"]),
        "accept": st.dictionaries(st.sampled_from(["web", "another-project"]), st.integers(1, 1000), max_size=2),
        "nat_ranges": st.lists(
            st.sampled_from(["10.0.3.0/24", "10.0.4.0/29", "172.16.0.0/20"]), min_size=1, max_size=3, unique=True
        ),
        "description": st.text(max_size=30),
    },
)
vms = st.fixed_dictionaries(
    {},
    optional={
        "machine_type": machine_types,
        "image": disk_images,
        "name": resource_names,
        "zone": st.just("us-east1-c"),
    },
)
configurations = st.fixed_dictionaries(
    {
        "region": st.just("us-east1"),
        "labels": st.dictionaries(st.from_regex(r"[a-z][a-z0-9_-]{0,62}", fullmatch=True), label_values, max_size=3),
        "producer": st.fixed_dictionaries(
            {"project": st.just("producer-project"), "services": st.fixed_dictionaries({"hello": services})}
        ),
        "consumers": st.fixed_dictionaries(
            {
                "web": st.fixed_dictionaries(
                    {"project": st.just("web-project"), "endpoints": st.just({"one": {"service": "hello"}})},
                    optional={
                        "test_vm": vms,
                        "network": st.fixed_dictionaries(
                            {},
                            optional={
                                "name": resource_names,
                                "subnet": st.sampled_from([{"range": "10.0.0.0/29"}, {"range": "192.168.0.0/16"}]),
                            },
                        ),
                        "flow_logs": st.fixed_dictionaries(
                            {"enabled": st.booleans()}, optional={"sampling": st.floats(0.1, 1)}
                        ),
                    },
                )
            }
        ),
    }
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated") / "generated.yaml"


@bounded
@given(configurations)
def test_what_the_configuration_accepts_is_deployed(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    try:
        settings = load(CHECKOUT, {"PSC_CONFIG": str(file)}).settings
    except ConfigurationError:
        assume(False)
    cloud = Cloud()
    for request in requests(settings):
        method, path, body = resolved(cloud, request)
        answered = router.answer(cloud, method, path, json.dumps(body).encode(), {})
        assert answered.code == 200, f"{method} {path} {body}: {answered.body['error']['message']}"
        cloud.finish_all()
    assert [connection.status for connection in cloud.connections.values()] in (["ACCEPTED"], ["PENDING"])


def resolved(cloud: Cloud, request: Request) -> Request:
    """As the provider sends it: an image by its link, labels with the present fingerprint."""
    method, path, body = request
    if path.endswith("/setLabels") and body:
        body["labelFingerprint"] = _get(cloud, path.removesuffix("/setLabels"))["labelFingerprint"]
    for disk in (body or {}).get("disks", []):
        name = disk["initializeParams"]["sourceImage"]
        if name.count("/") == 1:
            project, _, short = name.partition("/")
            image, family = (f"projects/{project}/global/images/{kind}{short}" for kind in ("", "family/"))
            disk["initializeParams"]["sourceImage"] = image if _get(cloud, f"/compute/v1/{image}") else family
    return method, path, body


def _get(cloud: Cloud, path: str) -> dict[str, Any]:
    answered = router.answer(cloud, "GET", path, b"", {})
    return answered.body if answered.code == 200 else {}
