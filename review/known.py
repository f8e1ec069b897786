"""Values as rules see them, known, absent or unknown: the one place that looks at raw ones.

Terraform turns texts into booleans and numbers where an attribute wants them, so `"true"` is true here. A reference to
something that the stack itself writes down is what is written there. What nobody can tell yet (an expression, a value
known after apply, a hidden one, a list where one value belongs) is unknown, and never equal or unequal to anything. Of
an unknown block every attribute is unknown, so a rule that goes through blocks cannot overlook one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from deployment.hidden import Hidden, told_apart
from deployment.kinds.kind import Kind
from deployment.references import (
    candidates,
    is_expression,
    is_open,
    is_reference,
    items_referred,
    name_of,
    readable,
    referred,
    resolved,
    target_of,
)
from deployment.stack import UNKNOWN, Item, Stack, reads
from deployment.values import Json, boolean, strings
from review.inputs import inputs_of
from review.raw_blocks import blocks_of, listed, lower
from review.sentence import whole


class Value:
    """One attribute, or one entry of a list."""

    def __init__(self, raw: Any, stack: Stack) -> None:
        """Wrap what stands in `stack`."""
        self._raw, self._stack = raw, stack
        self._resolved = resolved(raw, stack)

    @property
    def absent(self) -> bool:
        """Whether it is not set: the provider's default holds, or Google's."""
        return self._raw is None

    @property
    def unknown(self) -> bool:
        """Whether nobody can tell it yet, or it is nothing that one value can be."""
        return is_open(self._resolved) or isinstance(self._raw, (list, dict))

    @property
    def known(self) -> bool:
        """Whether it is set, and to what."""
        return not self.absent and not self.unknown

    @property
    def hidden(self) -> bool:
        """Whether it looks like a credential, or is marked as one."""
        return isinstance(self._raw, Hidden)

    @property
    def later(self) -> bool:
        """Whether it is only known after apply."""
        return self._raw is UNKNOWN

    @property
    def written(self) -> bool:
        """Whether it is an expression, and not the value itself."""
        return is_expression(self._raw)

    @property
    def text(self) -> str:
        """It as text, booleans and numbers as Terraform writes them; "" where it is not known."""
        value = self._resolved
        if not self.known:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    @property
    def beginning(self) -> str:
        """The text in front of the first expression: what is certain of it."""
        return self._resolved.partition("${")[0].partition("%{")[0] if isinstance(self._resolved, str) else ""

    @property
    def choices(self) -> tuple[str, ...]:
        """What it can come to, as far as the stack tells: itself, or the two of which an expression takes one."""
        return candidates(self.text or self._resolved)

    @property
    def evasive(self) -> bool:
        """Whether its expression asks for one of its choices, to take the other one where that is there already."""
        return self.written and any(str(self._raw).count(f'"{choice}"') > 1 for choice in self.choices)

    @property
    def number(self) -> float | None:
        """It as a number; None where it is none, or not known."""
        try:
            return float(self.text) if not isinstance(self._raw, bool) else None
        except ValueError:
            return None

    def equals(self, *wanted: bool | float | str) -> bool | None:
        """Whether it is one of these; None where nobody can tell. What is absent equals nothing."""
        if self.absent:
            return False
        found = [self._as(other) for other in wanted]
        if any(value == other for value, other in zip(found, wanted, strict=True) if value is not None):
            return True
        return None if None in found else False

    def _as(self, other: bool | float | str) -> bool | float | str | None:
        if self.unknown:
            return None
        if isinstance(other, bool):
            return boolean(self.text)
        return self.text if isinstance(other, str) else self.number

    @property
    def shown(self) -> str:
        """It for a sentence, as it stands there."""
        return "not set" if self.absent else whole(self._raw)

    def differs(self, other: Value) -> bool:
        """Whether it is another value, wherever in it that is, and although both are hidden."""
        return self.exact != other.exact

    @property
    def exact(self) -> str:
        """What to tell it by from other values, and never to show: whole, with what is hidden."""
        raw = self._raw
        return raw if isinstance(raw, str) else json.dumps(raw, sort_keys=True, default=lambda one: str(hash(one)))

    @property
    def readable(self) -> str:
        """It as people say it, with words for what only Terraform will know."""
        said = readable(self._resolved, self._stack)
        if isinstance(said, Hidden):
            return told_apart(said)
        return said if isinstance(said, str) else self.text or whole(said)

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """The addresses that it refers to, each with the attribute path behind it."""
        return list(referred(self._raw))

    @property
    def items(self) -> list[View]:
        """The items of the stack that its expression refers to."""
        return [View(item, self._stack) for item in items_referred(self._raw, self._stack)] if self.written else []

    @property
    def inputs(self) -> frozenset[str]:
        """The items of the stack that it is made of, variables, locals and modules among them."""
        return inputs_of(self._raw)

    @property
    def target(self) -> View | None:
        """The item of the stack that it is, by reference or by link; an expression may make anything of an item."""
        item = None if self.written and not is_reference(self._raw) else target_of(self._raw, self._stack)
        return View(item, self._stack) if item else None

    @property
    def parsed(self) -> Block:
        """The JSON that it is, with lower-case keys, as Go takes them; of anything else nothing is known."""
        try:
            read = json.loads(self.text, object_pairs_hook=lower) if self.known else self._raw
        except (ValueError, RecursionError):
            read = UNKNOWN  # no JSON, or what another parser may read otherwise
        return Block(read, self._stack)


class Block:
    """A block of attributes, or one of which nothing is known."""

    def __init__(self, raw: Any, stack: Stack) -> None:
        """Wrap a mapping; anything else is a block of which nothing is known."""
        self._raw, self._stack = raw, stack

    @property
    def unknown(self) -> bool:
        """Whether nobody can tell what is in it, or whether there is one."""
        return not isinstance(self._raw, dict)

    @property
    def stack(self) -> Stack:
        """Where it stands."""
        return self._stack

    @property
    def value(self) -> Value:
        """It for a message."""
        return Value(self._raw, self._stack)

    @property
    def names(self) -> frozenset[str]:
        """The attributes and blocks that are set."""
        return (
            frozenset(key for key, value in self._raw.items() if value is not None) if not self.unknown else frozenset()
        )

    def given(self, default: str | None) -> Value:
        """What holds where nothing is set; None for an absent value."""
        return Value(default, self._stack)

    def get(self, name: str) -> Value:
        """An attribute that is one value."""
        return Value(self._raw if self.unknown else self._raw.get(name), self._stack)

    def written_as(self, name: str) -> Value:
        """An attribute as it is written, whatever it is: one value, a list or a mapping."""
        raw = self._raw if self.unknown else self._raw.get(name)
        plain = raw is None or isinstance(raw, str)
        return Value(raw if plain else json.dumps(raw, sort_keys=True, default=repr), self._stack)

    def first(self, *names: str) -> Value:
        """The first of some attributes that is set."""
        values = [self.get(name) for name in names]
        return next((value for value in values if (not value.absent and value.text != "") or value.unknown), values[-1])

    def list(self, name: str) -> tuple[Value, ...]:
        """The entries of an attribute that is a list; what is unknown as a whole is one unknown entry."""
        raw = self._raw if self.unknown else self._raw.get(name)
        if raw is None:
            return ()
        if isinstance(raw, dict):  # a list of which an entry is one: nothing that a rule could read
            return (Value([raw], self._stack),)
        return tuple(Value(entry, self._stack) for entry in (raw if isinstance(raw, list) else [raw]))

    def blocks(self, name: str) -> tuple[Block, ...]:
        """The blocks of a name: one or many, dynamic ones with what is known of their content."""
        return (self,) if self.unknown else tuple(Block(entry, self._stack) for entry in blocks_of(self._raw, name))

    def block(self, name: str) -> Block:
        """The first block of a name, or an empty one."""
        return next(iter(self.blocks(name)), Block({}, self._stack))

    def presence(self, name: str) -> Value:
        """Whether there is any block or entry of a name: known, absent, or unknown."""
        blocks = self.blocks(name)
        certain = next((block for block in blocks if not block.unknown), None)
        return self.given("there") if certain else blocks[0].value if blocks else self.given(None)


class View(Block):
    """An item of a stack."""

    def __init__(self, item: Item, stack: Stack) -> None:
        """Wrap an item of `stack`."""
        super().__init__(item.values, stack)
        self._item, self.address, self.type = item, item.address, item.type
        self.kind: Kind | None = item.kind
        self.is_psc_endpoint, self.is_resource = item.is_psc_endpoint, item.is_resource

    @property
    def name(self) -> str:
        """What people call it: its name where it is known, else its address."""
        return name_of(self._item, self._stack)

    @property
    def named(self) -> list[View]:
        """The items of the stack that its attributes name, by references or by links."""
        found: dict[str, Item] = {}
        for text in strings({key: value for key, value in self._raw.items() if key != "lifecycle"}):
            one = None if is_expression(text) or "/" not in text else target_of(text, self._stack)
            for item in items_referred(text, self._stack) if is_expression(text) else [one] if one else []:
                found.setdefault(item.address, item)
        return [View(item, self._stack) for item in found.values()]

    def translated(self, translate: Callable[[str, Any], Iterable[Json]]) -> list[View]:
        """The items that `translate` makes of its type and values, each at its address."""
        return [View(replace(self._item, values=values), self._stack) for values in translate(self.type, self._raw)]

    @property
    def provider(self) -> str:
        """The name of the provider that makes or reads it; "" of what needs none."""
        of_type = self.type.removeprefix("data.").removeprefix("ephemeral.")
        if not (self.is_resource or reads(self.type)) or self.type == "section":
            return ""
        return (self.get("provider").text or of_type.partition("_")[0]).partition(".")[0]

    @property
    def lifecycle(self) -> Block:
        """Its lifecycle block, which only synthesized stacks have."""
        return self.block("lifecycle")

    @property
    def needs(self) -> frozenset[str]:
        """Every address that it waits for: what it refers to, and what it depends on."""
        named = listed(self._raw.get("depends_on"))
        direct = {re.sub(r"^\$\{(.*)\}$", r"\1", str(dependency)) for dependency in named}
        plain = {key: value for key, value in self._raw.items() if key not in {"depends_on", "lifecycle"}}
        return frozenset(direct | {address for address, _ in referred(plain)})

    def calls(self, functions: tuple[str, ...]) -> str:
        """The first of some functions of Terraform's that an expression in it calls, by `core::`, too; "" for none."""
        called = re.compile(rf"(?:(?<![\w.:-])|(?<![\w.:-])core::)({'|'.join(functions)})\s*\(")
        found = (called.search(text) for text in filter(is_expression, strings(self._raw)))
        return next((match[1] for match in found if match), "")

    @property
    def inputs(self) -> frozenset[str]:
        """It, and the items of the stack that it is made of."""
        return inputs_of(self._raw) | {self.address}


def views(stack: Stack) -> list[View]:
    """Every item of a stack."""
    return [*_views(stack)]


@lru_cache(maxsize=16)
def _views(stack: Stack) -> tuple[View, ...]:
    return tuple(View(item, stack) for item in stack.items.values())
