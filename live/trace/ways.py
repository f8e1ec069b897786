"""The logs joined: the caller of each request, its NAT address and who answered, with every candidate that fits.

A request is joined by what both logs say of it (method, path, status, user agent, trace), and to connections and flows
by address and time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from live.subjects import Endpoint
from live.trace.answers import Answer
from live.trace.entries import Flow, Request, Window
from live.trace.evidence import Connected, Evidence

# How far the clocks and roundings of two logs may be apart.
_SLACK = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who may have sent it: a client's connection to an endpoint, and when the flow log has packets of it."""

    endpoint: str
    address: str
    vm: str
    source: str
    port: int
    connection: str
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Way:
    """One request. `run` and `balanced` are its entries in the two logs; several that fit are all given.

    `sent` is what its own sender says of it, where we sent it.
    """

    run: Request | None
    balanced: tuple[Request, ...]
    through: tuple[Connected, ...]
    callers: tuple[Caller, ...]
    sent: Answer | None = None

    @property
    def request(self) -> Request | None:
        """What the logs say of it, of Cloud Run before the load balancer."""
        return self.run or next(iter(self.balanced), None)

    @property
    def nat(self) -> tuple[str, ...]:
        """The addresses that the load balancer saw."""
        return tuple(sorted({one.remote for one in self.balanced if one.remote}))

    @property
    def status(self) -> int:
        """Its answer; 0 for none."""
        return self.request.status if self.request else self.sent.status if self.sent else 0


def ways(found: Evidence, window: Window) -> list[Way]:
    """Every request in the time, the oldest first."""
    if not (found.run or found.balanced):
        return [*_flows_alone(found, window)]
    told = [_way(found, run, _same(run, found.balanced)) for run in found.run]
    taken = {id(one) for way in told for one in way.balanced}
    # What never came to Cloud Run: the proxies answered by themselves.
    told += [_way(found, None, (one,)) for one in found.balanced if id(one) not in taken]
    return sorted(told, key=_when)


def _when(way: Way) -> datetime:
    assert way.request is not None
    return way.request.time


def _same(run: Request, balanced: Iterable[Request]) -> tuple[Request, ...]:
    """The entries of the load balancer that can be this request; one with its trace is it."""
    near = [
        one
        for one in balanced
        if (one.method, one.path, one.status, one.agent) == (run.method, run.path, run.status, run.agent)
        and one.time - _SLACK <= run.time <= one.ends + _SLACK
    ]
    traced = [one for one in near if one.trace and one.trace == run.trace]
    return tuple(traced or near)


def _way(found: Evidence, run: Request | None, balanced: tuple[Request, ...]) -> Way:
    through = _through(found, balanced)
    request = run or balanced[0]
    fitting = [
        caller
        for endpoint, _ in found.route.endpoints
        if {one.endpoint for one in through} & set(endpoint.ids) or not found.connected
        for caller in callers(found, endpoint, request.time, request.ends)
    ]
    return Way(run=run, balanced=balanced, through=through, callers=tuple(fitting))


def _through(found: Evidence, balanced: tuple[Request, ...]) -> tuple[Connected, ...]:
    """The connections that it can have come by: those with its NAT address, else all of them."""
    if not balanced:
        return tuple(found.connected)
    seen = {one.remote for one in balanced}
    return tuple(one for one in found.connected if seen & set(one.addresses))


def callers(found: Evidence, endpoint: Endpoint, start: datetime, end: datetime) -> Iterator[Caller]:
    """The connections to an endpoint that were open at the time."""
    by_connection: dict[tuple[str, int], list[Flow]] = {}
    for one in _of(found, endpoint):
        if one.start - _SLACK <= end and start <= one.end + _SLACK:
            by_connection.setdefault((one.source, one.port), []).append(one)
    for _, flows in sorted(by_connection.items()):
        yield _caller(found, endpoint, flows)


def _caller(found: Evidence, endpoint: Endpoint, flows: list[Flow]) -> Caller:
    first = flows[0]
    known = next((one.id for one in found.connected if one.endpoint in endpoint.ids), "")
    return Caller(
        endpoint=endpoint.label,
        address=f"{found.addresses.get(endpoint.ids[0], endpoint.address)}:{endpoint.port}",
        vm=next((one.vm for one in flows if one.vm), ""),
        source=first.source,
        port=first.port,
        connection=next((one.connection for one in flows if one.connection), known),
        start=min(one.start for one in flows),
        end=max(one.end for one in flows),
    )


def _of(found: Evidence, endpoint: Endpoint) -> list[Flow]:
    return next((found.flows[id_] for id_ in endpoint.ids if id_ in found.flows), [])


def _flows_alone(found: Evidence, window: Window) -> Iterator[Way]:
    """A consumer's side by itself: who called, not what."""
    for endpoint, _ in found.route.endpoints:
        for caller in callers(found, endpoint, window.since, window.until):
            yield Way(run=None, balanced=(), through=(), callers=(caller,))
