"""Rules that a configuration names: a folder of Python files with functions as in review/rules.

They are code of the checkout that is reviewed, like its constructs, and run where those run: in `./psc review`. The
workflow that may write comments runs nothing of this file.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from traceback import walk_tb
from types import ModuleType

from deployment.links import real
from deployment.unusable import UnusableError
from review.comment_form import MARKER, misshapen
from review.other_findings import OTHER
from review.rules import BY_ID, RULES
from review.rules.rule import FINE, SEVERITIES, VERDICTS, Answer, Rule, Subject
from review.sentence import Sentence, shown

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# A rule looks at one item, which takes no time: one that takes this long goes round in circles.
_SECONDS = 30
_TEXTS = ("id", "severity", "what", "why", "remedy")
# Where a comment has each text.
_PLACES = {
    "what": "- **error: {}** `x`: x.",
    "why": "  - Why it matters: {}",
    "remedy": "  - What to do: {} (rule `x`)",
}
_WORDS = "letters, digits, blanks and simple signs, no link and no mention, as they are shown in comments"


class _LateError(BaseException):
    """It takes too long: no `except Exception` of theirs goes on with it."""


def rule_files(checkout: Path, folder: str | None, named: str = "review_rules") -> dict[str, str]:
    """The files with rules and their text, by their path in the checkout; none where no folder is named.

    `named` is what names the folder, for messages.

    Raises:
        UnusableError: when the folder is not there, is no part of the checkout, or has a file that cannot be read.
    """
    if not folder:
        return {}
    place = checkout / folder
    if not place.is_dir() or not real(place).is_relative_to(real(checkout)):
        raise UnusableError(f"{named}: there is no folder {folder} in the checkout; name one, or take it out")
    files = [file for file in sorted(place.glob("*.py")) if file.name != "__init__.py"]
    if odd := next((file for file in files if not os.path.isfile(file)), None):  # noqa: PTH113 - no error for a circle
        raise UnusableError(f"{named}: {odd.relative_to(checkout)} is no regular file; put a file there, or remove it")
    try:
        found = {file.relative_to(checkout).as_posix(): file.read_text(encoding="utf-8-sig") for file in files}
    except (OSError, ValueError) as error:
        raise UnusableError(f"{named}: a file of {folder} cannot be read ({error})") from error
    if not found:
        raise UnusableError(f"{named}: the folder {folder} has no file NAME.py; write one, or take it out")
    return found


def rules_in(folder: str) -> tuple[Rule, ...]:
    """The rules in a folder anywhere, as the option --rules names it.

    Raises:
        UnusableError: as `rule_files` and `load_rules`.
    """
    place = real(Path(folder))
    if not place.is_dir():
        raise UnusableError(f"--rules {folder}: there is no such folder")
    return load_rules(rule_files(place.parent, place.name or ".", "--rules"))


def load_rules(files: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules in these files, each of which answers or is refused in a sentence with its file and line.

    Raises:
        UnusableError: when a file is no Python or fails, has no rule, or has one that is none.
    """
    known = {*BY_ID, *OTHER}
    found: list[Rule] = []
    for file, text in files.items():
        named = vars(_module(file, text)).values()
        ours = {*map(id, RULES)}  # a rule that holds a list has no hash
        own = [*{id(value): value for value in named if isinstance(value, Rule) and id(value) not in ours}.values()]
        if not own:
            raise UnusableError(f"{file}:1: has no rule; put @rule(…) of review/rules/rule.py above a function")
        for rule in own:
            fault = next(_faults(rule, known), None)
            if fault:
                raise UnusableError(f"{file}:{_line(rule, file)}: the rule {shown(repr(rule.id))}: {fault}")
            known.add(rule.id)
            found.append(replace(rule, judge=_guarded(rule, file)))
    return tuple(found)


def _module(file: str, text: str) -> ModuleType:
    """What a file defines; nothing is written beside it."""
    name = f"own_rules.{file.removesuffix('.py').replace('/', '.')}"
    module = sys.modules[name] = ModuleType(name)  # dataclasses look for their module there
    try:
        with _kept_in_bounds():
            exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102 - as an import would, without its caches
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise _failed(error, file, "it cannot be loaded") from error
    return module


@contextmanager
def _kept_in_bounds() -> Iterator[None]:
    """What code of theirs prints does not mix with the report, and it comes to an end."""

    def late(*_: object) -> None:
        raise _LateError(f"it takes more than {_SECONDS} seconds")

    former = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS, 1)  # again, for whoever catches it all the same
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _failed(error: BaseException, file: str, what: str) -> UnusableError:
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    line = (error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None) or 1
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    sort = "TimeoutError" if isinstance(error, _LateError) else type(error).__name__
    told = f"{sort}: {' '.join(said.split())}" if said else sort
    return UnusableError(f"{file}:{line}: {what} ({told}); correct it, or take it out")


def _line(rule: Rule, file: str) -> int:
    """Where its function begins, as far as it stands there."""
    code = getattr(rule.judge, "__code__", None)
    return code.co_firstlineno if code and code.co_filename == file else 1


def _faults(rule: Rule, known: set[str]) -> Iterator[str]:
    yield from (fault := [*_mistyped(rule)])
    if fault:
        return
    if not _ID.fullmatch(rule.id):
        yield "its id must be words of small letters and digits with hyphens between them, such as our-names"
    if rule.id in known:
        yield "its id is another rule's; give it another"
    if rule.severity not in SEVERITIES:
        yield f"its severity is {shown(repr(rule.severity))}; give ERROR, WARNING or NOTE"
    for name, place in _PLACES.items():
        if misshapen(f"{MARKER}\n{place.format(getattr(rule, name))}\n"):
            yield f"{name} may hold {_WORDS}"


def _mistyped(rule: Rule) -> Iterator[str]:
    if no_text := [name for name in _TEXTS if type(getattr(rule, name)) is not str]:
        yield f"{', '.join(no_text)} must be text"
    for name, of in (
        ("kinds", 'types, such as ("google_compute_network",)'),
        ("setting", 'keys, such as ("invokers",)'),
    ):
        value = getattr(rule, name)
        if not isinstance(value, tuple) or not all(isinstance(one, str) for one in value):
            yield f"its {name} must be a tuple of {of}"
    for name in ("code_only", "of_change"):
        if not isinstance(getattr(rule, name), bool):
            yield f"its {name} must be True or False"


def _guarded(rule: Rule, file: str) -> Callable[[Subject], Answer]:
    """The rule's function, whose failure is a sentence."""

    def judge(subject: Subject) -> Answer:
        try:
            with _kept_in_bounds():
                answer = rule.judge(subject)
            if not isinstance(answer, Answer):
                raise TypeError(f"it returns {type(answer).__name__} in place of fine(), finding(…) or undecided(…)")
            for one in (answer, *answer.parts):
                _check(one)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            place = f"{subject.stack.label}: {subject.item.address}"
            raise _failed(error, file, f"the rule {rule.id!r} fails at {place}") from error
        return answer

    return judge


def _check(answer: Answer) -> None:
    """Refuse, by raising, an answer that no report could take."""
    told = answer.detail is None if answer.verdict == FINE else isinstance(answer.detail, Sentence)
    named = isinstance(answer.inputs, frozenset) and all(isinstance(name, str) for name in answer.inputs)
    if answer.verdict not in VERDICTS or not told or not named:
        raise ValueError("it makes an Answer of its own in place of fine(), finding(…) or undecided(…)")
    words = answer.detail.write(lambda _: "`x`") if answer.detail else "x"
    if misshapen(f"{MARKER}\n- **error: x** `x`: {words}.\n"):
        raise ValueError(f"its sentence may hold {_WORDS}; everything else belongs into values")


def edited(present: Path, folder: str | None, former: Path, former_folder: str | None) -> list[str]:
    """The files that differ between two checkouts: of rules, and of all below their folder, which rules may use."""
    after, before = _below(present, folder), _below(former, former_folder)
    return sorted(file for file in after.keys() | before.keys() if after.get(file) != before.get(file))


def _below(checkout: Path, folder: str | None) -> dict[str, str]:
    """A digest of everything below a folder, by its path in the checkout; Python's caches follow from the rest."""
    found: dict[str, str] = {}
    place = real(checkout / folder) if folder else checkout
    for file in place.rglob("*") if folder and place.is_relative_to(real(checkout)) else ():
        if file.is_file() and "__pycache__" not in file.parts:
            try:
                found[file.relative_to(real(checkout)).as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
            except (OSError, ValueError) as error:
                raise UnusableError(f"review_rules: a file of {folder} cannot be read ({error})") from error
    return found
