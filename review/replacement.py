"""Which updates of a synthesized stack the google provider answers with a replacement, and what that pulls along.

Synthesized JSON does not say what cannot be changed in place; deployment/kinds does, with what google 7.45 has under
`ForceNew`, or forces by conditions of its own, and tests/e2e/test_replacement.py tries it with the real provider. A
plan or a rehearsal knows for certain, and is believed where there is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from deployment.comparison import Change, Comparison, Difference
from deployment.kinds.kind import within
from deployment.references import candidates, is_open, referred, resolved
from deployment.stack import Item, blocks, texts
from deployment.values import boolean

# What tells two resources of one name apart.
_PLACE = ("project", "region", "zone", "location")
# What Terraform alone goes by, and updates nothing for.
_BESIDE = {"connection", "depends_on", "lifecycle", "provisioner"}


def infer(comparison: Comparison) -> Comparison:
    """The comparison with updates turned into replacements where the provider's rules say so."""
    changes = {change.address: change for change in comparison.changes}
    if comparison.after is None or comparison.before is None:
        return comparison
    items = comparison.after.items
    following = _following(items.values())
    waiting = dict.fromkeys(items)
    while waiting:
        address = next(iter(waiting))
        del waiting[address]
        item, change = items[address], changes.get(address)
        if not item.is_resource or (change is not None and change.action in {"created", "destroyed"}):
            continue
        because = tuple(sorted(set(_forced(item, comparison, change, changes))))
        if because and (change is None or because != change.because):
            known = change or Change(address=address, type=item.type, action="updated")
            changes[address] = replace(known, action="replaced", because=because, inferred=True)
            waiting |= dict.fromkeys(following.get(address, ()))
    return replace(comparison, changes=tuple(changes[address] for address in sorted(changes)))


def _following(items: Iterable[Item]) -> dict[str, list[str]]:
    """Of each address those whose replacement may follow from its own."""
    following: dict[str, list[str]] = defaultdict(list)
    for item in items:
        forcing = item.kind.forcing if item.kind else ()
        causes = {address for attribute in forcing for address, _ in referred(item.values.get(attribute))}
        causes |= {".".join(str(trigger).split(".")[:2]) for trigger in texts(item.lifecycle, "replace_triggered_by")}
        for cause in causes:
            following[cause].append(item.address)
    return following


def _forced(
    item: Item, comparison: Comparison, change: Change | None, changes: Mapping[str, Change]
) -> Iterator[str]:  # fmt: skip
    former = comparison.former(item.address)
    ignored = {str(attribute) for attribute in texts(item.lifecycle, "ignore_changes")}
    kind = item.kind
    forcing = kind.forcing if kind else ()
    for difference in change.differences if kind and change else ():
        top = difference.attribute
        if _stays(difference, comparison):
            continue
        if {top, "all"} & ignored or not within(difference.dotted, forcing):
            continue
        as_many = former is None or len(blocks(former.values, top)) == len(blocks(item.values, top))
        if not (
            kind and as_many and kind.in_place(difference.dotted, difference.before, difference.after, item.values)
        ):
            yield difference.path
    for attribute in forcing:
        for address, _ in referred(item.values.get(attribute)):
            cause = changes.get(address)
            if cause is not None and cause.action == "replaced" and attribute not in ignored:
                yield f"{attribute} → {address}"
    for trigger in texts(item.lifecycle, "replace_triggered_by"):
        if _triggered(str(trigger), changes):
            yield f"replace_triggered_by → {trigger}"


def _stays(difference: Difference, comparison: Comparison) -> bool:
    """Whether a value is only written otherwise: a reference as the literal that it stood for, or the other way round.

    Of names that Terraform chooses, the one in use is kept, or what replaces it is told by itself.
    """
    if difference.attribute == "name" and set(candidates(difference.before)) & set(candidates(difference.after)):
        return True
    if comparison.before is None or comparison.after is None:
        return False
    before = resolved(difference.before, comparison.before)
    return not is_open(before) and before == resolved(difference.after, comparison.after)


def _triggered(trigger: str, changes: Mapping[str, Change]) -> bool:
    kind, _, rest = trigger.partition(".")
    name, _, attribute = rest.partition(".")
    change = changes.get(f"{kind}.{name}")
    if change is None or change.action in {"moved", "destroyed"}:
        return False
    if change.action in {"replaced", "created"}:
        return change.action == "replaced"
    differing = {difference.attribute for difference in change.differences}
    return bool(differing - _BESIDE) if not attribute else attribute in differing


def overlaps(change: Change, item: Item | None) -> bool:
    """Whether the new one is made before the old one is destroyed."""
    return change.overlaps or (item is not None and boolean(item.lifecycle.get("create_before_destroy")) is True)


def meets_itself(change: Change, item: Item | None, former: Item | None) -> bool:
    """Whether the new one would be made beside the old one under the same name in the same place: a 409 at apply."""
    if item is None or former is None or "_iam_" in change.type or not overlaps(change, item):
        return False
    name = item.values.get("name")
    return (
        isinstance(name, str)
        and not is_open(name)
        and name in candidates(former.values.get("name"))
        and all(item.values.get(part) == former.values.get(part) for part in _PLACE)
    )
