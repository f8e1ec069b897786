"""What a change edits beside the configuration: the programs that synthesize, review and deploy, and whose word counts.

What they write is compared; what else they do, here and where the deployment runs, no review of a configuration sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from review.decisions import Decision
from review.sentence import Sentence, say
from review.topics import TRUSTED

_FIRST = (".github/*", "CODEOWNERS", "docs/CODEOWNERS")
# Words and tests run in no deployment, and configurations are what a review is about.
_OF_NO_MATTER = ("*.md", "*.svg", "*.yaml", "*.yml", "LICENSE", "benchmarks/*", "config/*.json", "docs/*", "tests/*")
# What these do is what they synthesize, unless somebody means harm; nobody would read a point for every refactoring.
_SYNTHESIZE = ("config/*.py", "constructs/*.py", "fast_synthesis/*.py", "main.py", "stacks/*.py")


class BesideConfiguration:
    """The edited files that no comparison of stacks covers; edits of `rules` are told elsewhere."""

    def __init__(self, edited: Sequence[str], rules: Sequence[str] = ()) -> None:
        """Leave out of the edited files what runs nowhere."""
        of_matter = [one for one in edited if one not in rules and (_any(one, _FIRST) or not _any(one, _OF_NO_MATTER))]
        self.synthesizing = [file for file in of_matter if _any(file, _SYNTHESIZE)]
        others = (file for file in of_matter if not _any(file, _SYNTHESIZE))
        # Who may deploy, and who has to approve that, comes first.
        self.others = sorted(others, key=lambda file: not _any(file, _FIRST))

    def decisions(self) -> Iterator[Decision]:
        """One point about everything that reviews or deploys."""
        if self.others:
            sentence = listed("The change edits what reviews or deploys, which no rule here judges: ", self.others)
            yield Decision(topic=TRUSTED, stack="checkout", sentence=sentence, address=self.others[0])

    def notes(self) -> Iterator[Sentence]:
        """A note on what synthesizes."""
        if self.synthesizing:
            text = "The change edits what synthesizes; what it writes is compared, and what else it does is not: "
            yield listed(text, self.synthesizing)


def _any(file: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(file, pattern) for pattern in patterns)


def listed(text: str, files: Sequence[str]) -> Sentence:
    """A text with the first three files behind it."""
    more = " and {more} more" if len(files) > 3 else ""
    return say(f"{text}{{files}}{more}.", files=", ".join(files[:3]), **({"more": len(files) - 3} if more else {}))
