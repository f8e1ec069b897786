"""A whole review, put together once; the formats only write it down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deployment.comparison import Change, Comparison
from review.acknowledgements import Acknowledged, Acknowledgement, apply
from review.beside_configuration import BesideConfiguration, listed
from review.costs import cost_of
from review.decisions import Decision, decisions
from review.elsewhere import made_elsewhere
from review.findings import Finding, judge, merged, other
from review.half_way import half_way
from review.material import Material
from review.outside import opened_outside
from review.rehearsed import Rehearsed
from review.rules.rule import SEVERITIES
from review.sentence import Sentence, quote, say
from review.taken_over import taken_over
from review.topics import TRUSTED
from review.unmoved import left_out, unmoved


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a review found. Of `findings` only those that the change brings; `existing` counts the others.

    `former` are those others, where somebody wants to see them. `plan_files` are the files of plans of which nobody has
    the code, by stack.
    """

    base: str
    environments: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    decisions: tuple[Decision, ...]
    findings: tuple[Finding, ...]
    acknowledged: tuple[Acknowledged, ...]
    existing: Mapping[str, int]
    former: tuple[Finding, ...]
    resolved: int
    rehearsals: tuple[Rehearsed, ...]
    notes: tuple[Sentence, ...]
    plan_files: Mapping[str, str] = field(default_factory=dict)

    def fails(self, fail_on: str) -> bool:
        """Whether there is a finding of at least this severity."""
        worst = SEVERITIES.index(fail_on)
        return any(SEVERITIES.index(finding.severity) <= worst for finding in self.findings)

    @property
    def changed(self) -> tuple[Comparison, ...]:
        """The comparisons in which something changes."""
        return tuple(comparison for comparison in self.comparisons if comparison.changes)

    @property
    def drift(self) -> list[tuple[str, Change]]:
        """What was changed outside Terraform, by stack."""
        return [(comparison.stack.label, change) for comparison in self.comparisons for change in comparison.drift]

    @property
    def alone(self) -> bool:
        """Whether it is about plans of which nobody has the code."""
        return bool(self.plan_files)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.changed or self.findings or self.drift or self.acknowledged or self.decisions)


def assemble(material: Material) -> Report:
    """Judge everything and put it in order."""
    settled = [settle(comparison, material) for comparison in material.code]
    comparisons = [*settled, *material.plans]
    findings, resolved = _judged(comparisons, material)
    decided = [decision for comparison in comparisons for decision in decisions(comparison, comparisons)]
    opened, made = _of_plans(settled, decided, material)
    findings += [*made, *made_elsewhere(settled)]
    findings += [finding for comparison in comparisons for finding in half_way(comparison)]
    findings += taken_over(comparisons)
    findings += _of_environments(material)
    entries = _entries(material)
    remaining, accepted = apply(merged(findings), entries, material.today)
    former = [finding for finding in remaining if not finding.new]
    decided += opened
    decided += [_accepting(entry) for entry in entries if entry.new]
    decided += [_covering(one) for one in accepted if one.finding.new and not one.by.new]
    decided += [_of_rules(environment, files) for environment, files in material.rule_edits]
    beside = BesideConfiguration(material.edited, [file for _, files in material.rule_edits for file in files])
    decided += beside.decisions()
    decided += [decision for rehearsal in material.rehearsals for decision in rehearsal.decisions]
    return Report(
        base=material.base,
        plan_files=material.plan_files,
        environments=tuple(material.environments),
        comparisons=tuple(comparisons),
        decisions=tuple(_once(decided)),
        findings=tuple(finding for finding in remaining if finding.new),
        acknowledged=tuple(accepted),
        existing={name: sum(finding.severity == name for finding in former) for name in SEVERITIES},
        former=tuple(former) if material.lists_former else (),
        resolved=resolved,
        rehearsals=tuple(material.rehearsals),
        notes=(*material.notes, *beside.notes(), *cost_of(settled)),
    )


def _judged(comparisons: Sequence[Comparison], material: Material) -> tuple[list[Finding], int]:
    """What rules and plans say of each comparison; and how many findings a change of the code takes away."""
    findings: list[Finding] = []
    resolved = 0
    for comparison in comparisons:
        label, environment = comparison.stack.label, comparison.stack.environment
        answers, gone = judge(comparison, material.rules.get(environment, ()))
        findings += answers
        resolved += gone if comparison.source == "code" else 0
        for rule, address, words in comparison.remarks:
            findings.append(other(rule, label, environment, address, quote(words), comparison.source))
    return findings, resolved


def _of_plans(
    code: Sequence[Comparison], decided: Sequence[Decision], material: Material
) -> tuple[list[Decision], list[Finding]]:
    """What plans tell that the code does not: what was opened outside Terraform, and where the two do not agree."""
    by_label = {comparison.stack.label: comparison for comparison in code}
    points: list[Decision] = []
    findings: list[Finding] = []
    for plan in material.plans:
        label = plan.stack.label
        reviewed = {point.sentence for point in (*decided, *points) if point.source == "code" and point.stack == label}
        opened, made = opened_outside(plan, reviewed, material.rules.get(plan.stack.environment, ()))
        points += opened
        findings += made
        findings += unmoved(by_label[label], plan) if label in by_label else ()
    planned = {plan.stack.label for plan in material.plans}
    findings += [one for label, comparison in by_label.items() if label not in planned for one in left_out(comparison)]
    return points, findings


def _of_environments(material: Material) -> Iterator[Finding]:
    """What rehearsals found, and which environments could not be rehearsed or read."""
    for rehearsal in material.rehearsals:
        yield from rehearsal.findings
    for environment, problem in material.unrehearsed:
        yield other("not-rehearsed", environment, environment, "rehearsal", quote(problem), "rehearsal")
    for environment, problem in material.unusable:
        place = f"config/environments/{environment}.yaml"
        yield other("environment-unusable", environment, environment, place, quote(problem))


def _accepting(entry: Acknowledgement) -> Decision:
    """What the change itself accepts is for its reviewer to decide."""
    text = "The change accepts {rule} at {address} until {expires}: {reason}"
    values = {"rule": entry.rule, "address": entry.address, "expires": entry.expires.isoformat()}
    sentence = say(text, **values, reason=entry.reason)
    return Decision(topic=TRUSTED, stack=entry.environment, sentence=sentence, address=f"acknowledgements.{entry.key}")


def _covering(one: Acknowledged) -> Decision:
    """What an entry of the base accepts although the change brings it: whoever accepted it saw something else."""
    text = "{key} accepts what the change brings, {rule} at {address}: {found}"
    values = {"key": one.by.key, "rule": one.by.rule, "address": one.by.address, "found": str(one.finding.detail)}
    place = f"acknowledgements.{one.by.key}"
    return Decision(topic=TRUSTED, stack=one.by.environment, sentence=say(text, **values), address=place)


def _of_rules(environment: str, files: Sequence[str]) -> Decision:
    """A change that edits the rules by which it is reviewed."""
    sentence = listed("The change edits the rules of its own review: ", files)
    return Decision(topic=TRUSTED, stack=environment, sentence=sentence, address="review_rules")


def _entries(material: Material) -> list[Acknowledgement]:
    """Of an environment that does not load nothing can be matched, so nothing of it is unused."""
    broken = {environment for environment, _ in material.unusable}
    return [entry for entry in material.entries if entry.environment not in broken]


def settle(comparison: Comparison, material: Material) -> Comparison:
    """Believe a plan or a finished rehearsal about what is replaced, instead of the provider's rules."""
    label = comparison.stack.label
    known: dict[str, tuple[str, ...]] = {}
    spoken: set[str] = set()
    for plan in material.plans:
        if plan.stack.label == label:
            known |= {change.address: change.because for change in plan.changes if change.action == "replaced"}
            spoken |= plan.after.items.keys() if plan.after else set()
    for rehearsal in material.rehearsals:
        known |= rehearsal.replaced.get(label, {})
        if label in rehearsal.complete:
            spoken |= {change.address for change in comparison.changes}
    changes = [result for change in comparison.changes for result in _settled(change, known, change.address in spoken)]
    return replace(comparison, changes=tuple(changes))


def _settled(change: Change, known: Mapping[str, Sequence[str]], complete: bool) -> list[Change]:
    if change.address in known and change.action in {"updated", "replaced"}:
        # Terraform says that a trigger did it, but not which.
        vague = set(known[change.address]) <= {"replace_triggered_by"} and change.because
        because = change.because if vague else tuple(known[change.address])
        return [replace(change, action="replaced", because=because, inferred=False)]
    if change.inferred and complete:
        return [replace(change, action="updated", because=(), inferred=False)] if change.differences else []
    return [change]


def _once(decided: list[Decision]) -> list[Decision]:
    """The same sentence from code, plan and rehearsal once, with all of its sources."""
    by_key: dict[tuple[str, str, Sentence], Decision] = {}
    for decision in decided:
        key = (decision.topic, decision.stack, decision.sentence)
        known = by_key.get(key)
        if known is None:
            by_key[key] = decision
        elif decision.source not in known.source.split(", "):
            by_key[key] = replace(known, source=f"{known.source}, {decision.source}")
    return list(by_key.values())
