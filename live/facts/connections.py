"""Connections, as each side tells of them, and who is connected whom nobody configured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from cloudrun_psc.rules import connections
from deployment.values import Json
from live.fact import Outcome, fails, holds
from live.facts.attachment import accepted, attachment
from live.facts.load_balancer import at_any
from live.names import plain
from live.reader import Reader
from live.subjects import Connection, Endpoint, Published

_ACCEPTED, _PENDING, _REJECTED, _CLOSED, _ATTENTION = "ACCEPTED", "PENDING", "REJECTED", "CLOSED", "NEEDS_ATTENTION"


def connected(published: Published, reader: Reader) -> Iterator[Outcome]:
    """The producer's side: each connection with its status, and each configured one that is not there."""
    there = attachment(published, reader)
    if there is None:
        return  # told already
    wanted = {id_: endpoint for endpoint in published.endpoints for id_ in endpoint.ids}
    seen: set[str] = set()
    for one in there.get("connectedEndpoints", []):
        link = _known(plain(one.get("endpoint")), wanted)
        seen.add(link)
        yield _judged(published, there, one, wanted.get(link))
    for endpoint in published.endpoints:
        if not seen & set(endpoint.ids):
            yield fails(f"{endpoint.consumer}/{endpoint.label} is configured and not connected", f"{endpoint.deploy}")


def _known(link: str, wanted: Mapping[str, Endpoint]) -> str:
    """A link as the stacks have it, where it has its project's number and only one of them can be meant."""
    same = [id_ for id_ in wanted if _within(id_) == _within(link)] if link.split("/")[1].isdigit() else []
    return same[0] if len(same) == 1 else link


def _judged(published: Published, there: Json, one: Json, endpoint: Endpoint | None) -> Outcome:
    link, status = plain(one.get("endpoint")), str(one.get("status"))
    project, name = link.split("/")[1], link.rpartition("/")[2]
    who = f"{endpoint.consumer}/{endpoint.label}" if endpoint else f"{name} of {project}"
    told = f"{who} is {status} (connection {one.get('pscConnectionId', '?')})"
    if status == _ACCEPTED:
        return holds(told) if endpoint else _stranger(published, told, link, one)
    if status == _REJECTED and not endpoint and entry(published.reject, one):
        return holds(f"{told}, as configured")
    if not endpoint and not published.automatic and not entry(published.accept, one):
        # Whoever knows the attachment's name can ask; that must not make anybody's verification fail.
        hint = _pending(published, there, one, endpoint) if status == _PENDING else ()
        return holds(f"{told}, and nobody configured it", *hint)
    return fails(told, *_REPAIRS.get(status, _unknown_status)(published, there, one, endpoint))


def _stranger(published: Published, told: str, link: str, one: Json) -> Outcome:
    """An accepted endpoint that no consumer of the configuration has."""
    project, region, name = link.split("/")[1], link.split("/")[3], link.rpartition("/")[2]
    delete = f"gcloud compute forwarding-rules delete {name} --project={project} --region={region}"
    if not published.automatic and not entry(published.accept, one):
        return fails(
            f"{told}, and nobody configured it",
            f"{published.deploy} cuts it off; to keep it, add it to {published.where}.accept",
        )
    if project in published.consumers:
        return fails(
            f"{told}, and no consumer of the configuration has this endpoint",
            f"add it to the endpoints of that consumer, or have it deleted: {delete}",
        )
    return holds(f"{told}, on the accept list" if not published.automatic else f"{told}, as whoever asks is accepted")


def entry(entries: object, one: Json) -> str:
    """The entry of a list that means the consumer of a connection: by project, network or endpoint; "" for none."""
    project = plain(one.get("endpoint")).split("/")[1]
    links = {plain(one.get("consumerNetwork")), plain(one.get("endpointWithId"))}
    # A link may have its project's number, which few may look up.
    names = {project} | links | {_within(link) for link in links}
    listed = list(entries) if isinstance(entries, (dict, tuple, list)) else []
    return next((str(each) for each in listed if plain(each) in names or _numbered(each) in names), "")


def _within(link: str) -> str:
    """A link without its project."""
    return link.partition("/")[2].partition("/")[2]


def _numbered(entry: object) -> str:
    """An entry that names a project by number, without it."""
    link = plain(entry)
    return _within(link) if "/" in link and link.split("/")[1].isdigit() else link


def _pending(published: Published, there: Json, one: Json, endpoint: Endpoint | None) -> tuple[str, ...]:
    """What to paste; a list that is written out replaces the default one, so all of it."""
    del endpoint
    return (
        f"to let it in, put this into {published.where}, and run {published.deploy}:",
        "  accept:",
        *(f"    {who}: {limit}" for who, limit in pending_accept(published, there).items()),
        *([] if not entry(accepted(there), one) else ["  (its limit is used up: this raises it)"]),
    )


def pending_accept(published: Published, there: Json) -> dict[str, int]:
    """The accept list that would let in whoever waits, beside those whom the configuration accepts.

    Who waits is named in the way in which the list names the others: by network, or by project. Of endpoints a list has
    one at most (docs/configuration.md), so then it becomes one of projects.
    """
    kind = "network" if any(connections.kind_of(who) == "network" for who in published.accept) else "project"
    wanted: dict[str, int] = {}
    for who, limit in published.accept.items():
        known = who.split("/")[1] if connections.kind_of(who) == "endpoint" else who
        wanted[known] = wanted.get(known, 0) + limit
    waiting = [one for one in there.get("connectedEndpoints", []) if one.get("status") == _PENDING]
    inside = [one for one in there.get("connectedEndpoints", []) if one.get("status") == _ACCEPTED]
    for who, count in sorted(Counter(_called(one, kind) for one in waiting).items()):
        already = sum(_called(one, kind) == who for one in inside)
        wanted[who] = max(wanted.get(who, 0), already + count)
    return wanted


def _called(one: Json, kind: str) -> str:
    return plain(one.get("consumerNetwork")) if kind == "network" else plain(one.get("endpoint")).split("/")[1]


def _rejected(published: Published, there: Json, one: Json, endpoint: Endpoint | None) -> tuple[str, ...]:
    del endpoint
    if entry(published.reject, one):
        return (f"take it off {published.where}.reject, and {published.deploy}",)
    if entry(there.get("consumerRejectLists", []), one):
        return (f"{published.deploy}: it is on the attachment's reject list, which is not configured",)
    return ("an organization policy of the producer keeps it out (compute.restrictPrivateServiceConnectConsumer)",)


def _closed(published: Published, there: Json, one: Json, endpoint: Endpoint | None) -> tuple[str, ...]:
    del published, there, one
    again = endpoint.deploy if endpoint else "its owner deploys it anew"
    return (f"{again}: its attachment was replaced, and it never heals by itself",)


def _attention(published: Published, there: Json, one: Json, endpoint: Endpoint | None) -> tuple[str, ...]:
    del there, one, endpoint
    return (
        "something of the producer's is used up, most often NAT addresses:",
        f"add a range to {published.where}.nat_ranges, and {published.deploy}",
    )


def _unknown_status(published: Published, there: Json, one: Json, endpoint: Endpoint | None) -> tuple[str, ...]:
    del published, there, one, endpoint
    return ("a status that is not known here: see https://cloud.google.com/vpc/docs/about-vpc-hosted-services",)


_REPAIRS = {_PENDING: _pending, _REJECTED: _rejected, _CLOSED: _closed, _ATTENTION: _attention}


def pointed(endpoint: Endpoint, reader: Reader) -> Iterator[Outcome]:
    """The consumer's side: the endpoint is there, points where it should, and is ACCEPTED."""
    rule = at_any(endpoint.ids, reader)
    if rule is None:
        name = endpoint.ids[0].rpartition("/")[2] if endpoint.ids else endpoint.label
        yield fails(f"there is no endpoint {name}", endpoint.deploy)
        return
    target, status = plain(rule.get("target")), str(rule.get("pscConnectionStatus"))
    if endpoint.attachments and target not in endpoint.attachments:
        yield fails(f"it points at {target}, not at {endpoint.attachments[0]}", endpoint.deploy)
    elif endpoint.address and rule.get("IPAddress") != endpoint.address:
        yield fails(f"its address is {rule.get('IPAddress')}, not {endpoint.address}", endpoint.deploy)
    elif status == _ACCEPTED:
        yield holds(f"{rule.get('IPAddress')} is ACCEPTED (connection {rule.get('pscConnectionId', '?')})")
    else:
        told = f"{rule.get('IPAddress')} is {status} (connection {rule.get('pscConnectionId', '?')})"
        yield fails(told, _OF_CONSUMERS.get(status, "ask the producer").format(endpoint=endpoint))


_OF_CONSUMERS = {
    _PENDING: "the producer has to accept {endpoint.project}, or to raise its limit; ./psc verify of its side says how",
    _REJECTED: "the producer keeps {endpoint.project} out; ask its team",
    _CLOSED: "{endpoint.deploy}: its attachment was replaced, and it never heals by itself",
    _ATTENTION: "something of the producer's is used up, such as NAT addresses; its team has to act",
}


def both_sides(connection: Connection, reader: Reader) -> Iterator[Outcome]:
    """The id that the endpoint has is one that the attachment knows, with the same status."""
    rule = at_any(connection.endpoint.ids, reader)
    there = attachment(connection.published, connection.producer.reader)
    if rule is None or there is None:
        return  # told already
    id_ = rule.get("pscConnectionId")
    other = next((one for one in there.get("connectedEndpoints", []) if one.get("pscConnectionId") == id_), None)
    if other is None:
        yield fails(
            f"the attachment does not know connection {id_}: the endpoint is that of a former attachment",
            connection.endpoint.deploy,
        )
    elif other.get("status") != rule.get("pscConnectionStatus"):
        yield fails(
            f"connection {id_} is {rule.get('pscConnectionStatus')} here and {other.get('status')} at the producer's",
            "one side was changed a moment ago: verify again in a minute",
        )
    else:
        yield holds(f"both sides show connection {id_}")
