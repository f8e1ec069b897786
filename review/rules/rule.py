"""What a policy rule is: a pure function over one item of a stack, with the texts that explain its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deployment.comparison import Change
from deployment.stack import Item, Stack
from review.sentence import Sentence, say

ERROR, WARNING, NOTE = SEVERITIES = ("error", "warning", "note")
FINE, FINDING, UNDECIDED = "fine", "finding", "undecided"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a rule judges: an item in its stack and, where two versions are compared, what happens to it.

    For what is destroyed, `item` and `stack` are the former ones.
    """

    item: Item
    stack: Stack
    change: Change | None = None
    former: Item | None = None


@dataclass(frozen=True)
class Answer:
    """`verdict` is fine, finding or undecided; the last two say what was found, or what is not known."""

    verdict: str
    detail: Sentence | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule. `what` is broken, `why` it matters, `remedy`; `setting` is the key in the configuration that decides it.

    `kinds` are the kinds of items that it is asked about. `code_only` rules need what only synthesized stacks have
    (dependencies, lifecycle, backend). `of_change` rules judge the change itself and have no answer without a change.
    """

    id: str
    severity: str
    kinds: tuple[str, ...]
    what: str
    why: str
    remedy: str
    judge: Callable[[Subject], Answer]
    setting: tuple[str, ...] = ()
    code_only: bool = False
    of_change: bool = False


def rule(
    *, id: str, severity: str, kinds: tuple[str, ...], what: str, why: str, remedy: str,  # noqa: A002
    setting: tuple[str, ...] = (), code_only: bool = False, of_change: bool = False,
) -> Callable[[Callable[[Subject], Answer]], Rule]:  # fmt: skip
    """Make a rule of the function below."""

    def made(judge: Callable[[Subject], Answer]) -> Rule:
        return Rule(
            id=id, severity=severity, kinds=kinds, what=what, why=why, remedy=remedy, judge=judge,
            setting=setting, code_only=code_only, of_change=of_change,
        )  # fmt: skip

    return made


def fine() -> Answer:
    """Nothing to say."""
    return Answer(FINE)


def finding(template: str, **values: object) -> Answer:
    """The rule is broken."""
    return Answer(FINDING, say(template, **values))


def undecided(template: str, **values: object) -> Answer:
    """It cannot be told, which a person has to look at."""
    return Answer(UNDECIDED, say(template, **values))
