"""What nobody can tell is said, and is new whenever something that it is made of changes."""

from __future__ import annotations

from typing import Any

import pytest

from deployment.hidden import Hidden
from review.inputs import inputs_of
from review.topics import UNJUDGED
from tests.review.stacks import PRODUCER, Json, edited, findings, reported, sentences

R = "resource"
FIREWALL = {"name": "f", "network": "vpc", "allow": [{"protocol": "tcp", "ports": ["22"]}]}
OPEN = f"{R}/google_compute_firewall/f"
POLICY = edited(
    edited(
        PRODUCER, "data/google_iam_policy/p", {"binding": [{"role": "roles/run.invoker", "members": ["${var.who}"]}]}
    ),
    f"{R}/google_cloud_run_v2_service_iam_policy/shop",
    {"name": "shop-service", "policy_data": "${data.google_iam_policy.p.policy_data}"},
)
BY_VARIABLE = edited(
    edited(PRODUCER, "variable/ranges", {"default": ["10.0.0.0/8"]}),
    OPEN,
    FIREWALL | {"source_ranges": "${var.ranges}"},
)
BY_LOCAL = edited(edited(BY_VARIABLE, "locals/ranges", "${var.ranges}"), f"{OPEN}/source_ranges", "${local.ranges}")
BY_MODULE = edited(
    edited(PRODUCER, "module/net", {"source": "./net", "open": False}),
    OPEN,
    FIREWALL | {"source_ranges": "${module.net.ranges}"},
)
REMOTE = edited(PRODUCER, "module/net", {"source": "acme/net/google", "version": "1.0.0", "open": False})
BY_EACH = edited(
    edited(PRODUCER, "locals/who", ["user:a@example.com"]),
    f"{R}/google_project_iam_member/m",
    {"project": "p", "role": "roles/viewer", "member": "${each.value}", "for_each": "${toset(local.who)}"},
)
NEW = [
    (BY_EACH, "locals/who", ["user:a@example.com", "allUsers"], "everyone-in-iam"),
    (BY_VARIABLE, "variable/ranges/default", ["0.0.0.0/0"], "firewall-open-to-internet"),
    (BY_LOCAL, "variable/ranges/default", ["0.0.0.0/0"], "firewall-open-to-internet"),
    (BY_MODULE, "module/net/open", True, "firewall-open-to-internet"),
    (BY_MODULE, "module/net/open", True, "module"),
    (REMOTE, "module/net/version", "2.0.0", "module"),
    (REMOTE, "module/net/open", True, "module"),
    (POLICY, "data/google_iam_policy/p/binding/0/members/0", "allUsers", "public-invoker"),
    (POLICY, "data/google_iam_policy/p/binding/0/members/0", "${var.others}", "public-invoker"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "path", "value", "rule"), NEW)
def test_what_nobody_can_tell_is_new_when_something_it_is_made_of_changes(
    before: Any, path: str, value: Any, rule: str
) -> None:
    assert rule in {found for found, _ in findings(reported(before, edited(before, path, value)))}


@pytest.mark.parametrize("before", [BY_VARIABLE, BY_LOCAL, BY_MODULE, POLICY])
def test_what_nobody_can_tell_is_not_new_for_any_other_change(before: Any) -> None:
    after = edited(before, f"{R}/google_cloud_run_v2_service/shop/template/containers/0/image", "shop:2")
    assert findings(reported(before, after)) == []


ROLE = f"{R}/google_project_iam_custom_role/r"
DESCRIBED = edited(PRODUCER, ROLE, {"role_id": "r", "permissions": ["a.b.c"], "description": "before"})
MADE_OF_WORDS = edited(
    DESCRIBED, OPEN, FIREWALL | {"source_ranges": ["${google_project_iam_custom_role.r.description}"]}
)


def test_words_for_people_make_nothing_new_of_what_nobody_can_tell() -> None:
    assert findings(reported(DESCRIBED, edited(DESCRIBED, f"{ROLE}/description", "after"))) == []
    for edit in ({"permissions": ["a.b.d"]}, {"description": "${var.x}"}, {"description": "after", "title": "r"}):
        after = edited(DESCRIBED, ROLE, DESCRIBED[R]["google_project_iam_custom_role"]["r"] | edit)
        assert findings(reported(DESCRIBED, after)) == [("access-not-judged", "google_project_iam_custom_role.r")]
    made = reported(MADE_OF_WORDS, edited(MADE_OF_WORDS, f"{ROLE}/description", "after"))
    assert made.decisions or made.findings
    argument = edited(REMOTE, "module/net/description", "before")
    assert findings(reported(argument, edited(argument, "module/net/description", "after"))) == [
        ("module", "module.net")
    ]


@pytest.mark.parametrize("count", [{"count": 0}, {"count": "0"}, {"for_each": {}}, {"for_each": []}])
def test_what_is_not_made_opens_nothing_until_it_is(count: Any) -> None:
    before = edited(PRODUCER, OPEN, FIREWALL | count)
    assert findings(reported(PRODUCER, before)) == []
    made = reported(before, edited(PRODUCER, OPEN, FIREWALL | {"count": 1}))
    assert ("firewall-open-to-internet", "google_compute_firewall.f") in findings(made)


def test_a_long_chain_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once more for each of its links, each of which is undecided."""
    scheme = "load_balancing_scheme"
    links = {f"r{at}": {"name": f"r{at}", scheme: f"${{google_compute_forwarding_rule.r{at - 1}.{scheme}}}"}
             for at in range(1, 100)}  # fmt: skip
    first = {"name": "r0", scheme: "${var.scheme}"}
    rules = {"google_compute_forwarding_rule": {"r0": first, **links}}
    before = {"variable": {"scheme": {"default": "INTERNAL"}}, R: rules}
    asked: list[Any] = []

    def counted(raw: Any) -> frozenset[str]:
        asked.append(raw)
        return inputs_of(raw)

    monkeypatch.setattr("review.findings.inputs_of", counted)
    assert (
        findings(reported(before, edited(before, f"{R}/google_compute_forwarding_rule/r99/labels", {"a": "b"}))) == []
    )
    assert len(asked) < 300
    after = edited(before, "variable/scheme/default", "EXTERNAL")
    assert len([rule for rule, _ in findings(reported(before, after)) if rule == "external-forwarding-rule"]) == 100


MEMBER: Json = {"project": "p", "role": "roles/viewer", "member": "user:a@b.test",
                "condition": [{"title": "t", "expression": "e"}]}  # fmt: skip
ENTRY = f"{R}/google_compute_service_attachment/shop/consumer_accept_lists/0/project_id_or_num"
HIDDEN = [*(f"{R}/google_project_iam_member/m/{name}" for name in ("project", "role", "member")),
          f"{R}/google_project_iam_member/m/condition/0/expression", ENTRY, f"{OPEN}/target_tags/0",
          f"{OPEN}/source_ranges/0", f"{OPEN}/priority", f"{OPEN}/allow/0/protocol"]  # fmt: skip


@pytest.mark.parametrize("path", HIDDEN)
def test_of_two_values_that_nobody_may_see_the_second_is_told_as_another_one(path: str) -> None:
    """A plan hides what is made of a sensitive variable."""
    content = edited(PRODUCER, f"{R}/google_project_iam_member", {"m": MEMBER})
    content = edited(content, OPEN, {**FIREWALL, "source_ranges": ["10.0.0.0/8"], "target_tags": ["a"], "priority": 1})
    one, other = (edited(content, path, Hidden(text)) for text in ("kept-secret-1", "kept-secret-2"))
    made = reported(one, other)
    told = [f"{point.topic} {point.sentence}" for point in made.decisions if point.topic != UNJUDGED]
    assert [words for words in told if "replaced" not in words], told
    assert "kept-secret" not in str(told)
    assert not reported(one, edited(one, "output/link/description", "a")).decisions


RULE = f"{R}/google_compute_forwarding_rule/shop"
ONCE_MORE = edited(PRODUCER, f"{RULE}/allow_global_access", True)
FIRST = f"{RULE}/lifecycle/create_before_destroy"
FORGOTTEN = [{"from": "google_compute_subnetwork.nat", "lifecycle": {"destroy": False}}]


@pytest.mark.parametrize(
    ("content", "path", "text"),
    [
        (ONCE_MORE, FIRST, "true"),
        (ONCE_MORE, FIRST, "1"),
        (edited(PRODUCER | {"removed": FORGOTTEN}, f"{R}/google_compute_subnetwork", None),
         "removed/0/lifecycle/destroy", "false"),
    ],
)  # fmt: skip
def test_a_boolean_of_terraforms_own_may_be_a_text(content: Json, path: str, text: str) -> None:
    plain, written = (reported(PRODUCER, one) for one in (content, edited(content, path, text)))
    assert (sentences(written), findings(written)) == (sentences(plain), findings(plain))
    assert sentences(plain) or findings(plain)


ITERATED = [["${var.ranges}"], {"a": "${var.ranges}"}, {"${var.ranges}": 1}, ["${local.all}"], "${var.ranges}"]


@pytest.mark.parametrize("many", ITERATED)
@pytest.mark.parametrize("iterator", [None, "it"])
@pytest.mark.parametrize("also", ["", " * var.other"])
def test_what_an_iterator_stands_for_is_what_the_block_is_made_many_of(
    many: Any, iterator: str | None, also: str
) -> None:  # fmt: skip
    name = iterator or "backend"
    block: Json = {"for_each": many, "content": {"group": "g", "capacity_scaler": f"${{{name}.value{also}}}"}}
    block |= {"iterator": iterator} if iterator else {}
    service: Json = {"name": "b", "load_balancing_scheme": "INTERNAL_MANAGED", "dynamic": {"backend": block}}
    before = edited(PRODUCER, "variable", {"ranges": {"default": "a"}, "other": {"default": 1}})
    before = edited(
        edited(before, "locals/all", "${var.ranges}"), f"{R}/google_compute_region_backend_service/b", service
    )
    drained = ("drained-backend", "google_compute_region_backend_service.b")
    assert drained in findings(reported(before, edited(before, "variable/ranges/default", "b")))
    assert drained not in findings(reported(before, edited(before, "output/link/description", "a")))
