"""Cloud Logging in the stand-in: what is written is listed by a filter, and no filter is half understood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from standin import router
from standin.cloud import Cloud

FLOW = {"connection": {"src_ip": "10.1.0.2", "src_port": 43210, "dest_ip": "10.1.0.5"}, "psc": {"name": "Endpoint"}}


@pytest.fixture
def cloud() -> Cloud:
    cloud = Cloud()
    for second in (1, 2, 3):
        entry = {
            "logName": f"projects/our-project/logs/flows{second}",
            "resource": {"type": "gce_subnetwork"},
            "timestamp": f"2026-11-28T14:03:0{second}.123456789Z",
            "jsonPayload": FLOW,
        }
        assert call(cloud, "entries:write", {"entries": [entry]}) == (200, {})
    return cloud


def call(cloud: Cloud, method: str, body: dict[str, Any]) -> tuple[int, Any]:
    answered = router.answer(cloud, "POST", f"/logging/v2/{method}", json.dumps(body).encode(), {})
    return answered.code, answered.body


def listed(cloud: Cloud, text: str, **more: Any) -> list[str]:
    """The last letters of the logs of what matches."""
    code, body = call(cloud, "entries:list", {"resourceNames": ["projects/our-project"], "filter": text, **more})
    assert code == 200, body
    return [one["logName"][-1] for one in body.get("entries", [])]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "123"),
        ('logName="projects/our-project/logs/flows2"', "2"),
        ('timestamp>="2026-11-28T14:03:02Z" AND timestamp<="2026-11-28T14:03:02.5Z"', "2"),
        ('jsonPayload.connection.src_port=43210 jsonPayload.connection.dest_ip="10.1.0.5"', "123"),
        ('jsonPayload.psc.name="endpoint"', "123"),
        ('(jsonPayload.missing="x" OR jsonPayload.connection.src_port>43209) AND NOT logName="x"', "123"),
        ('jsonPayload.missing="x" OR jsonPayload.psc.name="other"', ""),
        ('resource.type!="gce_subnetwork"', ""),
        ('logName:"/LOGS/flows3"', "3"),
        ('jsonPayload.psc.name:"point" AND NOT jsonPayload.missing:"x"', "123"),
    ],
)
def test_a_filter_chooses(text: str, found: str, cloud: Cloud) -> None:
    assert listed(cloud, text) == list(found)


def test_newest_first_and_page_by_page(cloud: Cloud) -> None:
    assert listed(cloud, "", orderBy="timestamp desc") == ["3", "2", "1"]
    asked = {"resourceNames": ["projects/our-project"], "pageSize": 2}
    _, first = call(cloud, "entries:list", asked)
    _, second = call(cloud, "entries:list", asked | {"pageToken": first["nextPageToken"]})
    assert [len(one["entries"]) for one in (first, second)] == [2, 1]
    assert "nextPageToken" not in second


def test_another_projects_entries_are_not_listed(cloud: Cloud) -> None:
    assert call(cloud, "entries:list", {"resourceNames": ["projects/other-project"]}) == (200, {"entries": []})


@pytest.mark.parametrize(
    "text", ['jsonPayload.psc:"b"', "a:*", 'a=~"b"', '(a="b"', "a", 'a="b" OR', 'ip_in_net(a, "10.0.0.0/8")', "a=b)"]
)
def test_what_is_not_understood_is_refused(text: str, cloud: Cloud) -> None:
    code, body = call(cloud, "entries:list", {"resourceNames": ["projects/our-project"], "filter": text})
    assert code == 501
    assert "does not understand" in body["error"]["message"]


@pytest.mark.parametrize("name", ["", "projects/p", "folders/1/logs/x"])
def test_an_entry_without_a_log_is_refused(name: str, cloud: Cloud) -> None:
    code, _ = call(cloud, "entries:write", {"entries": [{"logName": name, "resource": {"type": "global"}}]})
    assert code == 400
