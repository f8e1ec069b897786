"""What a reviewer has to decide, in sentences: who newly reaches what, what is interrupted, destroyed or exposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from deployment.comparison import Change, Comparison
from deployment.references import name_of
from deployment.stack import Item, blocks
from review.access import grants
from review.grant_sentences import closed, measured, opened
from review.replacement import is_endpoint
from review.sentence import Sentence, say
from review.topics import CUT, EXPOSED, GONE, HEADINGS, REACH


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
    found = [*_access(comparison), *_logging(comparison), *_interruptions(comparison), *_destructions(comparison)]
    order = list(HEADINGS)
    made = [
        Decision(topic=topic, stack=label, sentence=sentence, address=address, source=comparison.source)
        for topic, sentence, address in found
    ]
    return sorted(dict.fromkeys(made), key=lambda one: order.index(one.topic))


_Found = tuple[str, Sentence, str]


def _access(comparison: Comparison) -> Iterator[_Found]:
    moves = comparison.after.moved if comparison.after else {}
    old_grants = grants(comparison.before) if comparison.before else []
    before = {replace(one, thing=moves.get(one.thing, one.thing)).key: one for one in old_grants}
    after = {one.key: one for one in (grants(comparison.after) if comparison.after else [])}
    known = {one.thing for one in old_grants}
    for key in sorted(after.keys() - before.keys()):
        one = after[key]
        sentence = opened(one)
        if sentence is not None and (one.way != "port" or one.address in known):
            yield EXPOSED if one.way in {"ingress", "external"} else REACH, sentence, one.address
    for key in sorted(after.keys() & before.keys()):
        if before[key].measure != after[key].measure:
            yield from ((topic, text, after[key].address) for topic, text in measured(before[key], after[key]))
    for key in sorted(before.keys() - after.keys()):
        sentence = closed(before[key], comparison)
        if sentence is not None:
            yield CUT, sentence, before[key].address


def _logging(comparison: Comparison) -> Iterator[_Found]:
    """Subnets that logged their flows and will not."""
    for item in comparison.after.of("google_compute_subnetwork") if comparison.after else ():
        former = comparison.former(item.address)
        if former is not None and logs_flows(former) and not logs_flows(item):
            name = name_of(item, comparison.stack)
            yield (
                EXPOSED,
                say("{name} no longer logs flows: nobody can tell afterwards who called.", name=name),
                item.address,
            )


def logs_flows(item: Item) -> bool:
    """Whether a subnet has flow logs, as far as it can be told."""
    logs = blocks(item.values, "log_config")
    return bool(logs) and logs[0].get("flow_sampling") != 0


def _interruptions(comparison: Comparison) -> Iterator[_Found]:
    for change in comparison.changes:
        if change.action == "replaced" and not _follows(change, comparison):
            sentence = _replaced(change, comparison.stack.items.get(change.address), comparison)
            if sentence is not None:
                yield CUT, sentence, change.address


def _follows(change: Change, comparison: Comparison) -> bool:
    """A permission that is only granted anew because its service is: told with the service."""
    services = {"google_cloud_run_v2_service", "google_cloud_run_service"}
    return "_iam_" in change.kind and bool(services & comparison.replaced_kinds)


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
                f"The Cloud Run service {{name}} {surely} replaced ({{why}}); {_meanwhile(change, item)}. "
                "Its URL, the audience of callers' ID tokens, changes with its name: callers need the new one."
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
        case "google_compute_forwarding_rule" | "google_compute_region_network_endpoint_group":
            text = f"{{address}} ({{name}}) {surely} replaced ({{why}}); {_meanwhile(change, item)}."
        case _:
            text = f"{{address}} ({{name}}) {surely} replaced ({{why}})."
    return say(text, **values)


def _meanwhile(change: Change, item: Item | None) -> str:
    lifecycle = item.values.get("lifecycle") if item else None
    if change.overlaps or (isinstance(lifecycle, dict) and lifecycle.get("create_before_destroy") is True):
        return "the new one is there before the old one goes"
    return "requests fail until the new one is there"


_CONSEQUENCES = {
    "google_compute_service_attachment": ": every consumer's connection is closed",
    "google_cloud_run_v2_service": ": its revisions and its URL are gone",
    "google_cloud_run_service": ": its revisions and its URL are gone",
    "google_compute_instance": ": what is on its disk is lost",
}


def _destructions(comparison: Comparison) -> Iterator[_Found]:
    # What has a consequence of its own comes first.
    for change in sorted(comparison.changes, key=lambda one: one.kind not in _CONSEQUENCES):
        if change.action == "destroyed" and change.of_resource and change.kind != "terraform_data":
            before = comparison.before
            item = before.items.get(change.address) if before else None
            name = name_of(item, before) if item and before else change.address
            rest = _CONSEQUENCES.get(change.kind, "")
            if change.kind == "google_project_service" and item and item.values.get("disable_on_destroy") is False:
                rest = " from Terraform's care; the API stays enabled"
            yield (
                GONE,
                say(f"{{address}} ({{name}}) is removed{rest}.", address=change.address, name=name),
                change.address,
            )
