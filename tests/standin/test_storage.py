"""Buckets as Terraform's gcs backend uses them, over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from standin import Standin
from tests.standin.conftest import NUMBERS, Api, good

OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@pytest.fixture
def url() -> Iterator[str]:
    with Standin(NUMBERS) as standin:
        standin.cloud.buckets["state"] = {}
        yield standin.url


def ask(method: str, url: str, data: object = None, content_type: str = "application/json") -> tuple[int, bytes]:
    """One request; bytes and iterators go out as they are, an iterator in chunks."""
    request = urllib.request.Request(url, method=method, headers={"Content-Type": content_type})
    request.data = data  # type: ignore[assignment]
    try:
        with OPEN(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def put(url: str, name: str, content: bytes, condition: str = "") -> int:
    """A multipart upload, sent in chunks, as Google's clients do."""
    text = b'--x\r\nContent-Type: application/json\r\n\r\n{"name": "%s"}\r\n--x\r\nContent-Type: text/plain\r\n\r\n'
    parts = iter([text % name.encode(), content, b"\r\n--x--\r\n"])
    where = f"{url}/upload/storage/v1/b/state/o?uploadType=multipart{condition}"
    return ask("POST", where, parts, 'multipart/related; boundary="x"')[0]


def test_what_was_stored_is_read_both_ways(url: str) -> None:
    content = b"\x00\xff state"
    assert put(url, "a/default.tfstate", content) == 200
    assert ask("GET", f"{url}/state/a/default.tfstate") == (200, content)
    assert ask("GET", f"{url}/storage/v1/b/state/o/a%2Fdefault.tfstate?alt=media") == (200, content)
    described = json.loads(ask("GET", f"{url}/storage/v1/b/state/o/a%2Fdefault.tfstate")[1])
    assert (described["name"], described["size"]) == ("a/default.tfstate", str(len(content)))


def test_a_lock_is_taken_once_and_given_back_by_its_generation(url: str) -> None:
    assert put(url, "a.tflock", b"mine", "&ifGenerationMatch=0") == 200
    assert put(url, "a.tflock", b"yours", "&ifGenerationMatch=0") == 412
    where = f"{url}/storage/v1/b/state/o/a.tflock"
    generation = json.loads(ask("GET", where)[1])["generation"]
    assert ask("DELETE", f"{where}?ifGenerationMatch=1")[0] == 412
    assert ask("DELETE", f"{where}?ifGenerationMatch={generation}")[0] == 200
    assert ask("GET", where)[0] == 404


def test_a_list_has_objects_and_folders(url: str) -> None:
    for name in ("p/default.tfstate", "p/q/default.tfstate", "r/default.tfstate"):
        put(url, name, b"{}")
    listed = json.loads(ask("GET", f"{url}/storage/v1/b/state/o?prefix=p/&delimiter=/")[1])
    assert [item["name"] for item in listed["items"]] == ["p/default.tfstate"]
    assert listed["prefixes"] == ["p/q/"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/storage/v1/b/none/o", 404),
        ("GET", "/state/none", 404),
        ("POST", "/upload/storage/v1/b/state/o?uploadType=resumable&name=x", 501),
        ("POST", "/upload/storage/v1/b/state/o?uploadType=media", 400),
    ],
)
def test_what_cannot_be(method: str, path: str, code: int, url: str) -> None:
    assert ask(method, url + path, b"x" if method == "POST" else None)[0] == code


def test_the_way_out_is_closed_and_remembered() -> None:
    import socket

    with Standin(NUMBERS) as standin:
        host, _, port = standin.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n")
            assert b"403" in connection.recv(200)
        assert [note["text"] for note in standin.state()["notes"]] == ["example.com:443"]


def test_a_bucket_goes_once_it_is_empty(api: Api) -> None:
    uniform = {"iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}}}
    made = good(api.call("POST", "/storage/v1/b?project=producer-project", {"name": "some-bucket"} | uniform))
    assert made["iamConfiguration"] == uniform["iamConfiguration"]
    good(api.call("PATCH", "/storage/v1/b/some-bucket", {"labels": {"team": "x"}}))
    assert good(api.call("GET", "/storage/v1/b/some-bucket"))["labels"] == {"team": "x"}
    good(api.call("DELETE", "/storage/v1/b/some-bucket"))
    assert api.call("GET", "/storage/v1/b/some-bucket").code == 404
