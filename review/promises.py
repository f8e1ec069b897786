"""What others go by: outputs that change, go or are shown, and moves that are written no more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from deployment.comparison import Change, Comparison
from deployment.hidden import holds_hidden
from deployment.references import referred
from deployment.renamed_outputs import renamed_outputs
from review.guards import lost_guards
from review.known import View
from review.sentence import Sentence, say, whole
from review.topics import EXPOSED, UNJUDGED

_WORD = re.compile(r"[\w.-]+")


def promises(comparison: Comparison, beside: Sequence[Comparison] = ()) -> Iterator[tuple[str, Sentence, str]]:
    """A topic and a sentence for each, with its address; what changes in the stacks `beside` it explains outputs, too.

    Of a plan that has the code beside it the code's are told.
    """
    before, after = comparison.before, comparison.after
    if before is None or after is None or not (comparison.source == "code" or comparison.alone):
        return
    gone = {change.address for change in comparison.changes if change.action == "destroyed" and change.of_resource}
    outputs = [change for change in comparison.changes if change.type == "output"]
    words = _new_words([comparison, *beside]) if outputs else set()
    renamed = renamed_outputs(before, after)
    yield from _called_otherwise(renamed)
    for change in (change for change in outputs if change.address not in renamed):
        former, item = before.items.get(change.address), after.items.get(change.address)
        if former is not None and item is None and gone.isdisjoint(address for address, _ in referred(former.values)):
            yield (
                UNJUDGED,
                say("{address} is gone: whoever reads it gets nothing.", address=change.address),
                change.address,
            )
        elif former is not None and item is not None:
            was, now = View(former, before).get("sensitive"), View(item, after).get("sensitive")
            value = View(item, after).get("value")
            if was.equals(True) and not now.equals(True):
                text = "{address} is no longer sensitive: every apply prints its value."
                yield EXPOSED, say(text, address=change.address), change.address
            # Of a plan what is not known yet comes out of what it does.
            elif not (comparison.alone and value.later) and not _follows(change, words):
                text = "{address} is another value, which other stacks or people may go by."
                yield UNJUDGED, say(text, address=change.address), change.address
            yield from _refusing_less(change.address, sorted({*lost_guards(former, item, comparison)}))
    for former_address, address in before.moved.items():
        place = after.moved.get(address, address)
        if after.moved.get(former_address) != place and place in after.items:
            text = (
                "The move of {former} is written no more: a state that has it there destroys it, and makes {address}."
            )
            yield UNJUDGED, say(text, former=former_address, address=address), address
    for address in sorted(before.left - after.left - after.items.keys()):
        text = "{address} is no longer told to be forgotten: a state that still has it destroys it."
        yield UNJUDGED, say(text, address=address), address


def _refusing_less(address: str, guards: list[str]) -> Iterator[tuple[str, Sentence, str]]:
    if guards:
        attributes = ", ".join(guard.removeprefix("lifecycle.") for guard in guards)
        text = "{address} changes in {attributes}, which no rule here judges."
        yield UNJUDGED, say(text, address=address, attributes=attributes), address


def _called_otherwise(renamed: Mapping[str, str]) -> Iterator[tuple[str, Sentence, str]]:
    """All of them at once: it is one decision."""
    if renamed:
        verb = "are" if len(renamed) > 1 else "is"
        text = f"{{former}} {verb} {{present}} now: whoever reads an output by its former name gets nothing."
        names = {"former": ", ".join(renamed), "present": ", ".join(renamed.values())}
        yield UNJUDGED, say(text, **names), min(renamed)


# What outputs are made of. Descriptions, labels and variables may hold any word without anybody being told.
_TOLD_OF = frozenset(
    {"address", "ip_cidr_range", "location", "name", "port_range", "ports", "project", "region", "service", "zone"}
)


def _new_words(comparisons: Sequence[Comparison]) -> set[str]:
    """The words of what addresses, ports, names and places become."""
    values = (
        one.after
        for comparison in comparisons
        for change in comparison.changes
        if change.of_resource
        for one in change.differences
        if one.attribute in _TOLD_OF
    )
    return {word for value in values for word in _words(value)}


def _follows(change: Change, words: set[str]) -> bool:
    """Whether an output says what it said, with words in it that have become others elsewhere."""
    for one in (one for one in change.differences if one.attribute == "value"):
        if holds_hidden(one.before) or holds_hidden(one.after):
            return False
        old, new = _words(one.before), _words(one.after)
        between = (_WORD.split(whole(value)) for value in (one.before, one.after))
        if next(between) != next(between) or {now for was, now in zip(old, new, strict=True) if was != now} - words:
            return False
    return True


def _words(value: object) -> list[str]:
    return _WORD.findall(whole(value))
