"""Every rule: fine, finding, or undecided, on plain Terraform values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from deployment.comparison import Change
from deployment.hidden import Hidden, hide
from deployment.stack import UNKNOWN, Item, Stack
from review import ways_in
from review.findings import judge
from review.other_findings import OTHER
from review.rules import BY_ID, RULES
from review.rules.rule import SEVERITIES, Subject
from tests.conftest import Synthesized
from tests.review.rule_cases import CASES, Case
from tests.review.stacks import PRODUCER, compared, edited, stack

# Rules whose question always has an answer.
NEVER_UNDECIDED = {
    "authoritative-iam", "invokers-dropped", "attachment-replaced", "endpoint-replaced", "endpoint-address-literal",
    "serverless-backend-settings", "proxy-subnet-order", "provider-unlocked",
    "local-state", "output-leaks", "deletion-protection-lifted", "code-at-apply", "replacement-meets-itself",
    "grant-twice",
}  # fmt: skip
NEVER = {
    "instances-not-told": {"finding"},
    "access-not-judged": {"fine", "finding"},
    "file-read": {"finding"},
    "module": {"fine", "finding"},
}
OF_CHANGE = {
    "state-elsewhere", "attachment-replaced", "endpoint-replaced", "deletion-protection-lifted",
    "networks-connected", "replacement-meets-itself", "update-not-taken", "audience-removed", "not-cleared",
    "global-access-too-late",
}  # fmt: skip
WHOLE = {"constraint": "terraform.required_providers.google", "backend": "terraform.backend", "output": "output.judged"}


def subject(case: Case) -> Subject:
    address = WHOLE.get(case.kind, f"{case.kind}.judged")
    item = Item(address, case.kind, hide(case.values))
    # A data source's type has its section in front.
    kinds = {"terraform.lock": "lock", "provider.google": "provider"}
    others = {
        name: Item(name, kinds.get(name, "constraint" if "required" in name else name.rpartition(".")[0]), hide(values))
        for name, values in case.beside.items()
    }
    return Subject(item=item, stack=Stack("default", "judged", {address: item, **others}))


@pytest.mark.parametrize("case", CASES, ids=[f"{at}-{case.rule}-{case.verdict}" for at, case in enumerate(CASES)])
def test_a_rule_answers(case: Case) -> None:
    rule = BY_ID[case.rule]
    assert rule.about(case.kind)
    answer = rule.judge(subject(case))
    assert answer.verdict == case.verdict
    assert (answer.detail is None) == (case.verdict == "fine")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_tried_with_every_verdict(rule: Any) -> None:
    if rule.id in OF_CHANGE:
        assert rule.of_change
        return
    wanted = {"fine", "finding", "undecided"} - ({"undecided"} if rule.id in NEVER_UNDECIDED else set())
    wanted -= NEVER.get(rule.id, set())
    assert wanted <= {case.verdict for case in CASES if case.rule == rule.id}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule: Any) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert rule.severity in SEVERITIES
    for text in (rule.what, rule.why, rule.remedy):
        assert text.endswith((".", ")."))
        assert len(text) > 20


def test_rule_names_are_used_once() -> None:
    assert len(BY_ID) == len(RULES)
    assert not BY_ID.keys() & OTHER.keys()


@pytest.mark.parametrize("action", ["replaced", "destroyed"])
def test_an_attachment_that_goes_is_a_finding(action: str) -> None:
    item = Item("google_compute_service_attachment.a", "google_compute_service_attachment", {})
    change = Change(address=item.address, type=item.type, action=action, because=("name",))
    of = Subject(item=item, stack=Stack("default", "s", {}), change=change)
    assert BY_ID["attachment-replaced"].judge(of).verdict == "finding"
    updated = Subject(item=item, stack=of.item.stack, change=Change(address="a", type=item.type, action="updated"))
    assert BY_ID["attachment-replaced"].judge(updated).verdict == "fine"


def test_an_endpoint_that_is_replaced_is_a_finding_and_one_that_leaves_is_not() -> None:
    values = {"target": "projects/p/regions/r/serviceAttachments/a"}
    item = Item("google_compute_forwarding_rule.e", "google_compute_forwarding_rule", values)
    for action, verdict in (("replaced", "finding"), ("destroyed", "fine"), ("updated", "fine")):
        change = Change(address=item.address, type=item.type, action=action, because=("target",))
        of = Subject(item=item, stack=Stack("default", "s", {}), change=change)
        assert BY_ID["endpoint-replaced"].judge(of).verdict == verdict
    other = Item("google_compute_forwarding_rule.e", "google_compute_forwarding_rule", {"target": "proxy"})
    change = Change(address=item.address, type=item.type, action="replaced")
    of = Subject(item=other, stack=Stack("default", "s", {}), change=change)
    assert BY_ID["endpoint-replaced"].judge(of).verdict == "fine"


@pytest.mark.parametrize(
    ("after", "verdict"),
    [({"deletion_protection": False}, "finding"), ({"deletion_protection": "false"}, "finding"), ({}, "fine"),
     ({"deletion_protection": "${var.protect}"}, "undecided"), ({"deletion_protection": "true"}, "fine")],
)  # fmt: skip
def test_protection_that_is_lifted_is_a_finding(after: Any, verdict: str) -> None:
    kind = "google_cloud_run_v2_service"
    item = Item("a.s", kind, after)
    for before, expected in ((True, verdict), ("${var.on}", verdict.replace("finding", "undecided")), (False, "fine")):
        former = Item("a.s", kind, {"deletion_protection": before})
        of = Subject(item=item, stack=Stack("default", "s", {}), former=(former, Stack("default", "s", {})))
        assert BY_ID["deletion-protection-lifted"].judge(of).verdict == expected
    assert BY_ID["deletion-protection-lifted"].judge(Subject(item=item, stack=Stack("", "s", {}))).verdict == "fine"


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(["https://a.b"], [], "finding"), (["https://a.b"], ["https://c.d"], "finding"),
     (["https://a.b"], ["https://c.d", "https://a.b"], "fine"), ([], ["https://a.b"], "fine"),
     (["https://a.b"], ["${var.audience}"], "undecided"), (["https://a.b"], UNKNOWN, "undecided")],
)  # fmt: skip
def test_an_audience_that_is_taken_out_is_a_finding(before: Any, after: Any, verdict: str) -> None:
    kind = "google_cloud_run_v2_service"
    former, item = (Item("a.s", kind, {"custom_audiences": value}) for value in (before, after))
    of = Subject(item=item, stack=Stack("default", "s", {}), former=(former, Stack("default", "s", {})))
    assert BY_ID["audience-removed"].judge(of).verdict == verdict
    assert BY_ID["audience-removed"].judge(Subject(item=item, stack=Stack("", "s", {}))).verdict == "fine"


@pytest.mark.parametrize(
    ("before", "after", "published", "told"),
    [(None, True, True, True), (False, "true", True, True), (True, True, True, False), (None, True, False, False),
     (None, None, True, False), (True, False, True, False)],
)  # fmt: skip
def test_global_access_comes_before_the_attachment_or_not(before: Any, after: Any, published: bool, told: bool) -> None:
    rule = "resource/google_compute_forwarding_rule/shop/allow_global_access"
    attachment = "resource/google_compute_service_attachment"
    old = PRODUCER if before is None else edited(PRODUCER, rule, before)
    new = edited(PRODUCER, rule, after) if after is not None else PRODUCER
    found, _ = judge(compared(old if published else edited(old, attachment, None), new))
    assert ("global-access-too-late" in {one.rule for one in found}) is told


def test_a_good_stack_of_somebody_elses_has_no_finding() -> None:
    assert judge(compared(None, PRODUCER)) == ([], 0)


def test_unknown_and_hidden_values_are_never_read_as_fine_by_chance() -> None:
    for value in (UNKNOWN, Hidden("x")):
        for rule_id, name in (
            ("reconcile-off", "reconcile_connections"),
            ("automatic-acceptance", "connection_preference"),
        ):
            item = Item("google_compute_service_attachment.a", "google_compute_service_attachment", {name: value})
            of = Subject(item=item, stack=stack(PRODUCER))
            assert BY_ID[rule_id].judge(of).verdict == "undecided"


def test_the_default_deployment_has_notes_and_nothing_worse(synth: Any) -> None:
    from deployment.stack_files import stack_of

    stacks: Synthesized = synth()
    findings = [
        (finding.severity, finding.rule, finding.address)
        for name, content in stacks.items()
        for finding in judge(_new(stack_of(content, "default", name)))[0]
    ]
    assert sorted(findings) == [
        ("note", "deletion-protection-off", "google_cloud_run_v2_service.hello"),
        ("note", "deletion-protection-off", "google_compute_service_attachment.hello"),
        ("note", "plain-http", "google_compute_region_target_http_proxy.hello"),
        ("note", "provider-unlocked", "terraform.backend"),
        ("note", "provider-unlocked", "terraform.backend"),
    ]


def _new(added: Stack) -> Any:
    from deployment.comparison import compare

    return compare(None, added)


def test_no_rule_reaches_past_the_values_that_it_is_given() -> None:
    root = Path(ways_in.__file__).parent
    past = re.compile(r"\._\w|\.values\b(?!\()|\bisinstance\((?!network)|\bUNKNOWN\b|\bgetattr\(")
    files = [
        root / "ways_in.py",
        *(file for file in (root / "rules").glob("*.py") if file.name not in {"rule.py", "__init__.py"}),
    ]
    assert len(files) > 8
    assert [f"{file.name}: {hit}" for file in files for hit in past.findall(file.read_text())] == []
