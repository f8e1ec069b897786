"""A service that is given less than before is a point to decide; one that is given more is none of these."""

from __future__ import annotations

import pytest

from review.topics import CUT
from tests.review.stacks import PRODUCER, Json, edited, reported

SERVICE = "resource/google_cloud_run_v2_service/shop"
CONTAINER = f"{SERVICE}/template/containers/0"
GIVEN: Json = {
    f"{SERVICE}/scaling": {"max_instance_count": 10, "min_instance_count": 2},
    f"{SERVICE}/template/timeout": "60s",
    f"{SERVICE}/template/max_instance_request_concurrency": 10,
    f"{SERVICE}/template/scaling": [{"max_instance_count": 10, "min_instance_count": 1}],
    f"{CONTAINER}/env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    f"{CONTAINER}/volume_mounts": [{"name": "ca", "mount_path": "/secrets/ca"}],
    f"{CONTAINER}/resources": {
        "limits": {"cpu": "2", "memory": "1Gi"}, "cpu_idle": False, "startup_cpu_boost": True,
    },
}  # fmt: skip
# A path, another value, what is told; "" for nothing.
CASES: list[tuple[str, object, str]] = [
    (f"{SERVICE}/template/timeout", "59.5s", "timeout 59.5s instead of 60s"),
    (f"{SERVICE}/template/timeout", "3600s", ""),
    (f"{SERVICE}/template/timeout", None, ""),
    (f"{SERVICE}/template/timeout", "${var.x}", "timeout ${var.x} instead of 60s"),
    (f"{CONTAINER}/resources/limits/memory", "1000Mi", "memory 1000Mi instead of 1Gi"),
    (f"{CONTAINER}/resources/limits/memory", "1024Mi", ""),
    (f"{CONTAINER}/resources/limits/memory", "2G", ""),
    (f"{CONTAINER}/resources/limits/cpu", "1000m", "cpu 1000m instead of 2"),
    (f"{CONTAINER}/resources/limits/cpu", "2000m", ""),
    (f"{CONTAINER}/resources/limits/cpu", 4, ""),
    (f"{CONTAINER}/resources/cpu_idle", True, "cpu_idle true instead of false"),
    (f"{CONTAINER}/resources/cpu_idle", None, ""),
    (f"{CONTAINER}/resources/startup_cpu_boost", None, "startup_cpu_boost false instead of true"),
    (f"{CONTAINER}/resources", None,
     "cpu 1 instead of 2; memory 512Mi instead of 1Gi; cpu_idle true instead of false; "
     "startup_cpu_boost false instead of true"),
    (f"{SERVICE}/template/max_instance_request_concurrency", 9, "max_instance_request_concurrency 9 instead of 10"),
    (f"{SERVICE}/template/max_instance_request_concurrency", 1000,
     "max_instance_request_concurrency 1000 instead of 10"),
    (f"{SERVICE}/template/scaling/0/max_instance_count", 5, "max_instance_count 5 instead of 10"),
    (f"{SERVICE}/template/scaling/0/max_instance_count", None, ""),
    (f"{SERVICE}/template/scaling", None, "min_instance_count 0 instead of 1"),
    (f"{SERVICE}/scaling/max_instance_count", 9, "max_instance_count 9 instead of 10"),
    (f"{SERVICE}/scaling/max_instance_count", None, ""),
    (f"{SERVICE}/scaling", None, "min_instance_count 0 instead of 2"),
]  # fmt: skip


def given() -> Json:
    content = PRODUCER
    for path, value in GIVEN.items():
        content = edited(content, path, value)
    return content


@pytest.mark.parametrize(("path", "value", "told"), CASES)
def test_a_service_that_is_given_less(path: str, value: object, told: str) -> None:
    report = reported(given(), edited(given(), path, value))
    said = [str(one.sentence) for one in report.decisions if one.topic == CUT]
    assert said == ([f"shop-service may run within tighter limits: {told}."] if told else [])


def test_a_limit_where_there_was_none() -> None:
    report = reported(PRODUCER, edited(PRODUCER, f"{SERVICE}/scaling", {"max_instance_count": 3}))
    assert [str(one.sentence) for one in report.decisions] == [
        "shop-service may run within tighter limits: max_instance_count 3 instead of unlimited."
    ]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (f"{CONTAINER}/env", None, ["variable A", "variable B"]),
        (f"{CONTAINER}/env", [{"name": "B", "value": "3"}, {"name": "C", "value": "1"}], ["variable A"]),
        (f"{CONTAINER}/env/0/name", "C", ["variable A"]),
        (f"{CONTAINER}/env/0/name", "${var.x}", []),
        (f"{CONTAINER}/env/0/value", "3", []),
        (f"{CONTAINER}/volume_mounts", [], ["files under /secrets/ca"]),
        (f"{CONTAINER}/volume_mounts/0/mount_path", "/secrets/other", ["files under /secrets/ca"]),
    ],
)
def test_what_a_container_no_longer_gets(path: str, value: object, told: list[str]) -> None:
    report = reported(given(), edited(given(), path, value))
    said = [str(one.sentence) for one in report.decisions if one.topic == CUT]
    assert said == [f"shop-service no longer gets the {what}." for what in told]
