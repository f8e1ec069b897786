"""The deployment as a graph: what is connected to what, and which parts the change adds, changes or removes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deployment.comparison import Comparison
from deployment.references import is_expression, name_of, readable, target_of
from deployment.stack import Item, Stack, blocks, texts
from review.replacement import is_endpoint

# What a picture shows of a stack: the way of a request. The rest is in the tables.
_SHOWN = {
    "google_compute_instance": "VM",
    "google_compute_forwarding_rule": "load balancer",
    "google_compute_service_attachment": "service attachment",
    "google_cloud_run_v2_service": "Cloud Run",
    "google_cloud_run_service": "Cloud Run",
    "google_compute_firewall": "firewall",
}
# More boxes than this and nobody can read it; what changes is shown first.
_MOST = 40


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
    code = [one for one in comparisons if one.source == "code"]
    changed = {one.stack.environment for one in code if one.changes}
    shown = [one for one in code if one.stack.environment in changed]
    found = [(comparison, item, stack) for comparison in shown for item, stack in _items(comparison)]
    ranked = sorted(found, key=lambda one: _state(one[0], one[1]) == "same")[:_MOST]
    kept = {(one[0].stack.label, one[1].address) for one in ranked}
    nodes = [
        Node(id=f"n{index}", stack=comparison.stack.label, label=name_of(item, stack), what=_what(item),
             state=_state(comparison, item))
        for index, (comparison, item, stack) in enumerate(
            one for one in found if (one[0].stack.label, one[1].address) in kept
        )
    ]  # fmt: skip
    listed = [one for one in found if (one[0].stack.label, one[1].address) in kept]
    ids = {(one[0].stack.label, one[1].address): node.id for one, node in zip(listed, nodes, strict=True)}
    arrows = [arrow for comparison in shown for arrow in _arrows(comparison, shown, ids)]
    return Picture(nodes=tuple(nodes), arrows=tuple(dict.fromkeys(arrows)), left_out=len(found) - len(nodes))


def _items(comparison: Comparison) -> Iterator[tuple[Item, Stack]]:
    after, before = comparison.after, comparison.before
    moved = {one.former_address for one in comparison.changes}
    known = after.items if after else {}
    if after:
        yield from ((item, after) for item in after.items.values() if item.kind in _SHOWN)
    if before:
        gone = (item for item in before.items.values() if item.address not in known and item.address not in moved)
        yield from ((item, before) for item in gone if item.kind in _SHOWN)


def _what(item: Item) -> str:
    return "PSC endpoint" if is_endpoint(item) else _SHOWN[item.kind]


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
        (one.stack.label, change.address) for one in shown for change in one.changes if change.action == "destroyed"
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
    if is_endpoint(item):
        yield from _published(item, stack, shown)
        return
    port = _port(item)
    yield from (((label, end.address), port) for end in _within(item, stack))


def _within(item: Item, stack: Stack) -> Iterator[Item]:
    """What an item leads to in its own stack."""
    match item.kind:
        case "google_compute_service_attachment":
            rule = target_of(item.values.get("target_service"), stack)
            yield from [rule] if rule else []
        case "google_compute_forwarding_rule":
            yield from _behind(item, stack)
        case "google_compute_instance":
            yield from (one for one in stack.of("google_compute_forwarding_rule") if is_endpoint(one))
        case "google_compute_firewall":
            yield from stack.of("google_compute_instance")


def _port(item: Item) -> str:
    port = item.values.get("port_range")
    return f"port {port}" if isinstance(port, str) and not is_expression(port) else ""


def _published(item: Item, stack: Stack, shown: list[Comparison]) -> Iterator[tuple[tuple[str, str], str]]:
    """The attachment in another stack of the environment that an endpoint's target means."""
    target = str(readable(item.values.get("target"), stack))
    for other in shown:
        if other.stack.environment != stack.environment:
            continue
        for side in (other.after, other.before):
            for attachment in side.of("google_compute_service_attachment") if side else ():
                name = name_of(attachment, side) if side else ""
                outputs = [one for one in (side.of("output") if side else ()) if _holds(one, attachment)]
                if target.endswith(f"/{name}") or any(_mentions(item, one.address) for one in outputs):
                    yield (other.stack.label, attachment.address), "Private Service Connect"


def _holds(output: Item, attachment: Item) -> bool:
    return f"{attachment.address}.self_link" in str(output.values.get("value")) or (
        f"{attachment.address}.id" in str(output.values.get("value"))
    )


def _mentions(item: Item, output: str) -> bool:
    return f".outputs.{output.partition('.')[2]}" in str(item.values.get("target"))


def _behind(item: Item, stack: Stack) -> Iterator[Item]:
    """The Cloud Run services that a load balancer's rule leads to, through proxy, URL map, backend and NEG."""
    proxy = target_of(item.values.get("target"), stack)
    url_map = target_of(proxy.values.get("url_map"), stack) if proxy else None
    backend = target_of(url_map.values.get("default_service"), stack) if url_map else None
    for one in blocks(backend.values, "backend") if backend else []:
        group = target_of(one.get("group"), stack)
        for run in blocks(group.values, "cloud_run") if group else []:
            for service in stack.of("google_cloud_run_v2_service", "google_cloud_run_service"):
                if texts(run, "service") == [name_of(service, stack)]:
                    yield service
