"""One YAML file as plain data, with the line of every key: hardened, because configurations come in pull requests.

Not supported on purpose: aliases (bombs, and nothing here needs them), tags (they could run code), several documents.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cloudrun_psc.rules.faults import Fault, shown
from config.problems import ConfigurationError, KeyPath, Problem, printable

LARGEST_BYTES = 1_000_000  # a thousand services take about 200 kB
MOST_ENTRIES = 50_000  # keys and values; a thousand services have about 20,000
DEEPEST = 20  # the settings themselves are 6 deep
# Terraform's templates, and what cdktf takes for one of its tokens.
_TEMPLATE = r"[$%]\{|TfToken\[|TOKEN\.[0-9]"
_CORE = "tag:yaml.org,2002:"
_DECIMAL = r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[-+]?\.(?:[0-9]+|inf|Inf|INF|nan|NaN|NAN)"


@dataclass
class Source:
    """A file's data; `lines` maps each key path to its line, `name` is how messages call the file.

    `written` keeps how numbers and the like stand in the file: 0123 is 83 once it is data.
    """

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    written: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, path: KeyPath) -> str:
        """FILE:LINE of a key path, or of the nearest key above it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return f"{self.name}:{self.lines[path[:length]]}"
        return self.name

    def refuse(self, line: int | None, path: KeyPath, fault: Fault) -> None:
        """Note a problem of the file itself."""
        where = self.name if line is None else f"{self.name}:{line}"
        self.problems.append(Problem(where=where, path=path, fault=fault))


def read(file: Path, name: str) -> Source:
    """Read a configuration file.

    Raises:
        ConfigurationError: when it is no readable YAML file with a mapping at its top. Smaller mistakes (duplicate
            keys and the like) are kept in `Source.problems`, so that they come out together with all others.
    """
    source = Source(name)
    node = _compose(source, _text(source, file))
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
        return source  # nothing, or nothing but ---
    if not isinstance(node, yaml.MappingNode):
        kind = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
        _stop(
            source,
            node.start_mark.line + 1,
            f"the top of the file is {kind}",
            "keys such as region: and producer:",
            "begin with a key and a colon",
        )
    source.data = _value(source, node, ())
    return source


def _stop(source: Source, line: int | None, wrong: str, allowed: str = "", remedy: str = "") -> None:
    source.refuse(line, (), Fault(wrong=wrong, allowed=allowed, remedy=remedy))
    raise ConfigurationError(source.problems)


def _text(source: Source, file: Path) -> str:
    try:
        kind = file.stat().st_mode
        if stat.S_ISDIR(kind):
            _stop(source, None, "is a directory", "a YAML file", "name a file in it")
        if not stat.S_ISREG(kind):  # a pipe would wait for its writer for ever, and can be read only once
            _stop(source, None, "is no regular file", "a YAML file", "write the configuration to a file")
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        _stop(source, None, "there is no such file", remedy=_neighbours(file))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _stop(source, None, f"cannot be read ({reason})", remedy="check its path and permissions")
    if len(raw) > LARGEST_BYTES:
        _stop(
            source,
            None,
            f"is larger than {LARGEST_BYTES:,} bytes",
            "a configuration written by people",
            "check that PSC_CONFIG names the right file",
        )
    if b"\0" in raw:
        _stop(source, None, "is a binary file", "YAML text in UTF-8", "check that it is the right file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        _stop(source, line, "is not UTF-8", "YAML text in UTF-8", "save it as UTF-8")
    raise AssertionError("unreachable")


def _neighbours(file: Path) -> str:
    try:
        names = sorted(printable(path.name) for path in file.parent.iterdir() if path.suffix in {".yaml", ".yml"})
    except (OSError, ValueError):
        names = []
    return f"its folder has {', '.join(names[:8])}" if names else "create it, or name another by PSC_CONFIG"


def _compose(source: Source, text: str) -> yaml.Node | None:
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        for line, fault in _events(loader):
            source.refuse(line, (), fault)
            raise ConfigurationError(source.problems)
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "cannot be parsed"
        _stop(
            source,
            mark.line + 1 if mark else None,
            f"is not YAML: {said}",
            remedy="indent with spaces, not tabs" if "'\\t'" in said else "check indentation, colons and quotes",
        )
    except yaml.reader.ReaderError as error:
        line, character = text[: error.position].count("\n") + 1, shown(text[error.position : error.position + 1])
        _stop(source, line, f"is not YAML: the character {character} cannot stand in it", remedy="remove it")
    except (yaml.YAMLError, ValueError) as error:  # ValueError: \U00110000 in quotes
        line_ = loader.line + 1 if loader else None
        _stop(source, line_, f"is not YAML: {str(error).splitlines()[0]}", remedy="remove what is no plain text")
    return None


def _events(loader: yaml.SafeLoader) -> Iterator[tuple[int, Fault]]:
    """What is refused before a tree is built: aliases, tags, depth, a second document."""
    depth = documents = entries = 0
    while loader.check_event():
        event = loader.get_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            wrong = f"the alias *{event.anchor} is not supported"
            yield line, Fault(wrong=wrong, allowed="plain values", remedy="write the values out")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                wrong = "a second document begins (---)"
                yield line, Fault(wrong=wrong, allowed="one document a file", remedy="make it a file of its own")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                wrong = f"is nested more than {DEEPEST} deep"
                yield line, Fault(wrong=wrong, remedy="no setting is: remove the brackets or indentation")
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        entries += isinstance(event, yaml.ScalarEvent)
        if entries > MOST_ENTRIES:
            wrong = f"has more than {MOST_ENTRIES:,} keys and values"
            yield (
                line,
                Fault(wrong=wrong, allowed="a configuration written by people", remedy="divide it by environments"),
            )
        tag = getattr(event, "tag", None)
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and tag not in (None, "!"):
            wrong = f"the tag {shown(tag.replace(_CORE, '!!'))} is not supported"
            yield line, Fault(wrong=wrong, allowed="plain values", remedy="write the plain value")


def _value(source: Source, node: yaml.Node, path: KeyPath) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(source, node, path)
    if isinstance(node, yaml.SequenceNode):
        values = []
        for index, item in enumerate(node.value):
            source.lines[(*path, index)] = item.start_mark.line + 1
            values.append(_value(source, item, (*path, index)))
        return values
    return _scalar(source, node, path)


def _mapping(source: Source, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != f"{_CORE}str":
            source.refuse(line, path, _no_key(key_node))
            continue
        key = str(key_node.value)
        if key in values:
            first = source.lines[(*path, key)]
            fault = Fault(
                wrong=f"the key stands twice, first in line {first}",
                allowed="each key once",
                remedy="remove one of them",
            )
            source.refuse(line, (*path, key), fault)
            continue
        source.lines[(*path, key)] = line
        _check_text(source, line, (*path, key), key, "the key ")
        values[key] = _value(source, value_node, (*path, key))
    return values


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
    text, line = str(node.value), node.start_mark.line + 1
    kind = node.tag.removeprefix(_CORE)
    if kind not in {"null", "bool", "int", "float"}:  # a date, too, is text to us
        _check_text(source, line, path, text)
        return text
    source.written[path] = text
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, yaml.YAMLError, OverflowError):
        fault = Fault(
            wrong=f"{shown(text)} is no usable number",
            allowed="plain decimal numbers",
            remedy="shorten it, or put text in quotes",
        )
        source.refuse(line, path, fault)
        return None
    if kind in {"int", "float"} and not re.fullmatch(_DECIMAL, text):
        # YAML 1.1 has octal 010, hexadecimal 0x10, sexagesimal 1:30 and 1_000: hardly ever meant.
        fault = Fault(
            wrong=f"YAML reads {shown(text)} as the number {shown(value)}",
            allowed="plain decimal numbers",
            remedy="put it in quotes if text is meant, else write the number in decimal",
        )
        source.refuse(line, path, fault)
    return value


def _check_text(source: Source, line: int, path: KeyPath, text: str, what: str = "") -> None:
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
        source.refuse(line, path, fault)
