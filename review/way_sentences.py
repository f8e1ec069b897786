"""Ways in as sentences: what a new way opens, what another measure means, what the end of a way cuts off."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from cloudrun_psc.rules.connections import kind_of
from deployment.comparison import Comparison
from deployment.references import DEFAULT_ACCOUNT, name_of
from deployment.stack import Stack
from review.known import Block, View
from review.sentence import Sentence, say
from review.topics import CUT, REACH
from review.way import ANY_BALANCER, EVERY_PROJECT, EVERYONE, INTERNET, OWN_WORDS, PERHAPS, PUBLISHED, WayIn

_PROBES = "Google's health checks and proxies"
_OF_GOOGLE = {"35.235.240.0/20": "Identity-Aware Proxy", "130.211.0.0/22": _PROBES, "35.191.0.0/16": _PROBES}
_OPENED = {
    "balancer": "{who} reaches {what} through the load balancer {via}.",
    "call": "{who} may call {what}.",
    "ingress": "{what} takes requests from {who}: a caller with an ID token no longer needs an accepted network.",
    "external": "The VM {what} gets an external address: {who} can send it packets, as far as the firewall allows.",
    "firewall": "{who} may open connections to every VM in {what}: {measure}.",
    "endpoint": "VMs in {who} reach {what} through the endpoint {via}, at {measure}.",
    "port": "{what} answers on port {measure}.",
}


def opened(way: WayIn) -> Sentence | None:
    """What a new way means; None for an entry that lets nobody in."""
    if way.by in {"reject", PUBLISHED}:
        return None
    if way.by == "accept" and way.who == EVERY_PROJECT:
        text = "Every project that knows the link of {what} may connect to it, without being asked."
    elif way.by == "accept":
        kind = kind_of(way.who)
        how = "" if kind == "endpoint" else " with up to {measure} endpoints"
        text = f"The {kind} {{who}} may connect to {{what}}{how}; it could not before."
    elif way.by == "balancer" and not way.who:
        text = "Whoever reaches a load balancer with the endpoint group {via} reaches {what}."
    elif way.measure == PERHAPS:
        text = "{who} may reach {what}: what is behind the load balancer {via} is not known before the apply."
        text = text if way.who in OWN_WORDS else f"VMs in {text}"
    elif way.by == "balancer" and way.who not in OWN_WORDS:
        text = "VMs in {who} reach {what} through the load balancer {via}."
    else:
        text = _limited(_OPENED[way.by], way)
    return _say(text, way)


def opened_among(way: WayIn, ways: Collection[WayIn]) -> Sentence | None:
    """The same, beside the other ways of the stack: who may call what takes requests from everywhere."""
    if way.by not in {"balancer", "ingress", "call"}:
        return opened(way)
    callers = sorted({one.who for one in ways if one.by == "call" and one.thing == way.thing and way.thing})
    if is_public(way, ways):
        return _say("{what} is public without any login: everyone on the internet may call it.", way)
    if way.by == "call":
        only = " under a condition" if way.via else ""
        return _say(f"{{who}} may call {{what}}{only}{_comes_through(way, ways)}.", way)
    if way.by == "balancer" or not callers or OWN_WORDS & set(callers):
        return opened(way)
    more = f" and {len(callers) - 3} more" if len(callers) > 3 else ""
    text = f"{{what}} takes requests from {{who}}: an accepted network is no longer needed by {{callers}}{more}."
    return _say(text, way, callers=", ".join(callers[:3]))


def is_public(way: WayIn, ways: Collection[WayIn]) -> bool:
    """Whether a way in is half of a service being public: requests from everywhere, and everyone may call."""
    doors, everyone = {("ingress", INTERNET), ("balancer", INTERNET)}, ("call", EVERYONE["allUsers"])
    if (way.by, way.who) not in {*doors, everyone}:
        return False  # first of all, as an accept list may have thousands
    of_it = {(one.by, one.who) for one in ways if one.thing == way.thing and way.thing and one.measure != PERHAPS}
    return everyone in of_it and bool(doors & of_it)


def _comes_through(way: WayIn, ways: Collection[WayIn]) -> str:
    """Where a request still has to come through, where that is known."""
    of_it = [one for one in ways if one.thing == way.thing and way.thing]
    doors = {(one.by, one.who) for one in of_it if one.by in {"balancer", "ingress"}}
    if doors:
        return " (a request still has to come through a load balancer)" if doors == {("ingress", ANY_BALANCER)} else ""
    known = [one for one in ways if one.by == PUBLISHED]
    # What an attachment publishes may not be known, and is then taken for whatever may be called.
    unknown = not known and any(one.by == "accept" for one in ways)
    if way.thing and (unknown or any(one.thing == way.thing for one in known)):
        return " (a request still has to come through an accepted endpoint)"
    return " (its ingress takes internal requests alone)" if way.thing else ""


def _limited(text: str, way: WayIn) -> str:
    """Said of the VMs that a firewall rule is limited to, where it is, and of a policy that holds who knows where."""
    if way.by != "firewall":
        return text
    where = "under the firewall policy {what}" if way.thing else "in {what}"
    return text.replace(
        "every VM in {what}", f"{'VMs with the tag or account {via}' if way.via else 'every VM'} {where}"
    )


def measured(old: WayIn, new: WayIn) -> Iterator[tuple[str, Sentence]]:
    """What another limit, port or address means."""
    if new.by == "accept":
        yield REACH, _say("{who} may open up to {measure} endpoints to {what}, instead of {old}.", new, old)
        if old.measure.isdecimal() and new.measure.isdecimal() and int(new.measure) < int(old.measure):
            yield CUT, _say("Endpoints of {who} beyond the {measure} that {what} now accepts are cut off.", new)
    elif new.by == "port" and {*old.measure.split(", ")} < {*new.measure.split(", ")}:
        yield REACH, _say("{what} answers on port {measure} instead of {old} alone.", new, old)
    elif new.by == "port":
        text = (
            "{what} answers on port {measure} instead of {old}: after the apply, callers that still use port {old} get "
            "no answer, even though their connection stays."
        )
        yield CUT, _say(text, new, old)
    elif new.by == "firewall":
        text = "{who} may open connections to every VM in {what} at {measure}, instead of {old}."
        yield REACH, _say(_limited(text, new), new, old)
    elif new.by == "endpoint":
        text = "The endpoint {via} to {what} has the address {measure} instead of {old}: callers must use the new one."
        yield CUT, _say(text, new, old)


def narrowed(old: WayIn, new: WayIn) -> Sentence:
    """What it means that firewall rules let in less than before, and nothing else."""
    text = "{who} may open connections to every VM in {what} at {measure} alone, instead of {old}."
    return _say(_limited(text, new), new, old)


def closed(way: WayIn, comparison: Comparison) -> Sentence | None:
    """What the end of a way cuts off; None where the thing itself goes, which is told as destroyed."""
    after = comparison.after
    remains = after is not None and (way.thing in after.items or way.what in _names(after))
    if way.by == "endpoint":
        return _say("VMs in {who} no longer reach {what} through the endpoint {via}.", way)
    if way.by == "firewall" and after is not None and way.address in after.items:
        text = "{who} may no longer open connections to every VM in {what}: {measure}."
        return _say(_limited(text, way), way)
    if way.by == "balancer" and remains:
        return _say("{what} is no longer reached through {via}.", way)
    if way.by == "call" and way.via:
        return None  # the role that was given under a condition is told as one that is lost
    if way.by == "call" and (remains or (after is not None and way.address in after.items)):
        return _say("{who} may no longer call {what}.", way)
    if way.by == "accept" and remains:
        cuts = _attachment(way, after).get("reconcile_connections")
        if cuts.unknown:
            text = "{who} is no longer accepted by {what}; whether its endpoints there are cut off is not known."
        elif not cuts.equals(True):
            text = "{who} is no longer accepted by {what}, but stays connected, because reconcile_connections is off."
        else:
            text = "{who} is no longer accepted by {what}: its endpoints there are cut off."
        return _say(text, way)
    return None


def _attachment(way: WayIn, after: Stack | None) -> Block:
    item = after.items.get(way.address) if after else None
    return View(item, after) if item and after else Block({"reconcile_connections": True}, Stack("", "", {}))


@lru_cache(maxsize=8)
def _names(stack: Stack) -> frozenset[str]:
    return frozenset(name_of(item, stack) for item in stack.items.values())


def _say(text: str, way: WayIn, old: WayIn | None = None, callers: str = "") -> Sentence:
    who = way.who
    if who in OWN_WORDS:
        text = text.replace("{who}", who)
    if way.measure in OWN_WORDS:
        text = text.replace("{measure}", way.measure)
    if who.startswith(DEFAULT_ACCOUNT):
        who = who.removeprefix(DEFAULT_ACCOUNT)
        text = text.replace("{who}", f"{DEFAULT_ACCOUNT}{{who}}")
    elif who in _OF_GOOGLE:
        text = text.replace("{who}", f"{_OF_GOOGLE[who]} ({{who}})")
    text = text[:1].upper() + text[1:]
    values = {"who": who, "what": way.what, "via": way.via, "measure": way.measure, "old": old.measure if old else "",
              "callers": callers}  # fmt: skip
    return say(text, **{name: value for name, value in values.items() if f"{{{name}}}" in text})
