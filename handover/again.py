"""Handing over again: what operations took away stays away, and the values that they changed stay theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from pathlib import Path

from deployment.unusable import UnusableError
from handover.bundle import Bundle
from handover.formats import FORMATS
from handover.handed_stack import INVOKERS
from handover.manifest import MANIFEST, SUMS, ManifestError, digest, read, sums

# A variable that a file of values assigns in HCL.
_ASSIGNED = re.compile(r"^(\w+)\s*=", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Operated:
    """What operations did with a bundle: callers that are `revoked`, by the paths of their files without an ending.

    `values` are the files of values that they edited, with their content.
    """

    revoked: tuple[str, ...] = ()
    values: Mapping[str, bytes] = field(default_factory=dict)


def operated(folder: Path, format_: str) -> Operated:
    """What was done in `folder` since it was handed over; nothing where there is no bundle.

    Raises:
        UnusableError: when values were edited in another format than the one that is wanted now, or cannot be read.
    """
    try:
        former, listed = read(folder)
    except ManifestError:
        return Operated()
    values = {
        path: content
        for path, wanted in listed.items()
        if path.rpartition("/")[2] == FORMATS[former.format].VALUES
        and (content := _content(folder / path))
        and (digest(content) != wanted or path in former.operated)
    }
    if values and former.format != format_:
        raise UnusableError(
            f"{', '.join(values)}: edited since it was handed over, and the new bundle would be {format_.upper()}; "
            f"hand over {'with' if former.format == 'hcl' else 'without'} --hcl, or give --as-configured"
        )
    for path, content in values.items():
        _readable(path, content, former.format)
    gone = (path.removesuffix(FORMATS[former.format].ENDING) for path in listed if not (folder / path).exists())
    callers = {path for path in gone if path.rpartition("/")[2].startswith(INVOKERS)}
    return Operated(revoked=tuple(sorted({*former.revoked, *callers})), values=values)


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
        return file.read_bytes()
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


def _merged(made: Bundle, path: str, content: bytes) -> bytes:
    format_ = FORMATS[made.manifest.format]
    text, (stack,) = content.decode(), [one for one in made.stacks if path.startswith(f"{one.name}/")]
    known = assigned(text, made.manifest.format)
    new = [variable for variable in stack.variables if variable.name not in known]
    return format_.values_added(text, new).encode() if new else content


def assigned(text: str, format_: str) -> frozenset[str]:
    """The variables that a file of values assigns."""
    return frozenset(json.loads(text) if format_ == "json" else _ASSIGNED.findall(text))


def told(made: Bundle, former: Operated, configured: Mapping[str, bytes]) -> Iterator[str]:
    """What stays as operations have it, a line each; `configured` are the files as the checkout would have them."""
    for path in former.revoked:
        yield f"{path}: stays away, as operations deleted it: whom it let in may not call"
    for path, content in former.values.items():
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
