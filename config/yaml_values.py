"""YAML's nodes as plain data: what YAML 1.1 would take for something else, or Terraform for a template, is refused."""

from __future__ import annotations

import re
from typing import Any

import yaml

from cloudrun_psc.rules.faults import Fault, shown
from config.problems import KeyPath
from config.source import Place, Source

# Terraform's templates, and what cdktf takes for one of its tokens.
_TEMPLATE = r"[$%]\{|TfToken\[|TOKEN\.[0-9]"
_CORE = "tag:yaml.org,2002:"
# Of a megabyte, sexagesimal ones take Python half a minute, and hexadecimal ones cannot be printed.
_LONGEST_NUMBER = 100
_DECIMAL = r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[-+]?\.(?:[0-9]+|inf|Inf|INF|nan|NaN|NAN)"


def fill(source: Source, node: yaml.MappingNode) -> None:
    """Make data of a document. Mistakes (duplicate keys and the like) go to `source.problems`."""
    source.data = _value(source, node, ())


def place_of(node: yaml.Node) -> Place:
    """Where a node begins."""
    return Place(node.start_mark.name, node.start_mark.line + 1)


def _value(source: Source, node: yaml.Node, path: KeyPath) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(source, node, path)
    if isinstance(node, yaml.SequenceNode):
        values = []
        for index, item in enumerate(node.value):
            source.places[(*path, index)] = place_of(item)
            values.append(_value(source, item, (*path, index)))
        return values
    return _scalar(source, node, path)


def _mapping(source: Source, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place, key = place_of(key_node), text_of(key_node)
        if key is None:
            source.refuse(place, path, _no_key(key_node))
            continue
        if key in values:
            source.refuse(place, (*path, key), _twice(source.places[(*path, key)], place))
            continue
        source.places[(*path, key)] = place
        _check_text(source, place, (*path, key), key, "the key ")
        values[key] = _value(source, value_node, (*path, key))
    return values


def text_of(node: yaml.Node) -> str | None:
    """The text of a key or value; None where it is anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.tag == f"{_CORE}str" else None


def is_nothing(node: yaml.Node) -> bool:
    """Whether there is no value behind a key."""
    return isinstance(node, yaml.ScalarNode) and node.tag == f"{_CORE}null"


def _twice(first: Place, second: Place) -> Fault:
    if first.file == second.file:
        wrong, allowed = f"the key stands twice, first in line {first.line}", "each key once"
    else:
        wrong, allowed = f"the key stands in two files, first at {first}", "each value in one file"
    return Fault(wrong=wrong, allowed=allowed, remedy="remove one of them")


def _no_key(node: yaml.Node) -> Fault:
    if not isinstance(node, yaml.ScalarNode):
        return Fault(
            wrong="a list or mapping stands as a key", allowed="plain text", remedy="check brackets and colons"
        )
    if node.tag == f"{_CORE}merge":
        return Fault(wrong="merge keys (<<) are not supported", allowed="plain keys", remedy="write the values out")
    if not node.value:
        return Fault(wrong="a key is empty", allowed="plain text", remedy="write it in front of the colon")
    return Fault(
        wrong=f"the key {shown(node.value)} is not text to YAML", allowed="plain text", remedy="put it in quotes"
    )


def _scalar(source: Source, node: yaml.Node, path: KeyPath) -> Any:
    text, place = str(node.value), place_of(node)
    kind = node.tag.removeprefix(_CORE)
    if kind not in {"null", "bool", "int", "float"}:  # a date, too, is text to us
        _check_text(source, place, path, text)
        return text
    source.written[path] = text
    try:
        if len(text) > _LONGEST_NUMBER:
            raise ValueError
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, yaml.YAMLError, OverflowError):
        fault = Fault(
            wrong=f"{shown(text)} is no usable number",
            allowed="plain decimal numbers",
            remedy="shorten it, or put text in quotes",
        )
        source.refuse(place, path, fault)
        return None
    if kind in {"int", "float"} and not re.fullmatch(_DECIMAL, text):
        # YAML 1.1 has octal 010, hexadecimal 0x10, sexagesimal 1:30 and 1_000: hardly ever meant.
        fault = Fault(
            wrong=f"YAML reads {shown(text)} as the number {shown(value)}",
            allowed="plain decimal numbers",
            remedy="put it in quotes if text is meant, else write the number in decimal",
        )
        source.refuse(place, path, fault)
    return value


def _check_text(source: Source, place: Place, path: KeyPath, text: str, what: str = "") -> None:
    """Nothing may reach the synthesized JSON as template or line break: it would be run, or break a command."""
    fault = None
    if re.search(_TEMPLATE, text):
        fault = Fault(
            wrong=f"{what}{shown(text)} holds template text", allowed="plain values", remedy="write the value itself"
        )
    elif not text.isprintable():
        fault = Fault(
            wrong=f"{what}{shown(text)} holds a line break or control character",
            allowed="one line of plain text",
            remedy="remove it",
        )
    if fault is not None:
        source.refuse(place, path, fault)
