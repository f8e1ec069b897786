"""Firewall rules that stop less than before, or win over others that do.

A rule that denies is no way in. What it lets through by stopping less shows only beside the former rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from deployment.comparison import Comparison
from deployment.kinds.firewall import WITH_RULES
from deployment.kinds.kind import FIREWALL
from deployment.stack import Stack
from review.firewall_reach import Ports, network_of_text
from review.firewall_rules import (
    EVERY_ADDRESS,
    allowed,
    decides,
    firewall_rules,
    holder,
    lets_in,
    may_exceed,
    priority_of,
    reaches,
    sources,
    targets,
)
from review.known import View, views
from review.sentence import Sentence, say
from review.winning_rules import winning


def weakened(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What each such rule means, with its address."""
    before, after = comparison.before, comparison.after
    if before is None or after is None:
        return
    present = {_key(rule, comparison): rule for rule in _rules(after)}
    former = {(rule.address, _rank(rule)): rule for rule in _rules(before)}
    for key, was in former.items():
        now, held = present.get(key), holder(was)
        if held is None or held.address in after.items:
            yield from ((sentence, now.address if now else was.address) for sentence in _weakened(was, now, comparison))
    yield from winning(present, former, (change.address for change in comparison.changes))
    for key, now in present.items():
        if decides(now, "goto_next") and not (key in former and _as_little(former[key], now)):
            text = "The firewall rule {name} hands {what} on: no later rule of its policy decides about that."
            yield say(text, name=now.name, what=_told(now, "goto_next")), now.address


def tightened(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What stops more than before of what others let in, or may lose against what does, with its address."""
    before, after = comparison.before, comparison.after
    if before is None or after is None:
        return
    former = {(rule.address, _rank(rule)): rule for rule in _rules(before)}
    for key, now in {_key(rule, comparison): rule for rule in _rules(after)}.items():
        was, held = former.get(key), holder(now)
        if not _inward(now) or (held is not None and comparison.former(held.address) is None):
            continue
        if decides(now, "deny") and not (was is not None and _stopped_as_much(was, now)):
            text = (
                "The firewall rule {name} now denies {what} in {network}, at priority {rank}: what other rules let in "
            )
            network = ", ".join(reach.name for reach in reaches(now, after))
            told = {"name": now.name, "what": _told(now), "network": network, "rank": priority_of(now).readable}
            yield say(f"{text}there may end.", **told), now.address
        elif (
            was and not (lets_in(was).absent or lets_in(now).absent) and may_exceed(priority_of(now), priority_of(was))
        ):
            text = "The firewall rule {name} allows at priority {after} instead of {before}: more that deny may win."
            yield (
                say(text, name=now.name, before=priority_of(was).readable, after=priority_of(now).readable),
                now.address,
            )


def _stopped_as_much(was: View, now: View) -> bool:
    return decides(was, "deny") and _comprises(was, now, "deny") and not may_exceed(priority_of(was), priority_of(now))


def _rules(stack: Stack) -> Iterator[View]:
    """The rules of every network and policy."""
    items = (item for item in views(stack) if item.kind and item.kind.way_in == FIREWALL)
    return (rule for item in items for rule in firewall_rules(item))


def _key(rule: View, comparison: Comparison) -> tuple[str, str]:
    """Where the same rule was before, the rules of a policy by their priority."""
    former = comparison.former(rule.address)
    return former.address if former else rule.address, _rank(rule)


def _rank(rule: View) -> str:
    return rule.get("priority").exact if rule.type in WITH_RULES else ""


def _weakened(was: View, now: View | None, comparison: Comparison) -> Iterator[Sentence]:
    if not decides(was, "deny"):
        if now is not None and not lets_in(now).absent and may_exceed(priority_of(was), priority_of(now)):
            text = "The firewall rule {name} allows at priority {after} instead of {before}: it may now win over rules "
            yield say(
                f"{text}that deny.", name=was.name, before=priority_of(was).readable, after=priority_of(now).readable
            )
    elif now is None or not decides(now, "deny"):
        text = "The firewall rule {name} no longer denies {what} in {network}: only other rules decide about that."
        yield say(
            text, name=was.name, what=_told(was), network=", ".join(reach.name for reach in reaches(was, was.stack))
        )
    else:
        for name in ("direction", "disabled"):
            if now.get(name).unknown and now.get(name).differs(was.get(name)):
                text = "The firewall rule {name} may no longer deny anything: {attribute} is {after}."
                yield say(text, name=was.name, attribute=name, after=now.get(name).readable)
        if _elsewhere(was, now, comparison):
            text = "The firewall rule {name} denies in {after} instead of {before}, where only other rules decide now."
            yield say(text, name=was.name, before=_place(was), after=_place(now))
        if may_exceed(priority_of(now), priority_of(was)):
            text = "The firewall rule {name} denies at priority {after} instead of {before}: more that allow may win."
            yield say(text, name=was.name, before=priority_of(was).readable, after=priority_of(now).readable)
        if not _comprises(now, was, "deny"):
            text = "The firewall rule {name} may no longer deny all that it did: {after}, instead of {before}."
            yield say(text, name=was.name, before=_told(was), after=_told(now))


def _elsewhere(was: View, now: View, comparison: Comparison) -> bool:
    """Whether a rule stands in another network or policy than before."""
    old, new = holder(was), holder(now)
    former = comparison.former(new.address) if new else None
    return former.address != old.address if old and former else _place(was) != _place(now)


def _place(rule: View) -> str:
    held = holder(rule)
    return held.name if held else rule.first("firewall_policy", "network").readable.rpartition("/")[2]


def _as_little(was: View, now: View) -> bool:
    """Whether a rule that hands on did so with as much, and no later; or denied, which is told."""
    if not decides(was, "goto_next"):
        return decides(was, "deny")
    return _comprises(was, now, "goto_next") and not may_exceed(priority_of(was), priority_of(now))


def _comprises(wide: View, narrow: View, outcome: str) -> bool:
    """Whether one rule decides so about all that another one does."""
    narrowing = "destination_ranges" if _inward(wide) else "source_ranges"
    return (
        _inward(wide) == _inward(narrow)
        and _as_wide(targets(narrow), targets(wide))
        and all(_as_wide(_texts(narrow, name), _texts(wide, name)) for name in (narrowing, "target_resources"))
        and Ports(allowed(wide, outcome)).comprise(Ports(allowed(narrow, outcome)))
        and _hold(_ends(wide), _ends(narrow))
    )


def _as_wide(former: frozenset[str], present: frozenset[str]) -> bool:
    """Whether what a rule is limited to leaves nothing out of what it was limited to; nothing is no limit."""
    return not present or (bool(former) and former <= present)


def _inward(item: View) -> bool:
    return item.get("direction").equals("EGRESS") is not True


def _texts(item: View, name: str) -> frozenset[str]:
    return frozenset(one.readable for one in item.list(name))


def _ends(item: View) -> frozenset[str]:
    """Those at the other end."""
    if _inward(item):
        return frozenset(one.readable for one in sources(item))
    return _texts(item, "destination_ranges") or frozenset({EVERY_ADDRESS})


def _hold(present: frozenset[str], former: frozenset[str]) -> bool:
    """Whether every former range lies in a present one; tags and accounts are there or not. Both may be thousands."""
    ranges = {network for text in present if (network := network_of_text(text))}
    for network in map(network_of_text, former - present):
        if network is None or not any(network.supernet(new_prefix=size) in ranges for size in range(network.prefixlen)):
            return False
    return True


def _told(item: View, outcome: str = "deny") -> str:
    limit = f" for {', '.join(sorted(targets(item)))}" if targets(item) else ""
    word = "from" if _inward(item) else "to"
    return f"{', '.join(sorted(allowed(item, outcome)))} {word} {', '.join(sorted(_ends(item)))}{limit}"
