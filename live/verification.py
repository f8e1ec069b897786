"""The facts of a deployment, asked one after the other, and what came of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from live.connectivity import analysis
from live.fact import Fact, Outcome
from live.facts import FACTS
from live.failures import AnswerError, ApiOffError, NotAllowedError, as_described
from live.subjects import Expected

STATES = ("holds", "fails", "unknown", "broken")
CONNECTIVITY = "connectivity"
_REACHES = "a packet reaches the producer's service"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of one fact about one thing, on one side."""

    side: str
    project: str
    fact: str
    about: str
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Verification:
    """All of it."""

    environment: str
    told: tuple[Told, ...]

    def count(self, state: str) -> int:
        """How many facts came to a state."""
        return sum(one.outcome.state == state for one in self.told)

    @property
    def code(self) -> int:
        """The exit code: 0 all hold that are known, 1 some fail, 2 it could not be found out."""
        if self.count("fails"):
            return 1
        return 2 if self.count("broken") or not self.count("holds") else 0


def asked(
    expected: Sequence[Expected], begin: Callable[[str], None] = lambda _: None, facts: Sequence[Fact] = FACTS
) -> Iterator[Told]:
    """Ask each fact about each thing that it is about; `begin` is told what is asked next.

    Raises:
        UnreachableError: when nothing can be asked at all.
    """
    for one in expected:
        for fact in facts:
            for subject in fact.subjects(one):
                begin(f"{one.side.stack.name}: {fact.says}: {subject.label}")
                outcomes = fact.judge(subject, one.side.reader)
                yield from _told(one, fact.name, fact.says, subject.label, outcomes)


def analysed(expected: Sequence[Expected], begin: Callable[[str], None] = lambda _: None) -> Iterator[Told]:
    """Google's analysis of the way to each endpoint. This writes: a test is made for each, and deleted.

    Raises:
        UnreachableError: when nothing can be asked at all.
    """
    for one in expected:
        for endpoint in one.endpoints:
            begin(f"{one.side.stack.name}: Connectivity Test: {endpoint.label}")
            outcomes = analysis(endpoint, one.side.client, one.side.reader)
            yield from _told(one, CONNECTIVITY, _REACHES, endpoint.label, outcomes)


def _told(expected: Expected, fact: str, says: str, about: str, outcomes: Iterable[Outcome]) -> Iterator[Told]:
    side = expected.side
    for outcome in _caught(says, outcomes):
        yield Told(side=side.stack.name, project=side.project, fact=fact, about=about, outcome=outcome)


def _caught(says: str, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes of a fact; what may not be read, or does not answer, is one, too."""
    try:
        with as_described():
            yield from outcomes
    except NotAllowedError as error:
        yield Outcome(state="unknown", text=f"whether {says} is not known: {error}", needs=error.needs)
    except ApiOffError as error:
        yield Outcome(state="unknown", text=f"whether {says} is not known: {error}", repair=(error.remedy,))
    except AnswerError as error:
        yield Outcome(state="broken", text=f"whether {says} could not be found out: {error}")
