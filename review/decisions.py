"""What a reviewer has to decide, in sentences: who newly reaches what, what is interrupted, destroyed or exposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from review.access import Grant, grants
from review.comparison import Change, Comparison
from review.references import name_of
from review.replacement import is_endpoint
from review.sentence import Sentence, say
from review.stack import Item

REACH, CUT, GONE, EXPOSED = "reach", "interrupted", "destroyed", "exposed"
HEADINGS = {
    REACH: "Who can newly reach what",
    CUT: "What is interrupted or lost",
    GONE: "What is destroyed",
    EXPOSED: "What becomes public or unlogged",
}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing to decide. `source`: code, plan or rehearsal."""

    topic: str
    stack: str
    sentence: Sentence
    address: str = ""
    source: str = "code"


def decisions(comparison: Comparison) -> list[Decision]:
    """All of a stack's, in the order of the topics."""
    label = comparison.stack.label
    found = [*_access(comparison), *_interruptions(comparison), *_destructions(comparison)]
    order = list(HEADINGS)
    made = [
        Decision(topic=topic, stack=label, sentence=sentence, address=address, source=comparison.source)
        for topic, sentence, address in found
    ]
    return sorted(dict.fromkeys(made), key=lambda one: order.index(one.topic))


_Found = tuple[str, Sentence, str]


def _access(comparison: Comparison) -> Iterator[_Found]:
    before = {one.key: one for one in (grants(comparison.before) if comparison.before else [])}
    after = {one.key: one for one in (grants(comparison.after) if comparison.after else [])}
    for key in sorted(after.keys() - before.keys()):
        one = after[key]
        sentence = _opened(one, any(other.what == one.what for other in before.values()))
        if sentence is not None:
            yield _topic_of(one), sentence, one.address
    for key in sorted(after.keys() & before.keys()):
        old, new = before[key], after[key]
        if old.measure != new.measure:
            yield from _measured(old, new)
    for key in sorted(before.keys() - after.keys()):
        closed = _closed(before[key], comparison)
        if closed is not None:
            yield CUT, closed, before[key].address


def _topic_of(grant: Grant) -> str:
    return EXPOSED if grant.way in {"ingress", "external"} else REACH


def _opened(one: Grant, known: bool) -> Sentence | None:
    values = {"who": one.who, "what": one.what, "measure": one.measure}
    match one.way:
        case "accept" if one.who == "every project":
            return say("Every project that knows the link of {what} may connect to it, without being asked.", **values)
        case "accept":
            return say(
                "Project {who} may connect to {what} with up to {measure} endpoints; it could not before."
                if "/" not in one.who
                else "Network {who} may connect to {what} with up to {measure} endpoints; it could not before.",
                **values,
            )
        case "reject":
            return None
        case "call":
            return say("{who} may call {what} (with an ID token, once a request arrives there).", **values)
        case "ingress":
            return say("{what} takes requests from {who}.", **values)
        case "external":
            return say("{what} gets an external address: {who} can send it packets.", **values)
        case "firewall":
            return say("{who} may open connections to {what}: {measure}.", **values)
        case "endpoint":
            return say("{who} (address {measure}) connects to {what}.", **values)
        case "port":
            return None if not known else say("{what} answers on port {measure}.", **values)
    return None


def _measured(old: Grant, new: Grant) -> Iterator[_Found]:
    values = {"who": new.who, "what": new.what, "old": old.measure, "new": new.measure}
    if new.way == "accept":
        verb = "may open up to {new} endpoints to {what}, instead of {old}"
        yield REACH, say(f"{{who}} {verb}.", **values), new.address
        if old.measure.isdecimal() and new.measure.isdecimal() and int(new.measure) < int(old.measure):
            yield (
                CUT,
                say("Endpoints of {who} beyond the {new} that {what} now accepts are cut off.", **values),
                new.address,
            )
    elif new.way == "port":
        yield (
            CUT,
            say(
                "{what} answers on port {new} instead of {old}: callers that still use port {old} get no answer from "
                "the moment of the apply, whatever becomes of their connections.",
                **values,
            ),
            new.address,
        )
    elif new.way == "firewall":
        yield REACH, say("{who} may open connections to {what} at {new}, instead of {old}.", **values), new.address
    elif new.way == "endpoint":
        sentence = "The endpoint's address for {what} becomes {new} instead of {old}: callers must use the new one."
        yield CUT, say(sentence, **values), new.address


def _closed(one: Grant, comparison: Comparison) -> Sentence | None:
    values = {"who": one.who, "what": one.what}
    after = comparison.after
    remains = after is not None and any(name_of(item, after) == one.what for item in after.items.values())
    match one.way:
        case "accept" if not remains:
            return None  # the attachment itself goes: that is told as destroyed
        case "accept":
            item = after.items.get(one.address) if after else None
            cuts = item is None or item.values.get("reconcile_connections") is True
            rest = (
                "its endpoints there are cut off."
                if cuts
                else "but its endpoints there stay connected, because reconcile_connections is off."
            )
            return say(f"{{who}} is no longer accepted by {{what}}: {rest}", **values)
        case "call":
            return say("{who} may no longer call {what}.", **values) if remains else None
        case "endpoint":
            return say("{who} no longer connects to {what}.", **values)
    return None


def _interruptions(comparison: Comparison) -> Iterator[_Found]:
    for change in comparison.changes:
        if change.action != "replaced":
            continue
        item = comparison.stack.items.get(change.address)
        sentence = _replaced(change, item, comparison)
        if sentence is not None:
            yield CUT, sentence, change.address


def _replaced(change: Change, item: Item | None, comparison: Comparison) -> Sentence | None:
    values = {
        "name": name_of(item, comparison.stack) if item else change.address,
        "address": change.address,
        "why": "; ".join(change.because) or "Terraform does not say why",
    }
    surely = "must be" if change.inferred else "is"
    match change.kind:
        case "google_compute_service_attachment":
            text = (
                f"The service attachment {{name}} {surely} replaced ({{why}}): every consumer's connection is closed."
            )
        case "google_cloud_run_v2_service" | "google_cloud_run_service":
            text = (
                f"The Cloud Run service {{name}} {surely} replaced ({{why}}). Its URL, the audience of callers' "
                "ID tokens, changes with its name: callers need the new one."
            )
        case kind if item is not None and is_endpoint(item) and kind:
            rest = "its callers are cut off until it is accepted again"
            text = f"The endpoint {{name}} {surely} replaced ({{why}}): {rest}."
        case "google_compute_instance":
            text = f"The VM {{name}} {surely} replaced ({{why}}): what is on its disk is lost."
        case "google_compute_network" | "google_compute_subnetwork":
            text = f"{{name}} {surely} replaced ({{why}}), with everything that stands in it."
        case "terraform_data":
            return None
        case _:
            text = f"{{address}} ({{name}}) {surely} replaced ({{why}})."
    return say(text, **values)


def _destructions(comparison: Comparison) -> Iterator[_Found]:
    for change in comparison.changes:
        if change.action == "destroyed" and change.of_resource and change.kind != "terraform_data":
            before = comparison.before
            item = before.items.get(change.address) if before else None
            name = name_of(item, before) if item and before else change.address
            rest = {
                "google_compute_service_attachment": ": every consumer's connection is closed",
                "google_cloud_run_v2_service": ": its revisions and its URL are gone",
                "google_compute_instance": ": what is on its disk is lost",
                "google_project_service": " from Terraform's care"
                + (": the API stays enabled" if item and item.values.get("disable_on_destroy") is False else ""),
            }.get(change.kind, "")
            yield (
                GONE,
                say(f"{{address}} ({{name}}) is removed{rest}.", address=change.address, name=name),
                change.address,
            )
