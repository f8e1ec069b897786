"""Firewall rules that let in what another one allowed already, and a rule that denies kept out all the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from review.firewall_reach import FirewallWays
from review.firewall_rules import Reach, allowed, decides, may_exceed, priority_of, reaches
from review.known import Value, View
from review.sentence import Sentence, say
from review.way import WayIn
from review.ways_in import let_in_by

_Ranked = tuple[WayIn, Value]


def winning(
    present: Mapping[tuple[str, str], View], former: Mapping[tuple[str, str], View], changed: Iterable[str]
) -> Iterator[tuple[Sentence, str]]:  # fmt: skip
    """What each such rule means, with its address; another priority of the same rule is told elsewhere."""
    stops, before = _denials(former.values()), _allowed(former.values())
    if not stops:
        return
    known, addresses, as_ranked = FirewallWays(way for ways in before.values() for way, _ in ways), {*changed}, _Ranks()
    for key, now in present.items():
        was, rank = former.get(key), priority_of(now)
        if now.address not in addresses or (was and may_exceed(priority_of(was), rank)):
            continue
        for way in filter(known.let_in, let_in_by(now)):
            place = Reach(way.what, way.thing)
            if not as_ranked.get(place, rank, before[place], stops[place]).let_in(way):
                text = "The firewall rule {name} allows {what} at priority {rank}: it may win over rules that deny."
                yield say(text, name=now.name, what=", ".join(sorted(allowed(now))), rank=rank.readable), now.address
                break


class _Ranks:
    """What was let in as far as nothing denied it that a rule of some priority wins over."""

    def __init__(self) -> None:
        self._known: dict[tuple[Reach, str], FirewallWays] = {}

    def get(self, place: Reach, rank: Value, ways: Iterable[_Ranked], stops: Iterable[Value]) -> FirewallWays:
        """It for a place and a priority, made once."""
        key = (place, rank.readable)
        if key not in self._known:
            beaten = [stop for stop in stops if may_exceed(stop, rank)]
            free = (way for way, own in ways if all(may_exceed(stop, own) for stop in beaten))
            self._known[key] = FirewallWays(free)
        return self._known[key]


def _denials(rules: Iterable[View]) -> Mapping[Reach, list[Value]]:
    """The priorities of the rules that deny, by where they hold."""
    found: dict[Reach, list[Value]] = defaultdict(list)
    for rule in rules:
        if decides(rule, "deny") and rule.get("direction").equals("EGRESS") is not True:
            for place in reaches(rule, rule.stack):
                found[place].append(priority_of(rule))
    return found


def _allowed(rules: Iterable[View]) -> Mapping[Reach, list[_Ranked]]:
    found: dict[Reach, list[_Ranked]] = defaultdict(list)
    for rule in rules:
        for way in let_in_by(rule):
            found[Reach(way.what, way.thing)].append((way, priority_of(rule)))
    return found
