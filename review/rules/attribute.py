"""Rules about one attribute: what it must be, and the answer where it is something else."""

from __future__ import annotations

from collections.abc import Callable

from review.known import Value, View
from review.rules.rule import Answer, Subject, finding, fine, undecided


def must_be(
    attribute: str,
    wanted: bool | str,
    *,
    otherwise: str = "",
    sentence: str = "",
    required: bool = False,
    applies_to: Callable[[View], bool] | None = None,
) -> Callable[[Subject], Answer]:
    """Fine where the attribute has the wanted value, undecided where nobody can tell, else a finding.

    `otherwise` is the word for any other value, which by default is told itself, and `sentence` is said in place of
    either. A missing attribute has the provider's default; one that is `required` is not known where it is missing.
    `applies_to` tells the items apart that the rule is about; the others are fine.
    """

    def judge(subject: Subject) -> Answer:
        value = subject.item.get(attribute)
        if (applies_to and not applies_to(subject.item)) or value.equals(wanted):
            return fine()
        if sentence and value.equals(wanted) is False:
            return finding(sentence)
        return other_value(attribute, value, wanted, otherwise=otherwise, required=required)

    return judge


def other_value(
    attribute: str, value: Value, wanted: bool | float | str, *, otherwise: str = "", required: bool = False
) -> Answer:  # fmt: skip
    """The answer where an attribute has not the value that it must have."""
    if value.equals(wanted) is None or (required and value.absent):
        return undecided(f"{attribute} is {{value}}", value=value)
    return finding(f"{attribute} is {{value}}", value=value if value.absent or not otherwise else otherwise)
