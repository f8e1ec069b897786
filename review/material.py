"""What a report is made of: comparisons of both sides, plans, acknowledgements, and what must not be shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from deployment import plan_comparison
from deployment.comparison import Comparison, compare
from deployment.hidden import hidden_texts, scrub
from deployment.stack import Stack
from deployment.unusable import UnusableError
from review.acknowledgements import Acknowledgement
from review.rehearsed import Rehearsed
from review.replacement import infer
from review.rules.rule import Rule
from review.sentence import Sentence, say
from review.side import Side

if TYPE_CHECKING:
    from config.settings import Settings


@dataclass
class Material:
    """What a report is made of, gathered step by step.

    `rules` are those that each environment's configuration names, `rule_edits` the files with such rules that the
    change itself edits, and `edited` all that it edits in the checkout.
    """

    base: str
    today: date
    lists_former: bool = False
    environments: list[str] = field(default_factory=list)
    code: list[Comparison] = field(default_factory=list)
    plans: list[Comparison] = field(default_factory=list)
    plan_files: dict[str, str] = field(default_factory=dict)
    rehearsals: list[Rehearsed] = field(default_factory=list)
    entries: list[Acknowledgement] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    rule_edits: list[tuple[str, list[str]]] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    unusable: list[tuple[str, str]] = field(default_factory=list)
    unrehearsed: list[tuple[str, str]] = field(default_factory=list)


def gather(material: Material, before: Mapping[str, Side], after: Mapping[str, Side]) -> None:
    """Compare environment by environment; what one side lacks or cannot load is said."""
    names = sorted(before.keys() | after.keys(), key=lambda name: (name != "default", name))
    for name in names:
        old, new = before.get(name, Side(environment=name)), after.get(name, Side(environment=name))
        if not old.exists and not new.exists:
            continue
        material.environments.append(name)
        _tell_apart(material, old, new)
        if new.problem:
            continue
        former = {} if old.problem else old.stacks
        for stack in [*new.stacks, *sorted(former.keys() - new.stacks.keys())]:
            material.code.append(infer(compare(former.get(stack), new.stacks.get(stack))))


def _tell_apart(material: Material, old: Side, new: Side) -> None:
    name = new.environment
    if new.problem:
        material.unusable.append((name, " ".join(new.problem.split())))
    elif not new.exists:
        text = "The environment {name} is removed: what it deployed stays in the cloud until somebody destroys it."
        material.notes.append(say(text, name=name))
    elif old.problem:
        text = "The environment {name} of the base does not load ({problem}), so all of it counts as new."
        material.notes.append(say(text, name=name, problem=" ".join(old.problem.split())))
    elif not old.exists:
        material.notes.append(say("The environment {name} is new: all of it is added.", name=name))


def plans_named(words: Sequence[str]) -> dict[str, Path]:
    """The files that --plan names, by stack; looked at before anything that takes time.

    Raises:
        UnusableError: for words that are no STACK=FILE, a stack that is named twice, or a file that is not there.
    """
    files: dict[str, Path] = {}
    for word in words:
        label, _, file = word.partition("=")
        if not label or not file:
            raise UnusableError(f"--plan {word}: give STACK=FILE")
        if label in files:
            raise UnusableError(f"--plan {word}: a plan of {label} is given already")
        if not Path(file).is_file():
            raise UnusableError(f"{file}: there is no such file; make it with `terraform show -json PLAN > FILE`")
        files[label] = Path(file)
    return files


def plans_alone(words: Sequence[str]) -> list[Path]:
    """The files of --plan where it names no stack: plans of anybody's configurations; none where it names stacks.

    Raises:
        UnusableError: for words of both sorts, or a file that is named twice.
    """
    files = [Path(word) for word in words if "=" not in word or Path(word).is_file()]
    if files and len(files) < len(words):
        raise UnusableError(
            "--plan: a plan alone (--plan FILE) and a plan of a stack (--plan STACK=FILE) are two reviews"
        )
    twice = next((file for file, times in Counter(files).items() if times > 1), None)
    if twice:
        raise UnusableError(f"--plan {twice}: is given already")
    return files


def review_alone(material: Material, files: Sequence[Path]) -> None:
    """Read plans of which nobody has the code; each is called by its file.

    Raises:
        UnusableError: for a file that is no plan.
    """
    stems = Counter(file.stem for file in files)
    for file in files:
        label = file.stem if stems[file.stem] == 1 else str(file.with_suffix(""))
        try:
            material.plans.append(plan_comparison.read_alone(file, str(file), label))
        except RecursionError as error:
            raise UnusableError(f"{file}: is nested deeper than any plan") from error
        material.plan_files[label] = file.as_posix()
    material.plans = [_beside(comparison, material.plans) for comparison in material.plans]


def _beside(comparison: Comparison, every: Sequence[Comparison]) -> Comparison:
    """A plan's two sides with those of the others, which what they connect to may stand in."""
    sides = [(one.stack.name, one.after or one.before) for one in every if one is not comparison]
    others = {name: stack for name, stack in sides if stack}
    before = replace(comparison.before, others=others) if comparison.before else None
    after = replace(comparison.after, others=others) if comparison.after else None
    return replace(comparison, before=before, after=after)


def plans(material: Material, files: Mapping[str, Path]) -> None:
    """Read the plans.

    Raises:
        UnusableError: for a stack that is not there, or a file that is not its plan.
    """
    stacks: dict[str, Stack] = {
        comparison.after.label: comparison.after for comparison in material.code if comparison.after
    }
    for label, file in files.items():
        if label not in stacks:
            raise UnusableError(
                f"--plan {label}={file}: there is no stack {label!r}; there are {', '.join(sorted(stacks))}"
            )
        try:
            material.plans.append(plan_comparison.read(file, str(file), stacks[label]))
        except RecursionError as error:
            raise UnusableError(f"{file}: is nested deeper than any plan") from error


def acknowledgements(environment: str, settings: Settings, former: Settings | None) -> list[Acknowledgement]:
    """The entries of an environment's configuration; `former` is the base's, None where it has none that loads."""
    known = former.acknowledgements if former else {}
    return [
        Acknowledgement(
            key=key,
            environment=environment,
            rule=entry.rule,
            address=entry.address,
            reason=scrub(entry.reason),
            expires=date.fromisoformat(entry.expires),
            new=known.get(key) is None
            or (known[key].rule, known[key].address) != (entry.rule, entry.address)
            or known[key].expires < entry.expires,
        )
        for key, entry in settings.acknowledgements.items()
    ]


def secrets_of(*sides: Side | None) -> set[str]:
    """The texts of everything hidden in both sides."""
    return {
        text
        for side in sides
        for stack in (side.stacks.values() if side else ())
        for item in stack.items.values()
        for text in hidden_texts(item.values)
    }


def read_day(text: str) -> date:
    """A day as --today gives it.

    Raises:
        UnusableError: when it is none.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UnusableError(f"--today {text}: give a day as YYYY-MM-DD")
