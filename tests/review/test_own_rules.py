"""Rules that a configuration names: they find like ours, and what is wrong with one is a sentence with its place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from deployment.unusable import UnusableError
from review import own_rules
from review.comment_form import misshapen
from review.formats import json_document, markdown, sarif, summary, terminal
from review.locations import Locations
from review.material import Material, review_alone
from review.own_rules import edited, load_rules, rule_files, rules_in
from review.report import assemble
from review.rules.rule import Rule
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks
from tests.foreign.make import PLANS
from tests.review.stacks import PRODUCER, TODAY, findings, reported, sentences
from tests.review.stacks import edited as content_with

(EXAMPLE,) = [block.text for block in blocks(CHECKOUT / "docs" / "review.md", "python") if "@rule" in block.text]
SUBNETS = "resource/google_compute_subnetwork"
HEAD = """\
from review.rules.rule import WARNING, Answer, Subject, finding, fine, rule, undecided

@rule(id="ours", severity=WARNING, kinds=("google_compute_subnetwork",), what="It is so.", why="It is.", remedy="Do.")
def ours(subject: Subject) -> Answer:
"""


def rules(text: str) -> tuple[Rule, ...]:
    return load_rules({"policies/names.py": text})


def subnet(value: object) -> dict[str, object]:
    logs = [{"flow_sampling": 0.5, "metadata": "INCLUDE_ALL_METADATA"}]
    return content_with(PRODUCER, f"{SUBNETS}/more", {"name": value, "purpose": "PRIVATE", "log_config": logs})


@pytest.mark.parametrize(
    ("name", "found", "detail"),
    [
        ("shop-more", [], ""),
        ("more", [("our-subnet-names", "google_compute_subnetwork.more")], "its name is more"),
        ("${var.name}", [("our-subnet-names", "google_compute_subnetwork.more")], "its name is ${var.name}"),
    ],
)
def test_the_pages_example_answers_in_three_ways(name: str, found: list[object], detail: str) -> None:
    report = reported(PRODUCER, subnet(name), rules={"default": rules(EXAMPLE)})
    assert findings(report) == found
    assert [str(finding.detail) for finding in report.findings] == ([detail] if detail else [])
    assert [finding.undecided for finding in report.findings] == [name.startswith("$")] * len(found)
    assert report.fails("warning") is bool(found)


def test_a_finding_of_theirs_is_in_every_format_with_its_words() -> None:
    report = reported(PRODUCER, subnet("more"), rules={"default": rules(EXAMPLE)})
    (rule,) = rules(EXAMPLE)
    for text in (terminal.text(report), markdown.text(report), json_document.text(report, failed=True)):
        assert "our-subnet-names" in text
        assert rule.what in text
    assert misshapen(markdown.text(report)) is None
    assert "exit code 1: 1 finding" in summary.text(report)
    (run,) = json.loads(sarif.text(report, Locations(CHECKOUT, ["default"])))["runs"]
    names = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert names[run["results"][0]["ruleIndex"]] == "our-subnet-names"


def test_they_hold_in_the_environment_that_names_them_and_for_what_the_change_brings() -> None:
    assert findings(reported(PRODUCER, subnet("more"), rules={"staging": rules(EXAMPLE)})) == []
    report = reported(subnet("more"), content_with(subnet("more"), "output/x", {"value": 1}),
                      rules={"default": rules(EXAMPLE)})  # fmt: skip
    assert findings(report) == []
    assert report.existing["warning"] == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = (\n", "policies/a.py:1: it cannot be loaded (SyntaxError: '(' was never closed)"),
        ("\n\nraise ValueError('so')\n", "policies/a.py:3: it cannot be loaded (ValueError: so)"),
        ("import nowhere\n", "policies/a.py:1: it cannot be loaded (ModuleNotFoundError: No module named 'nowhere')"),
        ("import sys\nsys.exit()\n", "policies/a.py:2: it cannot be loaded (SystemExit)"),
        ("raise BaseException('so')\n", "policies/a.py:1: it cannot be loaded (BaseException: so)"),
        ("x = 1\n", "policies/a.py:1: has no rule; put @rule"),
        (HEAD.replace('"ours"', "7") + "    return fine()\n", "policies/a.py:3: the rule 7: id must be text"),
        (HEAD.replace("severity=WARNING", "severity=[]") + "    return fine()\n", "severity must be text"),
        (HEAD.replace('"Do."', "None") + "    return fine()\n", "remedy must be text"),
        (HEAD.replace('"ours"', '"Ours"') + "    return fine()\n", "policies/a.py:3: the rule 'Ours': its id must be"),
        (HEAD.replace('"ours"', '"plain-http"') + "    return fine()\n", "its id is another rule's"),
        (HEAD.replace("severity=WARNING", "severity='bad'") + "    return fine()\n", "its severity is 'bad'"),
        (HEAD.replace('("google_compute_subnetwork",)', "['x']") + "    return fine()\n", "its kinds must be a tuple"),
        (HEAD.replace('("google_compute_subnetwork",)', '"x"') + "    return fine()\n", "its kinds must be a tuple"),
        (HEAD.replace('"Do."', '"Do.", setting=["x"]') + "    return fine()\n", "setting must be a tuple of"),
        (HEAD.replace('"Do."', '"Do.", code_only=1') + "    return fine()\n", "code_only must be True or"),
        (HEAD.replace("It is so.", "It is `so`.") + "    return fine()\n", "what may hold letters"),
        (HEAD.replace("It is.", "See https://x.") + "    return fine()\n", "why may hold letters"),
        (HEAD.replace("Do.", "Ask @us.") + "    return fine()\n", "remedy may hold letters"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(UnusableError) as refused:
        load_rules({"policies/a.py": text})
    assert str(refused.value).startswith("policies/a.py:")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("    return subject.item.nothing\n", "policies/names.py:5: the rule 'ours' fails at producer: "
         "google_compute_subnetwork.nat (AttributeError: 'View' object has no attribute 'nothing')"),
        ("    pass\n", "(TypeError: it returns NoneType in place of fine(), finding(…) or undecided(…))"),
        ("    return finding('{other}', name='x')\n", "(KeyError: 'other')"),
        ("    return finding('see https://x.example')\n", "its sentence may hold letters"),
        ("    return 1 / 0\n", "ZeroDivisionError"),
        ("    raise SystemExit(0)\n", "(SystemExit: 0)"),
        ("    raise GeneratorExit\n", "(GeneratorExit)"),
        ("    while True:\n        pass\n", "(TimeoutError: it takes more than 0.1 seconds)"),
        ("    while True:\n        try:\n            int('x')\n        except Exception:\n            pass\n",
         "(TimeoutError: it takes more than 0.1 seconds)"),
        *((f"    return {made}\n", "(ValueError: it makes an Answer of its own in place of fine()")
          for made in ("Answer('bad')", "Answer('finding')", "Answer('undecided')", "Answer(None)",
                       "Answer('fine', finding('so').detail)", "Answer('finding', [])",
                       "Answer('undecided', finding('so').detail, 7)",
                       "Answer('finding', finding('so').detail, parts=(Answer('bad'),))")),
    ],
)  # fmt: skip
def test_a_rule_that_fails_is_named_with_its_line(body: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_rules, "_SECONDS", 0.1)
    with pytest.raises(UnusableError) as refused:
        reported(PRODUCER, subnet("more"), rules={"default": rules(HEAD + body)})
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("policies/names.py:")
    assert "\n" not in str(refused.value)


def test_a_file_that_never_ends_is_named_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_rules, "_SECONDS", 0.1)
    with pytest.raises(
        UnusableError, match=r"policies/names.py:[12]: it cannot be loaded \(TimeoutError: it takes more"
    ):
        rules("while True:\n    pass\n")


def test_a_file_may_begin_with_the_mark_of_windows(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"{HEAD}    return fine()\n", encoding="utf-8-sig")
    assert [rule.id for rule in rules_in(str(tmp_path))] == ["ours"]


def test_what_a_rule_prints_is_no_part_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    reported(PRODUCER, subnet("more"), rules={"default": rules(f"print('here')\n{HEAD}    print('there')\n"
                                                              "    return fine()\n")})  # fmt: skip
    said = capsys.readouterr()
    assert said.out == ""
    assert {"here", "there"} == {*said.err.split()}


def test_the_folder_is_one_of_the_checkout_with_files(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "elsewhere").symlink_to("/tmp")
    assert rule_files(tmp_path, None) == {}
    for folder, words in (("nowhere", "no folder nowhere"), ("elsewhere", "no folder"), ("policies", "has no file")):
        with pytest.raises(UnusableError, match=words):
            rule_files(tmp_path, folder)
    (tmp_path / "policies" / "names.py").write_text(EXAMPLE)
    assert rule_files(tmp_path, "policies") == {"policies/names.py": EXAMPLE}
    assert [path.name for path in (tmp_path / "policies").iterdir()] == ["names.py"]
    os.mkfifo(tmp_path / "policies" / "pipe.py")  # would be waited for
    with pytest.raises(UnusableError, match="^review_rules: policies/pipe.py is no regular file"):
        rule_files(tmp_path, "policies")


def test_links_in_a_circle_are_no_folder(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(UnusableError, match="there is no such folder"):
        rules_in(str(tmp_path / "circle"))
    with pytest.raises(UnusableError, match="there is no folder circle"):
        rule_files(tmp_path, "circle")
    assert edited(tmp_path, "circle", tmp_path, "circle") == []


def test_a_change_of_the_reviews_own_rules_is_to_be_decided(tmp_path: Path) -> None:
    """What rules import or read counts like the rules, as long as it stands in their folder."""
    base, change = tmp_path / "base", tmp_path / "change"
    for checkout in (base, change):
        for name in ("names.py", "lib/__init__.py", "lib/helper.py", "allowed.json"):
            file = checkout / "policies" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name)
    (change / "policies" / "lib" / "__pycache__").mkdir()
    (change / "policies" / "lib" / "__pycache__" / "helper.pyc").write_bytes(b"")
    assert edited(change, "policies", base, "policies") == []
    assert edited(change, None, base, None) == []
    every = [f"policies/{name}" for name in ("allowed.json", "lib/__init__.py", "lib/helper.py", "names.py")]
    assert edited(change, None, base, "policies") == edited(change, "policies", base, None) == every
    assert edited(change, "policies", base, str(tmp_path)) == every  # no folder of the checkout
    for name in every:
        (change / name).write_text("other")
    assert edited(change, "policies", base, "policies") == every
    (base / "policies" / "names.py").unlink()
    assert "policies/names.py" in edited(change, "policies", base, "policies")
    report = reported(PRODUCER, PRODUCER, rule_edits=[("default", [f"policies/{name}.py" for name in "abcde"])])
    assert sentences(report, "trusted") == [
        "The change edits the rules of its own review: policies/a.py, policies/b.py, policies/c.py and 2 more."
    ]
    assert misshapen(markdown.text(report)) is None


def test_what_may_write_comments_loads_no_rules() -> None:
    """Its program runs with a token: what it imports is this repository's default branch, and no configuration."""
    for name in ("comment", "comment_form", "deployed"):
        text = (CHECKOUT / "review" / f"{name}.py").read_text()
        assert "own_rules" not in text
        assert "config" not in text


def test_a_plan_alone_is_judged_by_the_rules_of_a_folder_that_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "names.py").write_text(EXAMPLE)
    material = Material(base="the state", today=TODAY, rules={"": rules_in(str(folder))})
    review_alone(material, [PLANS / "network-new.json"])
    assert [(finding.rule, str(finding.detail)) for finding in assemble(material).findings] == [
        ("our-subnet-names", "its name is vms")
    ]


@pytest.mark.parametrize(("folder", "words"), [
    ("nowhere", "--rules nowhere: there is no such folder"), ("docs", "--rules: the folder docs has no file NAME.py"),
    ("/", r"--rules: the folder \. has no file NAME.py"),
])  # fmt: skip
def test_a_folder_without_rules_is_refused(folder: str, words: str) -> None:
    with pytest.raises(UnusableError, match=words):
        rules_in(str(CHECKOUT / folder) if folder == "docs" else folder)
