"""Public without any login, and whom another may call as: two changes that only together open a service."""

from __future__ import annotations

import pytest

from review.topics import EXPOSED, TRUSTED
from tests.review.stacks import PRODUCER, Json, edited, findings, reported, sentences

CALLER = "resource/google_cloud_run_v2_service_iam_member/caller/member"
INGRESS = "resource/google_cloud_run_v2_service/shop/ingress"
EVERYBODY, OPEN = edited(PRODUCER, CALLER, "allUsers"), edited(PRODUCER, INGRESS, "INGRESS_TRAFFIC_ALL")
BOTH = edited(OPEN, CALLER, "allUsers")
PUBLIC = "Shop-service is public without any login: everyone on the internet may call it."
ACCOUNT = "caller@example-consumer.iam.gserviceaccount.com"


def told(before: Json, after: Json, topic: str) -> list[str]:
    return [str(one.sentence) for one in reported(before, after).decisions if one.topic == topic]


@pytest.mark.parametrize("before", [PRODUCER, EVERYBODY, OPEN])
def test_everyone_and_open_ingress_meet(before: Json) -> None:
    assert [one.lower() for one in told(before, BOTH, EXPOSED)] == [PUBLIC.lower()]


@pytest.mark.parametrize("after", [EVERYBODY, OPEN])
def test_one_of_them_alone_is_not_public(after: Json) -> None:
    assert "without any login" not in " ".join(told(PRODUCER, after, EXPOSED))


@pytest.mark.parametrize(("kind", "role", "on"), [
    ("google_service_account_iam_member", "roles/iam.serviceAccountTokenCreator",
     {"service_account_id": f"projects/example-consumer/serviceAccounts/{ACCOUNT}"}),
    ("google_service_account_iam_member", "roles/iam.serviceAccountUser",
     {"service_account_id": f"projects/-/serviceAccounts/{ACCOUNT}"}),
    ("google_project_iam_member", "roles/iam.serviceAccountOpenIdTokenCreator", {"project": "example-consumer"}),
])  # fmt: skip
def test_whoever_may_mint_the_tokens_of_a_caller_may_call(kind: str, role: str, on: Json) -> None:
    after = edited(PRODUCER, f"resource/{kind}", {"m": {"role": role, "member": "user:a@b.test", **on}})
    (sentence,) = told(PRODUCER, after, TRUSTED)
    assert sentence.startswith(f"user:a@b.test gets {role} on ")
    assert sentence.endswith(", and can call shop-service as that account.")


def test_the_tokens_of_another_account_call_nothing_here() -> None:
    given = {"role": "roles/iam.serviceAccountTokenCreator", "member": "user:a@b.test",
             "service_account_id": "projects/p/serviceAccounts/other@p.iam.gserviceaccount.com"}  # fmt: skip
    after = edited(PRODUCER, "resource/google_service_account_iam_member", {"m": given})
    assert "can call" not in " ".join(told(PRODUCER, after, TRUSTED))


def test_what_everyone_may_newly_do_is_new_where_they_may_do_something_already() -> None:
    kind, run = "google_storage_bucket_iam_binding", "google_cloud_run_v2_service_iam_member"
    condition = [{"title": "t", "expression": "false"}]
    bound = {"bucket": "b", "role": "roles/storage.objectViewer", "members": ["allUsers"], "condition": condition}
    before = edited(EVERYBODY, f"resource/{kind}", {"b": bound})
    for path, value, address in (
        (f"{kind}/b/role", "roles/storage.admin", f"{kind}.b"),
        (f"{kind}/b/members", ["allUsers", "allAuthenticatedUsers"], f"{kind}.b"),
        (f"{kind}/b/condition", None, f"{kind}.b"),
        (f"{run}/caller/role", "roles/run.admin", f"{run}.caller"),
    ):
        rule = "everyone-in-iam" if address.startswith(kind) else "public-invoker"
        assert (rule, address) in findings(reported(before, edited(before, f"resource/{path}", value))), path
    more = edited(before, f"resource/{kind}/b/members", ["allUsers", "user:a@example.com"])
    assert findings(reported(before, more)) == []


def test_what_takes_a_role_away_gives_none() -> None:
    for member, role in (("user:a@example.com", "roles/viewer"), ("allUsers", "roles/run.invoker")):
        taken = {"project": "p", "role": role, "member": member}
        made = reported(PRODUCER, edited(PRODUCER, "resource/google_project_iam_member_remove", {"m": taken}))
        assert findings(made) == []
        assert sentences(made) == [
            "google_project_iam_member_remove.m is new, and no rule here judges anything of its kind."
        ]
