"""Secrets that are made here, their versions, and those that nobody made."""

from __future__ import annotations

from standin.introspection import state
from standin.message import Json
from tests.standin.conftest import PRODUCER, Api, good

SECRETS = f"/secretmanager/v1/projects/{PRODUCER}/secrets"
ONE = f"{SECRETS}/key"
AUTOMATIC: Json = {"replication": {"automatic": {}}}


def test_a_secret_comes_and_goes(api: Api) -> None:
    made = good(api.call("POST", f"{SECRETS}?secretId=key", AUTOMATIC | {"labels": {"team": "x"}}))
    assert (made["name"], made["labels"]) == ("projects/111111111111/secrets/key", {"team": "x"})
    assert api.call("POST", f"{SECRETS}?secretId=key", AUTOMATIC).code == 409
    assert api.call("POST", f"{SECRETS}?secretId=not.one", AUTOMATIC).code == 400
    assert api.call("POST", f"{SECRETS}?secretId=other", {}).code == 400
    good(api.call("PATCH", f"{ONE}?updateMask=labels", {"labels": {"team": "y"}}))
    assert good(api.call("GET", ONE))["labels"] == {"team": "y"}
    assert [one["name"] for one in good(api.call("GET", SECRETS))["secrets"]] == [made["name"]]
    good(api.call("DELETE", ONE))
    assert api.call("GET", ONE).code == 404
    assert state(api.cloud)["secrets"] == {}
    good(api.call("POST", f"{SECRETS}?secretId=key", AUTOMATIC))
    assert [note for note in api.cloud.notes if note["kind"] == "answer"] == []


def test_versions_are_numbered_and_what_is_in_them_is_shown_to_nobody_else(api: Api) -> None:
    good(api.call("POST", f"{SECRETS}?secretId=key", AUTOMATIC))
    assert good(api.call("POST", f"{ONE}:addVersion", {"payload": {"data": "b25l"}}))["name"].endswith("/versions/1")
    good(api.call("POST", f"{ONE}:addVersion", {"payload": {"data": "dHdv"}}))
    assert good(api.call("GET", f"{ONE}/versions/latest:access"))["payload"]["data"] == "dHdv"
    good(api.call("POST", f"{ONE}/versions/2:disable", {}))
    assert api.call("GET", f"{ONE}/versions/2:access").code == 400
    assert good(api.call("GET", f"{ONE}/versions/1"))["state"] == "ENABLED"
    good(api.call("POST", f"{ONE}/versions/1:destroy", {}))
    assert good(api.call("GET", f"{ONE}/versions/1"))["state"] == "DESTROYED"
    assert api.call("GET", f"{ONE}/versions/7").code == 404
    assert "dHdv" not in str(state(api.cloud))


def test_a_secret_that_nobody_made_exists_and_has_no_contents(api: Api) -> None:
    assert good(api.call("GET", f"{SECRETS}/given"))["name"].endswith("/given")
    assert api.call("GET", f"{SECRETS}/given/versions/latest:access").code == 501
    assert api.call("GET", f"{SECRETS}/does-not-exist").code == 404
