"""What the flow logs of a subnet no longer tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cloudrun_psc.rules.flow_logs import INTERVALS
from deployment.comparison import Comparison
from deployment.kinds.network import SUBNETWORK
from review.known import Block, Value, View
from review.sentence import Sentence, say


def fewer_logs(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """A sentence for each subnet that logs nothing any more, or less than before, with its address."""
    before, after = comparison.before, comparison.after
    for item in after.of(SUBNETWORK.type) if before and after else ():
        former = comparison.former(item.address)
        if former is None or before is None or after is None:
            continue
        was, now = View(former, before), View(item, after)
        if not _logs(was):
            continue
        if not _logs(now):
            yield say("{name} no longer logs flows: nobody can tell afterwards who called.", name=now.name), now.address
        elif less := "; ".join(_less(was.blocks("log_config")[0], now.blocks("log_config")[0])):
            yield say("{name} may log less of its flows: {less}.", name=now.name, less=less), now.address


def _logs(item: View) -> bool:
    """Whether a subnet has flow logs, as far as it can be told."""
    logs = item.blocks("log_config")
    return bool(logs) and logs[0].get("flow_sampling").equals(0) is not True


def _less(was: Block, now: Block) -> Iterator[str]:
    for name, (default, as_much) in _SETTINGS.items():
        old, new = (_given(block, name, default) for block in (was, now))
        if old.readable != new.readable and not as_much(old, new):
            yield f"{name} {new.readable} instead of {old.readable}"
    if now.get("metadata").equals("CUSTOM_METADATA") and was.get("metadata").equals("CUSTOM_METADATA"):
        fields, former = ({one.readable for one in block.list("metadata_fields")} for block in (now, was))
        yield from ([f"metadata_fields without {', '.join(sorted(former - fields))}"] if former - fields else [])


def _given(block: Block, name: str, default: str) -> Value:
    value = block.get(name)
    return block.given(default) if value.absent or value.equals("") else value


def _samples_as_much(old: Value, new: Value) -> bool:
    return old.number is not None and new.number is not None and new.number >= old.number


def _as_often(old: Value, new: Value) -> bool:
    return old.text in INTERVALS and new.text in INTERVALS and INTERVALS.index(new.text) <= INTERVALS.index(old.text)


def _as_informative(old: Value, new: Value) -> bool:
    return new.equals("INCLUDE_ALL_METADATA") is True or old.equals("EXCLUDE_ALL_METADATA") is True


def _unfiltered(old: Value, new: Value) -> bool:
    del old
    return new.equals("true") is True


# Each with the provider's default and the question whether another value logs as much.
_SETTINGS: Mapping[str, tuple[str, Callable[[Value, Value], bool]]] = {
    "aggregation_interval": ("INTERVAL_5_SEC", _as_often),
    "filter_expr": ("true", _unfiltered),
    "flow_sampling": ("0.5", _samples_as_much),
    "metadata": ("INCLUDE_ALL_METADATA", _as_informative),
}
