"""Operations that take their time, and what goes wrong on purpose."""

from __future__ import annotations

import pytest

from standin.cloud import Cloud
from tests.standin.conftest import NUMBERS, PRODUCER, RUN, Api, good, subnet


class Clock:
    """A time that only tests move."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(api: Api) -> Clock:
    api.cloud.clock = Clock()
    return api.cloud.clock


def operation(api: Api, path: str) -> dict[str, object]:
    return good(api.call("GET", "/compute/v1/" + path.partition("/compute/v1/")[2]))


def test_an_operation_is_done_when_its_time_has_come(api: Api, clock: Clock) -> None:
    api.cloud.operation_seconds = 5
    started = good(api.insert("subnetworks", subnet("new", "10.0.9.0/24")))
    assert started["status"] == "RUNNING"
    busy = api.delete("subnetworks", "new")
    assert busy.code == 400
    assert busy.body["error"]["errors"][0]["reason"] == "resourceNotReady"
    clock.now = 6
    assert operation(api, started["selfLink"])["status"] == "DONE"
    good(api.delete("subnetworks", "new"))


def test_an_operation_that_fails_leaves_nothing(api: Api) -> None:
    api.cloud.faults.configure(
        {"operations": [{"event": "subnetworks.insert", "code": 403, "reason": "quotaExceeded"}]}
    )
    started = good(api.insert("subnetworks", subnet("new", "10.0.9.0/24")))
    ended = operation(api, started["selfLink"])
    assert ended["httpErrorStatusCode"] == 403
    assert ended["error"]
    good(api.insert("subnetworks", subnet("new", "10.0.9.0/24")))


def test_a_fifth_of_all_calls_fails_and_the_same_ones_each_time() -> None:
    def codes() -> list[int]:
        api = Api()
        api.cloud.faults.configure({"fraction": 0.2})
        return [api.call("GET", f"/compute/v1/projects/{PRODUCER}/global/networks").code for _ in range(10)]

    assert codes() == codes()
    assert sorted(code for code in codes() if code != 200) == [429, 503]


def test_an_api_takes_a_while_after_it_was_enabled() -> None:
    api = Api()
    api.cloud.projects[PRODUCER].apis.clear()
    api.cloud.faults.configure({"activation_calls": 1})
    good(api.call("POST", f"/serviceusage/v1/projects/{PRODUCER}/services/compute.googleapis.com:enable", {}))
    api.cloud.finish_all()
    path = f"/compute/v1/projects/{PRODUCER}/global/networks"
    assert [api.call("GET", path).code for _ in range(2)] == [403, 200]


def test_a_misspelt_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault slow; there are: activation_calls"):
        Cloud(NUMBERS).faults.configure({"slow": 1})


@pytest.mark.parametrize(
    ("image", "words"),
    [("a/does-not-exist", "not found"), ("a/does-not-start", "failed to start and listen on the port")],
)
def test_a_revision_that_does_not_come_up_leaves_a_failed_service(image: str, words: str, api: Api) -> None:
    started = good(api.service(container={"image": image}))
    ended = good(api.call("GET", f"/run/v2/{started['name']}"))
    assert words in ended["error"]["message"]
    service = good(api.call("GET", f"{RUN}/hello-service"))
    assert service["terminalCondition"]["state"] == "CONDITION_FAILED"
    assert "latestReadyRevision" not in service


def test_a_method_answers_with_an_error_as_often_as_it_is_told_to(api: Api) -> None:
    fault = {"event": "compute.networks.*", "name": f"projects/{PRODUCER}/.*", "times": 2, "code": 403, "message": "No"}
    api.cloud.faults.configure({"methods": [fault]})
    path = f"/compute/v1/projects/{PRODUCER}/global/networks"
    refused = [api.call("GET", path), api.call("GET", f"{path}/producer-vpc")]
    assert [answer.code for answer in refused] == [403, 403]
    assert refused[0].body["error"]["message"] == "No"
    good(api.call("GET", path))
    good(api.call("GET", f"/compute/v1/projects/{PRODUCER}/regions/asia-northeast1/subnetworks"))


def test_somebody_acts_as_an_account(api: Api) -> None:
    name = "/iamcredentials/v1/projects/-/serviceAccounts/{}:generateAccessToken"
    token = good(api.call("POST", name.format("a@p.iam.gserviceaccount.com"), {"scope": ["s"]}))
    assert token["accessToken"] == "rehearsal-of-a@p.iam.gserviceaccount.com"
    assert api.call("POST", name.format("does-not-exist@p.iam.gserviceaccount.com"), {}).code == 404
    assert api.call("POST", name.format("a@b").replace("AccessToken", "IdToken"), {}).code == 501
