"""Rules about service attachments and PSC endpoints: who connects, and what becomes of connections."""

from __future__ import annotations

import ipaddress
from collections import Counter

from deployment.kinds.forwarding_rule import FRONTEND, GLOBAL_ENDPOINT, PSC_ENDPOINT
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from review.known import Block, View
from review.rules.attribute import must_be, other_value
from review.rules.rule import (
    ERROR,
    FINDING,
    FINE,
    WARNING,
    Answer,
    Rule,
    Subject,
    finding,
    fine,
    rule,
    together,
    undecided,
)
from review.ways_in import admits, admitted

_ATTACHMENT = (SERVICE_ATTACHMENT.type,)
_RULES = (PSC_ENDPOINT.type, GLOBAL_ENDPOINT.type)
# Beyond it a typing error is likelier than a consumer with so many endpoints: Google's own quota for PSC endpoints of
# a network is 50 to begin with (https://cloud.google.com/vpc/docs/quota, read in November 2026).
_HIGHEST = 100
# Of every subnet Google keeps four addresses (https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet).
_KEPT = 4


automatic_acceptance = Rule(
    id="automatic-acceptance",
    severity=ERROR,
    kinds=_ATTACHMENT,
    what="A service attachment accepts every project.",
    why="Anyone who learns its link can connect without being asked; the accept list and its limits do not apply.",
    remedy="Set connection_preference to ACCEPT_MANUAL and list the projects under accept.",
    setting=("connection_preference",),
    judge=must_be("connection_preference", "ACCEPT_MANUAL", required=True),
)


@rule(
    id="accept-list-bounds",
    severity=WARNING,
    kinds=_ATTACHMENT,
    what="An accept list is too wide, or a limit out of bounds.",
    why="A limit of 0 is silently dropped, an entry without a limit is unlimited, and every endpoint takes an address "
    "of the NAT subnets: once these are used up, accepted endpoints of others do not work.",
    remedy=f"Give each entry the number of endpoints that it needs (1 to {_HIGHEST}); add NAT ranges in time.",
    setting=("accept",),
)
def accept_list_bounds(subject: Subject) -> Answer:
    """Entries one by one, then all of them against the NAT subnets."""
    entries = subject.item.blocks("consumer_accept_lists")
    bounds = together(map(_bounds, entries))
    if bounds.verdict == FINDING:
        return bounds
    kinds = admits(entries)
    if len(set(kinds)) > 1:
        return finding("it mixes projects, networks or endpoints, which the API refuses")
    if kinds.count("endpoint_url") > 1:
        return finding("it has several endpoints, of which the provider keeps one")
    named = Counter(admitted(entry).readable for entry in entries if not entry.unknown)
    twice = [who for who, times in named.items() if times > 1]
    if twice:
        return finding("it names {who} more than once", who=", ".join(twice))
    if bounds.verdict != FINE:
        return bounds
    return _capacity(sum(int(entry.get("connection_limit").number or 0) for entry in entries), subject)


def _bounds(entry: Block) -> Answer:
    who, limit = admitted(entry), entry.get("connection_limit")
    if entry.unknown:
        return undecided("an entry is {value}", value=entry.value)
    if who.absent or who.equals("*", "all") or who.beginning.startswith(("folders/", "organizations/")):
        return finding("the entry {who} is no single project or network", who=who)
    if limit.absent:
        return finding("{who} has no limit", who=who.readable)
    if limit.number is None:
        return undecided("the limit of {who} is {value}", who=who.readable, value=limit)
    return (
        fine()
        if 1 <= limit.number <= _HIGHEST
        else finding("the limit of {who} is {limit}", who=who.readable, limit=limit)
    )


def _capacity(total: int, subject: Subject) -> Answer:
    room = 0
    for link in subject.item.list("nat_subnets"):
        given = link.target.get("ip_cidr_range") if link.target else None
        if given is None or not given.known:
            return fine()  # the subnet stands elsewhere: its size is its owner's to know
        try:
            room += ipaddress.ip_network(given.text, strict=False).num_addresses - _KEPT
        except ValueError:
            return undecided("the range {range} of a NAT subnet is none", range=given)
    if room and total > room:
        text = "the limits add up to {total}, the NAT subnets have {room} addresses"
        return finding(text, total=total, room=room)
    return fine()


def _has_accept_list(item: View) -> bool:
    """Whether there is one, or may be."""
    return item.get("connection_preference").equals("ACCEPT_AUTOMATIC") is not True


reconcile_off = Rule(
    id="reconcile-off",
    severity=WARNING,
    kinds=_ATTACHMENT,
    what="Taking a project off the accept list does not cut its connections.",
    why=SERVICE_ATTACHMENT.noteworthy["reconcile_connections"].why,
    remedy="Set reconcile_connections = true.",
    judge=must_be("reconcile_connections", True, applies_to=_has_accept_list),
)


@rule(
    id="attachment-replaced",
    severity=ERROR,
    kinds=_ATTACHMENT,
    what="A service attachment is replaced or destroyed.",
    why="Every consumer's endpoint becomes CLOSED. It comes back only when each consumer applies again, with "
    "recreate_closed_psc, and only if the name stays.",
    remedy="Keep what forces it (named in the finding) as it was, or agree on a time with every consumer. Where only a "
    "service's key changes, former_key keeps everything.",
    of_change=True,
)
def attachment_replaced(subject: Subject) -> Answer:
    """Whether somebody is connected is not asked: nobody can tell from the code."""
    return finding("it is destroyed") if subject.action == "destroyed" else _replaced(subject)


def _replaced(subject: Subject) -> Answer:
    if subject.action != "replaced":
        return fine()
    return finding("it is replaced, because of {why}", why="; ".join(subject.because) or "a reason Terraform keeps")


@rule(
    id="endpoint-replaced",
    severity=WARNING,
    kinds=_RULES,
    what="A PSC endpoint is replaced.",
    why="Its callers are cut off from the removal of the old endpoint until the new one is accepted; its connection "
    "id, by which logs and the producer know it, changes.",
    remedy="Do it when callers can bear the gap; a second endpoint beside the first one avoids it.",
    of_change=True,
)
def endpoint_replaced(subject: Subject) -> Answer:
    """One that leaves altogether is its consumer's wish."""
    return _replaced(subject) if subject.item.is_psc_endpoint else fine()


@rule(
    id="global-access-too-late",
    severity=WARNING,
    kinds=(FRONTEND.type,),
    what="Global access is switched on for what is published already.",
    why="Google takes it only before the service attachment is made: the plan is refused, unless it was on all along.",
    remedy="Leave global_access out; or publish the service once more, with global_access under another key, and move "
    "its consumers there.",
    setting=("global_access",),
    of_change=True,
)
def global_access_too_late(subject: Subject) -> Answer:
    """Off before and on now, in front of an attachment that was there before."""
    former, attribute = subject.former, "allow_global_access"
    if (
        former is None
        or not subject.item.get(attribute).equals(True)
        or former.get(attribute).equals(True) is not False
    ):
        return fine()
    for attachment in subject.stack.of(SERVICE_ATTACHMENT.type):
        target = attachment.get("target_service").target
        if target and target.address == subject.item.address and attachment.address in former.stack.items:
            return finding("{attachment} publishes it already", attachment=attachment.address)
    return fine()


@rule(
    id="endpoint-scheme",
    severity=ERROR,
    kinds=(PSC_ENDPOINT.type,),
    what="A PSC endpoint has a load balancing scheme.",
    why=PSC_ENDPOINT.noteworthy["load_balancing_scheme"].why,
    remedy='Set load_balancing_scheme = "", the empty text.',
)
def endpoint_scheme(subject: Subject) -> Answer:
    """Only an empty text will do, in code; state has it as empty or null."""
    scheme, target = subject.item.get("load_balancing_scheme"), subject.item.get("target")
    if not subject.item.is_psc_endpoint:
        bare = scheme.absent and subject.item.get("backend_service").absent
        if bare and target.unknown and target.target is None:
            return undecided("no scheme is set, and the target {target} is not known", target=target)
        return fine()
    if scheme.equals("") or (scheme.absent and not subject.stack.written):
        return fine()
    return other_value("load_balancing_scheme", scheme, "")


closed_endpoint_stays = Rule(
    id="closed-endpoint-stays",
    severity=WARNING,
    kinds=(PSC_ENDPOINT.type,),
    what="An endpoint whose attachment was replaced stays CLOSED.",
    why=PSC_ENDPOINT.noteworthy["recreate_closed_psc"].why,
    remedy="Set recreate_closed_psc = true.",
    judge=must_be(
        "recreate_closed_psc", True, sentence="recreate_closed_psc is off", applies_to=lambda item: item.is_psc_endpoint
    ),
)


@rule(
    id="endpoint-address-literal",
    severity=WARNING,
    kinds=(PSC_ENDPOINT.type,),
    what="An endpoint names its address instead of referring to it.",
    why=PSC_ENDPOINT.noteworthy["ip_address"].why,
    remedy="Refer to the google_compute_address, and let replace_triggered_by its id replace the endpoint.",
    code_only=True,
)
def endpoint_address_literal(subject: Subject) -> Answer:
    """A literal in code."""
    value = subject.item.get("ip_address")
    if not subject.item.is_psc_endpoint or value.absent or value.written:
        return fine()
    return finding("ip_address is {value}", value=value)
