"""Two versions of a stack, attribute by attribute."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from deployment.hidden import Hidden
from deployment.kinds.terraform import RECORD
from deployment.plan_expressions import same
from deployment.renamed_outputs import read_by_other_names, referring
from deployment.stack import Item, Stack, manages, reads

# How entries of a list of blocks are told apart, so that one more in front does not look like a change of all.
_KEYS = ("name", "project_id_or_num", "network_url", "endpoint_url", "ip_cidr_range", "group", "condition", "protocol",
          "priority")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One attribute: where it is, and its values; None with the flag that says which of them is not there."""

    path: str
    before: Any = None
    after: Any = None
    added: bool = False
    removed: bool = False

    @property
    def attribute(self) -> str:
        """The attribute that the path begins with."""
        return re.split(r"[.\[]", self.path)[0]

    @property
    def dotted(self) -> str:
        """The path without what tells entries of a list apart."""
        return re.sub(r"\[[^\]]*\]", "", self.path)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to an address. `action`: created, updated, replaced, destroyed, moved, forgotten or left.

    What is `left` stays in the cloud and in the state, as its whole stack leaves the configuration.

    `because` are the attributes that force a replacement; `unknown` the attributes that nobody knows before apply;
    `inferred` is true where the replacement follows from the provider's rules and no plan has confirmed it. `overlaps`
    is true where a plan creates the new one before it destroys the old one; `leaves` where the old one stays in the
    cloud, and Terraform forgets it.
    """

    address: str
    type: str
    action: str
    former_address: str = ""
    differences: tuple[Difference, ...] = ()
    because: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    inferred: bool = False
    overlaps: bool = False
    leaves: bool = False

    @property
    def of_resource(self) -> bool:
        """Whether Terraform manages what changes."""
        return manages(self.type)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A stack before and after. `source` is `code` (synthesized on both sides) or `plan` (the real state, as planned).

    `drift` are changes that somebody made outside Terraform, which only a plan knows; `recorded` is then the stack as
    the state has it, where `before` is what is real. `remarks` are what a plan says of itself: a finding's rule, its
    address, and the words. Of a plan that stands `alone` nobody has the code.
    """

    source: str
    before: Stack | None
    after: Stack | None
    changes: tuple[Change, ...]
    drift: tuple[Change, ...] = ()
    recorded: Stack | None = None
    remarks: tuple[tuple[str, str, str], ...] = ()
    alone: bool = False

    @property
    def stack(self) -> Stack:
        """The stack as it will be, or was."""
        stack = self.after or self.before
        assert stack is not None
        return stack

    def former(self, address: str) -> Item | None:
        """What stood at an address before, under whatever address it then had."""
        if self.before is None:
            return None
        origin = self._origins.get(address, address)
        return self.before.items.get(origin if origin in self.before.items else address)

    def change(self, address: str) -> Change | None:
        """What happens to an address."""
        return self._by_address.get(address)

    @cached_property
    def _origins(self) -> Mapping[str, str]:
        moves = self.after.moved.items() if self.after and self.before else ()
        return {new: old for old, new in moves if self.before and old in self.before.items}

    @cached_property
    def _by_address(self) -> Mapping[str, Change]:
        return {change.address: change for change in self.changes}

    def is_replaced(self, address: str) -> bool:
        """Whether what stands at an address is made anew."""
        change = self.change(address)
        return change is not None and change.action == "replaced"

    @cached_property
    def replaced_types(self) -> frozenset[str]:
        """The types of which something is replaced."""
        return frozenset(change.type for change in self.changes if change.action == "replaced")


def compare(before: Stack | None, after: Stack | None) -> Comparison:
    """Synthesized stacks against each other; one of them may not be there."""
    old = dict(before.items) if before else {}
    new = dict(after.items) if after else {}
    if after:
        after = replace(after, moved=_done(after.moved, old, new))
    moves = {new_: old_ for old_, new_ in (after.moved.items() if after else ()) if old_ in old}
    read = _read_by_another_name(old, new)
    renamed = {old_: new_ for new_, old_ in moves.items()} | read
    addresses = sorted((new.keys() | old.keys() - moves.values()) - read.keys() - set(read.values()))
    renamed |= dict(read_by_other_names(before, after))
    former = ((address, old.get(moves.get(address, address))) for address in addresses)
    changes = [
        _change(address, referring(item, renamed) if item else None, new.get(address)) for address, item in former
    ]
    left = after.left if after else frozenset()
    known = [replace(one, action="forgotten") if one and one.address in left else one for one in changes]
    if after is None:
        known = [replace(one, action="left") for one in known if one and one.of_resource]
    return Comparison(source="code", before=before, after=after, changes=tuple(change for change in known if change))


def _done(moved: Mapping[str, str], old: Mapping[str, Item], new: Mapping[str, Item]) -> dict[str, str]:
    """The moves that Terraform does: none to where something stands already, and none of what is still described."""
    return {one: other for one, other in moved.items() if one not in old or (one not in new and other not in old)}


def _read_by_another_name(old: Mapping[str, Item], new: Mapping[str, Item]) -> dict[str, str]:
    """Data sources that read the same as before by another name: what refers to them refers to the same."""
    gone, come = (
        [item for address, item in one.items() if reads(item.type) and address not in other]
        for one, other in ((old, new), (new, old))
    )
    return {
        item.address: same[0].address
        for item in gone
        if len(same := [other for other in come if (other.type, other.values) == (item.type, item.values)]) == 1
    }


def _change(address: str, before: Item | None, after: Item | None) -> Change | None:
    item = after or before
    assert item is not None
    unordered = item.kind.unordered if item.kind else ()
    found = differences(_values(before), _values(after))
    differing = tuple(one for one in found if one.dotted not in unordered or not _reordered(one.before, one.after))
    former = before.address if before and before.address != address else ""
    if before is None or after is None:
        action = "created" if before is None else "destroyed"
    else:
        action = "updated" if differing else "moved"
    if action == "moved" and not former:
        return None
    return Change(address=address, type=item.type, action=action, former_address=former, differences=differing)


def _values(item: Item | None) -> Mapping[str, Any]:
    """What of an item can differ: nothing that only follows from the content of a record."""
    if item is None:
        return {}
    if item.type == RECORD.type:
        plain = {key: value for key, value in item.values.items() if key != "lifecycle"}
        triggers = {key: value for key, value in item.lifecycle.items() if key == "action_trigger"}
        return plain | ({"lifecycle": triggers} if triggers else {})
    return item.values


def _reordered(before: Any, after: Any) -> bool:
    """Whether two lists differ in their order alone."""
    return (
        isinstance(before, list) and isinstance(after, list) and Counter(map(str, before)) == Counter(map(str, after))
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """The attributes that differ, in order of their paths."""
    if before == after:
        return
    one, other = _as(before, after), _as(after, before)
    old, new = dict(leaves(one, beside=other)), dict(leaves(other, beside=one))
    for path in sorted(old.keys() | new.keys()):
        added, removed = path not in old, path not in new
        left, right = old.get(path), new.get(path)
        if added or removed or not _same(left, right):
            yield Difference(path=path, before=left, after=right, added=added, removed=removed)


def _as(value: Any, other: Any) -> Any:
    """`value`, with a block in a list of its own as a mapping where `other` has it so: Terraform's JSON takes both."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and isinstance(other, dict):
        return _as(value[0], other)
    if isinstance(value, dict) and isinstance(other, dict):
        return {key: _as(inner, other.get(key)) for key, inner in value.items()}
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        return [_as(inner, beside) for inner, beside in zip(value, other, strict=True)]
    return value


def _same(left: Any, right: Any) -> bool:
    """Whether Terraform takes both for the same: `"80"`, 80 and 80.0, or `"true"` and true; one side may be hidden."""
    plain = left == right and isinstance(left, bool) == isinstance(right, bool)
    return plain or same(left, right) or (isinstance(left, Hidden) and same(right, left))


def leaves(value: Any, path: str = "", beside: Any = None) -> Iterator[tuple[str, Any]]:
    """Every single value with its path. A list of plain values is one leaf; null counts as not there.

    `beside` is the other version of the value: the paths of both have to meet.
    """
    if isinstance(value, dict):
        others = beside if isinstance(beside, dict) else {}
        inner = [
            leaf
            for key, one in value.items()
            for leaf in leaves(one, f"{path}.{key}" if path else key, others.get(key))
        ]
        # A block in which nothing is said is there all the same: access_config {} is an address on the internet.
        yield from inner or ([(path, {})] if path else [])
    elif isinstance(value, list) and any(isinstance(entry, (dict, list)) for entry in value):
        single = beside[0] if isinstance(beside, list) and len(beside) == 1 == len(value) else None
        for key, one in [("0", value[0])] if single and _open_key(single) else _entries(value):
            yield from leaves(one, f"{path}[{key}]", single)
    elif value is not None and value != []:
        yield path, value


def _entries(value: list[Any]) -> Iterator[tuple[str, Any]]:
    for name in _KEYS:
        keys = [entry.get(name) if isinstance(entry, dict) else None for entry in value]
        if all(isinstance(key, (int, str)) for key in keys) and len({*keys}) == len(keys) and len(keys) > 1:
            yield from ((str(key), entry) for key, entry in zip(keys, value, strict=True))
            return
    if len(value) == 1:
        # One block is the same block, whatever its key: `containers[0].image`.
        key = _key(value[0])
        yield (str(key) if isinstance(key, (int, str)) and "${" not in str(key) else "0"), value[0]
        return
    yield from ((str(index), entry) for index, entry in enumerate(value))


def _key(entry: Any) -> Any:
    """What tells an entry of a list apart."""
    return next((entry[name] for name in _KEYS if entry.get(name)), None) if isinstance(entry, dict) else None


def _open_key(entry: Any) -> bool:
    """Whether nobody can tell yet what tells an entry apart."""
    key = _key(entry)
    return key is not None and (not isinstance(key, str) or "${" in key)
