"""YAML files as trees whose nodes know where they stand: hardened, because configurations come in pull requests.

Not supported on purpose: aliases (bombs, and nothing here needs them), tags (they could run code), several documents.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import yaml

from cloudrun_psc.rules.faults import Fault, shown
from config.problems import printable
from config.source import Place, Source
from config.yaml_values import place_of

LARGEST_BYTES = 1_000_000  # a thousand services take about 200 kB
MOST_ENTRIES = 50_000  # keys and values, mappings and lists among them; a thousand services have about 25,000
# Both are for all files of an environment together: many small ones must not take longer than a large one.
DEEPEST = 20  # the settings themselves are 6 deep
_CORE = "tag:yaml.org,2002:"


def compose(source: Source, file: Path, name: str) -> yaml.MappingNode | None:
    """The mapping at the top of a file, called `name`; None where there is nothing in it, or where it was refused.

    The nodes know file and line, so that those of several files can be put together before they become data. What is
    refused stands in `source.problems`.
    """
    source.files.append(name)
    try:
        node = _compose(source, name, _text(source, name, file))
        if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
            return None  # nothing, or nothing but ---
        if not isinstance(node, yaml.MappingNode):
            kind = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
            allowed, remedy = "keys such as region: and producer:", "begin with a key and a colon"
            _stop(place_of(node), f"the top of the file is {kind}", allowed, remedy)
    except _RefusedError as error:
        source.refuse(error.place, (), error.fault)
        return None
    return node


class _RefusedError(Exception):
    """Nothing can be made of a file."""

    def __init__(self, place: Place, fault: Fault) -> None:
        super().__init__(fault.sentence())
        self.place, self.fault = place, fault


def _stop(place: Place, wrong: str, allowed: str = "", remedy: str = "") -> NoReturn:
    raise _RefusedError(place, Fault(wrong=wrong, allowed=allowed, remedy=remedy))


def _text(source: Source, name: str, file: Path) -> str:
    whole = Place(name)
    try:
        kind = file.stat().st_mode
        if stat.S_ISDIR(kind):
            _stop(whole, "is a directory", "a YAML file", "name a file in it")
        if not stat.S_ISREG(kind):  # a pipe would wait for its writer for ever, and can be read only once
            _stop(whole, "is no regular file", "a YAML file", "write the configuration to a file")
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_BYTES + 1 - source.size)
    except FileNotFoundError:
        _stop(whole, "there is no such file", remedy=neighbours(file))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _stop(whole, f"cannot be read ({reason})", remedy="check its path and permissions")
    larger = "makes its environment" if source.size else "is"
    source.size += len(raw)
    if source.size > LARGEST_BYTES:
        allowed, remedy = "a configuration written by people", "check that it is the right file"
        _stop(whole, f"{larger} larger than {LARGEST_BYTES:,} bytes", allowed, remedy)
    if b"\0" in raw:
        _stop(whole, "is a binary file", "YAML text in UTF-8", "check that it is the right file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        _stop(Place(name, line), "is not UTF-8", "YAML text in UTF-8", "save it as UTF-8")


def neighbours(file: Path) -> str:
    """What to do where there is no such file."""
    try:
        if file.with_suffix(".d").is_dir():
            return f"{printable(file.stem)}.d belongs to it: create it, or rename that folder"
        names = sorted(printable(path.name) for path in file.parent.iterdir() if path.suffix in {".yaml", ".yml"})
    except (OSError, ValueError):
        names = []
    return f"its folder has {', '.join(names[:8])}" if names else "create it, or name another by PSC_CONFIG"


def _compose(source: Source, name: str, text: str) -> yaml.Node | None:
    loader = None
    try:
        loader = _loader(text, name)
        for line, fault in _events(source, loader):
            raise _RefusedError(Place(name, line), fault)
        return _loader(text, name).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "cannot be parsed"
        _stop(
            Place(name, mark.line + 1 if mark else None),
            f"is not YAML: {said}",
            remedy="indent with spaces, not tabs" if "'\\t'" in said else "check indentation, colons and quotes",
        )
    except yaml.reader.ReaderError as error:
        line, character = text[: error.position].count("\n") + 1, shown(text[error.position : error.position + 1])
        _stop(Place(name, line), f"is not YAML: the character {character} cannot stand in it", remedy="remove it")
    except (yaml.YAMLError, ValueError) as error:  # ValueError: \U00110000 in quotes
        line_ = loader.line + 1 if loader else None
        _stop(Place(name, line_), f"is not YAML: {str(error).splitlines()[0]}", remedy="remove what is no plain text")


def _loader(text: str, name: str) -> yaml.SafeLoader:
    loader = yaml.SafeLoader(text)
    loader.name = name  # for the marks of its nodes
    return loader


def _events(source: Source, loader: yaml.SafeLoader) -> Iterator[tuple[int, Fault]]:
    """What is refused before a tree is built: aliases, tags, depth, a second document."""
    depth = documents = 0
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
        source.entries += isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent))
        if source.entries > MOST_ENTRIES:
            more = "brings its environment to" if len(source.files) > 1 else "has"
            wrong = f"{more} more than {MOST_ENTRIES:,} keys and values"
            yield (
                line,
                Fault(wrong=wrong, allowed="a configuration written by people", remedy="divide it by environments"),
            )
        tag = getattr(event, "tag", None)
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and tag not in (None, "!"):
            wrong = f"the tag {shown(tag.replace(_CORE, '!!'))} is not supported"
            yield line, Fault(wrong=wrong, allowed="plain values", remedy="write the plain value")
