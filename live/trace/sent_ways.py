"""The ways of requests that we sent: the logs are waited for, and joined by what only these requests have.

A request is found by its user agent, and its connection by the address and port that its sender had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from live.failures import UnreachableError
from live.trace.answers import Answer
from live.trace.causes import REFUSALS
from live.trace.entries import Window
from live.trace.evidence import BALANCER, RUN, Evidence, Route, flow_log, gathered
from live.trace.sending import Sent
from live.trace.ways import Caller, Way, callers, ways

# Seconds between two looks: at first for the logs of requests, then for flows. Every look is up to three queries; Cloud
# Logging takes 60 a minute of a project: https://cloud.google.com/logging/quotas#api-limits.
_EVERY, _EVERY_LATER = 5.0, 15.0
# Seconds within which the logs of requests are there; a refusal may never be in them.
_SOON, _REFUSED = 60.0, 20.0
_NOTHING = ("", 0.0)


def joined(found: Evidence, sent: Sent) -> list[Way]:
    """Each request that was answered, with what the logs have of it."""
    known: dict[int, list[Way]] = {}
    for way in ways(found, sent.window()):
        answer = sent.of(way.request.agent) if way.request else None
        if answer:
            own = tuple(_callers(found, sent, answer))
            known.setdefault(answer.number, []).append(replace(way, callers=own, sent=answer))
    return [way for answer in sent.answered for way in known.get(answer.number) or [_unseen(found, sent, answer)]]


def _unseen(found: Evidence, sent: Sent, answer: Answer) -> Way:
    own = tuple(_callers(found, sent, answer))
    return Way(run=None, balanced=(), through=(), callers=own, sent=answer)


def _callers(found: Evidence, sent: Sent, answer: Answer) -> list[Caller]:
    """Its own connection, where the flow log has it: a port is used again for another one only later."""
    near = callers(found, sent.target.endpoint, answer.time, answer.ends)
    return [one for one in near if (one.source, one.port) == (answer.source, answer.port)]


def awaited(
    sent: Sent,
    patience: float,
    begin: Callable[[str], None] = lambda _: None,
    gather: Callable[[Route, Window], Evidence] = gathered,
) -> tuple[Evidence, tuple[Way, ...], float]:
    """What the logs have of the requests, as soon as it is enough or patience ends; and the seconds that were waited.

    It is not waited for what nothing answered, and for a flow only if a request arrived. Ctrl-C ends the waiting alone.

    Raises:
        UnreachableError: when nothing can be asked at all.
    """
    waited, last = 0.0, None
    while True:
        try:
            found = last = gather(sent.target.route, sent.window())
        except UnreachableError:
            if last is None:
                raise
            found = last  # a network that fails for a while costs one look, and not what was sent
        told = tuple(joined(found, sent))
        lacking, most = next(
            ((text, most) for text, most in _lacking(found, told, sent, patience) if waited < most), _NOTHING
        )
        if not lacking:
            return found, told, waited
        begin(f"waiting (Ctrl-C ends that) for {lacking}")
        pause = min(_EVERY if waited < _SOON else _EVERY_LATER, most - waited)
        try:
            sent.target.side.client.wait(pause)
        except KeyboardInterrupt:  # what was sent is told all the same
            return found, told, waited
        waited += pause


def _lacking(found: Evidence, told: tuple[Way, ...], sent: Sent, patience: float) -> Iterator[tuple[str, float]]:
    """What may still come, and how many seconds are waited for it in all."""
    for name, unseen in (
        (RUN, [way for way in told if not way.run]),
        (BALANCER, [way for way in told if not way.balanced]),
    ):
        source = found.source(name)
        if name == RUN:  # what the proxies answered by themselves never comes there
            unseen = [way for way in unseen if not way.balanced or way.status not in REFUSALS]
        if unseen and source.state == "read" and source.sample == 1:
            refused = all(way.status in REFUSALS for way in unseen)
            yield f"the {name}: {len(told) - len(unseen)} of {len(told)}", min(patience, _REFUSED if refused else _SOON)
    log = found.source(flow_log(sent.target.endpoint))
    if log.state == "read" and any(map(_arrived, told)) and not any(way.callers for way in told):
        yield f"the flow log, which comes five to ten minutes late: 0 of {len(told)}", patience


def _arrived(way: Way) -> bool:
    """Whether the service itself answered it, as far as anybody knows."""
    return way.status < 400 or (way.run is not None and way.status not in {401, 403})
