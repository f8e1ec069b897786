"""What a reviewer has to decide, in sentences: who reaches what, what is interrupted, destroyed, exposed or trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from config import DEFAULT_ENVIRONMENT
from deployment.comparison import Change, Comparison
from deployment.kinds import variants
from deployment.kinds.cloud_run import FIRST_SERVICE, SERVICE
from deployment.kinds.kind import REPLACED, Kind
from deployment.kinds.terraform import RECORD
from deployment.references import name_of
from deployment.stack import Item, Stack
from review.deny_rules import tightened, weakened
from review.firewall_reach import FirewallWays
from review.flow_logs import fewer_logs
from review.foundations import foundations
from review.grants import given_elsewhere, lost_grants, new_grants
from review.promises import promises
from review.replacement import meets_itself, overlaps
from review.sentence import Sentence, say
from review.service_losses import service_losses
from review.topics import CUT, EXPOSED, GONE, HEADINGS, REACH, TRUSTED, UNJUDGED
from review.unjudged import unjudged
from review.way import OWN_WORDS, WayIn
from review.way_sentences import closed, is_public, measured, narrowed, opened_among
from review.ways_in import ways_in


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A point to decide. `source`: code, plan or rehearsal."""

    topic: str
    stack: str
    sentence: Sentence
    address: str = ""
    source: str = "code"


def decisions(comparison: Comparison, beside: Sequence[Comparison] = ()) -> list[Decision]:
    """All of a stack's, in the order of the topics; `beside` are the comparisons of the same review."""
    label = comparison.stack.label
    if comparison.after is None:
        return [Decision(topic=GONE, stack=label, sentence=_leaving(comparison), source=comparison.source)]
    points = [*_access(comparison), *((REACH, sentence, address) for sentence, address in weakened(comparison))]
    points += [(EXPOSED, sentence, address) for sentence, address in fewer_logs(comparison)]
    points += [*_interruptions(comparison), *_destructions(comparison)]
    lost = (*service_losses(comparison), *lost_grants(comparison), *tightened(comparison))
    points += [(CUT, sentence, address) for sentence, address in lost]
    trusted = (*foundations(comparison), *new_grants(comparison))
    points += [(TRUSTED, sentence, address) for sentence, address in trusted]
    points += [(UNJUDGED, sentence, address) for sentence, address in unjudged(comparison)]
    points += promises(comparison, beside)
    order = list(HEADINGS)
    made = [
        Decision(topic=topic, stack=label, sentence=sentence, address=address, source=comparison.source)
        for topic, sentence, address in points
    ]
    return sorted(dict.fromkeys(made), key=lambda decision: order.index(decision.topic))


def _leaving(comparison: Comparison) -> Sentence:
    stack = comparison.stack
    of = "" if stack.environment in {"", DEFAULT_ENVIRONMENT} else f"--env {stack.environment} "
    text = (
        "The stack leaves the configuration, and nothing destroys what it has deployed: {count} stay in the cloud. "
        "If it is still deployed, run {command} before this is merged (docs/troubleshooting.md, A consumer leaves)."
    )
    count = len(comparison.changes)
    resources = f"{count} resource{'' if count == 1 else 's'}"
    return say(text.replace("{count}", resources), command=f"./psc cdktf {of}destroy {stack.name}")


# What tells one way in from another.
_Key = tuple[str, str, str, str]
# A topic, what is to be decided, and the address that it is about.
_Point = tuple[str, Sentence, str]


def _access(comparison: Comparison) -> Iterator[_Point]:
    moves = comparison.after.moved if comparison.after else {}
    former_ways = ways_in(comparison.before) if comparison.before else []
    before = {replace(way, thing=moves.get(way.thing, way.thing)).key: way for way in former_ways}
    after = {way.key: way for way in (ways_in(comparison.after) if comparison.after else [])}
    known = {way.thing for way in former_ways}
    let_in, lets_in = FirewallWays(before.values()), FirewallWays(after.values())
    for old, new in _written_otherwise(before, after):
        text = (
            "{what} accepts {after} instead of {before}: a project id and a project number, perhaps of one "
            "and the same project; if not, {before} is cut off."
        )
        yield REACH, say(text, what=new.what, before=old.who, after=new.who), new.address
        del before[old.key]
        before[new.key] = old
    fresh = [after[key] for key in sorted(after.keys() - before.keys()) if not let_in.let_in(after[key])]
    yield from _opened([way for way in fresh if way.by != "port" or way.address in known], after.values())
    for key in sorted(after.keys() & before.keys()):
        if let_in.let_in(after[key]):
            if not lets_in.let_in(before[key]):
                yield CUT, narrowed(before[key], after[key]), after[key].address
        elif before[key].measure != after[key].measure:
            yield from ((topic, text, after[key].address) for topic, text in measured(before[key], after[key]))
    for key in sorted(before.keys() - after.keys()):
        sentence = None if lets_in.let_in(before[key]) else closed(before[key], comparison)
        if sentence is not None:
            yield CUT, sentence, before[key].address


def _opened(fresh: Iterable[WayIn], every: Collection[WayIn]) -> Iterator[_Point]:
    for way in fresh:
        sentence, public = opened_among(way, every), is_public(way, every)
        if sentence is not None:
            exposed = public or way.by in {"ingress", "external"} or (way.by == "balancer" and way.who in OWN_WORDS)
            topic = EXPOSED if exposed else REACH
            yield topic, sentence, way.thing if public else way.address


def _written_otherwise(before: Mapping[_Key, WayIn], after: Mapping[_Key, WayIn]) -> list[tuple[WayIn, WayIn]]:
    """Entries of accept lists that may be the same project, by id and by number: the only one that goes and comes."""
    gone, come = (
        [way for key, way in sorted(one.items()) if way.by == "accept" and key not in other]
        for one, other in ((before, after), (after, before))
    )
    left = Counter(way.thing for way in gone)
    entered = {way.thing: way for way in come}
    once = {thing for thing, count in Counter(way.thing for way in come).items() if count == 1 == left[thing]}
    pairs = [(old, entered[old.thing]) for old in gone if old.thing in once]
    return [
        (old, new) for old, new in pairs if "/" not in old.who + new.who and old.who.isdecimal() != new.who.isdecimal()
    ]


def _interruptions(comparison: Comparison) -> Iterator[_Point]:
    for change in comparison.changes:
        if change.action == "replaced" and not _follows(change, comparison):
            sentence = _replaced(change, comparison.stack.items.get(change.address), comparison)
            if sentence is not None:
                yield CUT, sentence, change.address


def _follows(change: Change, comparison: Comparison) -> bool:
    """A permission that is only granted anew because its service is: told with the service."""
    services = {SERVICE.type, FIRST_SERVICE.type}
    return "_iam_" in change.type and bool(services & comparison.replaced_types)


def _replaced(change: Change, item: Item | None, comparison: Comparison) -> Sentence | None:
    values = {
        "name": name_of(item, comparison.stack) if item else change.address,
        "address": change.address,
        "why": "; ".join(change.because) or "Terraform does not say why",
    }
    kind = _kind(change, item)
    template = kind.replaced if kind else REPLACED
    meanwhile = _meanwhile(change, item, comparison.former(change.address))
    own = {"{surely}": "must be" if change.inferred else "is", "{meanwhile}": meanwhile}
    for place, words in own.items():
        template = template.replace(place, words)
    return say(template, **values) if template else None


def _kind(change: Change, item: Item | None) -> Kind | None:
    return item.kind if item else next(iter(variants(change.type)), None)


def _meanwhile(change: Change, item: Item | None, former: Item | None) -> str:
    if meets_itself(change, item, former):
        return "every apply stops at it with 409, because the replacement is created first and has the old one's name"
    if overlaps(change, item):
        return "the replacement is created before the old one is removed"
    return "requests fail until the replacement exists"


def _destructions(comparison: Comparison) -> Iterator[_Point]:
    gone = [change for change in comparison.changes if change.action == "destroyed" and change.of_resource]
    losses = [(change, *_destroyed(change, comparison.before)) for change in gone if change.type != RECORD.type]
    for change in comparison.changes:
        if change.action == "forgotten" and given_elsewhere(change, comparison) is None:
            text = "{address} is no longer managed: it stays in the cloud, and no deployment changes or removes it."
            yield GONE, say(text, address=change.address), change.address
        if change.leaves:
            text = "The former {address} is no longer managed: it stays in the cloud beside the new one."
            yield GONE, say(text, address=change.address), change.address
    # What has a consequence of its own comes first.
    for change, name, consequence in sorted(losses, key=lambda loss: not loss[2].startswith(":")):
        other = given_elsewhere(change, comparison)
        if other is not None:
            consequence = ": {other} gives the same role, which Google keeps once: it is gone until the next apply"
        text = f"{{address}} ({{name}}) is removed{consequence}."
        yield GONE, say(text, address=change.address, name=name, **({"other": other} if other else {})), change.address


def _destroyed(change: Change, before: Stack | None) -> tuple[str, str]:
    """What people call something that goes, and what follows from that."""
    item = before.items.get(change.address) if before else None
    kind = _kind(change, item)
    name = name_of(item, before) if item and before else change.address
    return name, kind.lost(item.values if item else {}) if kind else ""
