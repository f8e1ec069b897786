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
    "h2c": ({"h2c": True}, ("h2c",), {"h2c": False}),
    "h2c and container_port": (
        {"h2c": True, "container_port": 9000},
        ("h2c", "container_port"),
        {"h2c": False, "container_port": 8080},
    ),
    "cpu_idle": ({"cpu_idle": False}, ("cpu_idle",), {"cpu_idle": True}),
    "startup_cpu_boost": ({"startup_cpu_boost": True}, ("startup_cpu_boost",), {"startup_cpu_boost": False}),
    "startup_probe": (
        {"startup_probe": {"http_path": "/ready", "period_seconds": 5}},
        ("startup_probe",),
        {"startup_probe": {"port": 8080, "period_seconds": 240, "timeout_seconds": 240, "failure_threshold": 1}},
    ),
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


# Taken out and gone: the provider keeps nothing of these.
GONE: Mapping[str, tuple[Any, Callable[[dict[str, Any]], Any], Any]] = {
    "command": (["/bin/server"], lambda template: template["containers"][0].get("command"), ["/bin/server"]),
    "args": (["--verbose"], lambda template: template["containers"][0].get("args"), ["--verbose"]),
    "env": (
        {"MODE": "fast"},
        lambda template: template["containers"][0].get("env"),
        [{"name": "MODE", "value": "fast"}],
    ),
    "secret_files": (
        {"/secrets/tls/key.pem": {"secret": "tls-key"}},
        lambda template: (
            [mount["mountPath"] for mount in template["containers"][0].get("volumeMounts", [])]
            + [volume["secret"]["secret"] for volume in template.get("volumes", [])]
        ),
        ["/secrets/tls", "tls-key"],
    ),
    "execution_environment": (
        "gen2",
        lambda template: template.get("executionEnvironment"),
        "EXECUTION_ENVIRONMENT_GEN2",
    ),
    "liveness_probe": (
        {"grpc_service": "", "port": 9001},
        lambda template: template["containers"][0].get("livenessProbe", {}).get("grpc"),
        {"port": 9001},
    ),
    "vpc_access": (
        {"subnet": "apps", "egress": "ALL_TRAFFIC", "tags": ["egress"]},
        lambda template: (template.get("vpcAccess") or {}).get("egress"),
        "ALL_TRAFFIC",
    ),
}


def _written(value: object) -> str:
    """As a message has it: YAML, on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {inner}' for key, inner in value.items())}}}"
    return str(value).lower() if isinstance(value, bool) else str(value)


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
        "protocol": container["ports"][0]["name"],
        "boost": container["resources"].get("startupCpuBoost", False),
        # The provider sends null for what it does not have, and 0 for a delay.
        "startup": {key: value for key, value in container["startupProbe"].items() if value},
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
            assert "PROJECT_NUMBER" in told if setting == "service_account" else f" as {_written(default)}" in told
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


@pytest.mark.parametrize("setting", GONE)
def test_a_setting_that_the_provider_lets_go_is_gone(setting: str, live: Callable[..., Live]) -> None:
    given, standing, wanted = GONE[setting]
    deployed = live()
    before = standing(deployed.deploy(configuration("default")).named("services", "hello-service")["template"])
    assert before != wanted
    for config, expected in ((_given({setting: given}), wanted), (configuration("default"), before)):
        outcome = deployed.deploy(config)
        assert outcome.findings == [], "the second plan is empty"
        assert (standing(outcome.named("services", "hello-service")["template"]) or None) == (expected or None)
        assert outcome.connections == {"psc-endpoint": "kept"}


def test_annotations_and_labels_come_and_go(live: Callable[..., Live]) -> None:
    deployed = live()
    for given in ({"example.com/team": "shop"}, {}):
        outcome = deployed.deploy(_given({"annotations": given, "labels": {"team": "shop"} if given else {}}))
        assert outcome.findings == [], "the second plan is empty"
        service = outcome.named("services", "hello-service")
        assert service.get("annotations", {}) == given
        assert service.get("labels", {}).get("team") == given.get("example.com/team")


def test_the_probe_that_cloud_run_makes_follows_the_port(live: Callable[..., Live]) -> None:
    """The provider knows the former one, and sends that back beside the new port."""
    deployed = live()
    assert deployed.deploy(configuration("default")).findings == []
    outcome = deployed.deploy(_given({"container_port": 9000}))
    assert outcome.findings == []
    assert _standing(outcome)["startup"]["tcpSocket"] == {"port": 9000}


def test_what_was_never_given_is_not_sent(live: Callable[..., Live]) -> None:
    outcome = live().deploy(configuration("default"))
    assert outcome.findings == []
    assert outcome.changes == {}
