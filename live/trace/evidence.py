"""What the two projects say of a service's requests: three logs, and who is connected from which NAT address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from deployment.kinds.network import FLOW_LOGS
from deployment.values import Json
from live.facts.load_balancer import at_any, proxy_subnets
from live.failures import AnswerError, ApiOffError, NotAllowedError, as_described
from live.names import plain
from live.sides import Side
from live.subjects import Endpoint, Expected, Proxies, Published
from live.trace import entries
from live.trace.entries import Flow, Request, Window

State = Literal["read", "off", "unknown", "broken"]
RUN, BALANCER = "request log", "load balancer's log"
_HOPS = ("target", "urlMap", "defaultService")


@dataclass(frozen=True, kw_only=True)
class Route:
    """A service with the endpoints that lead to it, each with the side that it is of; one of both may be unknown."""

    label: str
    published: Published | None
    producer: Side | None
    endpoints: tuple[tuple[Endpoint, Side], ...]
    proxies: tuple[Proxies, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """What became of asking one log or list. `text` says why it says nothing, and `remedy` what would change that."""

    name: str
    state: State
    text: str = ""
    remedy: str = ""
    sample: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A connection of the attachment: the link of its endpoint, and the NAT addresses that its clients have."""

    id: str
    endpoint: str
    addresses: tuple[str, ...]

    @property
    def name(self) -> str:
        """The endpoint's."""
        return self.endpoint.rpartition("/")[2]


@dataclass
class Evidence:
    """All that was found for a route; `flows`, `addresses` and `flow_sources` are by the ids of endpoints."""

    route: Route
    run: list[Request] = field(default_factory=list)
    balanced: list[Request] = field(default_factory=list)
    connected: list[Connected] = field(default_factory=list)
    proxy_range: str = ""
    flows: dict[str, list[Flow]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)

    def source(self, name: str) -> Source:
        """What became of one that was asked."""
        return next(
            (one for one in self.sources if one.name == name),
            Source(name=name, state="unknown", text="that side is not asked"),
        )


def routes(expected: Sequence[Expected]) -> list[Route]:
    """The services of a configuration, and the endpoints of services that are not in it."""
    found, taken = list[Route](), set[str]()
    ends = [(endpoint, one.side) for one in expected for endpoint in one.endpoints]
    for one in expected:
        for published in one.published:
            own = tuple(end for end in ends if set(end[0].attachments) & set(published.attachments))
            taken |= {id_ for endpoint, _ in own for id_ in endpoint.ids}
            found.append(
                Route(label=published.label, published=published, producer=one.side, endpoints=own, proxies=one.proxies)
            )
    found += [
        Route(label=endpoint.label, published=None, producer=None, endpoints=((endpoint, side),))
        for endpoint, side in ends
        if not taken & set(endpoint.ids)
    ]
    return found


def gathered(route: Route, window: Window, begin: Callable[[str], None] = lambda _: None) -> Evidence:
    """Everything that may be read; what may not, or does not answer, is told by its source.

    Raises:
        UnreachableError: when nothing can be asked at all.
    """
    found = Evidence(route=route)
    if route.published and route.producer:
        published, side = route.published, route.producer
        begin(f"{route.label}: connections")
        _asked(found, "connections", partial(_connections, found, published, side))
        if published.services:
            begin(f"{route.label}: Cloud Run's request log")
            _asked(found, RUN, partial(_run, found, published, side, window))
        begin(f"{route.label}: the load balancer's log")
        _asked(found, BALANCER, partial(_balanced, found, published, side, window))
        _asked(found, "proxies", partial(_proxy_range, found, side))
    for endpoint, side in route.endpoints:
        begin(f"{endpoint.label}: flow log")
        _asked(found, flow_log(endpoint), partial(_flows, found, endpoint, side, window))
    return found


def flow_log(endpoint: Endpoint) -> str:
    """The name of the source that has an endpoint's flows."""
    return f"flow log of {endpoint.consumer}/{endpoint.label}"


def _asked(found: Evidence, name: str, ask: Callable[[], Source | None]) -> None:
    """Ask for one thing, and remember what became of it."""
    try:
        with as_described():
            source = ask() or Source(name=name, state="read")
    except NotAllowedError as error:
        source = Source(name=name, state="unknown", text=str(error), remedy=f"needs {error.needs}")
    except ApiOffError as error:
        source = Source(name=name, state="unknown", text=str(error), remedy=error.remedy)
    except AnswerError as error:
        source = Source(name=name, state="broken", text=str(error))
    found.sources.append(source)


def _connections(found: Evidence, published: Published, side: Side) -> None:
    attachment = at_any(published.attachments, side.reader, showNatIps=True) or {}
    found.connected = [
        Connected(
            id=str(one.get("pscConnectionId", "")),
            endpoint=plain(one.get("endpoint")),
            addresses=tuple(map(str, one.get("natIps", []))),
        )
        for one in attachment.get("connectedEndpoints", [])
        if one.get("status") in {"ACCEPTED", "NEEDS_ATTENTION"}
    ]


def _run(found: Evidence, published: Published, side: Side, window: Window) -> None:
    _, project, _, region, _, name = published.services[0].split("/")
    condition = entries.of_service(project, region, name, window)
    found.run = [entries.request(one) for one in entries.read(side.client, project, condition)]


def _balanced(found: Evidence, published: Published, side: Side, window: Window) -> Source:
    """The load balancer's log, and whether it is on, as its backend service says."""
    attachment = at_any(published.attachments, side.reader) or {}
    rule = plain(attachment.get("targetService")) or next(iter(published.rules), "")
    here: Json = (side.reader.at(rule) if rule else None) or {}
    for hop in _HOPS:
        here = (side.reader.at(plain(here.get(hop))) if here.get(hop) else None) or {}
    log = here.get("logConfig", {})
    if rule:
        # Even with the log off, what the proxies answer by themselves may be logged.
        _, project, _, region, _, name = rule.split("/")
        condition = entries.of_rule(name, region, window)
        found.balanced = [entries.request(one) for one in entries.read(side.client, project, condition)]
    if log.get("enable"):
        return Source(name=BALANCER, state="read", sample=float(log.get("sampleRate") or 1))
    own = f"request_log: true in {published.where}, and {published.deploy}"
    remedy = own if published.services else "whoever owns it switches it on"
    return Source(name=BALANCER, state="off", text="the load balancer's log is off", remedy=remedy)


def _proxy_range(found: Evidence, side: Side) -> None:
    subnets = (one for subject in found.route.proxies for one in proxy_subnets(subject, side.reader))
    found.proxy_range = next((str(one.get("ipCidrRange", "")) for one in subnets if one.get("role") == "ACTIVE"), "")


def _flows(found: Evidence, endpoint: Endpoint, side: Side, window: Window) -> Source | None:
    rule, address = None, endpoint.address
    try:
        rule = at_any(endpoint.ids, side.reader)
        address = str((rule or {}).get("IPAddress") or address)
    except AnswerError:
        if not address:
            raise
    # Flow logs are in the project of the subnet.
    project = endpoint.subnet.split("/")[1] if endpoint.subnet else endpoint.project
    condition = entries.of_flows(project, address, endpoint.ids[0].rpartition("/")[2], window)
    read = [entries.flow(one, address) for one in entries.read(side.client, project, condition)]
    own = str((rule or {}).get("pscConnectionId", ""))
    flows = [one for one in read if one and (not own or one.connection in ("", own))]
    for id_ in endpoint.ids:
        found.addresses[id_], found.flows[id_] = address, flows
    source = _flow_source(endpoint, side)
    return None if source and source.state == "off" and flows else source


def _flow_source(endpoint: Endpoint, side: Side) -> Source | None:
    """Whether a flow log is on, and what share of the packets it has; None where nobody can tell."""
    name, configured = flow_log(endpoint), side.stack.of(FLOW_LOGS.type)
    for item in configured:
        sample = item.values.get("flow_sampling")
        return Source(name=name, state="read", sample=float(sample) if isinstance(sample, (int, float)) else 1.0)
    try:
        subnet = side.reader.at(endpoint.subnet) if endpoint.subnet else None
    except AnswerError:
        return None
    log = (subnet or {}).get("logConfig", {})
    if subnet is None or (log.get("enable") and log.get("flowSampling", 0.5)):
        return Source(name=name, state="read", sample=float(log.get("flowSampling") or 1))
    remedy = f"flow_logs: {{enabled: true}} in consumers.{endpoint.consumer}, and {endpoint.deploy}"
    return Source(name=name, state="off", text=f"the flow log of {subnet.get('name')} is off", remedy=remedy)
