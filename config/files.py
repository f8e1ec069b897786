"""The files of an environment as one document: NAME.yaml, the file that it extends, and those of the folder NAME.d."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

import yaml

from cloudrun_psc.rules.faults import Fault, shown
from config.fields import SHARED_FILE_PATTERN
from config.joining import joined, over
from config.problems import ConfigurationError, Problem, printable
from config.source import Place, Source
from config.yaml_source import LARGEST_BYTES, MOST_ENTRIES, compose, neighbours
from config.yaml_values import fill, place_of, text_of

# Hidden files, what editors leave behind, and Markdown for people.
_NOT_OURS = r"\..*|.*~|#.*#|.*\.md"
_EXTENDS = "extends"
# Whoever has more files that cannot be read has made one mistake.
_MOST_UNREADABLE = 100


def read(checkout: Path, file: Path, name: str) -> Source:
    """Read the environment whose own file is `file`, called `name`.

    Raises:
        ConfigurationError: when one of its files is no readable YAML file with a mapping at its top. Smaller mistakes
            (a key that stands in two files, and the like) are kept in `Source.problems`, so that they come out together
            with all others.
    """
    source = Source(name)
    own = compose(source, file, name)
    base = _base(source, own, checkout, file) if own else None
    fragments = list(_fragments(source, checkout, file)) if source.size or not source.problems else []
    if source.problems:
        raise ConfigurationError(source.problems)
    once = f"name one file in {name}, and put there what is shared"
    alone = Fault(
        wrong="a file beside the environment's own extends none", allowed=f"{_EXTENDS} in {name}", remedy=once
    )
    for node in fragments:
        _take_out(source, node, {_EXTENDS: alone})
    if base:
        shared = "would be the name, and the state, of every environment that extends this file"
        _take_out(
            source,
            base,
            {
                _EXTENDS: Fault(wrong="a file that is extended extends none itself", allowed="one step", remedy=once),
                "environment": Fault(wrong=shared, allowed=f"a name in {name}", remedy="remove it"),
            },
        )
    whole = over(base, own) if base and own else own
    if whole or fragments:
        fill(source, joined(source, whole, fragments))
    return source


def strays(folder: Path, name: str) -> Iterator[Problem]:
    """Each NAME.d of a `folder` of environments, called `name`, whose NAME.yaml is not there: nobody would read it."""
    for stray in sorted(folder.glob("*.d")):
        if (stray.is_dir() or not stray.exists()) and not stray.with_suffix(".yaml").exists():
            stem = printable(stray.stem)
            fault = Fault(
                wrong=f"belongs to no environment: there is no {stem}.yaml",
                allowed="the name of an environment with .d behind it",
                remedy=f"create {name}/{stem}.yaml, or rename or remove the folder",
            )
            yield Problem(where=f"{name}/{printable(stray.name)}", path=(), fault=fault)


def _base(source: Source, own: yaml.MappingNode, checkout: Path, file: Path) -> yaml.MappingNode | None:
    """What `own` extends; a path that is none is left to the settings' rule."""
    value = next((value for key, value in own.value if text_of(key) == _EXTENDS), None)
    text = (text_of(value) if value else None) or ""
    if value is None or not re.fullmatch(SHARED_FILE_PATTERN, text):
        return None
    target, root = file.parent / text, _root(checkout, file)
    fault = None
    if not _is_inside(target, root):
        wrong = f"{shown(text)} leads out of {_called(checkout, root)}"
        fault = Fault(wrong=wrong, allowed="a file in that folder", remedy="move what is shared there")
    elif not target.exists():
        fault = Fault(wrong=f"there is no {shown(text)}", allowed="a file", remedy=neighbours(target))
    if fault:
        source.refuse(place_of(value), (_EXTENDS,), fault)
        return None
    return compose(source, target, os.path.normpath(PurePath(source.name).parent / text))


def _fragments(source: Source, checkout: Path, file: Path) -> Iterator[yaml.MappingNode]:
    """What stands in NAME.d. The order is that of the files' names, and decides about messages only."""
    folder = file.with_suffix(".d")
    name = f"{source.name.removesuffix(file.suffix)}.d"
    try:
        entries = sorted(folder.iterdir())
        root = _root(checkout, file)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not folder.is_symlink():
            return
        wrong = f"cannot be read ({error.strerror})"
        fault = Fault(wrong=wrong, allowed="a folder of YAML files", remedy="check what it is, and its permissions")
        source.refuse(Place(name), (), fault)
        return
    for entry in entries:
        if re.fullmatch(_NOT_OURS, entry.name, re.DOTALL):
            continue
        called = f"{name}/{printable(entry.name, limit=255)}"
        unfit = _unfit(entry, root, _called(checkout, root))
        if unfit:
            source.refuse(Place(called), (), unfit)
        elif (node := compose(source, entry, called)) is not None:
            yield node
        too_large = source.size > LARGEST_BYTES or source.entries > MOST_ENTRIES
        if too_large or len(source.problems) >= _MOST_UNREADABLE:
            return


def _unfit(entry: Path, root: Path, name: str) -> Fault | None:
    if not _is_inside(entry, root):
        return Fault(wrong=f"is a link that leads out of {name}", allowed="files", remedy="put the file itself here")
    if entry.is_dir():
        return Fault(wrong="is a folder", allowed="files that end in .yaml", remedy="move its files up, or remove it")
    if entry.suffix != ".yaml":
        meant = entry.suffix.lower() in {".yaml", ".yml", ".json"}
        remedy = f"rename it to {printable(entry.stem)}.yaml" if meant else "move it elsewhere"
        return Fault(wrong="is not read", allowed="files that end in .yaml, or in .md for people", remedy=remedy)
    return None


def _root(checkout: Path, file: Path) -> Path:
    """What nothing must lead out of: the checkout's config/, or the folder of a file that is elsewhere."""
    own, folder = (checkout / "config").resolve(), file.parent.resolve()
    return own if folder.is_relative_to(own) else folder


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links in a circle, before Python 3.13: reading it says so
        return True


def _called(checkout: Path, root: Path) -> str:
    return "config/" if root == (checkout / "config").resolve() else "the folder of the environment's file"


def _take_out(source: Source, node: yaml.MappingNode, keys: Mapping[str, Fault]) -> None:
    for key, _ in node.value:
        text = text_of(key)
        if text is not None and text in keys:
            source.refuse(place_of(key), (text,), keys[text])
    node.value = [pair for pair in node.value if text_of(pair[0]) not in keys]
