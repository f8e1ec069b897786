"""The table of rules: registering and applying them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from standin.change import Change

Check = Callable[[Change], None]


@dataclass(frozen=True)
class Rule:
    """One rule: when it applies, what it checks, where it was read, and what is not certain about it."""

    name: str
    events: frozenset[str]
    source: str
    doubt: str
    check: Check


RULES: list[Rule] = []


def rule(*events: str, source: str, doubt: str = "") -> Callable[[Check], Check]:
    """Register a function as a rule for events such as `subnetworks.insert`."""

    def register(function: Check) -> Check:
        RULES.append(Rule(function.__name__, frozenset(events), source, doubt, function))
        return function

    return register


def check(change: Change) -> None:
    """Apply every rule of the change's event. Raises the first refusal, a fault on purpose before all."""
    change.cloud.faults.refuse(change.event, change.name)
    change.cloud.judged["kinds"].add(change.collection)
    for entry in RULES:
        if change.event in entry.events:
            change.cloud.judged["rules"].add(entry.name)
            entry.check(change)


def in_doubt(names: Collection[str]) -> list[dict[str, str]]:
    """Those of the rules by name about which the sources leave something open: name, sentence and doubt."""
    asked = (entry for entry in RULES if entry.name in names and entry.doubt)
    return [{"rule": entry.name, "says": entry.check.__doc__ or "", "doubt": entry.doubt} for entry in asked]
