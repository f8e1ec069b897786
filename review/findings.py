"""The rules' answers for a stack: what the change brings, what was there before, and what it does away with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deployment.comparison import Comparison
from deployment.stack import Item, Stack
from review.rules import BY_ID, RULES
from review.rules.rule import ERROR, FINE, SEVERITIES, UNDECIDED, WARNING, Rule, Subject
from review.sentence import Sentence

# Findings that no rule about an item makes; what, why and remedy as rules have them.
OTHER: dict[str, tuple[str, str, str, str]] = {
    "environment-unusable": (
        ERROR,
        "An environment does not load or synthesize.",
        "Nothing of it can be reviewed or deployed.",
        "Correct what the message names; ./psc synth --env NAME says the same.",
    ),
    "rehearsal": (
        ERROR,
        "The rehearsal did not hold.",
        "The real Terraform and provider, against a stand-in of Google's APIs, did what a deployment must not.",
        "./psc rehearse --from BASE shows every step; docs/troubleshooting.md goes by what one sees.",
    ),
    "acknowledgement-unused": (
        WARNING,
        "An acknowledgement matches no finding.",
        "It would silently cover the next finding of that rule at that address.",
        "Remove it from the environment's file, or correct its rule and address.",
    ),
    "acknowledgement-expired": (
        WARNING,
        "An acknowledgement has expired.",
        "What was accepted for a time is still there, and nobody has decided about it again.",
        "Correct what it covers, or decide again and give it another date.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One answer of a rule that is not fine. `new`: the change brings it. `sources`: code, plan, rehearsal."""

    rule: str
    severity: str
    stack: str
    environment: str
    address: str
    detail: Sentence
    undecided: bool = False
    new: bool = True
    sources: tuple[str, ...] = ("code",)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same one."""
        return self.stack, self.rule, self.address

    @property
    def weight(self) -> tuple[int, str, str, str]:
        """The most severe first, then by place."""
        return SEVERITIES.index(self.severity), self.stack, self.address, self.rule


def texts(rule: str) -> tuple[str, str, str]:
    """What, why and remedy of a rule, of either sort."""
    if rule in BY_ID:
        found = BY_ID[rule]
        return found.what, found.why, found.remedy
    return OTHER[rule][1:]


def other(
    rule: str, stack: str, environment: str, address: str, detail: Sentence, source: str = "code"
) -> Finding:  # fmt: skip
    """A finding that no rule about an item makes."""
    return Finding(
        rule=rule, severity=OTHER[rule][0], stack=stack, environment=environment, address=address, detail=detail,
        sources=(source,),
    )  # fmt: skip


def judge(comparison: Comparison) -> tuple[list[Finding], int]:
    """All findings of a stack as it will be, and how many former ones the change does away with."""
    former = {_key(one): one for one in _answers(comparison.before, comparison, judged_before=True)}
    found = []
    moves = {new: old for old, new in (comparison.after.moved.items() if comparison.after else ())}
    seen = set()
    for one in _answers(comparison.after, comparison):
        key = (one.rule, moves.get(one.address, one.address))
        before = former.get(key) or former.get(_key(one))
        seen |= {key, _key(one)}
        known = before is not None and before.detail == one.detail and not BY_ID[one.rule].of_change
        found.append(one if not known else _existing(one))
    return sorted(found, key=lambda one: one.weight), len(former.keys() - seen)


def _key(one: Finding) -> tuple[str, str]:
    return one.rule, one.address


def _existing(one: Finding) -> Finding:
    return Finding(**{**vars(one), "new": False})


def _answers(stack: Stack | None, comparison: Comparison, *, judged_before: bool = False) -> Iterator[Finding]:
    if stack is not None:
        changes = {one.address: one for one in comparison.changes}
        for item in stack.items.values():
            change = None if judged_before else changes.get(item.address)
            former = None if judged_before else comparison.former(item.address)
            subject = Subject(item=item, stack=stack, change=change, former=former)
            yield from _of(subject, comparison.source, changes_only=False, without_changes=judged_before)
    if not judged_before and comparison.before is not None:
        for change in comparison.changes:
            gone = comparison.before.items.get(change.address)
            if change.action == "destroyed" and gone is not None:
                subject = Subject(item=gone, stack=comparison.before, change=change, former=gone)
                yield from _of(subject, comparison.source, changes_only=True, without_changes=False)


def _of(subject: Subject, source: str, *, changes_only: bool, without_changes: bool) -> Iterator[Finding]:
    for rule in _rules(subject.item):
        if (rule.code_only and source != "code") or (changes_only and not rule.of_change):
            continue
        if rule.of_change and without_changes:
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
                sources=(source,),
            )


_FOR_KIND: dict[str, tuple[Rule, ...]] = {}


def _rules(item: Item) -> tuple[Rule, ...]:
    if item.type not in _FOR_KIND:
        _FOR_KIND[item.type] = tuple(rule for rule in RULES if item.type in rule.kinds)
    return _FOR_KIND[item.type]


def merged(found: list[Finding]) -> list[Finding]:
    """One finding where several sources found the same; it is new if the change brings it for any of them."""
    by_key: dict[tuple[str, str, str], Finding] = {}
    for one in found:
        known = by_key.get(one.key)
        if known is None:
            by_key[one.key] = one
            continue
        # The plan saw the real state: its words win.
        words = one if "plan" in one.sources else known
        by_key[one.key] = Finding(
            **{**vars(words), "new": known.new or one.new, "sources": tuple(dict.fromkeys(known.sources + one.sources))}
        )
    return sorted(by_key.values(), key=lambda one: one.weight)
