"""Handing over again: the values that operations changed stay theirs, and so what they took away stays away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

from deployment.unusable import UnusableError
from deployment.values import unique
from handover.bundle import Bundle
from handover.formats import FORMATS
from handover.manifest import MANIFEST, SUMS, ManifestError, digest, read, sums
from handover.present import plain_file

# What the file of a caller began with, while each had one.
_CALLER = "invoker_"
# What a file of values in HCL consists of, as far as it matters where a variable is assigned: comments, texts,
# heredocs, brackets, and names in front of an equals sign.
_HCL = re.compile(
    r"(?:#|//)[^\n]*+|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*+\""
    r"|<<-?(?P<end>[\w-]+)\r?\n.*?(?:^[ \t]*(?P=end)[ \t\r]*$|\Z)"
    r"|(?P<open>[\[{(])|(?P<close>[\]})])|(?P<name>[\w-]++)(?=[ \t]*=(?!=))",
    re.DOTALL | re.MULTILINE,
)


def operated(folder: Path, format_: str) -> dict[str, bytes]:
    """The files of values that were edited in `folder` since it was handed over; none where there is no bundle.

    Raises:
        UnusableError: when values were edited in another format than the one that is wanted now, are a link, or cannot
            be read.
    """
    try:
        former, listed = read(folder)
    except ManifestError:
        return {}
    held = [path for path in listed if path.rpartition("/")[2] == FORMATS[former.format].VALUES]
    for path in held:
        if (folder / path).is_symlink():  # it may lead to any file of whoever hands over, who would pass it on
            raise UnusableError(
                f"{path}: is a link, and no link's content is handed over; put a file in its place, or give "
                "--as-configured"
            )
    values = {
        path: content
        for path in held
        if (content := _content(folder / path)) and (digest(content) != listed[path] or path in former.operated)
    }
    if values and former.format != format_:
        raise UnusableError(
            f"{', '.join(values)}: edited since it was handed over, and the new bundle would be {format_.upper()}; "
            f"hand over {'with' if former.format == 'hcl' else 'without'} --hcl, or give --as-configured"
        )
    callers = [path for path in listed if path.rpartition("/")[2].startswith(_CALLER)]
    if former.revoked or (callers and (values or not all((folder / path).exists() for path in callers))):
        raise UnusableError(
            f"{folder}: of an earlier version, with a file for each caller, and edited since; put what operations "
            "changed into the configuration, and give --as-configured"
        )
    for path, content in values.items():
        _readable(path, content, former.format)
    return values


def _readable(path: str, content: bytes, format_: str) -> None:
    try:
        assigned(content.decode(), format_)
    except ValueError as error:
        raise UnusableError(
            f"{path}: edited since it was handed over, and cannot be read ({error}); correct it, or give "
            "--as-configured"
        ) from error


def _content(file: Path) -> bytes:
    try:
        return plain_file(file)
    except OSError:
        return b""


def with_values(made: Bundle, values: Mapping[str, bytes]) -> Bundle:
    """The bundle with the files of values as operations have them; variables that are new stand at the end."""
    if not values:
        return made
    merged = {path: _merged(made, path, content) for path, content in values.items() if path in made.files}
    manifest = replace(made.manifest, operated=tuple(sorted(merged)))
    files = {**made.files, **merged, MANIFEST: manifest.text().encode()}
    del files[SUMS]
    files[SUMS] = sums(files)
    return replace(made, files=dict(sorted(files.items())), manifest=manifest)


def as_recorded(made: Bundle, operated: Sequence[str]) -> Bundle:
    """The bundle with the manifest's record of the files of values that operations edited, and none of their values.

    Whoever edits a bundle can edit this record too, so it excuses no difference from the configuration.
    """
    return with_values(made, {path: made.files[path] for path in operated if path in made.files})


def _merged(made: Bundle, path: str, content: bytes) -> bytes:
    format_ = FORMATS[made.manifest.format]
    text, (stack,) = content.decode(), [one for one in made.stacks if path.startswith(f"{one.name}/")]
    known = assigned(text, made.manifest.format)
    new = [variable for variable in stack.variables if variable.name not in known]
    return format_.values_added(text, new).encode() if new else content


def assigned(text: str, format_: str) -> frozenset[str]:
    """The variables that a file of values assigns.

    Raises:
        ValueError: when it is to be JSON, and is no object that Terraform reads.
    """
    if format_ != "json":
        return frozenset(_assigned(text))
    try:
        document = json.loads(text, object_pairs_hook=unique)
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()  # half of a character may be escaped in it
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(document, dict):
        raise ValueError("no JSON object")
    return frozenset(document) - {"//"}  # a comment


def _assigned(text: str) -> Iterator[str]:
    depth = 0
    for found in _HCL.finditer(text):
        depth += bool(found["open"]) - bool(found["close"])
        if found["name"] and depth == 0:
            yield found["name"]


def told(made: Bundle, values: Mapping[str, bytes], configured: Mapping[str, bytes]) -> Iterator[str]:
    """What stays as operations have it, a line each; `configured` are the files as the checkout would have them."""
    for path, content in values.items():
        if path not in made.files:
            yield f"{path}: edited by operations, and not part of this bundle any more"
            continue
        yield f"{path}: stays as operations have it; where it differs from the configuration:"
        yield from (f"  {line}" for line in _differing(content.decode(), configured[path].decode()))
        unknown = assigned(content.decode(), made.manifest.format) - {
            variable.name for stack in made.stacks for variable in stack.variables if path.startswith(f"{stack.name}/")
        }
        yield from (f"  {name}: no variable any more; take its value out" for name in sorted(unknown))


def _differing(theirs: str, ours: str) -> Iterator[str]:
    lines = unified_diff(theirs.splitlines(), ours.splitlines(), "operations", "configuration", n=0, lineterm="")
    said = (line for line in lines if not line.startswith(("---", "+++", "@@")))
    yield from (line for line in said if line[1:].strip() and not line[1:].lstrip().startswith("#"))
