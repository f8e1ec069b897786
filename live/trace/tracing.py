"""A trace of what is logged: which services, in which time, and what the logs have of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from deployment.unusable import UnusableError
from live.subjects import Expected
from live.trace.entries import Window
from live.trace.evidence import Route, gathered, routes
from live.trace.report import Trace, Traced
from live.trace.sending import Sent
from live.trace.sent_report import Sending
from live.trace.sent_ways import awaited
from live.trace.ways import ways

_SPANS = {"m": 60, "h": 3600, "d": 86400, "s": 1}
_LONGEST_WAIT = 3600
_FORMS = "HH:MM (UTC), a date with a time (UTC unless it has a zone), or how long ago: 10m, 2h, 1d"


def point(text: str, now: datetime) -> datetime:
    """A point in time as people write it.

    Raises:
        UnusableError: for anything else.
    """
    try:
        if text[:-1].isdecimal() and text[-1:] in _SPANS:
            return now - timedelta(seconds=int(text[:-1]) * _SPANS[text[-1]])
        if len(text) in {5, 8} and text[2] == ":":
            today = datetime.fromisoformat(f"{now.astimezone(UTC):%Y-%m-%d}T{text}+00:00")
            return today if today <= now else today - timedelta(days=1)
        given = datetime.fromisoformat(text)
        given = given if given.tzinfo else given.replace(tzinfo=UTC)
        given.astimezone(UTC)  # the first and the last day are not there in every zone
        return given
    except (ValueError, OverflowError):
        raise UnusableError(f"{text!r} is not a time; give {_FORMS}") from None


def seconds(text: str) -> float:
    """A time to wait as people write it: 10m, 90s, 0s.

    Raises:
        UnusableError: for anything else, and for more than an hour.
    """
    given = int(text[:-1]) * _SPANS[text[-1]] if text[:-1].isdecimal() and text[-1:] in _SPANS and len(text) < 9 else -1
    if not 0 <= given <= _LONGEST_WAIT:
        raise UnusableError(f"--wait {text!r} is not a time of at most an hour, such as 10m, 90s or 0s")
    return float(given)


def chosen(expected: Sequence[Expected], label: str = "") -> list[Route]:
    """The services to trace: all, or that of one key of a service or an endpoint.

    Raises:
        UnusableError: where nothing has the key.
    """
    every = routes(expected)
    if not label:
        return every
    fitting = [one for one in every if label in (one.label, *(endpoint.label for endpoint, _ in one.endpoints))]
    if not fitting:
        known = sorted({one.label for one in every} | {end.label for one in every for end, _ in one.endpoints})
        raise UnusableError(
            f"{label!r} is neither a service nor an endpoint here; there are {', '.join(known) or 'none'}"
        )
    return fitting


def of_ours(environment: str, sent: Sent, patience: float, begin: Callable[[str], None] = lambda _: None) -> Trace:
    """What the logs have of requests that we sent, once they have it.

    Raises:
        UnreachableError: when nothing can be asked at all.
    """
    evidence, told, waited = awaited(sent, patience, begin)
    return Trace(
        environment=environment,
        window=sent.window(),
        traced=(Traced(evidence=evidence, ways=told),),
        sending=Sending(sent=sent, evidence=evidence, ways=told, waited=waited),
    )


def traced(every: Sequence[Route], window: Window, begin: Callable[[str], None] = lambda _: None) -> tuple[Traced, ...]:
    """What the logs have now.

    Raises:
        UnreachableError: when nothing can be asked at all.
    """
    evidence = [gathered(route, window, begin) for route in every]
    return tuple(Traced(evidence=one, ways=tuple(ways(one, window))) for one in evidence)
