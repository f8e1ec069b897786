"""What of a plan's change only follows from another one: a link to what the plan makes anew at the same address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from deployment.comparison import Change, Comparison, Difference
from deployment.references import items_referred, target_of
from deployment.values import strings


def written(change: Change, comparison: Comparison) -> Iterator[Difference]:
    """The differences of a change that somebody wrote, as far as links can tell."""
    by_path: dict[str, list[Difference]] = defaultdict(list)
    for difference in change.differences:
        by_path[difference.dotted].append(difference)
    for same in by_path.values():
        if not _follow(same, comparison):
            yield from same


def _follow(differences: list[Difference], comparison: Comparison) -> bool:
    before, after = comparison.before, comparison.after
    if before is None or after is None or comparison.source != "plan":
        return False
    texts = [text for one in differences for text in strings(one.before)]
    targets = [target_of(text, before) for text in texts]
    former = {after.moved.get(one.address, one.address) if one else "" for one in targets}
    links = [text for one in differences for text in strings(one.after)]
    present = [[one.address for one in items_referred(link, after)] for link in links]
    now = {address for addresses in present for address in addresses}
    return all(present) and bool(now) and former == now and all(map(comparison.is_replaced, now))
