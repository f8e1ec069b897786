"""What somebody has opened outside Terraform: it is real already, and no review has seen it.

A plan tells what its state recorded and what is real. The difference is judged like a change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from deployment.comparison import Change, Comparison, differences
from deployment.stack import Item
from review.decisions import Decision, decisions
from review.findings import DRIFT, Finding, judge, other
from review.rules.rule import Rule
from review.sentence import Sentence, say
from review.topics import EXPOSED, OUTSIDE, REACH, TRUSTED

_OPENING = frozenset({REACH, EXPOSED, TRUSTED})


def opened_outside(
    plan: Comparison, reviewed: Collection[Sentence], own: tuple[Rule, ...] = ()
) -> tuple[list[Decision], list[Finding]]:
    """What a plan shows to have been opened; no finding is made of what the code says by now, which is `reviewed`."""
    made = _made(plan)
    if made is None:
        return [], []
    stays = {decision.sentence for decision in decisions(replace(made, after=plan.after, source="plan"))}
    opened = [decision for decision in decisions(made) if decision.topic in _OPENING]
    points = [
        replace(decision, topic=OUTSIDE, source="plan", sentence=_with_what_follows(decision.sentence, stays))
        for decision in opened
    ]
    unreviewed = [decision for decision in opened if decision.sentence not in reviewed]
    found = [one for one in judge(made, own)[0] if one.new and one.by and not one.by.of_change]
    return points, [*found, *_findings(unreviewed, plan, stays)]


def _made(plan: Comparison) -> Comparison | None:
    """From what was recorded to what is real."""
    recorded = plan.recorded
    if recorded is None:
        return None
    real = plan.before or replace(recorded, items={})  # all of it may be gone
    changes = tuple(_changes(recorded.items, real.items))
    return Comparison(source=DRIFT, before=recorded, after=real, changes=changes)


def _changes(recorded: Mapping[str, Item], real: Mapping[str, Item]) -> Iterator[Change]:
    for address, old in recorded.items():
        new = real.get(address)
        if new is None:
            yield Change(address=address, type=old.type, action="destroyed")
        elif new is not old:
            differing = tuple(differences(old.values, new.values))
            yield Change(address=address, type=old.type, action="updated", differences=differing)


def _with_what_follows(sentence: Sentence, stays: Collection[Sentence]) -> Sentence:
    what = "keeps it" if sentence in stays else "takes it back"
    return Sentence(f"{sentence.template} This plan {what}.", sentence.values)


def _findings(opened: list[Decision], plan: Comparison, stays: Collection[Sentence]) -> Iterator[Finding]:
    by_address: dict[str, set[bool]] = defaultdict(set)
    for decision in opened:
        by_address[decision.address].add(decision.sentence in stays)
    for address, kept in by_address.items():
        what = "takes part of it back" if len(kept) > 1 else "keeps it" if True in kept else "takes it back"
        stack = plan.stack
        yield other("opened-outside", stack.label, stack.environment, address, say(f"this plan {what}"), DRIFT)
