"""The rehearsal's document, as a review uses it: what really happened to a live deployment of the base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deployment.hidden import scrub
from review.decisions import Decision
from review.findings import Finding, other
from review.sentence import Sentence, quote, say
from review.topics import CUT, REACH

_DEPLOYMENT = ("deployment", "first deployment")


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


def from_document(document: Mapping[str, Any], environment: str, secrets: Iterable[str] = ()) -> Rehearsed:
    """What the document of `./psc rehearse --json` says; texts are Terraform's, so `secrets` are cut out of them."""
    known = list(secrets)
    edited = document["from"] is not None
    steps = [one for one in document["steps"] if one["what"] == ("deployment" if edited else "first deployment")]
    prefix = "" if environment in {"", "default"} else f"{environment}/"
    lines = [_account(step, prefix) for step in steps]
    outcomes = {one["endpoint"].rpartition("/")[2]: one for one in document["connections"]}
    lines += [_connection(name, one) for name, one in outcomes.items()]
    lines += [quote(f"note: {scrub(note, known)}") for note in document["notes"]]
    decisions = [found for name, one in outcomes.items() for found in _decided(name, one, environment)]
    findings = [
        other(
            "rehearsal", f"{prefix}{one['stack']}" if one["stack"] else environment, environment,
            one["kind"], quote(scrub(one["message"], known)), "rehearsal",
        )
        for one in document["findings"]
    ]  # fmt: skip
    return Rehearsed(
        environment=environment,
        held=bool(document["held"]),
        lines=tuple(lines),
        decisions=tuple(decisions),
        findings=tuple(findings),
        replaced={
            f"{prefix}{step['stack']}": {
                change["address"]: tuple(change["because"])
                for change in step["changes"]
                if change["action"] == "replaced"
            }
            for step in steps
        },
        complete=frozenset(f"{prefix}{step['stack']}" for step in steps if step["ok"] and edited),
    )


def _account(step: Mapping[str, Any], prefix: str) -> Sentence:
    actions = [change["action"] for change in step["changes"]]
    order = ("created", "updated", "replaced", "destroyed", "moved")
    counts = ", ".join(f"{actions.count(one)} {one}" for one in order if one in actions) or "nothing to do"
    return say(f"{{stack}}: {counts}{'' if step['ok'] else ', and refused'}", stack=f"{prefix}{step['stack']}")


_MEANING = {
    "kept": "kept, without interruption",
    "restored": "interrupted, and restored by the end",
    "lost": "lost",
    "new": "new",
    "removed": "removed with its endpoint",
    "waiting": "waiting to be accepted",
}


def _connection(name: str, fate: Mapping[str, Any]) -> Sentence:
    status = fate["after"]["status"] if fate["after"] else "gone"
    meaning = _MEANING.get(fate["outcome"], fate["outcome"])
    return say(f"Connection of {{name}}: {meaning} ({{status}})", name=name, status=status)


def _decided(name: str, fate: Mapping[str, Any], environment: str) -> list[Decision]:
    status = fate["after"]["status"] if fate["after"] else "gone"
    texts = {
        "lost": (CUT, "The connection of {name} is lost: it is {status} after the apply."),
        "restored": (CUT, "The connection of {name} is interrupted; it is {status} again at the end."),
        "removed": (CUT, "The connection of {name} ends, with its endpoint."),
        "waiting": (REACH, "The connection of {name} waits: it is {status}, so its calls do not arrive."),
    }
    if fate["outcome"] not in texts:
        return []
    topic, text = texts[fate["outcome"]]
    sentence = say(text, name=name, status=status)
    return [Decision(topic=topic, stack=environment, sentence=sentence, address=name, source="rehearsal")]
