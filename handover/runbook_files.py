"""The runbook's table of the files that stand in each folder."""

from __future__ import annotations

from collections.abc import Iterator

from handover import handed_stack as files
from handover.facts import Facts
from handover.value_tests import FILE

_FILES = {
    files.MAIN: "the resources",
    files.CALLERS: "who may call, and what that takes in the consumers' projects",
    files.VARIABLES: "the values that may be changed: types and rules",
    files.LOCALS: "values that stand in several places",
    files.OUTPUTS: "what others need to know, and commands to paste",
    files.CHECKS: "warnings about connections and certificates",
    files.GUARDS: "what a plan refuses because of what is deployed",
    files.MOVED: "former addresses of resources",
    files.BACKEND: "where the state is kept",
    files.VERSIONS: "versions, and the provider's settings",
}


def rows(facts: Facts) -> Iterator[str]:
    """A row for each file that some folder has."""
    ending, there = (
        facts.format.ENDING,
        {name for stack in facts.stacks for name in facts.format.stack_files(stack.files)},
    )
    for name in (name for name in _FILES if name in there):
        yield f"| `{name}{ending}` | {_FILES[name]} |"
        if name == files.VARIABLES:
            yield f"| `{facts.format.VALUES}` | the values that may be changed, as they are now |"
    if any(facts.is_tested(stack) for stack in facts.stacks):
        yield f"| `{FILE}` | tests of these values, offline |"
