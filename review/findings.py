"""The rules' answers for a stack: what the change brings, what was there before, and what it does away with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from deployment.comparison import Change, Comparison
from deployment.references import is_expression
from deployment.values import mappings
from review.inputs import inputs_of
from review.other_findings import OTHER
from review.rules import RULES
from review.rules.rule import FINE, SEVERITIES, UNDECIDED, Answer, Rule, Subject
from review.sentence import Sentence

_WORDS = frozenset({"annotations", "description", "labels"})
# The source of a finding about what somebody did outside Terraform.
DRIFT = "drift"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One answer of a rule that is not fine. `new`: the change brings it. `sources`: code, plan, rehearsal, drift.

    `inputs` are the items that an undecided one is made of: it is new when one of them changes. `parts` are the
    answers that it is made of, one or several. `by` is the rule that found it, None for what no rule about an item
    finds.
    """

    rule: str
    severity: str
    stack: str
    environment: str
    address: str
    detail: Sentence
    undecided: bool = False
    inputs: frozenset[str] = frozenset()
    parts: tuple[Answer, ...] = ()
    new: bool = True
    sources: tuple[str, ...] = ("code",)
    by: Rule | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What code, plan and rehearsal have in common where they find the same."""
        return self.stack, self.rule, self.address

    @property
    def outside(self) -> bool:
        """Whether it is of what somebody did outside Terraform, and not of the change."""
        return self.sources == (DRIFT,)

    @property
    def weight(self) -> tuple[int, str, str, str]:
        """The most severe first, then by place."""
        return SEVERITIES.index(self.severity), self.stack, self.address, self.rule


def texts(finding: Finding) -> tuple[str, str, str]:
    """What, why and remedy, whoever found it."""
    by = finding.by
    return (by.what, by.why, by.remedy) if by else OTHER[finding.rule][1:]


def other(
    rule: str, stack: str, environment: str, address: str, detail: Sentence, source: str = "code"
) -> Finding:  # fmt: skip
    """A finding that no rule about an item makes."""
    return Finding(
        rule=rule, severity=OTHER[rule][0], stack=stack, environment=environment, address=address, detail=detail,
        sources=(source,),
    )  # fmt: skip


def judge(comparison: Comparison, own: tuple[Rule, ...] = ()) -> tuple[list[Finding], int]:
    """All findings of a stack as it will be, and how many former ones the change does away with.

    `own` are the rules that the configuration names.

    Of a stack that leaves the configuration there are none: everything stays as it was.
    """
    if comparison.after is None:
        return [], 0
    former = {_key(finding): finding for finding in _former(comparison, own)}
    moves = {new: old for old, new in (comparison.after.moved.items() if comparison.after else ())}
    judged, seen = [], set()
    present = [*_present(comparison, own), *_of_destroyed(comparison, own)]
    unsure = any(part.verdict == UNDECIDED for finding in present for part in finding.parts)
    reached = _reached(comparison) if unsure else frozenset()
    for finding in present:
        key = (finding.rule, moves.get(finding.address, finding.address))
        before = former.get(key) or former.get(_key(finding))
        seen |= {key, _key(finding)}
        told = {part.detail for part in before.parts} if before and not (finding.by and finding.by.of_change) else set()
        others = [one for one in finding.parts if one.detail not in told or _touched(one, finding, comparison, reached)]
        known = told | {before.detail} if before else told
        judged.append(replace(_said_of(finding, others, known), new=bool(others)))
    return sorted(judged, key=lambda finding: finding.weight), len(former.keys() - seen)


def _said_of(finding: Finding, others: list[Answer], known: Set[Sentence | None]) -> Finding:
    """It in the words of what is another part of it than before, if its own were said before."""
    first = next(iter(others), None)
    if first is None or first.detail is None or finding.detail not in known:
        return finding
    return replace(finding, detail=first.detail, undecided=first.verdict == UNDECIDED, inputs=first.inputs)


def _touched(part: Answer, finding: Finding, comparison: Comparison, reached: Set[str]) -> bool:
    """Whether the change reaches what is undecided.

    Of a value that only an apply will tell nobody knows what it is made of: then its item counts.
    """
    if part.verdict != UNDECIDED:
        return False
    item = comparison.stack.items.get(finding.address)
    # What is said by `each`, `count` or a dynamic block's iterator is made of what these are made of.
    inputs = part.inputs | inputs_of([*_many(item.values)] if item else [])
    return not reached.isdisjoint(inputs) or (not part.inputs and comparison.change(finding.address) is not None)


def _many(values: Any) -> Iterator[Any]:
    """What decides how many there are of an item and of its dynamic blocks, and by which keys."""
    for inner in mappings(values):
        for many in (inner.get("count"), inner.get("for_each")):
            yield from (many, [*many]) if isinstance(many, dict) else (many,)


def _reached(comparison: Comparison) -> Set[str]:
    """The addresses that change, and those that are made of them, however far on: once, as a chain may be long."""
    made_of: dict[str, list[str]] = defaultdict(list)
    for item in comparison.after.items.values() if comparison.after else ():
        for address in inputs_of(item.values):
            made_of[address].append(item.address)
    waiting = [change.address for change in comparison.changes]
    reached = {change.address for change in comparison.changes if not _of_words(change)}
    while waiting:
        following = set(made_of[waiting.pop()]) - reached
        reached |= following
        waiting += following
    return reached


def _of_words(change: Change) -> bool:
    """Whether nothing changes but words for people, by which nobody gets in; what is made of them is another matter."""
    said = change.differences if change.of_resource and change.action == "updated" else ()
    return bool(said) and all(one.attribute in _WORDS and not is_expression(one.after) for one in said)


def _key(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.address


def _former(comparison: Comparison, own: tuple[Rule, ...]) -> Iterator[Finding]:
    """What is to be said of the stack as it was, which no change had come to yet."""
    if comparison.before is not None:
        for item in comparison.before.items.values():
            yield from _answers(Subject(item=item, stack=comparison.before), comparison.source, own, of_change={False})


def _present(comparison: Comparison, own: tuple[Rule, ...]) -> Iterator[Finding]:
    if comparison.after is not None:
        for item in comparison.after.items.values():
            change, former = comparison.change(item.address), comparison.former(item.address)
            both = (former, comparison.before) if former and comparison.before else None
            subject = Subject(item=item, stack=comparison.after, change=change, former=both)
            yield from _answers(subject, comparison.source, own)


def _of_destroyed(comparison: Comparison, own: tuple[Rule, ...]) -> Iterator[Finding]:
    """What is to be said of the change itself, where nothing is left to judge."""
    if comparison.before is not None:
        for change in (change for change in comparison.changes if change.action == "destroyed"):
            gone = comparison.before.items.get(change.address)
            if gone is not None:
                subject = Subject(item=gone, stack=comparison.before, change=change)
                yield from _answers(subject, comparison.source, own, of_change={True})


def _answers(
    subject: Subject, source: str, own: tuple[Rule, ...], *, of_change: Set[bool] = frozenset({True, False})
) -> Iterator[Finding]:  # fmt: skip
    for rule in _rules(subject.item.type, own):
        if rule.of_change not in of_change or (rule.code_only and source != "code"):
            continue
        answer = rule.judge(subject)
        if answer.verdict != FINE and answer.detail is not None:
            yield Finding(
                rule=rule.id,
                severity=rule.severity,
                stack=subject.stack.label,
                environment=subject.stack.environment,
                address=subject.item.address,
                detail=answer.detail,
                undecided=answer.verdict == UNDECIDED,
                inputs=answer.inputs,
                parts=answer.parts or (answer,),
                sources=(source,),
                by=rule,
            )


@lru_cache(maxsize=1024)
def _rules(type_: str, own: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in (*RULES, *own) if rule.about(type_))


def merged(findings: list[Finding]) -> list[Finding]:
    """One finding where several sources found the same; it is new if the change brings it for any of them."""
    by_key: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        known = by_key.setdefault(finding.key, finding)
        # The plan saw the real state: its words win.
        words = finding if "plan" in finding.sources else known
        sources = tuple(dict.fromkeys(known.sources + finding.sources))
        by_key[finding.key] = replace(words, new=known.new or finding.new, sources=sources)
    return sorted(by_key.values(), key=lambda finding: finding.weight)
