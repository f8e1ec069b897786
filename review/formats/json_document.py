"""The JSON document, for programs; docs/review.md and report.schema.json say what is in it."""

from __future__ import annotations

import json
from typing import Any

from deployment.comparison import Change
from deployment.hidden import SHOWN, Hidden
from deployment.stack import UNKNOWN
from review.findings import Finding, texts
from review.formats.wording import headline
from review.report import Report

SCHEMA = 1


def text(report: Report, *, failed: bool) -> str:
    """The document as text."""
    return json.dumps(document(report, failed=failed), indent=2, sort_keys=True) + "\n"


def document(report: Report, *, failed: bool) -> dict[str, Any]:
    """The document; nothing in it depends on the time or the machine."""
    return {
        "schema": SCHEMA,
        "base": report.base,
        "failed": failed,
        "summary": headline(report),
        "environments": list(report.environments),
        "findings": [_finding(one) for one in report.findings],
        "decisions": [
            {"topic": one.topic, "stack": one.stack, "address": one.address, "text": str(one.sentence),
             "sources": one.source.split(", ")}
            for one in report.decisions
        ],
        "acknowledged": [
            {**_finding(one.finding), "reason": one.by.reason, "expires": one.by.expires.isoformat(), "key": one.by.key}
            for one in report.acknowledged
        ],
        "existing": dict(report.existing),
        "resolved": report.resolved,
        "stacks": [
            {"stack": one.stack.label, "environment": one.stack.environment, "source": one.source,
             "changes": [_change(change) for change in one.changes], "drift": [_change(change) for change in one.drift]}
            for one in report.comparisons if one.changes or one.drift
        ],
        "rehearsals": [
            {"environment": one.environment, "held": one.held, "lines": [str(line) for line in one.lines]}
            for one in report.rehearsals
        ],
        "notes": [str(note) for note in report.notes],
    }  # fmt: skip


def _finding(one: Finding) -> dict[str, Any]:
    what, why, remedy = texts(one.rule)
    return {
        "rule": one.rule, "severity": one.severity, "stack": one.stack, "address": one.address,
        "verdict": "undecided" if one.undecided else "finding", "detail": str(one.detail), "what": what, "why": why,
        "remedy": remedy, "sources": list(one.sources),
    }  # fmt: skip


def _change(one: Change) -> dict[str, Any]:
    return {
        "address": one.address, "former_address": one.former_address or None, "action": one.action,
        "because": list(one.because), "inferred": one.inferred, "unknown": list(one.unknown),
        "differences": [
            {"path": difference.path, **({} if difference.added else {"before": _plain(difference.before)}),
             **({} if difference.removed else {"after": _plain(difference.after)})}
            for difference in one.differences
        ],
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, Hidden):
        return SHOWN
    if value is UNKNOWN:
        return repr(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
