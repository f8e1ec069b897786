"""Who may invoke: everybody by name, and never everybody."""

from __future__ import annotations

import pytest

from cloudrun_psc.rules import access

ACCOUNT = "caller@my-project.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    "value",
    [
        ACCOUNT,
        f"serviceAccount:{ACCOUNT}",
        "123456789012-compute@developer.gserviceaccount.com",
        "my-project@appspot.gserviceaccount.com",
        "service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
        "user:jane.doe@example.com",
        "group:team@example.com",
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
    ],
)
def test_a_named_caller_is_taken(value: str) -> None:
    assert access.invoker(value) is None


@pytest.mark.parametrize(
    "value", ["allUsers", "allAuthenticatedUsers", "ALLUSERS", "user:allUsers", "group:allAuthenticatedUsers"]
)
def test_everybody_is_refused(value: str) -> None:
    fault = access.invoker(value)
    assert fault is not None
    assert fault.sentence() == (
        f"{value!r} would let everyone who reaches the endpoint invoke the service; "
        "allowed: service accounts, users, groups and workload identities, each by name; "
        "name the callers' service accounts"
    )


@pytest.mark.parametrize(
    "value",
    ["", "consumer", "domain:example.com", "serviceAccount:jane@example.com", f"{ACCOUNT}.example.com", f"{ACCOUNT}\n",
     "user:", "jane@example.com", "roles/run.invoker", "principal://example.com/x", "deleted:user:a@example.com?uid=1"],
)  # fmt: skip
def test_anything_else_is_no_invoker(value: str) -> None:
    fault = access.invoker(value)
    assert fault is not None
    assert fault.wrong == f"{value!r} is not an invoker"
    assert fault.allowed
    assert fault.remedy


def test_a_service_account_is_one_of_google_s() -> None:
    assert access.service_account(ACCOUNT) is None
    for value in ("jane@example.com", "caller", f"serviceAccount:{ACCOUNT}", f"{ACCOUNT}.example.com"):
        fault = access.service_account(value)
        assert fault is not None
        assert fault.wrong == f"{value!r} is not a service account"


def test_a_bare_address_is_a_service_account_s() -> None:
    assert access.member(ACCOUNT) == f"serviceAccount:{ACCOUNT}"
    assert access.member("user:jane@example.com") == "user:jane@example.com"


def test_the_default_account_follows_the_project_number() -> None:
    assert access.default_compute_account("123") == "123-compute@developer.gserviceaccount.com"


def test_two_spellings_of_one_invoker_are_one_and_paths_keep_their_capitals() -> None:
    assert access.identity("a@p-project.iam.gserviceaccount.com") == access.identity(
        "serviceAccount:A@p-project.iam.gserviceaccount.com"
    )
    assert access.identity("user:A@example.com") == access.identity("user:a@example.com")
    assert access.identity("user:a@example.com") != access.identity("group:a@example.com")
    pool = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/attribute.team/"
    assert access.identity(f"{pool}A") != access.identity(f"{pool}a")
