"""One grant for whoever wants it: nobody loses it with somebody else's, nor by an upgrade."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from deployment.output_folder import StackFolder
from tests.e2e.conftest import configuration
from tests.e2e.edits import ENDPOINT, HELLO, edited
from tests.e2e.live import CONSUMER, PRODUCER, PROJECTS, Live, Outcome

pytestmark = pytest.mark.e2e

_RUNNER = f"runner@{PRODUCER}.iam.gserviceaccount.com"
_NUMBER = PROJECTS[CONSUMER]
_COMPUTE = f"{_NUMBER}-compute@developer.gserviceaccount.com"
_READS = {"service_account": _RUNNER, "secrets": {"KEY": {"secret": "key"}}}
_OTHER = {
    "project": CONSUMER,
    "test_vm": {"enabled": False},
    "endpoints": {"other-endpoint": {"service": "hello"}},
}
_CALL = "google_cloud_run_v2_service_iam_member"
_READ = "google_secret_manager_secret_iam_member"
_BOTH_READ = {HELLO: _READS, "producer.services.second": _READS | {"nat_ranges": ["10.0.8.0/24"], "invokers": []}}
# Two consumers of one project: its entry on the accept list stands for both.
_BOTH_CALL = {"consumers.other": _OTHER, f"{HELLO}.accept": {"consumer": 5}}
_KEY_AND_LITERAL = {"consumers.consumer.project_number": _NUMBER, f"{HELLO}.invokers": ["consumer", _COMPUTE]}
_ACCOUNTS = [f"{name}@{PRODUCER}.iam.gserviceaccount.com" for name in ("first", "last")]
_TWO_ACCOUNTS = _BOTH_CALL | {
    "consumers.consumer.invoker": _ACCOUNTS[0],
    "consumers.other.invoker": _ACCOUNTS[1],
}


def members(outcome: Outcome, resource: str) -> list[str]:
    """Who has a role on what ends with `resource`."""
    return sorted(
        member.removeprefix("serviceAccount:")
        for path, policy in outcome.cloud["policies"].items()
        if path.endswith(resource)
        for binding in policy.get("bindings", [])
        for member in binding["members"]
    )


@pytest.mark.parametrize(
    ("before", "put", "drop", "where", "left"),
    [
        (_BOTH_READ, {}, ("producer.services.second",), "secrets/key", [_RUNNER]),
        (_BOTH_READ, {f"{HELLO}.secrets": {}}, (), "secrets/key", [_RUNNER]),
        (_BOTH_CALL, {}, ("consumers.other",), "services/hello-service", [_COMPUTE]),
        (_KEY_AND_LITERAL, {f"{HELLO}.invokers": [_COMPUTE]}, (), "services/hello-service", [_COMPUTE]),
        (_KEY_AND_LITERAL, {f"{HELLO}.invokers": ["consumer"]}, (), "services/hello-service", [_COMPUTE]),
        (_TWO_ACCOUNTS,
         {"consumers.consumer.invoker": _ACCOUNTS[1], "consumers.other.invoker": _ACCOUNTS[0]}, (),
         "services/hello-service", _ACCOUNTS),
        (_TWO_ACCOUNTS | {f"{HELLO}.invokers": ["consumer", "other"]},
         {f"{HELLO}.invokers": list(reversed(_ACCOUNTS))}, (), "services/hello-service", _ACCOUNTS),
    ],
    ids=[
        "a service gone that read the same secret",
        "a secret read by another service alone",
        "a consumer gone of the same project",
        "the key taken out, the account left",
        "the account taken out, the key left",
        "two callers' accounts swapped",
        "keys written out as accounts",
    ],
)  # fmt: skip
def test_a_grant_stays_while_anybody_wants_it(
    before: dict[str, Any],
    put: dict[str, Any],
    drop: tuple[str, ...],
    where: str,
    left: list[str],
    live: Callable[..., Live],
) -> None:
    deployed = live()
    config = edited(configuration("default"), before)
    outcome = deployed.deploy(config)
    assert outcome.findings == []
    assert members(outcome, where) == left
    outcome = deployed.deploy(edited(config, put, drop))
    assert outcome.findings == []
    assert not [one for one in outcome.changes if "iam_member" in one]
    assert members(outcome, where) == left


def test_an_account_that_is_a_consumers_own_is_refused_once_its_number_is_known(live: Callable[..., Live]) -> None:
    outcome = live().deploy(edited(configuration("default"), {f"{HELLO}.invokers": ["consumer", _COMPUTE]}))
    assert not outcome.went
    (finding,) = outcome.findings
    assert f'Give consumers.consumer.project_number: "{_NUMBER}", or remove one of the two' in finding


@pytest.mark.parametrize("renamed", [False, True], ids=["alone", "with a service's key renamed"])
def test_grants_that_were_deployed_twice_are_moved_and_forgotten_but_not_destroyed(
    renamed: bool, live: Callable[..., Live]
) -> None:
    config = edited(configuration("default"), _BOTH_READ | _BOTH_CALL)
    deployed = live()
    former = _as_they_were(
        deployed.synthesize(config),
        {
            f"{_CALL}.hello_example_consumer_project_compute": ("hello_consumer", "hello_other"),
            f"{_READ}.key_runner_example_producer_project_iam_gserviceaccount_com": ("hello_key", "second_key"),
        },
    )
    assert deployed.deploy_stacks(former).went
    service = "hello"
    if renamed:
        service = "greeter"
        here = config["producer"]["services"]
        here["greeter"] = here.pop("hello") | {"former_key": "hello"}
        config = edited(
            config, {f"{ENDPOINT}.service": service, "consumers.other.endpoints.other-endpoint.service": service}
        )
    outcome = deployed.deploy(config)
    assert outcome.findings == []
    grants = {one.split()[1]: action for one, action in outcome.changes.items() if "iam_member" in one}
    assert sorted(grants.values()) == ["forgotten", "forgotten", "moved", "moved"]
    assert members(outcome, "services/hello-service") == [_COMPUTE]
    assert members(outcome, "secrets/key") == [_RUNNER]
    outcome = deployed.deploy(edited(config, {}, ("consumers.other", "producer.services.second")))
    assert outcome.findings == []
    assert members(outcome, "services/hello-service") == [_COMPUTE]
    assert members(outcome, "secrets/key") == [_RUNNER]


def test_a_grant_that_was_deployed_once_is_moved(live: Callable[..., Live]) -> None:
    deployed = live()
    here = f"{_CALL}.hello_example_consumer_project_compute"
    former = _as_they_were(deployed.synthesize(configuration("default")), {here: ("hello_consumer",)})
    fresh = live()
    fresh.destroy()
    fresh.standing = []
    assert fresh.deploy_stacks(former).went
    outcome = fresh.deploy(configuration("default"))
    assert outcome.findings == []
    assert outcome.changes == {f"producer {here}": "moved"}


def _as_they_were(stacks: list[StackFolder], names: dict[str, tuple[str, ...]]) -> list[StackFolder]:
    """Stacks with a grant for each of those who want it, under the names of that time."""
    (producer,) = [stack for stack in stacks if stack.name == "producer"]
    file = producer.folder / "cdk.tf.json"
    text = file.read_text()
    for address, (first, *_) in names.items():
        text = text.replace(f'"{address}"', f'"{address.partition(".")[0]}.{first}"')
    content = json.loads(text)
    del content["moved"]
    content.pop("removed", None)
    for address, former in names.items():
        type_, _, name = address.partition(".")
        grant = content["resource"][type_].pop(name)
        content["resource"][type_] |= {one: deepcopy(grant) for one in former}
    file.write_text(json.dumps(content))
    return stacks
