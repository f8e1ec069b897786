"""The deployment as a graph: what is connected to what, and which parts a change adds, changes or removes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deployment.comparison import Comparison
from deployment.kinds.cloud_run import FIRST_SERVICE, SERVICE
from deployment.kinds.firewall import FIREWALL
from deployment.kinds.forwarding_rule import FRONTEND, PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.references import is_expression, name_of, readable, resolved, target_of
from deployment.stack import Item, Stack, blocks, texts

# More boxes than this and nobody can read it; what changes is shown first.
_MOST = 40
_PSC = "Private Service Connect"


@dataclass(frozen=True, kw_only=True)
class Node:
    """A box. `state`: same, added, changed or removed."""

    id: str
    stack: str
    label: str
    what: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Boxes, and arrows between their ids; `left_out` boxes did not fit."""

    nodes: tuple[Node, ...]
    arrows: tuple[tuple[str, str, str], ...]
    left_out: int


def picture(comparisons: Iterable[Comparison]) -> Picture:
    """Of all synthesized stacks in which, or in whose environment, something changes."""
    code = [comparison for comparison in comparisons if comparison.source == "code" or comparison.alone]
    changed = {comparison.stack.environment for comparison in code if comparison.changes}
    return _picture([comparison for comparison in code if comparison.stack.environment in changed])


def picture_of(stacks: Iterable[Stack]) -> Picture:
    """Of stacks as they stand."""
    return _picture([Comparison(source="code", before=None, after=stack, changes=()) for stack in stacks])


def _picture(shown: list[Comparison]) -> Picture:
    drawn = [(comparison, item, stack) for comparison in shown for item, stack in _items(comparison)]
    ranked = sorted(drawn, key=lambda entry: _state(entry[0], entry[1]) == "same")[:_MOST]
    kept = {(comparison.stack.label, item.address) for comparison, item, _ in ranked}
    listed = [entry for entry in drawn if (entry[0].stack.label, entry[1].address) in kept]
    nodes = tuple(
        Node(id=f"n{index}", stack=comparison.stack.label, label=_label(item, stack), what=_what(item),
             state=_state(comparison, item))
        for index, (comparison, item, stack) in enumerate(listed)
    )  # fmt: skip
    ids = {
        (node.stack, item.address): node.id for node, (_, item, _) in zip(nodes, listed, strict=True)
    }  # fmt: skip
    arrows = [arrow for comparison in shown for arrow in _arrows(comparison, shown, ids)]
    published = {start for start, _, label in arrows if label == _PSC}
    for comparison, item, stack in listed:
        start = ids[comparison.stack.label, item.address]
        if item.kind is PSC_ENDPOINT and start not in published:
            box = _elsewhere(item, stack, len(nodes))
            nodes, arrows = (*nodes, box), [*arrows, (start, box.id, _PSC)]
    return Picture(nodes=nodes, arrows=tuple(dict.fromkeys(arrows)), left_out=len(drawn) - len(listed))


def _elsewhere(endpoint: Item, stack: Stack, index: int) -> Node:
    """The box of an attachment that no stack here holds."""
    target = resolved(endpoint.values.get("target"), stack)
    name = target.rpartition("/")[2] if isinstance(target, str) and not is_expression(target) else "of the producer"
    what = SERVICE_ATTACHMENT.called
    return Node(id=f"n{index}", stack="elsewhere", label=name or "of the producer", what=what, state="same")


def _items(comparison: Comparison) -> Iterator[tuple[Item, Stack]]:
    after, before = comparison.after, comparison.before
    moved = {change.former_address for change in comparison.changes}
    known = after.items if after else {}
    if after:
        yield from ((item, after) for item in after.items.values() if _drawn(item))
    if before:
        gone = (item for item in before.items.values() if item.address not in known and item.address not in moved)
        yield from ((item, before) for item in gone if _drawn(item))


def _drawn(item: Item) -> bool:
    """Whether it stands on the way of a request; the rest is in the tables."""
    return item.kind is not None and item.kind.drawn


def _label(item: Item, stack: Stack) -> str:
    """Its name; a load balancer's has the port that it answers on."""
    port = item.values.get("port_range") if item.kind is FRONTEND else None
    shown = f" :{port}" if isinstance(port, str) and not is_expression(port) else ""
    return f"{name_of(item, stack)}{shown}"


def _what(item: Item) -> str:
    return item.kind.called if item.kind else ""


def _state(comparison: Comparison, item: Item) -> str:
    change = comparison.change(item.address)
    if change is None or change.action == "moved":
        return "same"
    return {"created": "added", "destroyed": "removed"}.get(change.action, "changed")


def _arrows(
    comparison: Comparison, shown: list[Comparison], ids: dict[tuple[str, str], str]
) -> Iterator[tuple[str, str, str]]:
    """The ways as they will be, and the former ones from or to what is removed."""
    label = comparison.stack.label
    gone = {
        (other.stack.label, change.address)
        for other in shown
        for change in other.changes
        if change.action in {"destroyed", "left"}
    }
    for stack in (comparison.after, comparison.before):
        for item in stack.items.values() if stack else ():
            start = (label, item.address)
            if start not in ids or stack is None:
                continue
            for end, text in _ends(item, stack, comparison, shown):
                if end in ids and (stack is comparison.after or start in gone or end in gone):
                    yield ids[start], ids[end], text


def _ends(
    item: Item, stack: Stack, comparison: Comparison, shown: list[Comparison]
) -> Iterator[tuple[tuple[str, str], str]]:
    label = comparison.stack.label
    if item.kind is PSC_ENDPOINT:
        yield from _published(item, stack, shown)
        return
    yield from (((label, end.address), "") for end in _within(item, stack))


def _within(item: Item, stack: Stack) -> Iterator[Item]:
    """What an item leads to in its own stack."""
    if item.kind is SERVICE_ATTACHMENT:
        rule = target_of(item.values.get("target_service"), stack)
        yield from [rule] if rule else []
    elif item.kind is FRONTEND:
        yield from _behind(item, stack)
    elif item.kind is INSTANCE:
        yield from (other for other in stack.of(PSC_ENDPOINT.type) if other.kind is PSC_ENDPOINT)
    elif item.kind is FIREWALL:
        yield from stack.of(INSTANCE.type)


def _published(item: Item, stack: Stack, shown: list[Comparison]) -> Iterator[tuple[tuple[str, str], str]]:
    """The attachment in another stack of the environment that an endpoint's target means."""
    target = str(readable(item.values.get("target"), stack))
    for other in shown:
        if other.stack.environment != stack.environment:
            continue
        for side in (other.after, other.before):
            for attachment in side.of(SERVICE_ATTACHMENT.type) if side else ():
                name = name_of(attachment, side) if side else ""
                outputs = [output for output in (side.of("output") if side else ()) if _holds(output, attachment)]
                if target.endswith(f"/{name}") or any(_mentions(item, output.address) for output in outputs):
                    yield (other.stack.label, attachment.address), _PSC


def _holds(output: Item, attachment: Item) -> bool:
    value = str(output.values.get("value"))
    return any(f"{attachment.address}.{attribute}" in value for attribute in ("self_link", "id"))


def _mentions(item: Item, output: str) -> bool:
    return f".outputs.{output.partition('.')[2]}" in str(item.values.get("target"))


def _behind(item: Item, stack: Stack) -> Iterator[Item]:
    """The Cloud Run services that a load balancer's rule leads to, through proxy, URL map, backend and NEG."""
    proxy = target_of(item.values.get("target"), stack)
    url_map = target_of(proxy.values.get("url_map"), stack) if proxy else None
    backend = target_of(url_map.values.get("default_service"), stack) if url_map else None
    for block in blocks(backend.values, "backend") if backend else []:
        group = target_of(block.get("group"), stack)
        for run in blocks(group.values, "cloud_run") if group else []:
            for service in stack.of(SERVICE.type, FIRST_SERVICE.type):
                if texts(run, "service") == [name_of(service, stack)]:
                    yield service
