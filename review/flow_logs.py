"""What the flow logs of a subnet no longer tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cloudrun_psc.rules.flow_logs import INTERVALS
from deployment.comparison import Comparison
from deployment.kinds.network import SUBNETWORK
from review.known import Block, Value, View
from review.lessening import at_least, given, is_on, less, was_and_now
from review.sentence import Sentence, say


def fewer_logs(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """A sentence for each subnet that logs nothing any more, or less than before, with its address."""
    for was, now in was_and_now(comparison, SUBNETWORK.type):
        if not _logs(was):
            continue
        if not _logs(now):
            yield say("{name} no longer logs flows: nobody can tell afterwards who called.", name=now.name), now.address
        elif fewer := "; ".join(_less(was.blocks("log_config")[0], now.blocks("log_config")[0])):
            yield say("{name} may log less of its flows: {less}.", name=now.name, less=fewer), now.address


def _logs(item: View) -> bool:
    """Whether a subnet has flow logs, as far as it can be told."""
    logs = item.blocks("log_config")
    return bool(logs) and logs[0].get("flow_sampling").equals(0) is not True


def _less(was: Block, now: Block) -> Iterator[str]:
    yield from less(
        (name, given(was, name, default), given(now, name, default), as_much)
        for name, (default, as_much) in _SETTINGS.items()
    )
    if now.get("metadata").equals("CUSTOM_METADATA") and was.get("metadata").equals("CUSTOM_METADATA"):
        fields, former = ({one.readable for one in block.list("metadata_fields")} for block in (now, was))
        yield from ([f"metadata_fields without {', '.join(sorted(former - fields))}"] if former - fields else [])


def _as_often(old: Value, new: Value) -> bool:
    return old.text in INTERVALS and new.text in INTERVALS and INTERVALS.index(new.text) <= INTERVALS.index(old.text)


def _as_informative(old: Value, new: Value) -> bool:
    return new.equals("INCLUDE_ALL_METADATA") is True or old.equals("EXCLUDE_ALL_METADATA") is True


# With the provider's defaults. `true` is a filter that takes everything.
_SETTINGS: Mapping[str, tuple[str, Callable[[Value, Value], bool]]] = {
    "aggregation_interval": ("INTERVAL_5_SEC", _as_often),
    "filter_expr": ("true", is_on),
    "flow_sampling": ("0.5", at_least),
    "metadata": ("INCLUDE_ALL_METADATA", _as_informative),
}
