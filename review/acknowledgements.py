"""Findings that somebody has accepted: by rule and address, with a reason, until a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.findings import Finding, other
from review.sentence import say


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """One entry of an environment's file. `address` is STACK/ADDRESS."""

    key: str
    environment: str
    rule: str
    address: str
    reason: str
    expires: date


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A finding and the entry that accepts it."""

    finding: Finding
    by: Acknowledgement


def apply(
    found: Sequence[Finding], entries: Sequence[Acknowledgement], today: date
) -> tuple[list[Finding], list[Acknowledged]]:
    """The findings that remain, with those about the entries themselves, and those that are accepted."""
    valid = {(one.environment, one.rule, one.address): one for one in entries if one.expires >= today}
    remaining: list[Finding] = []
    accepted: list[Acknowledged] = []
    for one in found:
        entry = valid.get(_key(one))
        if entry is None:
            remaining.append(one)
        else:
            accepted.append(Acknowledged(finding=one, by=entry))
    remaining += _about(entries, {_key(one) for one in found}, today)
    return sorted(remaining, key=lambda one: one.weight), accepted


def _key(one: Finding) -> tuple[str, str, str]:
    stack = one.stack.rpartition("/")[2]
    return one.environment, one.rule, f"{stack}/{one.address}"


def _about(
    entries: Sequence[Acknowledgement], found: set[tuple[str, str, str]], today: date
) -> list[Finding]:  # fmt: skip
    told = []
    for one in entries:
        rule = ""
        if (one.environment, one.rule, one.address) not in found:
            rule, text = "acknowledgement-unused", "{key} accepts {rule} at {address}, which is not found there"
        elif one.expires < today:
            rule, text = "acknowledgement-expired", "{key} accepted {rule} at {address} until {expires}"
        if rule:
            values: Mapping[str, str] = {
                "key": one.key, "rule": one.rule, "address": one.address, "expires": one.expires.isoformat(),
            }  # fmt: skip
            place = f"acknowledgements.{one.key}"
            told.append(other(rule, one.environment, one.environment, place, say(text, **values)))
    return told
