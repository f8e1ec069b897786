"""Requests against Google's own descriptions: what is refused, in which form, and what is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from standin import router
from tests.standin.conftest import CONSUMER, NETWORK, RUN, Api, good, link, subnet


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "new", "network": NETWORK, "ipCidrRange": "10.0.9.0/24", "ipCidr": "x"}, 'Unknown name "ipCidr"'),
        (
            {"name": "new", "network": NETWORK, "ipCidrRange": "10.0.9.0/24", "privateIpGoogleAccess": "yes"},
            "Invalid value",
        ),
        ({"name": "new", "network": NETWORK, "ipCidrRange": 7}, "Invalid value at 'ipCidrRange'"),
        (
            {"name": "new", "network": NETWORK, "ipCidrRange": "10.0.9.0/24", "purpose": "PROXY"},
            "Invalid value at 'purpose'",
        ),
        (
            {"name": "new", "network": NETWORK, "ipCidrRange": "10.0.9.0/24", "logConfig": {"flow": 1}},
            'Unknown name "flow"',
        ),
        ({"name": "New", "network": NETWORK, "ipCidrRange": "10.0.9.0/24"}, "'New'. Must be a match of regex"),
        ({"network": NETWORK, "ipCidrRange": "10.0.9.0/24"}, "resource.name"),
    ],
    ids=["unknown field", "wrong type", "number for text", "no such enum value", "unknown inside", "name", "missing"],
)
def test_what_the_description_does_not_know_is_a_400(body: dict[str, Any], words: str, api: Api) -> None:
    refused = api.insert("subnetworks", body)
    assert refused.code == 400
    error = refused.body["error"]
    assert words in error["message"]
    assert error["code"] == 400
    assert error["errors"][0]["message"] == error["message"]
    assert "subnetworks/new" not in str(api.cloud.compute.keys())


def test_an_output_only_field_is_ignored_and_noted(api: Api) -> None:
    good(api.call("POST", f"{RUN}?serviceId=x", {"template": {"containers": [{"image": "a/b"}]}, "uid": "mine"}))
    assert api.call("GET", f"{RUN}/x").body["uid"] != "mine"
    assert any("output-only field uid" in note["text"] for note in api.cloud.notes if note["kind"] == "ignored")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/compute/v1/projects/producer-project/global/nonsense", 404),
        ("GET", "/compute/v1/projects/producer-project/global/networks/none", 404),
        ("GET", "/nonsense/v1/x", 404),
        ("POST", "/unsimulated/network_connectivity/v1/projects/producer-project/locations/global/internalRanges", 501),
        ("POST", "/run/v1/projects/producer-project/locations/us-east1/services", 501),
        ("GET", "/compute/v1/projects/producer-project/global/networks?nonsense=1", 400),
        ("GET", "/compute/v1/projects/producer-project/global/networks?maxResults=many", 400),
        ("GET", "/compute/v1/projects/somebody-elses/global/networks", 403),
        ("GET", "/compute/v1/projects/producer-project/regions/nowhere/subnetworks", 400),
    ],
)
def test_a_call_of_something_else(method: str, path: str, code: int, api: Api) -> None:
    assert api.call(method, path).code == code


def test_a_body_that_is_no_json(api: Api) -> None:
    refused = router.answer(api.cloud, "POST", "/compute/v1/projects/producer-project/global/networks", b"{", {})
    assert refused.code == 400
    assert refused.body["error"]["errors"][0]["reason"] == "parseError"


def test_an_api_that_is_not_enabled_says_so_with_googles_reason(api: Api) -> None:
    api.cloud.projects["producer-project"].apis.clear()
    refused = api.insert("subnetworks", subnet("new", "10.0.9.0/24"))
    assert refused.code == 403
    assert refused.body["error"]["errors"][0]["reason"] == "accessNotConfigured"
    detail = refused.body["error"]["details"][0]
    assert detail["reason"] == "SERVICE_DISABLED"
    assert detail["metadata"]["service"] == "compute.googleapis.com"
    enabled = api.call("POST", "/serviceusage/v1/projects/producer-project/services/compute.googleapis.com:enable", {})
    assert good(enabled)["name"].startswith("operations/")
    api.cloud.finish_all()
    good(api.insert("subnetworks", subnet("new", "10.0.9.0/24")))


def test_answers_are_as_described(deployed: Api) -> None:
    """Every answer is checked against Google's description of it; a mistake of the stand-in would be noted."""
    collections = ("subnetworks", "addresses", "forwardingRules", "serviceAttachments")
    for path in ("global/networks", *(f"aggregated/{collection}" for collection in collections)):
        for project in ("producer-project", CONSUMER):
            good(deployed.call("GET", f"/compute/v1/projects/{project}/{path}"))
    assert [note for note in deployed.cloud.notes if note["kind"] == "answer"] == []


def test_pages(api: Api) -> None:
    base = "/compute/v1/projects/producer-project/regions/asia-northeast1/subnetworks?maxResults=2"
    first = good(api.call("GET", base))
    second = good(api.call("GET", f"{base}&pageToken={first['nextPageToken']}"))
    names = [subnet["name"] for page in (first, second) for subnet in page["items"]]
    assert names == ["producer-proxy-subnet", "producer-psc-subnet", "producer-subnet"]
    assert "nextPageToken" not in second


def test_a_filter(api: Api) -> None:
    path = "/compute/v1/projects/producer-project/aggregated/subnetworks?filter=purpose%3DPRIVATE"
    scopes = good(api.call("GET", path))["items"].values()
    assert [subnet["name"] for scope in scopes for subnet in scope["subnetworks"]] == ["producer-subnet"]


def test_references_must_exist_and_hold(deployed: Api) -> None:
    missing = deployed.insert("urlMaps", {"name": "new", "defaultService": link("backendServices", "none")})
    assert missing.code == 404
    assert "backendServices/none' was not found" in missing.body["error"]["message"]
    for collection, name in (
        ("backendServices", "hello-backend-service"),
        ("networkEndpointGroups", "hello-serverless-neg"),
        ("forwardingRules", "hello-forwarding-rule"),
        ("subnetworks", "producer-psc-subnet"),
    ):
        held = deployed.delete(collection, name)
        assert held.code == 400
        assert held.body["error"]["errors"][0]["reason"] == "resourceInUseByAnotherResource"


def test_a_stale_fingerprint_is_412(deployed: Api) -> None:
    path = "/compute/v1/projects/producer-project/regions/asia-northeast1/serviceAttachments/hello-service-attachment"
    stale = {"description": "x", "fingerprint": "AAAA"}
    assert deployed.call("PATCH", path, stale).code == 412


def test_a_name_is_taken_once(api: Api) -> None:
    assert api.insert("subnetworks", subnet("producer-subnet", "10.0.9.0/24")).code == 409


def test_policies_are_written_by_etag(deployed: Api) -> None:
    path = f"{RUN}/hello-service"
    policy = good(deployed.call("GET", f"{path}:getIamPolicy"))
    binding = {"role": "roles/run.invoker", "members": ["user:a@example.com"]}
    good(deployed.call("POST", f"{path}:setIamPolicy", {"policy": {"bindings": [binding], "etag": policy["etag"]}}))
    late = deployed.call("POST", f"{path}:setIamPolicy", {"policy": {"bindings": [], "etag": policy["etag"]}})
    assert late.code == 409
    assert good(deployed.call("GET", f"{path}:getIamPolicy"))["bindings"] == [binding]
