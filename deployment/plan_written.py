"""What of a plan's values somebody wrote, and what the provider computes: only the first is told and judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deployment.comparison import Difference, differences
from deployment.hidden import Hidden, hide_attributes, shown_address
from deployment.plan_expressions import mapping
from deployment.plan_modules import Instances, Modules, Written, bare
from deployment.stack import UNKNOWN, Item, Stack
from deployment.values import Json, mappings, with_strings, without

# Known before an apply and nobody's words: https://registry.terraform.io/providers/hashicorp/google/latest/docs
_FOLLOWING = frozenset({"effective_annotations", "effective_labels", "etag", "terraform_labels"})
# What a provider writes where nothing is said.
_EMPTY: tuple[Any, ...] = ("", {}, [])
_ZERO = (*_EMPTY, None, False, 0)
# Blocks that a provider never makes and whose absence is judged: unknown, they are dynamic, and how many nobody knows.
_DYNAMIC = frozenset(
    {"access_config", "ipv6_access_config", "layer4_config", "layer4_configs", "match", "src_secure_tags"}
)


class PlanSource:
    """What a plan says beside its changes: the configuration that it was made from, and what was read before.

    Of a plan that stands `alone` nobody has the code: an attribute of which its configuration says nothing may come
    out of a dynamic block, which no plan shows.
    """

    def __init__(self, plan: Json, stack: Stack, *, alone: bool) -> None:
        """Read it.

        Raises:
            KeyError: (or TypeError, AttributeError) when it is no whole plan.
        """
        self._alone = alone
        self._computed: dict[str, set[str]] = {}
        self.modules = Modules(plan["configuration"])
        self.data = _data(plan) if alone else {}
        staying = (one for one in plan.get("resource_changes") or [] if one["change"]["actions"] != ["delete"])
        planned = [shown_address(str(entry["address"])) for entry in staying]
        self._instances = Instances(dict.fromkeys([*planned, *self.data]))
        items = ((address, stack.items.get(address)) for address in self.modules.written)
        dynamic = {
            address for address, item in items if item and any("dynamic" in one for one in mappings(item.values))
        }
        self._written = {address: one for address, one in self.modules.written.items() if address not in dynamic}

    def filled(self, values: Any, unknown: Any, address: str) -> Any:
        """`values` with what is unknown filled in: as the reference that it will come from, where there is just one.

        What is unknown and not written is left out, as in the code: the provider fills it in, and its default holds.
        """
        written = self._written.get(bare(address))
        if written is None or not isinstance(unknown, dict):
            return self._merged(values, unknown, None, written, address, "")
        unspoken = (name for name in unknown if self._alone and name not in written.expressions)
        dynamic = {name for name in unspoken if name in _DYNAMIC or written.blocks(name)}
        known = values if isinstance(values, dict) else {}
        self._computed[address] = {
            name
            for name, marks in unknown.items()
            if marks is True and name not in written.expressions and name not in dynamic
        }
        return known | {
            name: self._merged(known.get(name), marks, written.expressions.get(name), written, address, name)
            for name, marks in unknown.items()
            if name not in self._computed[address]
        }

    def _merged(
        self, value: Any, unknown: Any, expression: Any, written: Written | None, address: str, name: str
    ) -> Any:  # fmt: skip
        if unknown is True:
            meant = self.modules.meant(expression, written, name, self._instances, address) if written else None
            return meant or UNKNOWN
        if isinstance(value, Hidden):
            return value  # as a whole, whatever of it is known
        if isinstance(unknown, dict):
            known = value if isinstance(value, dict) else {}
            parts = expression if isinstance(expression, dict) else None
            return known | {
                key: self._merged(known.get(key), inner, parts.get(key) if parts else None, written, address, key)
                for key, inner in unknown.items()
                if inner is not True or parts is None or key in parts or (self._alone and key in _DYNAMIC)
            }
        if isinstance(unknown, list) and unknown:
            listed = list(value) if isinstance(value, list) else []
            listed += [None] * (len(unknown) - len(listed))
            parts_ = expression if isinstance(expression, list) else [expression] * len(listed)
            padded = [*parts_, *[None] * len(listed)]
            return [
                self._merged(inner, unknown[at] if at < len(unknown) else False, padded[at], written, address, name)
                for at, inner in enumerate(listed)
            ]
        return value

    def differences(self, before: Item | None, after: Item | None, entry: Json) -> tuple[Difference, ...]:
        """The differences in what somebody wrote: what the provider computes follows from them."""
        address = shown_address(str(entry["address"]))
        old, new = said(before.values if before else {}), said(after.values if after else {})
        differing = differences(old, new)
        written = self._written.get(bare(address))
        if written is None or not written.expressions:
            return tuple(one for one in differing if not self._alone or one.attribute not in _FOLLOWING)
        seen = (one for one in differing if one.attribute in written.expressions or self._alone)
        replaced = {"create", "delete"} <= set(entry["change"]["actions"])
        return tuple(one for one in seen if not self._alone or self._told(one, written, before, address, replaced))

    def _told(
        self, difference: Difference, written: Written, before: Item | None, address: str, replaced: bool
    ) -> bool:  # fmt: skip
        """Whether somebody wrote what differs, although no configuration of a plan shows dynamic blocks."""
        attribute, inside = difference.attribute, "[" in difference.path
        if _shown(difference.dotted.split("."), written.expressions):
            return True
        if attribute in _FOLLOWING or attribute in self._computed.get(address, ()):
            return False
        if difference.removed and replaced:
            return False  # the provider's former values, which it will find out anew
        nothing = difference.before if difference.removed or difference.after is UNKNOWN else difference.after
        if nothing in _ZERO and (difference.added or difference.removed or difference.after is UNKNOWN):
            return False
        if attribute in written.expressions or written.blocks(attribute):
            return True
        return difference.after is not UNKNOWN and (inside or (before is not None and not difference.added))


def _shown(path: list[str], expressions: Any) -> bool:
    """Whether a configuration shows an attribute, in blocks of any number."""
    for at, name in enumerate(path):
        holders = expressions if isinstance(expressions, list) else [expressions]
        found = [one[name] for one in holders if isinstance(one, dict) and name in one]
        if not found:
            return False
        if any("references" in mapping(one) or "constant_value" in mapping(one) for one in found):
            return True  # a map, or a value as a whole
        expressions = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
        if at == len(path) - 1:
            return True
    return True


def _data(plan: Json) -> dict[str, Item]:
    """What was read before the plan, in all modules."""
    items: dict[str, Item] = {}
    for one in read_before(plan):
        if one.get("mode") == "data":
            address = shown_address(str(one["address"]))
            values = hide_attributes(one["values"], one.get("sensitive_values"))
            if isinstance(values, dict):
                items[address] = Item(address, f"data.{one['type']}", values)
    return items


def read_before(plan: Json) -> Iterator[Json]:
    """What the state had of resources and data sources when the plan was made, in all modules."""
    waiting = [((plan.get("prior_state") or {}).get("values") or {}).get("root_module") or {}]
    while waiting:
        module = waiting.pop()
        yield from module.get("resources") or []
        waiting += module.get("child_modules") or []


def said(values: Mapping[str, Any]) -> Json:
    """Without what is empty, which state is full of, and links and ports in the form in which people write them."""
    shortened: Json = with_strings(without(dict(values), lambda _, one: one in _EMPTY), _short)
    return shortened


def _short(text: str) -> str:
    plain = re.sub(r"^https://www\.googleapis\.com/compute/(?:v1|beta)/(?=projects/)", "", text)
    return re.sub(r"^(\d+)-\1$", r"\1", plain)
