"""Who may call by a role above services: on a project, folder or organization, or by a role of one's own."""

from __future__ import annotations

import pytest

from review.topics import CUT, REACH, TRUSTED
from tests.review.stacks import PRODUCER, Json, edited, findings, reported, sentences

WHO = "user:a@b.test"
POLICY = '{"bindings": [{"role": "roles/run.invoker", "members": ["user:a@b.test"]}]}'
CUSTOM = {"caller": {"role_id": "caller", "project": "p", "title": "c", "permissions": ["run.routes.invoke"]}}


def given(kind: str, values: Json, more: Json | None = None) -> Json:
    content = edited(PRODUCER, "resource/google_project_iam_custom_role", more) if more else PRODUCER
    return edited(content, f"resource/{kind}/g", values)


CASES: list[tuple[Json, str]] = [
    (given("google_project_iam_member", {"project": "p", "role": "roles/run.invoker", "member": WHO}), "p"),
    (given("google_folder_iam_member", {"folder": "folders/7", "role": "roles/run.admin", "member": WHO}), "folders/7"),
    (given("google_folder_iam_binding", {"folder": "folders/7", "role": "roles/editor", "members": [WHO]}),
     "folders/7"),
    (given("google_organization_iam_member", {"org_id": "9", "role": "roles/owner", "member": WHO}), "organization 9"),
    (given("google_organization_iam_policy", {"org_id": "9", "policy_data": POLICY}), "organization 9"),
    (given("google_project_iam_member", {"project": "p", "member": WHO, "role": "roles/cloudfunctions.developer"}),
     "p"),
    (given("google_project_iam_member", {"project": "p", "member": WHO,
                                         "role": "${google_project_iam_custom_role.caller.id}"}, CUSTOM), "p"),
]  # fmt: skip


@pytest.mark.parametrize(("after", "where"), CASES)
def test_a_role_above_a_service_lets_its_members_call(after: Json, where: str) -> None:
    said = [(one.topic, str(one.sentence)) for one in reported(PRODUCER, after).decisions]
    assert (REACH, f"{WHO} may call every service of {where}.") in said, said


def test_a_role_that_lets_call_and_nothing_else_is_told_once() -> None:
    told = [[one.topic for one in reported(PRODUCER, after).decisions if WHO in str(one.sentence)]
            for after, _ in CASES[:2]]  # fmt: skip
    assert told == [[REACH], [REACH, TRUSTED]]


def test_a_policy_of_a_service_is_told_like_members() -> None:
    kind = "resource/google_cloud_run_v2_service_iam_policy/g"
    two = POLICY.replace('test"', 'test", "user:c@b.test"')
    before = edited(PRODUCER, kind, {"name": "shop-service", "policy_data": two})
    said = [(one.topic, str(one.sentence))
            for one in reported(before, edited(before, f"{kind}/policy_data", POLICY)).decisions]  # fmt: skip
    assert said == [(CUT, "user:c@b.test may no longer call shop-service.")]


@pytest.mark.parametrize("kind", ["google_project_iam_binding", "google_folder_iam_binding"])
def test_a_caller_who_leaves_a_binding_above_the_services_is_told(kind: str) -> None:
    place = {"google_project_iam_binding": {"project": "p"}}.get(kind, {"folder": "folders/7"})
    before = given(kind, {**place, "role": "roles/run.invoker", "members": [WHO, "user:b@b.test"]})
    said = sentences(reported(before, edited(before, f"resource/{kind}/g/members", [WHO])), CUT)
    assert said == [f"user:b@b.test may no longer call every service of {next(iter(place.values()))}."]


@pytest.mark.parametrize("kind", ["google_project_iam_member", "google_cloud_run_v2_service_iam_member"])
def test_who_may_call_without_the_condition_that_there_was_is_told(kind: str) -> None:
    place = {"project": "p"} if "project" in kind else {"name": "shop-service"}
    what = "every service of p" if "project" in kind else "shop-service"
    limited = [{"title": "t", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')"}]
    free = given(kind, {**place, "role": "roles/run.invoker", "member": WHO})
    bound = edited(free, f"resource/{kind}/g/condition", limited)
    assert [said for said in sentences(reported(bound, free), REACH) if said.startswith(f"{WHO} may call {what}")]
    (said,) = sentences(reported(PRODUCER, bound), REACH)
    assert said.startswith(f"{WHO} may call {what} under a condition")
    assert f"{WHO} may no longer call {what}." in sentences(reported(free, bound), CUT)


@pytest.mark.parametrize(("role", "rules"), [
    ("roles/run.invoker", {"public-invoker", "everyone-in-iam"}), ("roles/viewer", {"everyone-in-iam"}),
])  # fmt: skip
def test_everyone_on_a_folder_is_a_caller_if_the_role_lets_call(role: str, rules: set[str]) -> None:
    after = given("google_folder_iam_member", {"folder": "folders/7", "role": role, "member": "allUsers"})
    assert {rule for rule, _ in findings(reported(PRODUCER, after))} == rules
