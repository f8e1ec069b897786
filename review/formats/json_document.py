"""The JSON document, for programs; docs/review.md and report.schema.json say what is in it."""

from __future__ import annotations

from typing import Any

from deployment.comparison import Change, Comparison
from deployment.printable import printable_json
from review.acknowledgements import Acknowledged
from review.decisions import Decision
from review.findings import Finding, texts
from review.formats.wording import headline
from review.report import Report

SCHEMA = 1


def text(report: Report, *, failed: bool) -> str:
    """The document as text."""
    return printable_json(document(report, failed=failed), sort_keys=True) + "\n"


def document(report: Report, *, failed: bool) -> dict[str, Any]:
    """The document; nothing in it depends on the time or the machine. Hidden and unknown values are not text yet."""
    return {
        "schema": SCHEMA,
        "base": report.base,
        "failed": failed,
        "summary": headline(report),
        "environments": list(report.environments),
        "findings": [_finding(finding) for finding in report.findings],
        "decisions": [_decision(decision) for decision in report.decisions],
        "acknowledged": [_accepted(accepted) for accepted in report.acknowledged],
        "existing": dict(report.existing),
        "former": [_finding(finding) for finding in report.former],
        "resolved": report.resolved,
        "stacks": [_stack(comparison) for comparison in report.comparisons if comparison.changes or comparison.drift],
        "rehearsals": [
            {"environment": rehearsal.environment, "held": rehearsal.held, "lines": list(map(str, rehearsal.lines))}
            for rehearsal in report.rehearsals
        ],
        "notes": [str(note) for note in report.notes],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    what, why, remedy = texts(finding)
    return {
        "rule": finding.rule, "severity": finding.severity, "stack": finding.stack, "address": finding.address,
        "verdict": "undecided" if finding.undecided else "finding", "detail": str(finding.detail), "what": what,
        "why": why, "remedy": remedy, "sources": list(finding.sources),
    }  # fmt: skip


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "topic": decision.topic, "stack": decision.stack, "address": decision.address, "text": str(decision.sentence),
        "sources": decision.source.split(", "),
    }  # fmt: skip


def _accepted(accepted: Acknowledged) -> dict[str, Any]:
    by = accepted.by
    return {**_finding(accepted.finding), "reason": by.reason, "expires": by.expires.isoformat(), "key": by.key}


def _stack(comparison: Comparison) -> dict[str, Any]:
    return {
        "stack": comparison.stack.label, "environment": comparison.stack.environment, "source": comparison.source,
        "changes": list(map(_change, comparison.changes)), "drift": list(map(_change, comparison.drift)),
    }  # fmt: skip


def _change(change: Change) -> dict[str, Any]:
    return {
        "address": change.address, "former_address": change.former_address or None, "action": change.action,
        "because": list(change.because), "inferred": change.inferred, "unknown": list(change.unknown),
        "differences": [
            {"path": difference.path, **({} if difference.added else {"before": difference.before}),
             **({} if difference.removed else {"after": difference.after})}
            for difference in change.differences
        ],
    }  # fmt: skip
