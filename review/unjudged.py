"""Changes of which no sentence, finding or rule says anything: said to be that, so that silence means something.

What is ordinary stands in `ordinary.py`, by kind. Whatever else changes of a resource, of a value that others are made
of, or of what guards it, is a point to decide; and so is what is new, if nothing is known of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Any

from deployment.comparison import Change, Comparison
from deployment.kinds.firewall import FIREWALL, POLICY_RULES, WITH_RULES
from deployment.kinds.kind import within
from deployment.kinds.terraform import RECORD
from deployment.references import is_expression, referred
from deployment.stack import Item, Stack, blocks, reads, texts
from deployment.values import Json
from review.callers import POLICY
from review.following import written
from review.grants import GRANTING, beside_roles
from review.guards import lost_guards
from review.ordinary import (
    EVERYWHERE,
    GUARDS,
    LIFECYCLE,
    MANY,
    OPENING_NOTHING,
    ORDINARY,
    PLACED,
    TOLD,
    USUAL,
    WORDS,
)
from review.rules import RULES
from review.sentence import Sentence, say

# Kinds that a rule is about; what is asked about any kind (`*`, `*_iam_*`) knows none in particular.
_JUDGED = sorted({kind for rule in RULES for kind in rule.kinds if not kind.startswith("*")})
_FIREWALLS = frozenset({FIREWALL.type, *POLICY_RULES, *WITH_RULES})


def unjudged(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What of the change nobody speaks of, each with its address.

    Of a plan that has the code beside it the code's are told: what is written there is the same.
    """
    for change in comparison.changes if comparison.source == "code" or comparison.alone else ():
        if change.type in TOLD:
            continue
        if change.of_resource and change.type.endswith(GRANTING):
            attributes = sorted({*beside_roles(change, comparison), *_guarding(change, comparison)})
            if change.action in {"updated", "replaced"} and attributes:
                text = "{address} changes in {attributes}, which no rule here judges."
                yield say(text, address=change.address, attributes=", ".join(attributes)), change.address
            continue
        for text, attributes in _said(change, comparison):
            given = {"attributes": ", ".join(attributes)} if attributes else {}
            yield say(text, address=change.address, **given), change.address
    yield from _guards_of_records(comparison)


def _guarding(change: Change, comparison: Comparison) -> Iterator[str]:
    """What changes of a grant's lifecycle and of programs that it starts: whom it gives its role is told elsewhere."""
    former, item = comparison.former(change.address), comparison.stack.items.get(change.address)
    if former is not None and item is not None:
        paths = (*_attributes(change, item, former, read=False), *lost_guards(former, item, comparison))
        yield from (path for path in paths if path.startswith(("lifecycle.", "provisioner.")))


def _guards_of_records(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What records guard and nothing else of them changes: how they are guarded counts as no change of theirs."""
    for item in comparison.after.of(RECORD.type) if comparison.after else ():
        former = comparison.former(item.address)
        if former is None or comparison.change(item.address) is not None:
            continue
        if lost := sorted({*lost_guards(former, item, comparison)}):
            text = "{address} changes in {attributes}, which no rule here judges."
            yield say(text, address=item.address, attributes=", ".join(lost)), item.address


def _said(change: Change, comparison: Comparison) -> Iterator[tuple[str, list[str]]]:
    """Sentences about a change, with the attributes that they are about."""
    if change.action == "destroyed":
        yield from ((text, []) for text in _gone(change, comparison))
    item = comparison.after.items.get(change.address) if comparison.after else None
    if item is None or item.type == "module":  # of a module that stays a finding tells
        return
    former = comparison.former(change.address)
    lost = lost_guards(former, item, comparison) if former is not None else ()
    told = replace(change, differences=tuple(written(change, comparison)))
    read = change.address in _read_records(comparison.stack) and "input" not in _ignored(item)
    attributes = sorted({*_attributes(told, item, former, read=read), *lost} - {*change.because})
    if change.action == "created" and (item.is_resource or reads(item.type)):
        judged = item.type in OPENING_NOTHING or any(map(partial(fnmatchcase, item.type), _JUDGED))
        if item.kind is None and not judged:
            yield "{address} is new, and no rule here judges anything of its kind.", []
        elif item.kind is not None and attributes:
            yield "{address} is new, with {attributes}, which no rule here judges.", attributes
    elif change.action in {"updated", "replaced"}:
        if attributes:
            yield "{address} changes in {attributes}, which no rule here judges.", attributes
        ignored = sorted({one.attribute for one in change.differences} & _ignored(item)) if item.is_resource else []
        if ignored and change.type != RECORD.type:
            yield "{address} changes in {attributes}, which its lifecycle ignores: what is deployed stays.", ignored


def _ignored(item: Item) -> set[str]:
    """The attributes of which a lifecycle ignores changes, or a part of them; a name on purpose (docs/adr/0013)."""
    named = {re.split(r"[.\[]", str(one))[0] for one in texts(item.lifecycle, "ignore_changes")}
    return {*item.values} - {"lifecycle"} if "all" in named else named - {"name"}


def _gone(gone: Change, comparison: Comparison) -> Iterator[str]:
    """What follows where a module goes, or a check or something with conditions of which nothing else tells."""
    if gone.type == "module":
        yield "{address} is gone: whatever it has made is destroyed."
    item = comparison.before.items.get(gone.address) if comparison.before else None
    conditions = item is not None and (item.lifecycle.get("precondition") or item.lifecycle.get("postcondition"))
    guards = conditions and (gone.type == RECORD.type or not gone.of_resource)
    if not (gone.type == "check" or guards) or _pointless(gone, comparison):
        return
    if gone.type == "check":
        yield "{address} is gone: what it warned of is told no more."
    # Beside what is told as removed or replaced a guard goes with what it was there for.
    elif not any(one.of_resource and one.type != RECORD.type and one.action in {"destroyed", "replaced"}
                 for one in comparison.changes):  # fmt: skip
        yield "{address} is gone: what it refused is refused no more."


def _pointless(check: Change, comparison: Comparison) -> bool:
    """Whether what a check was about goes as well, or has another address."""
    item = comparison.before.items.get(check.address) if comparison.before else None
    gone = {change.address for change in comparison.changes if change.action in {"destroyed", "forgotten"}}
    gone |= {change.former_address for change in comparison.changes}
    return item is not None and any(address in gone - {check.address} for address, _ in referred(item.values))


@lru_cache(maxsize=16)
def _read_records(stack: Stack) -> frozenset[str]:
    """The records that values come out of; a guard, or a lifecycle that goes by one, reads no value for Google."""
    plain = ({key: value for key, value in item.values.items() if key != "lifecycle"} for item in stack.items.values())
    return frozenset(there for values in plain for there, _ in referred(values) if there.startswith(f"{RECORD.type}."))


def _attributes(change: Change, item: Item, former: Item | None, *, read: bool) -> Iterator[str]:
    ordinary, new = _ordinary(change, item, former), change.action == "created"
    # What a record starts may go by anything of it.
    starts = any(one.attribute == "provisioner" for one in change.differences) or "provisioner" in item.values
    quiet = change.type == RECORD.type and not read and not starts
    there = {one.dotted for one in change.differences if not one.removed}
    for difference in change.differences:
        path = difference.dotted
        guarding = ".".join(re.split(r"[.\[]", difference.path)[:2]) in LIFECYCLE
        if (quiet and difference.attribute != "lifecycle") or (new and guarding):
            continue
        if path == "lifecycle.ignore_changes":
            more = {*map(str, _list(difference.after))} - {*map(str, _list(difference.before)), "name"}
            yield from [path] if more or difference.removed else []
        elif guarding:
            # A guard that is written otherwise is part of an edit; one that goes is lost.
            if difference.removed and path not in there and within(path, GUARDS):
                yield path
        elif not within(path, ordinary) or (within(path, WORDS) and is_expression(difference.after)):
            yield path


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _outward(item: Item | None) -> list[Json]:
    """The rules of a firewall or a policy about what VMs may reach."""
    if item is None or item.type not in _FIREWALLS:
        return []
    rules = blocks(item.values, "rule") if item.type in WITH_RULES else [item.values]
    return [rule for rule in rules if rule.get("direction") == "EGRESS"]


def _ordinary(change: Change, item: Item, former: Item | None) -> tuple[str, ...]:
    if item.type == POLICY:
        return (*EVERYWHERE, "binding")  # whoever is given a role by it is told there
    if item.kind is not None and not item.is_resource:
        return tuple(item.values) if change.action == "created" else EVERYWHERE
    ordinary = (*EVERYWHERE, *(MANY if item.is_resource else ()), *(PLACED if item.kind is not None else ()))
    if _outward(item) != _outward(former):
        return ordinary  # no way in tells of it
    if item.is_psc_endpoint:
        ordinary = (*ordinary, "target")
    usual = USUAL.get(change.type, ()) if change.action == "created" else ()
    return (*ordinary, *ORDINARY.get(change.type, ()), *usual)
