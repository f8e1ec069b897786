"""Probes and files of a container that exists, as keys of the configuration or as what no key says."""

from __future__ import annotations

from typing import Any

import pytest

from live.discover.container import probe, secret_files

OWN = {"timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1, "tcpSocket": {"port": 9000}}
DEFAULTS = {"timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3}
FILE = {"name": "secrets-ca", "secret": {"secret": "internal-ca", "items": [{"path": "b.pem", "version": "latest"}]}}
MOUNT = {"name": "secrets-ca", "mountPath": "/secrets/ca"}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (None, {}),
        (OWN, {}),
        (OWN | {"tcpSocket": {}}, {}),
        (OWN | {"periodSeconds": 100}, {"period_seconds": 100, "timeout_seconds": 240, "failure_threshold": 1}),
        (DEFAULTS | {"tcpSocket": {"port": 9000}}, {"period_seconds": 10}),
        (DEFAULTS | {"tcpSocket": {"port": 9001}}, {"port": 9001}),
        (DEFAULTS | {"httpGet": {"path": "/up", "port": 9000}}, {"http_path": "/up"}),
        (DEFAULTS | {"grpc": {"port": 9000}}, {"grpc_service": ""}),
        (DEFAULTS | {"initialDelaySeconds": 5, "tcpSocket": {}}, {"initial_delay_seconds": 5}),
        (DEFAULTS | {"grpc": {"port": 9000, "service": "quotes"}}, {"grpc_service": "quotes"}),
        (DEFAULTS | {"httpGet": {"path": "/up", "httpHeaders": [{"name": "A", "value": "b"}]}}, None),
        (DEFAULTS | {"exec": {"command": ["true"]}}, None),
        (DEFAULTS, None),
    ],
)  # fmt: skip
def test_a_startup_probe(block: Any, expected: Any) -> None:
    container = {"ports": [{"containerPort": 9000}], "startupProbe": block}
    assert probe(container, "startupProbe") == expected


def test_no_liveness_probe_is_cloud_runs_own() -> None:
    assert probe({"livenessProbe": OWN | {"tcpSocket": {"port": 8080}}}, "livenessProbe") == {
        "period_seconds": 240,
        "timeout_seconds": 240,
        "failure_threshold": 1,
    }


@pytest.mark.parametrize(
    ("volume", "mount", "expected"),
    [
        (FILE, MOUNT, {"/secrets/ca/b.pem": {"secret": "internal-ca"}}),
        (
            FILE | {"secret": {"secret": "internal-ca", "items": [{"path": "b.pem", "version": "3"}]}},
            MOUNT,
            {"/secrets/ca/b.pem": {"secret": "internal-ca", "version": "3"}},
        ),
        # A volume of gcloud's has a name that the stacks would not give, and with theirs there is a new revision.
        (FILE | {"name": "internal-ca-1"}, MOUNT | {"name": "internal-ca-1"}, None),
        (FILE | {"secret": {"secret": "internal-ca"}}, MOUNT, None),
        (FILE | {"secret": FILE["secret"] | {"defaultMode": 256}}, MOUNT, None),  # type: ignore[operator]
        (
            FILE | {"secret": {"secret": "a", "items": [{"path": "b.pem", "version": "1", "mode": 256}]}},
            MOUNT,
            None,
        ),
        ({"name": "secrets-ca", "emptyDir": {}}, MOUNT, None),
        (FILE, MOUNT | {"mountPath": "/elsewhere"}, None),
        (FILE, {"name": "another", "mountPath": "/secrets/ca"}, None),
    ],
)
def test_files_out_of_secret_manager(volume: Any, mount: Any, expected: Any) -> None:
    assert secret_files({"volumes": [volume]}, {"volumeMounts": [mount]}) == expected


def test_no_files() -> None:
    assert secret_files({}, {}) == {}
