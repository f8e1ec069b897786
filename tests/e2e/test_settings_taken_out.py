"""Each Cloud Run setting is given, then taken out again: what the file says is what runs, or the plan is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.e2e.conftest import configuration
from tests.e2e.edits import HELLO, edited
from tests.e2e.live import PRODUCER, Live, Outcome

pytestmark = pytest.mark.e2e
_SERVICE, _RECORD = "producer google_cloud_run_v2_service.hello", "producer terraform_data.hello_settings"
# What is given, what of that is taken out, and what is to be given instead; nothing where the provider takes it out.
ROWS: Mapping[str, tuple[dict[str, Any], tuple[str, ...], dict[str, Any]]] = {
    "scaling": (
        {"scaling": {"min_instances": 2, "max_instances": 5}},
        ("scaling",),
        {"scaling": {"min_instances": 0, "max_instances": 100}},
    ),
    "max_instances": (
        {"scaling": {"min_instances": 2, "max_instances": 5}},
        ("scaling.max_instances",),
        {"scaling": {"min_instances": 2, "max_instances": 100}},
    ),
    "max_instances alone": (
        {"scaling": {"max_instances": 1}},
        ("scaling",),
        {"scaling": {"max_instances": 100}},
    ),
    "concurrency": ({"concurrency": 7}, ("concurrency",), {"concurrency": 80}),
    "concurrency and CPU": (
        {"concurrency": 7, "cpu": "2"},
        ("concurrency", "cpu"),
        {"concurrency": 80, "cpu": "1"},
    ),
    "less than one CPU": ({"cpu": "500m"}, ("cpu",), {"cpu": "1", "concurrency": 80}),
    "cpu and memory": ({"cpu": "2", "memory": "1Gi"}, ("cpu", "memory"), {"cpu": "1", "memory": "512Mi"}),
    "timeout_seconds": ({"timeout_seconds": 60}, ("timeout_seconds",), {"timeout_seconds": 300}),
    "container_port": ({"container_port": 9000}, ("container_port",), {"container_port": 8080}),
    "service_account": (
        {"service_account": f"runner@{PRODUCER}.iam.gserviceaccount.com"},
        ("service_account",),
        {"service_account": "111111111111-compute@developer.gserviceaccount.com"},
    ),
}
# Taken out beside another setting that stays: the default is sent.
TAKEN: Mapping[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "min_instances": ({"scaling": {"min_instances": 2, "max_instances": 5}}, "scaling.min_instances", {"min": 0}),
    "cpu": ({"cpu": "2", "memory": "1Gi"}, "cpu", {"cpu": "1", "memory": "1Gi"}),
    "memory": ({"cpu": "2", "memory": "1Gi"}, "memory", {"cpu": "2", "memory": "512Mi"}),
}


def _of_hello(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{HELLO}.{key}" for key in keys)


def _given(given: Mapping[str, Any]) -> dict[str, Any]:
    return edited(configuration("default"), {f"{HELLO}.{key}": value for key, value in given.items()})


def _standing(outcome: Outcome) -> dict[str, Any]:
    template = outcome.named("services", "hello-service")["template"]
    (container,) = template["containers"]
    limits = container["resources"]["limits"]
    return {
        "max": template["scaling"]["maxInstanceCount"],
        "min": template["scaling"].get("minInstanceCount", 0),
        "concurrency": template["maxInstanceRequestConcurrency"],
        "timeout": template["timeout"],
        "port": container["ports"][0]["containerPort"],
        "cpu": limits["cpu"].replace("1000m", "1"),
        "memory": limits["memory"],
        "idle": container["resources"].get("cpuIdle", False),
        "account": template["serviceAccount"],
    }


@pytest.mark.parametrize(("given", "taken", "instead"), ROWS.values(), ids=list(ROWS))
def test_a_setting_taken_out_is_refused_until_its_default_was_given(
    given: dict[str, Any], taken: tuple[str, ...], instead: dict[str, Any], live: Callable[..., Live]
) -> None:
    deployed = live()
    before, after = _given(given), edited(_given(given), {}, _of_hello(taken))
    untouched = _standing(deployed.deploy(configuration("default")))
    first = deployed.deploy(before)
    assert first.findings == [], "the second plan is empty"
    assert set(first.changes) == {_SERVICE, _RECORD}
    standing = _standing(first)
    refused = deployed.deploy(after)
    assert not refused.went
    for setting, default in (instead | instead.get("scaling", {})).items():
        if setting != "scaling" and given.get("scaling", given).get(setting) != default:
            (told,) = [finding for finding in refused.findings if f"The {setting} of hello-service was" in finding]
            assert "refused at plan" in told
            assert "PROJECT_NUMBER" in told if setting == "service_account" else f" as {default}" in told
    assert _standing(refused) == standing, "nothing was changed"
    for config in (edited(after, {f"{HELLO}.{key}": value for key, value in instead.items()}), after):
        outcome = deployed.deploy(config)
        assert outcome.findings == [], "the second plan is empty"
        assert _standing(outcome) == untouched | ({"min": 2} if "min_instances" in str(after) else {})
        assert outcome.connections == {"psc-endpoint": "kept"}


@pytest.mark.parametrize(("given", "taken", "wanted"), TAKEN.values(), ids=list(TAKEN))
def test_a_setting_taken_out_beside_another_has_the_default(
    given: dict[str, Any], taken: str, wanted: dict[str, Any], live: Callable[..., Live]
) -> None:
    deployed = live()
    assert deployed.deploy(_given(given)).findings == []
    outcome = deployed.deploy(edited(_given(given), {}, _of_hello((taken,))))
    assert outcome.findings == [], "the second plan is empty"
    standing = _standing(outcome)
    assert {key: standing[key] for key in wanted} == wanted


def test_what_was_never_given_is_not_sent(live: Callable[..., Live]) -> None:
    outcome = live().deploy(configuration("default"))
    assert outcome.findings == []
    assert outcome.changes == {}
