"""SARIF 2.1.0, for code scanning: the findings that the change brings, at the lines that decide them."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

from deployment.printable import printable, printable_json
from review.findings import Finding, texts
from review.formats.wording import mark
from review.locations import Location, Locations
from review.other_findings import OTHER
from review.report import Report
from review.rules import BY_ID
from review.rules.rule import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def text(report: Report, locations: Locations) -> str:
    """The log as text."""
    return printable_json(log(report, locations), sort_keys=True) + "\n"


def log(report: Report, locations: Locations) -> dict[str, Any]:
    """One run. Accepted findings are in it too, as suppressed."""
    found = (*report.findings, *(accepted.finding for accepted in report.acknowledged))
    rules = BY_ID | {finding.rule: finding.by for finding in found if finding.by}
    names = sorted({*rules, *OTHER})
    results = [_result(finding, names, report, locations) for finding in report.findings]
    results += [
        {**_result(accepted.finding, names, report, locations),
         "suppressions": [{"kind": "external", "status": "accepted", "justification": accepted.by.reason}]}
        for accepted in report.acknowledged
    ]  # fmt: skip
    driver = {"name": "cloudrun-psc review", "rules": [_rule(name, rules.get(name)) for name in names]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, known: Rule | None) -> dict[str, Any]:
    told = (known.severity, known.what, known.why, known.remedy) if known else OTHER[name]
    severity, what, why, remedy = told
    return {
        "id": name,
        "shortDescription": {"text": what},
        "fullDescription": {"text": why},
        "help": {"text": f"{why} {remedy}"},
        "defaultConfiguration": {"level": severity},
    }


def _plain(text: str) -> str:
    """A message without SARIF's embedded links, `[text](URL)`, which GitHub shows as links (SARIF 2.1.0, 3.11.6)."""
    line = printable(text)
    return re.sub(r"[][\\]", r"\\\g<0>", line) if "](" in line else line


def _result(finding: Finding, names: list[str], report: Report, locations: Locations) -> dict[str, Any]:
    file = report.plan_files.get(finding.stack)
    where = Location(file, 1) if file else locations.of(finding)
    what, _, remedy = texts(finding)
    fingerprint = hashlib.sha256("\n".join(finding.key).encode(errors="surrogatepass")).hexdigest()
    return {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": finding.severity,
        "kind": "fail",
        "message": {
            "text": _plain(f"{what} {finding.stack}: {finding.address}: {mark(finding)}{finding.detail}. {remedy}")
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(where.file.encode(errors="replace")), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": where.line},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{finding.stack}/{finding.address}", "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"finding/v1": fingerprint},
    }
