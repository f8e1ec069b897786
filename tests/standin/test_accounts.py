"""Service accounts that were made here, and the addresses of Cloud Run services."""

from __future__ import annotations

from tests.standin.conftest import PRODUCER, RUN, Api, good

ACCOUNTS = f"/iam/v1/projects/{PRODUCER}/serviceAccounts"


def test_an_account_comes_and_goes(api: Api) -> None:
    made = good(api.call("POST", ACCOUNTS, {"accountId": "invoker", "serviceAccount": {"displayName": "Calls"}}))
    assert made["email"] == f"invoker@{PRODUCER}.iam.gserviceaccount.com"
    assert api.call("POST", ACCOUNTS, {"accountId": "invoker"}).code == 409
    assert api.call("POST", ACCOUNTS, {"accountId": "x"}).code == 400
    one = f"{ACCOUNTS}/{made['email']}"
    assert good(api.call("GET", one))["displayName"] == "Calls"
    assert made["email"] in [account["email"] for account in good(api.call("GET", ACCOUNTS))["accounts"]]
    good(api.call("DELETE", one))
    assert api.call("GET", one).code == 404


def test_a_service_has_two_addresses_unless_it_wants_none(api: Api) -> None:
    good(api.service())
    service = good(api.call("GET", f"{RUN}/hello-service"))
    assert len(service["urls"]) == 2
    assert service["urls"][0] == service["uri"] == "https://hello-service-111111111111.asia-northeast1.run.app"
    body = {"defaultUriDisabled": True, "template": service["template"]}
    good(api.call("PATCH", f"{RUN}/hello-service", body))
    assert good(api.call("GET", f"{RUN}/hello-service"))["urls"] == []
