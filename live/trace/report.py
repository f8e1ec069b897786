"""What a trace came to, for people: the way of each request, hop by hop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from deployment.line import Line
from deployment.printable import printable
from live.trace.answers import Answer
from live.trace.entries import Window
from live.trace.evidence import BALANCER, RUN, Evidence, Source, flow_log
from live.trace.sent_report import Sending, came_to, counted, heading
from live.trace.ways import Caller, Way

_LATE = "flow logs come five to ten minutes late"


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What was found of one service or endpoint."""

    evidence: Evidence
    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """All of it, in the time that was looked at."""

    environment: str
    window: Window
    traced: tuple[Traced, ...]
    sending: Sending | None = None

    @property
    def sources(self) -> list[Source]:
        """Whatever was asked."""
        return [source for one in self.traced for source in one.evidence.sources]

    @property
    def ways(self) -> list[Way]:
        """Of all services and endpoints."""
        return [way for one in self.traced for way in one.ways]

    @property
    def code(self) -> int:
        """0 there are requests; 1 there is none; 2 nothing is known. Of those that we sent, 1 is that one failed."""
        broken = any(one.state == "broken" for one in self.sources)
        read = not broken and any(one.state == "read" and "log" in one.name for one in self.sources)
        if self.sending:
            return 1 if self.sending.failed else 0 if read else 2
        return 0 if self.ways else 1 if read else 2


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%H:%M:%S.%f")[:-3] + "Z"


def lines(trace: Trace) -> Iterator[str]:
    """The ways, alike ones once, hop by hop; then what was not seen, and the verdict last."""
    yield from heading(trace.sending) if trace.sending else ()
    for one in trace.traced:
        if trace.sending and not one.ways:
            continue  # nothing was answered: there is no way to tell
        yield Line(f"{one.evidence.route.label}: {counted(len(one.ways), 'request')}", "heading")
        for _, alike in groupby(sorted(one.ways, key=lambda way: (_kind(way), not way.callers)), key=_kind):
            yield from _alike(list(alike), one.evidence)
        for source in one.evidence.sources:
            if source.state in {"unknown", "broken"}:
                yield Line(
                    printable(f"  {'?' if source.state == 'unknown' else '!'} {source.name}: {source.text}"), "warning"
                )
                yield from [f"      {printable(source.remedy)}"] if source.remedy else []
    yield Line(verdict(trace), "good" if trace.code == 0 else "bad")


def _kind(way: Way) -> tuple[Any, ...]:
    """What makes two ways the same to a reader: everything but times and ports; of ours, the sender is known."""
    callers = [] if way.sent else sorted({(one.endpoint, one.vm, one.source) for one in way.callers})
    return way.status, callers, way.nat, sorted(one.id for one in way.through), way.run is None, bool(way.balanced)


def _alike(alike: Sequence[Way], found: Evidence) -> Iterator[str]:
    first = alike[0]
    more = f"; {len(alike) - 1} more like it" if len(alike) > 1 else ""
    yield printable(f"  {_head(first)}{more}")
    for hop, seen_in in _hops(first, found):
        mark = "->" if seen_in is not None else "? "
        yield printable(f"    {mark} {f'{hop:<58}  {seen_in}' if seen_in else hop}".rstrip())


def _head(way: Way) -> str:
    request = way.request
    if not request and way.sent:
        return f"request {way.sent.number} at {_time(way.sent.time)}: {way.status} in {way.sent.seconds * 1000:.0f} ms"
    if not request:
        return f"a connection at {_time(way.callers[0].start)}"
    milliseconds = request.latency * 1000
    return f"{request.method} {request.path} at {_time(request.time)}: {way.status} in {milliseconds:.0f} ms"


def _hops(way: Way, found: Evidence) -> Iterator[tuple[str, str | None]]:
    """Each hop with where it was seen; None where it was not, and then the text says why."""
    yield from _caller_hops(way, found)
    if found.route.published is None:
        return
    yield from _nat_hops(way, found)
    if way.balanced and found.proxy_range:
        yield f"Envoy, an address of {found.proxy_range}", "proxy-only subnet"
    detail = next((one.detail for one in way.balanced if one.detail), "")
    if way.run:
        name = found.route.published.services[0].rpartition("/")[2] if found.route.published.services else ""
        yield f"{name}, remote {way.run.remote or 'unknown'}", "request log"
    elif way.balanced and found.source(RUN).state == "read":
        yield f"no service: the load balancer answered by itself{f' ({detail})' if detail else ''}", None
    elif (source := found.source(RUN)).state == "read" and way.callers:
        yield "service: not in Cloud Run's request log", None
    elif source.state in {"unknown", "broken"} and found.route.published.services:
        yield "service: Cloud Run's request log is not known (below)", None


def _caller_hops(way: Way, found: Evidence) -> Iterator[tuple[str, str | None]]:
    if way.sent:
        yield from _sender_hops(way, way.sent, found)
        return
    if len(way.callers) > 1:
        yield f"caller: one of {len(way.callers)} connections that were open then:", None
    for one in way.callers:
        yield f"{one.vm or 'client'} {one.source}:{one.port} -> {one.endpoint} {one.address}", _seen(one)
    if way.callers:
        return
    ours = {id_ for endpoint, _ in found.route.endpoints for id_ in endpoint.ids}
    for connected in way.through:
        if connected.endpoint not in ours:
            yield f"caller: behind {connected.endpoint}, whose flow log is not read here", None
    reached = {one.endpoint for one in way.through}
    for endpoint, _ in found.route.endpoints:
        if not reached or reached & set(endpoint.ids):
            yield _not_seen(found.source(flow_log(endpoint)), endpoint.label), None


def _sender_hops(way: Way, sent: Answer, found: Evidence) -> Iterator[tuple[str, str | None]]:
    """Of a request that we sent: its sender knows its own address, and the flow log may have it, too."""
    endpoint = found.route.endpoints[0][0]
    flow = next(iter(way.callers), None)
    address = found.addresses.get(endpoint.ids[0]) or endpoint.address
    vm = (flow.vm if flow else "") or endpoint.vm.rpartition("/")[2] or "client"
    hop = f"{vm} {sent.source}:{sent.port} -> {endpoint.label} {address}:{endpoint.port}"
    yield hop, f"its curl; {_seen(flow)}" if flow else "its curl"
    if not flow:
        yield _not_seen(found.source(flow_log(endpoint)), endpoint.label), None


def _seen(one: Caller) -> str:
    return (
        f"flow log {_time(one.start)} to {_time(one.end)}{f', connection {one.connection}' if one.connection else ''}"
    )


def _not_seen(source: Source, label: str) -> str:
    if source.state == "off":
        return f"caller: {source.text}; {source.remedy}"
    if source.state == "read":
        share = f", which is a sample of {source.sample * 100:g} % of the packets" if source.sample < 1 else ""
        return f"caller: not in the flow log of {label}{share}; {_LATE}"
    return f"caller: the flow log of {label} is not known (below)"


def _nat_hops(way: Way, found: Evidence) -> Iterator[tuple[str, str | None]]:
    assert found.route.published is not None
    attachment = found.route.published.attachments[0].rpartition("/")[2]
    for address in way.nat:
        known = [one for one in found.connected if address in one.addresses]
        whose = ", ".join(f"{one.name} (connection {one.id})" for one in known) or "no connection that there is now"
        yield f"NAT {address} of {attachment}", f"load balancer's log; {whose}"
    if way.nat:
        return
    source = found.source(BALANCER)
    addresses = sorted({address for one in way.through for address in one.addresses})
    if len(way.through) == 1 and addresses:
        only = "the only connection that there is now" if len(found.connected) == 1 else "of the connection"
        yield f"NAT {' or '.join(addresses)} of {attachment}", f"showNatIps; {only}"
    elif len(way.through) > 1:
        names = ", ".join(f"{one.name} {' or '.join(one.addresses)}".rstrip() for one in way.through)
        yield f"NAT: one of {len(way.through)} connections: {names}", None
    if source.state == "off":
        yield f"{source.text}: {source.remedy}, would tell the address", None
    elif source.state == "read":
        share = f", which has {source.sample * 100:g} % of the requests" if source.sample < 1 else ""
        yield f"not in the load balancer's log{share}", None


def verdict(trace: Trace) -> str:
    """One sentence."""
    ways = trace.ways
    if trace.sending:
        return f"trace of {trace.environment}: {came_to(trace.sending)}"
    span = f"{_time(trace.window.since)} to {_time(trace.window.until)}"
    if not ways:
        nothing = "nothing is known" if trace.code == 2 else "no request was logged"
        return f"trace of {trace.environment}: {nothing}, {span}"
    called = sum(len({(one.endpoint, one.vm, one.source) for one in way.callers}) == 1 for way in ways)
    return f"trace of {trace.environment}: {counted(len(ways), 'request')}, {span}; the caller of {called} is known"
