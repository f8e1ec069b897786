"""The rules' answers for a stack: what the change brings, what was there before, and what it does away with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from deployment.comparison import Comparison
from review.known import inputs_of
from review.rules import RULES
from review.rules.rule import ERROR, FINE, SEVERITIES, UNDECIDED, WARNING, Rule, Subject
from review.sentence import Sentence

# The source of a finding about what somebody did outside Terraform.
DRIFT = "drift"
# Findings that no rule about an item makes; what, why and remedy as rules have them.
OTHER: dict[str, tuple[str, str, str, str]] = {
    "environment-unusable": (
        ERROR,
        "An environment does not load or synthesize.",
        "Nothing of it can be reviewed or deployed.",
        "Correct what the message names; ./psc synth --env NAME says the same.",
    ),
    "deployed-elsewhere": (
        ERROR,
        "A new stack makes what a stack that is gone has made.",
        "An environment or consumer of another name has a state of its own, which knows nothing of what is deployed: "
        "the next deployment builds everything anew and stops with 409 (already exists).",
        "Keep the name, or move the state before the next deployment (docs/state.md).",
    ),
    "rehearsal": (
        ERROR,
        "The rehearsal did not hold.",
        "The real Terraform and provider, against a stand-in of Google's APIs, did what a deployment must not.",
        "./psc rehearse --from BASE shows every step; docs/troubleshooting.md goes by what one sees.",
    ),
    "plan-without-change": (
        WARNING,
        "The code changes something, and the plan does not.",
        "The provider keeps an attribute that is left out, so what the file says is not what runs.",
        "Give the value that is wanted instead of leaving it out; once that is deployed, it may be left out.",
    ),
    "not-rehearsed": (
        WARNING,
        "The rehearsal could not be done.",
        "What really becomes of the deployment and its connections was not tried; all else here stands.",
        "Correct what the message names; ./psc rehearse --from BASE says the same.",
    ),
    "opened-outside": (
        WARNING,
        "Somebody has opened access outside Terraform.",
        "It is real already, and no review has seen it.",
        "Ask whoever did it; then apply a plan that takes it back, or write it into the configuration.",
    ),
    "plan-incomplete": (
        WARNING,
        "A plan is not all that there is to do.",
        "Terraform left out what it could not plan yet, so nothing here tells what becomes of it.",
        "Apply, plan again, and review that plan as well.",
    ),
    "plan-destroys": (
        ERROR,
        "A plan destroys what the code describes.",
        "It was made with -destroy: applying it takes the deployment down instead of bringing the change to it.",
        "Plan without -destroy; if the stack is to go, this is what its reviewers approve.",
    ),
    "imported": (
        WARNING,
        "Something that exists is taken over.",
        "From then on this deployment changes and destroys it; who made it may not know.",
        "Agree with whoever made it; docs/import.md says what to compare.",
    ),
    "action-invoked": (
        ERROR,
        "A plan invokes an action.",
        "A provider does something with the deployer's credentials that no resource and no state shows afterwards.",
        "Do it with a resource or apart from Terraform, or agree on what the action does.",
    ),
    "check-failed": (
        WARNING,
        "A check of the plan has failed.",
        "What the configuration promises does not hold in what is planned.",
        "Correct what the message names.",
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
    """One answer of a rule that is not fine. `new`: the change brings it. `sources`: code, plan, rehearsal, drift.

    `inputs` are the items that an undecided one is made of: it is new when one of them changes. `by` is the rule
    that found it, None for what no rule about an item finds.
    """

    rule: str
    severity: str
    stack: str
    environment: str
    address: str
    detail: Sentence
    undecided: bool = False
    inputs: frozenset[str] = frozenset()
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
    reached = _reached(comparison) if any(finding.undecided for finding in present) else frozenset()
    for finding in present:
        key = (finding.rule, moves.get(finding.address, finding.address))
        before = former.get(key) or former.get(_key(finding))
        seen |= {key, _key(finding)}
        stays = before is not None and before.detail == finding.detail and not (finding.by and finding.by.of_change)
        stays = stays and not (finding.undecided and _touched(finding, comparison, reached))
        judged.append(replace(finding, new=not stays))
    return sorted(judged, key=lambda finding: finding.weight), len(former.keys() - seen)


def _touched(finding: Finding, comparison: Comparison, reached: Set[str]) -> bool:
    """Whether the change reaches what an undecided finding is made of.

    Of a value that only an apply will tell nobody knows what it is made of: then its item counts.
    """
    if not finding.inputs:
        return comparison.change(finding.address) is not None
    return not reached.isdisjoint(finding.inputs)


def _reached(comparison: Comparison) -> Set[str]:
    """The addresses that change, and those that are made of them, however far on: once, as a chain may be long."""
    made_of: dict[str, list[str]] = defaultdict(list)
    for item in comparison.after.items.values() if comparison.after else ():
        for address in inputs_of(item.values):
            made_of[address].append(item.address)
    waiting = [change.address for change in comparison.changes]
    reached = set(waiting)
    while waiting:
        following = set(made_of[waiting.pop()]) - reached
        reached |= following
        waiting += following
    return reached


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
