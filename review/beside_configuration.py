"""What a change edits beside the configuration: the programs that synthesize, review and deploy, and whose word counts.

What they write is compared; what else they do, here and where the deployment runs, no review of a configuration sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from review.decisions import Decision
from review.sentence import say
from review.topics import TRUSTED

_WORKFLOWS = ".github/*"
_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS")
# Words and tests run in no deployment, and configurations are what a review is about.
_OF_NO_MATTER = ("*.md", "*.svg", "*.yaml", "*.yml", "LICENSE", "benchmarks/*", "config/*.json", "docs/*", "tests/*")


def of_matter(files: Sequence[str], rules: Sequence[str] = ()) -> list[str]:
    """Those of the edited files that no comparison of stacks covers; edits of `rules` are told elsewhere."""
    return [file for file in files if file not in rules and _matters(file)]


def _matters(file: str) -> bool:
    if fnmatchcase(file, _WORKFLOWS) or file in _OWNERS:
        return True
    return not any(fnmatchcase(file, pattern) for pattern in _OF_NO_MATTER)


def edits(files: Sequence[str]) -> Iterator[Decision]:
    """A point to decide about all of them; whoever may deploy, and who has to approve that, comes first."""
    first = sorted(files, key=lambda file: not (fnmatchcase(file, _WORKFLOWS) or file in _OWNERS))
    if first:
        more = " and {more} more" if len(first) > 3 else ""
        text = f"The change edits what synthesizes, reviews or deploys, which no rule here judges: {{files}}{more}."
        values = {"files": ", ".join(first[:3]), **({"more": len(first) - 3} if more else {})}
        yield Decision(topic=TRUSTED, stack="checkout", sentence=say(text, **values), address=first[0])
