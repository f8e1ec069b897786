"""A rehearsal's account, as a review uses it: what really happened to a live deployment of the base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deployment.account import Account, Fate, Step
from deployment.hidden import scrub
from review.decisions import Decision
from review.findings import Finding, other
from review.sentence import Sentence, quote, say
from review.topics import CUT, REACH


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """One environment's rehearsal. `lines` are its account; `replaced` what was replaced, by stack, and why."""

    environment: str
    held: bool
    lines: tuple[Sentence, ...]
    decisions: tuple[Decision, ...]
    findings: tuple[Finding, ...]
    replaced: Mapping[str, Mapping[str, tuple[str, ...]]]
    complete: frozenset[str]


def rehearsed(account: Account, environment: str, secrets: Iterable[str] = ()) -> Rehearsed:
    """What an account says; texts are Terraform's, so `secrets` are cut out of them."""
    known = list(secrets)
    prefix = "" if environment in {"", "default"} else f"{environment}/"
    steps = account.deployments
    fates = {fate.name: fate for fate in account.connections}.values()
    lines = [_told(step, prefix) for step in steps]
    lines += [_connection(fate) for fate in fates]
    lines += [quote(f"note: {scrub(note, known)}") for note in account.notes]
    findings = [
        other(
            "rehearsal", f"{prefix}{finding.stack}" if finding.stack else environment, environment,
            finding.kind, quote(scrub(finding.message, known)), "rehearsal",
        )
        for finding in account.findings
    ]  # fmt: skip
    return Rehearsed(
        environment=environment,
        held=account.held,
        lines=tuple(lines),
        decisions=tuple(decision for fate in fates for decision in _decided(fate, environment)),
        findings=tuple(findings),
        replaced={
            f"{prefix}{step.stack}": {
                change.address: change.because for change in step.changes if change.action == "replaced"
            }
            for step in steps
        },
        complete=frozenset(f"{prefix}{step.stack}" for step in steps if step.ok and account.former),
    )


def _told(step: Step, prefix: str) -> Sentence:
    actions = [change.action for change in step.changes]
    order = ("created", "updated", "replaced", "destroyed", "moved")
    counts = ", ".join(f"{actions.count(action)} {action}" for action in order if action in actions)
    refused = "" if step.ok else ", and refused"
    return say(f"{{stack}}: {counts or 'nothing to do'}{refused}", stack=f"{prefix}{step.stack}")


_MEANING = {
    "kept": "kept, without interruption",
    "restored": "interrupted, and restored by the end",
    "lost": "lost",
    "new": "new",
    "removed": "removed with its endpoint",
    "waiting": "waiting to be accepted",
}


def _connection(fate: Fate) -> Sentence:
    meaning = _MEANING.get(fate.outcome, fate.outcome)
    return say(f"Connection of {{name}}: {meaning} ({{status}})", name=fate.name, status=fate.status)


_DECISIONS = {
    "lost": (CUT, "The connection of {name} is lost: it is {status} after the apply."),
    "restored": (CUT, "The connection of {name} is interrupted; it is {status} again at the end."),
    "removed": (CUT, "The connection of {name} ends, with its endpoint."),
    "waiting": (REACH, "The connection of {name} waits: it is {status}, so its calls do not arrive."),
}


def _decided(fate: Fate, environment: str) -> list[Decision]:
    if fate.outcome not in _DECISIONS:
        return []
    topic, text = _DECISIONS[fate.outcome]
    sentence = say(text, name=fate.name, status=fate.status)
    return [Decision(topic=topic, stack=environment, sentence=sentence, address=fate.name, source="rehearsal")]
