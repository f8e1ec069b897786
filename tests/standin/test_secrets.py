"""Secrets that are made here, their versions, and those that nobody made."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from deployment.existing_certificates import KEY, chain_of
from standin.apis import secret_manager
from standin.introspection import state
from standin.message import Json
from standin.server import Standin
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


def _send(standin: Standin, path: str, body: Json | None = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    request = Request(standin.url + path, data=data, headers={"Content-Type": "application/json"})
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def test_what_is_in_a_secret_is_not_logged(tmp_path: Path) -> None:
    log = tmp_path / "log"
    standin = Standin(log=log).start()
    try:
        _send(
            standin,
            "/serviceusage/v1/projects/p-one/services:batchEnable",
            {"serviceIds": ["secretmanager.googleapis.com"]},
        )
        secrets = "/secretmanager/v1/projects/p-one/secrets"
        _send(standin, f"{secrets}?secretId=key", AUTOMATIC)
        _send(standin, f"{secrets}/key:addVersion?alt=json", {"payload": {"data": "dHdv"}})
        assert b"dHdv" in _send(standin, f"{secrets}/key/versions/1:access?alt=json")
    finally:
        standin.stop()
    assert log.read_text().count("(a secret's contents)") == 4
    assert "dHdv" not in log.read_text()


def test_what_others_put_into_a_version_is_there_by_its_number(api: Api) -> None:
    for content in ("first", "second"):
        secret_manager.put(api.cloud, "projects/4711/secrets/key/versions/7", content)
    versions = "/secretmanager/v1/projects/4711/secrets/key/versions"
    assert good(api.call("GET", f"{versions}/7"))["state"] == "ENABLED"
    for named in ("7", "latest"):
        data = good(api.call("GET", f"{versions}/{named}:access"))["payload"]["data"]
        assert base64.b64decode(data) == b"first", "a version never changes"
    assert api.call("GET", f"{versions}/1:access").code == 404
    added = good(api.call("POST", f"{versions.removesuffix('/versions')}:addVersion", {"payload": {"data": "dHdv"}}))
    assert added["name"].endswith("/versions/8")


def test_a_private_key_is_not_logged(tmp_path: Path) -> None:
    log = tmp_path / "log"
    standin = Standin(log=log).start()
    try:
        _send(standin, "/serviceusage/v1/projects/p-one/services:batchEnable",
              {"serviceIds": ["certificatemanager.googleapis.com"]})  # fmt: skip
        certificates = "/certificatemanager/v1/projects/p-one/locations/europe-west1/certificates"
        pem = {"pemCertificate": chain_of("a.example.com"), "pemPrivateKey": KEY}
        _send(standin, f"{certificates}?certificateId=hello", {"selfManaged": pem})
    finally:
        standin.stop()
    assert "certificateId=hello" in log.read_text()
    assert KEY.splitlines()[1] not in log.read_text()
