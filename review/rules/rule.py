"""What a policy rule is: a pure function over one item of a stack, with the texts that explain its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from deployment.comparison import Change
from deployment.stack import Item, Stack
from review.beside import Beside
from review.known import Value, View
from review.replacement import meets_itself
from review.sentence import Sentence, say

ERROR, WARNING, NOTE = SEVERITIES = ("error", "warning", "note")
FINE, FINDING, UNDECIDED = VERDICTS = "fine", "finding", "undecided"


class Subject:
    """What a rule judges: an item in its stack and, where two versions are compared, what happens to it.

    `action` is what a change does to it, "" where there is none, `changed` the attributes that differ, and `because`
    what forces a replacement, which `meets_itself` where it is to be made first under the old one's name. For what is
    destroyed, `item` and `stack` are the former ones. Nothing here holds a raw value.
    """

    def __init__(
        self, *, item: Item, stack: Stack, change: Change | None = None, former: tuple[Item, Stack] | None = None
    ) -> None:  # fmt: skip
        """Wrap everything; `former` is the item as it was, with the stack as it was."""
        self.item, self.stack = View(item, stack), Beside(stack)
        self.former = View(*former) if former else None
        self.action = change.action if change else ""
        self.because = change.because if change else ()
        self.changed = frozenset(difference.attribute for difference in change.differences) if change else frozenset()
        self.meets_itself = change is not None and meets_itself(change, item, former[0] if former else None)


@dataclass(frozen=True)
class Answer:
    """`verdict` is fine, finding or undecided; the last two say what was found, or what is not known.

    `inputs` are the items that what is not known is made of. `parts` are the answers for parts of the item, each of
    which would be one alone: where none is another than before, it is the same finding with less in it.
    """

    verdict: str
    detail: Sentence | None = None
    inputs: frozenset[str] = frozenset()
    parts: tuple[Answer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule. `what` is broken, `why` it matters, `remedy`; `setting` is the key in the configuration that decides it.

    `kinds` are the types of items that it is asked about, or patterns of types
    (`*_iam_*`). `code_only` rules need what only synthesized stacks have
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

    def about(self, type_: str) -> bool:
        """Whether it is asked about items of a type."""
        return any(fnmatchcase(type_, pattern) for pattern in self.kinds)


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
    return Answer(FINDING, say(template, **_shown(values)))


def undecided(template: str, **values: object) -> Answer:
    """It cannot be told, which a person has to look at; an `item` among the values is what has to be looked at."""
    inputs = (value.inputs for value in values.values() if isinstance(value, (Value, View)))
    return Answer(UNDECIDED, say(template, **_shown(values)), frozenset().union(*inputs))


def together(answers: Iterable[Answer], said: Answer | None = None) -> Answer:
    """One answer for the parts of an item: findings before what cannot be told, in the words of the first or `said`."""
    told = sorted((one for one in answers if one.verdict != FINE), key=lambda one: one.verdict != FINDING)
    parts = tuple(part for one in told for part in one.parts or (one,))
    return replace(said or told[0], parts=parts) if told else fine()


def _shown(values: dict[str, object]) -> dict[str, object]:
    told = ((name, value) for name, value in values.items() if not isinstance(value, View))
    return {name: value.shown if isinstance(value, Value) else value for name, value in told}
