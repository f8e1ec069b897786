"""One YAML file as plain data, with the line of every key: hardened, because configurations come in pull requests.

Not supported on purpose: aliases (bombs, and nothing here needs them), tags (they could run code), several documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from cloudrun_psc.faults import Fault, shown
from config.problems import ConfigurationError, Path, Problem

LARGEST_BYTES = 1_000_000  # a thousand services take about 200 kB
DEEPEST = 20  # the settings themselves are 6 deep
_CORE = "tag:yaml.org,2002:"


@dataclass
class Source:
    """A file's data; `lines` maps each key path to its line, `name` is how messages call the file."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, path: Path) -> str:
        """FILE:LINE of a key path, or of the nearest key above it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return f"{self.name}:{self.lines[path[:length]]}"
        return self.name

    def refuse(self, line: int | None, path: Path, fault: Fault) -> None:
        """Note a problem of the file itself."""
        where = self.name if line is None else f"{self.name}:{line}"
        self.problems.append(Problem(where=where, path=path, fault=fault))


def read(file: FilePath, name: str) -> Source:
    """Read a configuration file.

    Raises:
        ConfigurationError: when it is no readable YAML file with a mapping at its top. Smaller mistakes (duplicate
            keys and the like) are kept in `Source.problems`, so that they come out together with all others.
    """
    source = Source(name)
    node = _compose(source, _text(source, file))
    if node is None:
        return source
    if not isinstance(node, yaml.MappingNode):
        kind = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
        _stop(source, node.start_mark.line + 1, f"the top of the file is {kind}", "keys such as region: and producer:")
    source.data = _value(source, node, ())
    return source


def _stop(source: Source, line: int | None, wrong: str, allowed: str = "", remedy: str = "") -> None:
    source.refuse(line, (), Fault(wrong=wrong, allowed=allowed, remedy=remedy))
    raise ConfigurationError(source.problems)


def _text(source: Source, file: FilePath) -> str:
    try:
        if file.is_dir():
            _stop(source, None, "is a directory", "a YAML file")
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        _stop(source, None, "there is no such file", remedy=_neighbours(file))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _stop(source, None, f"cannot be read ({reason})", remedy="check its path and permissions")
    if len(raw) > LARGEST_BYTES:
        _stop(source, None, f"is larger than {LARGEST_BYTES:,} bytes", "a configuration written by people")
    if b"\0" in raw:
        _stop(source, None, "is a binary file", "YAML text in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        _stop(source, line, "is not UTF-8", "YAML text in UTF-8", "save it as UTF-8")
    raise AssertionError("unreachable")


def _neighbours(file: FilePath) -> str:
    try:
        names = sorted(path.name for path in file.parent.glob("*.yaml"))
    except OSError:
        names = []
    return f"in its folder: {', '.join(names[:8])}" if names else "create it, or name another by PSC_CONFIG"


def _compose(source: Source, text: str) -> yaml.Node | None:
    try:
        for problem, line in _events(text):
            _stop(source, line, problem, remedy="write the values out")
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "cannot be parsed"
        _stop(
            source,
            mark.line + 1 if mark else None,
            f"is not YAML: {said}",
            remedy="check indentation, colons and quotes",
        )
    except yaml.YAMLError as error:
        _stop(source, None, f"is not YAML: {str(error).splitlines()[0]}")
    return None


def _events(text: str) -> Iterator[tuple[str, int]]:
    """What is refused before a tree is built: aliases, tags, depth, a second document."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            yield "aliases (*name) are not supported here", line
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield "holds more than one document (---)", line
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                yield f"is nested more than {DEEPEST} deep", line
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and tag not in (None, "!"):
            yield f"the tag {shown(tag)} is not supported", line


def _value(source: Source, node: yaml.Node, path: Path) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(source, node, path)
    if isinstance(node, yaml.SequenceNode):
        values = []
        for index, item in enumerate(node.value):
            source.lines[(*path, index)] = item.start_mark.line + 1
            values.append(_value(source, item, (*path, index)))
        return values
    return _scalar(source, node, path)


def _mapping(source: Source, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != f"{_CORE}str":
            said = key_node.value if isinstance(key_node, yaml.ScalarNode) else "a list or mapping"
            fault = Fault(wrong=f"the key {shown(said)} is not text", remedy="put it in quotes")
            source.refuse(line, path, fault)
            continue
        key = str(key_node.value)
        if key in values:
            first = source.lines[(*path, key)]
            fault = Fault(wrong=f"the key stands twice, first in line {first}", remedy="remove one of them")
            source.refuse(line, (*path, key), fault)
            continue
        source.lines[(*path, key)] = line
        _check_text(source, line, (*path, key), key)
        values[key] = _value(source, value_node, (*path, key))
    return values


def _scalar(source: Source, node: yaml.Node, path: Path) -> Any:
    constructor = yaml.constructor.SafeConstructor()
    try:
        value = constructor.construct_object(node)
    except (ValueError, yaml.YAMLError, OverflowError):
        fault = Fault(wrong=f"{shown(node.value)} is not a value", remedy="put it in quotes")
        source.refuse(node.start_mark.line + 1, path, fault)
        return None
    if isinstance(value, str):
        _check_text(source, node.start_mark.line + 1, path, value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(node.value)  # a date: text to us, like everything that is no number


def _check_text(source: Source, line: int, path: Path, text: str) -> None:
    """Nothing may reach the synthesized JSON as template or line break: it would be run, or break a command."""
    fault = None
    if any(marker in text for marker in ("${", "%{", "TfToken[")):
        fault = Fault(
            wrong=f"{shown(text)} holds template text", allowed="plain values", remedy="write the value itself"
        )
    elif not text.isprintable():
        fault = Fault(wrong=f"{shown(text)} holds a line break or control character", allowed="one line of plain text")
    if fault is not None:
        source.refuse(line, path, fault)
