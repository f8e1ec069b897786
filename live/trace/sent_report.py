"""What became of requests that we sent, for people: how each was answered, why one failed, and what the logs have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from deployment.line import Line
from deployment.printable import printable
from live.trace.answers import MARK, Answer
from live.trace.causes import Cause, cause
from live.trace.evidence import RUN, Evidence, Source, flow_log
from live.trace.sending import Sent, chance
from live.trace.ways import Way


@dataclass(frozen=True, kw_only=True)
class Sending:
    """What was sent, what the logs have of it, and for how many seconds they were waited for."""

    sent: Sent
    evidence: Evidence
    ways: tuple[Way, ...]
    waited: float

    @property
    def flow_log(self) -> Source:
        """What became of asking the consumer's flow log."""
        return self.evidence.source(flow_log(self.sent.target.endpoint))

    @property
    def in_flow_log(self) -> int:
        """How many the flow log has."""
        return len({way.sent.number for way in self.ways if way.sent and way.callers})

    @property
    def unlogged(self) -> int:
        """How many no log of requests has, although one was read that should."""
        if self.evidence.source(RUN).state != "read":
            return 0
        return sum(not way.run and not way.balanced for way in self.ways)

    @property
    def failed(self) -> bool:
        """Whether one was not answered as it should, was not sent, or is in no log of requests."""
        return bool(self.sent.why or self.unlogged or any(self.cause(one) for one in self.sent.answers.answers))

    def cause(self, answer: Answer) -> Cause | None:
        """Why one failed."""
        logged = any(way.run and way.sent and way.sent.number == answer.number for way in self.ways)
        return cause(answer, self.sent.target.endpoint, self.sent.target.called.audience, logged=logged)


def heading(sending: Sending) -> Iterator[str]:
    """How the requests were answered, alike ones once, with what to do about those that failed."""
    sent = sending.sent
    called, answers = sent.target.called, sent.answers
    whence = f" from {sent.vm}" if sent.vm else ""
    token = "" if called.audience else ", without an ID token: no audience is known for it"
    yield Line(
        f"{counted(len(answers.answers), 'request')} to {called.url}{whence}, marked {MARK}/{answers.id}{token}",
        "heading",
    )
    alike: dict[tuple[int, int], list[Answer]] = {}
    for one in answers.answers:
        alike.setdefault((one.status, 0 if one.status else one.exit), []).append(one)
    for (status, _), same in sorted(alike.items()):
        why = sending.cause(same[0])
        times = sorted(round(one.seconds * 1000) for one in same)
        took = f"in {times[0]}{f' to {times[-1]}' if times[-1] > times[0] else ''} ms"
        was = f"answered {status} {took}" if status else f"not answered (curl's exit code {same[0].exit})"
        yield Line(f"  {len(same)} {was}{f': {why.text}' if why else ''}", "bad" if why else "")
        yield from [f"      {why.repair}"] if why else []
    if len(answers.answers) < answers.count and not sent.why:
        yield f"  no more than {len(answers.answers)} of {answers.count} were sent, as nobody answered the last ones"
    if sent.why:
        yield Line(printable(f"  {len(answers.answers)} of {answers.count} were sent: {sent.why}"), "bad")
    if sent.answered and sending.flow_log.state == "read":
        yield _sampled(sending)


def _sampled(sending: Sending) -> str:
    count, share = len(sending.sent.answered), sending.flow_log.sample
    likely = f"{min(chance(count, share), 0.99) * 100:.0f} %"
    sample = (
        f"a sample of about 1 of 30 packets, of which {share * 100:g} % are kept; that it has one was {likely} likely"
    )
    if sending.in_flow_log:
        return f"  the flow log has {sending.in_flow_log} of {count}: {sample}"
    began = min(one.time for one in sending.sent.answers.answers).astimezone(UTC)
    later = f"./psc trace {sending.sent.target.endpoint.label} --since {began:%H:%M}"
    return f"  the flow log has none of {count} after {sending.waited:.0f} s: {sample}; {later} reads what comes later"


def came_to(sending: Sending) -> str:
    """The verdict, without its beginning."""
    answers = sending.sent.answers.answers
    failed = sum(sending.cause(one) is not None for one in answers)
    logged = f"; {sending.unlogged} in no log of requests" if sending.unlogged else ""
    known = sending.flow_log.state == "read" and bool(sending.ways)
    flows = f"; {sending.in_flow_log} in the flow log" if known else ""
    return f"{counted(len(answers), 'request')} sent, {failed or 'none'} failed{logged}{flows}"


def counted(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
