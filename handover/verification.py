"""Whether a bundle is what it says it is: checksums, content, Terraform's validation, no secret."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from deployment.credentials import looks_like, shape
from deployment.printable import printable
from deployment.terraform import Done, Terraform
from deployment.terraform_variables import for_init
from handover.credentials import without_names
from handover.manifest import SUMS, digest
from handover.present import VALUES, Present, is_loaded

# A difference longer than this is told by its first lines: it is to be looked at, not read.
_LONGEST_DIFFERENCE, _LONGEST_LINE, _MUCH = 40, 500, 10_000
# From the first difference on: what comparing takes grows with the square of the lines, and more.
_COMPARED_LINES = 1_000
# Looking for credentials takes up to five seconds for a million characters, whatever they are.
_LOOKED_INTO_BYTES = 2_000_000
# An environment variable as both formats write it: its name, then its value.
_ENV = re.compile(r'"?name"?\s*[=:]\s*"(?P<name>\w+)",?\s*"?value"?\s*[=:]\s*"(?P<value>(?:[^"\\]|\\.)*)"')


_LOADS, _MAY_LOAD = "would load it", "may load it on some file systems"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One question's answer: `held` is None where it could not be tried."""

    what: str
    held: bool | None
    text: str
    details: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """As it is printed."""
        word = {True: "fine", False: "finding", None: "not tried"}[self.held]
        told = f"{self.what}: {word}: {self.text}" if self.held is not True else f"{self.what}: {self.text}"
        yield printable(told)
        yield from (f"  {printable(line)}" for line in self.details)


def checksums(there: Present, listed: Mapping[str, str]) -> Verdict:
    """Every listed file is there and unedited, and Terraform would load nothing else; further files are told."""
    details = [f"{path}: {problem}" for path, problem in there.refused.items() if not is_loaded(path)]
    details += [
        f"{path}: not handed over, and Terraform {_LOADS if is_loaded(path, case=True) else _MAY_LOAD}; delete it "
        "(terraform init makes its own files anew)"
        for path in there.unlisted(listed)
    ]
    details += [
        f"{path}: not handed over, and {name} on some file systems; delete it"
        for path, name in there.twins([*listed, SUMS]).items()
    ]
    for path, wanted in listed.items():
        if path not in there.files:
            details.append(f"{path}: {there.refused.get(path, 'missing')}")
        elif digest(there.files[path]) != wanted:
            details.append(f"{path}: edited since it was handed over")
    what = "checksums"
    if details:
        text = f"{len(set(details))} finding{'s' if len(set(details)) > 1 else ''} in {len(listed)} listed files"
        return Verdict(what=what, held=False, text=text, details=tuple(sorted(set(details))))
    more = sorted({*there.files, *there.states} - listed.keys() - {SUMS})
    text = f"{len(listed)} files as they were handed over" + (f"; also here: {', '.join(more)}" if more else "")
    linked = sorted({*there.linked} & listed.keys())
    if linked:
        text += f"; hard links, which an edit of another name changes too: {', '.join(linked)}"
    return Verdict(what=what, held=True, text=text)


def content(there: Present, listed: Mapping[str, str], wanted: Mapping[str, bytes]) -> Verdict:
    """The files are what this checkout generates, and those alone are listed; or the difference."""
    details = [f"{SUMS} does not list {path}" for path in sorted(wanted.keys() - listed.keys() - {SUMS})]
    details += [
        f"{SUMS} lists {path}, which this checkout does not generate" for path in sorted(listed.keys() - wanted.keys())
    ]
    for path in sorted({*listed, *wanted} - {SUMS}):
        present, generated = there.files.get(path, b""), wanted.get(path, b"")
        if present != generated:
            details += _difference(path, present, generated) or [
                f"{path}: differs in line breaks or single bytes alone"
            ]
    what = "content"
    if not details:
        return Verdict(what=what, held=True, text="what this checkout generates")
    return Verdict(what=what, held=False, text="differs from what this checkout generates", details=tuple(details))


def _difference(path: str, present: bytes, wanted: bytes) -> list[str]:
    present = present[: 2 * len(wanted) + _MUCH]  # more takes minutes, and is not shown
    here, made = (text.decode(errors="replace").splitlines() for text in (present, wanted))
    pairs = enumerate(zip(here, made, strict=False))
    first = next((at for at, (one, other) in pairs if one != other), min(len(here), len(made)))
    begin = max(0, first - 1)
    here, made = (text[begin : first + _COMPARED_LINES] for text in (here, made))
    compared = difflib.unified_diff(here, made, f"here/{path}", f"checkout/{path}", n=1, lineterm="")
    lines = [_counted(line, begin) if line.startswith("@@") else line for line in compared]
    shown = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines[:_LONGEST_DIFFERENCE]]
    return shown + (["… and more"] if len(lines) > len(shown) else [])


def _counted(line: str, begin: int) -> str:
    """A line such as `@@ -3 +3,2 @@` of what is compared from a line on, by the lines of the whole."""
    return re.sub(r"(?<=[-+])\d+", lambda number: str(int(number[0]) + begin), line)


def validation(
    there: Present, wanted: Mapping[str, bytes], stacks: Sequence[str], terraform: Terraform | None
) -> Verdict:
    """`terraform validate` of each stack, on a copy; not tried without Terraform or provider.

    Terraform runs the providers that a configuration names, so nothing is tried that this checkout would not generate;
    values alone may differ.
    """
    if terraform is None:
        return Verdict(what="terraform validate", held=None, text="neither Terraform nor OpenTofu is on PATH")
    what = f"{terraform.name} validate"
    foreign = [path for path in (*there.files, *there.refused) if is_loaded(path) and not _trusted(path, there, wanted)]
    if foreign:
        text = f"it would run what this checkout does not generate ({', '.join(sorted(foreign)[:5])})"
        return Verdict(what=what, held=None, text=text)
    with tempfile.TemporaryDirectory(prefix="psc-") as place:
        for path in (path for path in there.files if is_loaded(path)):
            copy = Path(place, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(there.files[path])
        for stack in stacks:
            copy = Path(place, stack)
            copy.mkdir(exist_ok=True)
            done = terraform.init(copy, for_init(), "-backend=false")
            if done.code != 0:
                details = _said(done)
                return Verdict(what=what, held=None, text=f"{stack}: {terraform.name} init failed", details=details)
            done = terraform.validate(copy, for_init())
            if done.code != 0:
                return Verdict(what=what, held=False, text=stack, details=_said(done))
    return Verdict(what=what, held=True, text=f"{', '.join(stacks)} valid")


def _trusted(path: str, there: Present, wanted: Mapping[str, bytes]) -> bool:
    if path not in there.files or path not in wanted:
        return False
    return path.rpartition("/")[2] in VALUES or there.files[path] == wanted[path]


def _said(done: Done) -> tuple[str, ...]:
    return tuple(line for line in done.lines if line.strip(" ╷│╵"))[:20]


def secrets(
    there: Present, harmless: Iterable[str], names: Collection[str] = (), wanted: Mapping[str, bytes] | None = None
) -> Verdict:
    """Nothing in the folder looks like a credential; `harmless` names environment variables that only look so.

    What stands beside one of the configuration's own `names` is none. Files that are as `wanted` are not searched: this
    checkout refuses to generate what a credential is in.
    """
    harmless = frozenset(harmless)  # a manifest may name millions
    searched = [path for path in there.files if there.files[path] != (wanted or {}).get(path)]
    ordered = sorted(searched, key=lambda path: (len(there.files[path]), path))
    sizes = accumulate(len(there.files[path]) for path in ordered)
    large = sorted(path for path, size in zip(ordered, sizes, strict=True) if size > _LOOKED_INTO_BYTES)
    details = [
        f"{path}: {suspect}"
        for path in sorted({*searched} - {*large})
        for suspect in _suspects(there.files[path].decode(errors="replace"), harmless, names)
    ]
    states = ", ".join(there.states)
    note = f"; not looked into: {states}, which holds whatever the resources hold" if states else ""
    note += f"; too much to be looked into: {', '.join(large)}" if large else ""
    if details:
        return Verdict(what="secrets", held=False, text=f"{len(details)} found{note}", details=tuple(details))
    return Verdict(what="secrets", held=True, text=f"none found{note}")


def _suspects(text: str, harmless: frozenset[str], names: Collection[str]) -> Iterator[str]:
    named = [match for match in _ENV.finditer(text) if match["name"] not in harmless]
    for match in named:
        likeness = looks_like(match["name"], match["value"])
        if likeness:
            yield f"env {match['name']} looks like {likeness}"
    likeness = shape(without_names(_ENV.sub("", text), names))
    if likeness:
        yield f"something looks like {likeness}"
