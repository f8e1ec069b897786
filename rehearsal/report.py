"""A rehearsal's account: for people in a few lines, for programs as one JSON document (docs/rehearsal.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from deployment.account import Account, Ground

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


def lines(account: Account) -> Iterator[str]:
    """The end of the account for people: changes of an edit, connections, what it rests on, verdict."""
    for step in account.deployments if account.former else ():
        for change in step.changes:
            why = f" ({', '.join(change.because)})" if change.because else ""
            yield f"  {step.stack}: {change.action:<9} {change.address}{why}"
    for fate in account.connections:
        yield f"  connection {fate.name}: {fate.status}, {fate.outcome}"
    yield from (f"  note: {note}" for note in account.notes)
    yield from _rests_on(account.ground)
    for finding in account.findings:
        where = f"{finding.stack}: " if finding.stack else ""
        yield f"finding: {where}{finding.message}"
    count = len(account.findings)
    yield "held" if account.held else f"did not hold: {count} finding{'s' if count != 1 else ''}"


def _rests_on(ground: Ground) -> Iterator[str]:
    """What the verdict rests on, in one line; none where nothing was changed."""
    total = len(ground.proven) + len(ground.unproven)
    if total:
        parts = [f"{len(ground.proven)} of {total} kinds are proven by the provider's own acceptance tests"]
        if ground.unproven:
            parts.append(f"not {', '.join(ground.unproven)}")
        if ground.in_doubt:
            parts.append(f"{len(ground.in_doubt)} of the rules asked are in doubt, which --json names")
        yield f"rests on: {'; '.join(parts)}"
