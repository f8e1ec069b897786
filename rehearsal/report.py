"""A rehearsal's account: for people in a few lines, for programs as one JSON document (docs/rehearsal.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from deployment.account import FIRST, NEXT, Account, Ground
from deployment.line import Line, style_of

SCHEMA = 1


def document(account: Account) -> dict[str, Any]:
    """The JSON document; durations and the ids of connections are the only parts that differ between two runs."""
    return {
        "schema": SCHEMA,
        "held": account.held,
        "environment": account.environment,
        "provider": account.provider,
        "from": account.former or None,
        "steps": [asdict(step) for step in account.steps],
        "connections": [asdict(fate) for fate in account.connections],
        "findings": [asdict(finding) for finding in account.findings],
        "notes": account.notes,
        "rests_on": asdict(account.ground),
    }


def lines(account: Account, *, verbose: bool = False) -> Iterator[str]:
    """The end of the account for people: changes of an edit, connections, what it rests on, verdict in a sentence.

    `verbose` tells the changes of every step. Findings stand directly before the verdict.
    """
    for step in account.steps if verbose else account.deployments if account.former else ():
        for change in step.changes:
            why = f" ({', '.join(change.because)})" if change.because else ""
            yield Line(f"  {step.stack}: {change.action:<9} {change.address}{why}", style_of(change.action))
    for fate in account.connections:
        good = fate.status == "ACCEPTED" or fate.outcome == "removed"
        yield Line(f"  connection {fate.name}: {fate.status}, {fate.outcome}", "" if good else "warning")
    yield from (Line(f"  note: {note}", "note") for note in account.notes)
    yield from _rests_on(account.ground)
    for finding in account.findings:
        where = f"{finding.stack}: " if finding.stack else ""
        yield Line(f"finding: {where}{finding.message}", "error")
    yield Line(verdict(account), "good" if account.held else "bad")


def verdict(account: Account) -> str:
    """One sentence: what was rehearsed, whether it held, and how much that was."""
    what = f"rehearsal of {account.environment}"
    if not account.held:
        return f"{what} did not hold: {_count(len(account.findings), 'finding')}"
    stacks = {step.stack for step in account.steps if step.what in {FIRST, NEXT}}
    resources = sum(
        change.action == "created" and not change.address.startswith("data.")
        for step in account.steps
        if step.what == FIRST
        for change in step.changes
    )
    statuses = Counter(fate.status for fate in account.connections if fate.outcome != "removed")
    parts = [_count(len(stacks), "stack"), _count(resources, "resource")]
    parts += [f"{_count(number, 'connection')} {status}" for status, number in sorted(statuses.items())]
    return f"{what} held: {', '.join(parts)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _rests_on(ground: Ground) -> Iterator[str]:
    """What the verdict rests on, in one line; none where nothing was changed."""
    total = len(ground.proven) + len(ground.unproven)
    if total:
        parts = [f"{len(ground.proven)} of {total} kinds are proven by the provider's own acceptance tests"]
        if ground.unproven:
            parts.append(f"not {', '.join(ground.unproven)}")
        if ground.in_doubt:
            parts.append(f"{len(ground.in_doubt)} of the applied rules are in doubt (--json names them)")
        yield Line(f"rests on: {'; '.join(parts)}", "dim")
