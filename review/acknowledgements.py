"""Findings that somebody has accepted: by rule and address, with a reason, until a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from review.findings import Finding, other
from review.rules.rule import ERROR
from review.sentence import say


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """An entry of an environment's file. `address` is STACK/ADDRESS.

    `new`: the change itself brings it, or prolongs it. It then accepts no error: who makes a change does not accept it.
    """

    key: str
    environment: str
    rule: str
    address: str
    reason: str
    expires: date
    new: bool = False


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A finding and the entry that accepts it."""

    finding: Finding
    by: Acknowledgement


def apply(
    findings: Sequence[Finding], entries: Sequence[Acknowledgement], today: date
) -> tuple[list[Finding], list[Acknowledged]]:
    """The findings that remain, with those about the entries themselves, and those that are accepted."""
    # Of two for the same finding the base's counts, wherever they stand in the file.
    valid = {
        (entry.environment, entry.rule, entry.address): entry
        for entry in sorted(entries, key=lambda entry: not entry.new)
        if entry.expires >= today
    }
    remaining: list[Finding] = []
    accepted: list[Acknowledged] = []
    for finding in findings:
        entry = valid.get(_key(finding))
        if entry is None or (entry.new and finding.severity == ERROR):
            remaining.append(finding)
        else:
            accepted.append(Acknowledged(finding=finding, by=entry))
    remaining += _about(entries, {_key(finding) for finding in findings}, today)
    return sorted(remaining, key=lambda finding: finding.weight), accepted


def _key(finding: Finding) -> tuple[str, str, str]:
    stack = finding.stack.rpartition("/")[2]
    return finding.environment, finding.rule, f"{stack}/{finding.address}"


def _about(
    entries: Sequence[Acknowledgement], matched: set[tuple[str, str, str]], today: date
) -> Iterator[Finding]:  # fmt: skip
    for entry in entries:
        if (entry.environment, entry.rule, entry.address) not in matched:
            rule, text = "acknowledgement-unused", "{key} accepts {rule} at {address}, which is not found there"
        elif entry.expires < today:
            rule, text = "acknowledgement-expired", "{key} accepted {rule} at {address} until {expires}"
        else:
            continue
        detail = say(text, key=entry.key, rule=entry.rule, address=entry.address, expires=entry.expires.isoformat())
        yield other(rule, entry.environment, entry.environment, f"acknowledgements.{entry.key}", detail)
