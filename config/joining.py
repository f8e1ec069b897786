"""Several files as one document, in YAML's nodes: every key keeps the file and line where it stands.

A file that others extend gives way to theirs; files of one environment never give way to each other. What cannot be
joined is left standing twice, and refused with both places when the document becomes data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import yaml

from cloudrun_psc.rules.faults import Fault
from config.problems import KeyPath
from config.source import Source
from config.yaml_values import is_nothing, place_of, text_of

Pair = tuple[yaml.Node, yaml.Node]
# Of a service. Everyone who connects or calls may add to these lists; of all others the order or the whole counts.
_ADDED_TO = {"invokers", "reject"}
# Left out, these follow the consumers. Begun by one team's file they would cut off every other team's.
_FOLLOWING = {"accept", "invokers"}


def over(base: yaml.MappingNode, own: yaml.MappingNode) -> yaml.MappingNode:
    """`base` with the values of `own` in place of its own, key by key; lists as a whole."""
    first, rest = _by_key(own)
    pairs: list[Pair] = []
    for key, value in base.value:
        text = text_of(key)
        if text is None or text not in first:
            pairs.append((key, value))
            continue
        own_key, own_value = first.pop(text)
        if isinstance(value, yaml.MappingNode) and _is_mapping(own_value):
            own_value = over(value, _mapping(own_value))
        pairs.append((own_key, own_value))
    return _like(own, [*pairs, *first.values(), *rest])


def joined(
    source: Source, own: yaml.MappingNode | None, others: Sequence[yaml.MappingNode], path: KeyPath = ()
) -> yaml.MappingNode:
    """One mapping out of `own`, which comes first, and those of the `others`, whose keys follow in sorted order.

    So nothing depends on what the files are called.
    """
    if own is None and len(others) == 1:
        return others[0]
    nodes = [own, *others] if own else [*others]
    found: dict[str, list[Pair]] = defaultdict(list)
    odd: list[Pair] = []
    for node in nodes:
        first, rest = _by_key(node)
        odd += rest
        for key, pair in first.items():
            found[key].append(pair)
    ours = _by_key(own)[0] if own else {}
    if own and len(path) == 3 and path[:2] == ("producer", "services"):
        _refuse_begun(source, found.keys() - ours.keys(), found, path)
    order = [*ours, *sorted(found.keys() - ours.keys())]
    pairs = [pair for key in order for pair in _one(source, found[key], key in ours, (*path, key))]
    return _like(nodes[0], pairs + odd)


def _one(source: Source, pairs: list[Pair], ours: bool, path: KeyPath) -> list[Pair]:
    """A key that stands in several files, the first of them our own if it is `ours`: joined, and what cannot be."""
    if len(pairs) == 1:
        return pairs
    key, first = pairs[0]
    if _is_mapping(first):
        alike = [value for _, value in pairs if _is_mapping(value)]
        if all(map(is_nothing, alike)):
            whole = first
        else:
            nodes = [_mapping(value) for value in alike]
            whole = joined(source, nodes[0], nodes[1:], path) if ours else joined(source, None, nodes, path)
        return [(key, whole), *(pair for pair in pairs if not _is_mapping(pair[1]))]
    if isinstance(first, yaml.SequenceNode) and len(path) == 4 and path[-1] in _ADDED_TO:
        lists = [value.value for _, value in pairs if isinstance(value, yaml.SequenceNode)]
        kept, added = (lists[0], lists[1:]) if ours else ([], lists)
        items = sorted((item for items in added for item in items), key=lambda item: text_of(item) or "")
        list_ = yaml.SequenceNode(first.tag, [*kept, *items], first.start_mark, first.end_mark)
        return [(key, list_), *(pair for pair in pairs if not isinstance(pair[1], yaml.SequenceNode))]
    return pairs


def _refuse_begun(source: Source, keys: set[str], found: dict[str, list[Pair]], path: KeyPath) -> None:
    for key in sorted(keys & _FOLLOWING):
        empty = "{}" if key == "accept" else "[]"
        fault = Fault(
            wrong=f"would take the place of the default, every consumer with an endpoint on {path[-1]}",
            allowed=f"entries added to those of {source.name}",
            remedy=f"begin the list there, with whom it is to keep or as `{key}: {empty}`; or leave it out here",
        )
        source.refuse(place_of(found[key][0][0]), (*path, key), fault)


def _by_key(node: yaml.MappingNode) -> tuple[dict[str, Pair], list[Pair]]:
    """The pairs by key, and those that are refused later: of keys that are no text, or stand there already."""
    first: dict[str, Pair] = {}
    rest: list[Pair] = []
    for pair in node.value:
        key = text_of(pair[0])
        if key is None or key in first:
            rest.append(pair)
        else:
            first[key] = pair
    return first, rest


def _is_mapping(node: yaml.Node) -> bool:
    """`hello:` with nothing after it has all defaults, as `hello: {}`."""
    return isinstance(node, yaml.MappingNode) or is_nothing(node)


def _mapping(node: yaml.Node) -> yaml.MappingNode:
    return node if isinstance(node, yaml.MappingNode) else yaml.MappingNode("", [], node.start_mark, node.end_mark)


def _like(node: yaml.MappingNode, value: list[Pair]) -> yaml.MappingNode:
    return yaml.MappingNode(node.tag, value, node.start_mark, node.end_mark)
