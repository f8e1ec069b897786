"""Who can reach what in a stack: accept lists, callers, ingress, firewall, endpoints, external addresses.

What a change opens and closes is the difference of two sets of ways in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from deployment.kinds.cloud_run import FIRST_SERVICE, SERVICE
from deployment.kinds.kind import ACCEPT, CALL, ENDPOINT, EXTERNAL, FIREWALL, INGRESS, PORT
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.stack import Stack
from review.firewall_rules import allowed, firewall_rules, lets_in, network_of, reaches, sources, targets
from review.known import Block, Value, View, views

# Roles with run.routes.invoke, from https://cloud.google.com/run/docs/reference/iam/roles
INVOKING = frozenset(
    {"roles/run.invoker", "roles/run.admin", "roles/run.developer", "roles/run.servicesInvoker", "roles/owner",
     "roles/editor"}
)  # fmt: skip
POLICY = "data.google_iam_policy"
INTERNET, ANY_BALANCER = "the internet", "load balancers, external ones too"
EVERY_PROJECT, NO_LIMIT, PICKED = "every project", "no limit", "an address that Google picks"
EVERYONE = {"allUsers": "everyone on the internet", "allAuthenticatedUsers": "everyone with a Google account"}
# What a report may write as its own words; everything else in a way is text of others.
OWN_WORDS = frozenset({INTERNET, ANY_BALANCER, EVERY_PROJECT, NO_LIMIT, PICKED, *EVERYONE.values()})


@dataclass(frozen=True, kw_only=True)
class WayIn:
    """One way in: `who` reaches `what`, `by` what sort of way, perhaps `via` something.

    `measure` is how far: a limit, ports, an address. `thing` is the address of `what` in its stack, where it has
    one: a rename does not make another thing of it.
    """

    by: str
    who: str
    what: str
    measure: str = ""
    address: str = ""
    via: str = ""
    thing: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What two versions of the same way have in common, with perhaps another measure."""
        return self.by, self.who, self.via, self.thing or self.what


def ways_in(stack: Stack) -> list[WayIn]:
    """Every way in that a stack opens."""
    opening = [(item, item.kind.way_in) for item in views(stack) if item.kind and item.kind.way_in]
    ways = [way for item, way_in in opening for way in OPENED_BY[way_in](item, stack)]
    return [*(way for way in ways if way.by != FIREWALL), *_together(way for way in ways if way.by == FIREWALL)]


def _together(ways: Iterable[WayIn]) -> Iterator[WayIn]:
    """What several firewall rules let in from one source, as one: what one of them loses, another may still let in."""
    by_key: dict[tuple[str, str, str, str], list[WayIn]] = {}
    for way in ways:
        by_key.setdefault(way.key, []).append(way)
    for same in by_key.values():
        ports = sorted({port for way in same for port in way.measure.split(", ")})
        yield replace(same[0], measure=", ".join(ports))


def _way(by: str, who: str, item: View, measure: str = "") -> WayIn:
    """A way to an item itself."""
    return WayIn(by=by, who=who, what=item.name, measure=measure, address=item.address, thing=item.address)


def _accepted(item: View, stack: Stack) -> Iterator[WayIn]:
    if item.get("connection_preference").equals("ACCEPT_AUTOMATIC"):
        yield _way(ACCEPT, EVERY_PROJECT, item, "any number")
    for entry in item.blocks("consumer_accept_lists"):
        limit = entry.get("connection_limit")
        measure = NO_LIMIT if limit.absent else limit.readable
        who = admitted(entry).readable
        yield _way(ACCEPT, stack.numbers.get(who, who), item, measure)
    for rejected in item.list("consumer_reject_lists"):
        yield _way("reject", rejected.readable, item)


_ADMITTED = ("project_id_or_num", "network_url", "endpoint_url")


def admitted(entry: Block) -> Value:
    """Whom an entry of an accept list is for."""
    return entry.first(*_ADMITTED)


def admits(entries: Iterable[Block]) -> list[str]:
    """By what each entry of an accept list names whom it is for."""
    return [
        name
        for entry in entries
        for name in _ADMITTED
        if not (entry.unknown or entry.get(name).absent or entry.get(name).equals(""))
    ]


def _ingress(item: View, _: Stack) -> Iterator[WayIn]:
    ingress = ingress_of(item)
    if ingress.absent or ingress.equals("INGRESS_TRAFFIC_ALL", "all", ""):
        yield _way(INGRESS, INTERNET, item)
    if ingress.equals("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"):
        yield _way(INGRESS, ANY_BALANCER, item)
    if item.get("invoker_iam_disabled").equals(True):
        yield _way(CALL, EVERYONE["allUsers"], item)


def ingress_of(item: View) -> Value:
    """Where a Cloud Run service takes requests from; absent means everywhere."""
    if item.kind is SERVICE:
        return item.get("ingress")
    ingress = item.get("ingress")
    for metadata in item.blocks("metadata"):
        for notes in metadata.blocks("annotations"):
            ingress = notes.get("run.googleapis.com/ingress")
    return ingress


def _callers(item: View, stack: Stack) -> Iterator[WayIn]:
    of_service = item.type.startswith((f"{SERVICE.type}_iam", f"{FIRST_SERVICE.type}_iam"))
    if not item.get("role").equals(*INVOKING) or not (of_service or item.type.startswith("google_project_iam")):
        return
    what = item.first("name", "service")
    name = what.readable.rpartition("/")[2] if of_service else f"every service of {item.get('project').readable}"
    for member in [*item.list("member"), *item.list("members")]:
        who = EVERYONE.get(member.text) or member.readable
        yield WayIn(by=CALL, who=who, what=name, address=item.address, thing=_service(what, stack))


def members(item: View) -> list[Value]:
    """Whom an IAM resource names, itself or by a policy; what is not known is in it."""
    return [member for block in bindings(item) for member in (*block.list("member"), *block.list("members"))]


def bindings(item: View) -> tuple[Block, ...]:
    """What gives members a role: a resource itself, or the bindings of its policy, be that a data source or JSON."""
    policy = item.get("policy_data")
    holder = item if item.type == POLICY else policy.target
    if holder is not None and holder.type == POLICY:
        return holder.blocks("binding")
    return (item,) if policy.absent else policy.parsed.blocks("bindings")


def _service(what: Value, stack: Stack) -> str:
    """The address of the Cloud Run service that a permission is for, if it stands here."""
    named = stack.called(SERVICE.type, what.text) or stack.called(FIRST_SERVICE.type, what.text)
    return what.target.address if what.target else named.address if named else ""


def _firewall(item: View, stack: Stack) -> Iterator[WayIn]:
    for rule in firewall_rules(item):
        if not lets_in(rule).known:
            continue
        ports = ", ".join(sorted(allowed(rule)))
        for source in sources(rule):
            for reach in reaches(rule, stack):
                yield WayIn(
                    by=FIREWALL, who=source.readable, what=reach.name, measure=ports, address=item.address,
                    via=", ".join(sorted(targets(rule))), thing=reach.policy,
                )  # fmt: skip


def _endpoint(item: View, stack: Stack) -> Iterator[WayIn]:
    given = item.get("ip_address")
    if given.target and not given.target.get("address").absent:
        given = given.target.get("address")
    yield WayIn(
        by=ENDPOINT,
        who=network_of(item),
        via=item.name,
        what=_link(item.get("target").readable, stack),
        measure=PICKED if given.absent else given.readable,
        address=item.address,
    )


def _link(text: str, stack: Stack) -> str:
    """A self link as people say it: the attachment's name, and its project where that is another deployment's."""
    parts = text.split("/")
    if "serviceAttachments" not in parts or "projects" not in parts:
        return text
    own = any(other.called(SERVICE_ATTACHMENT.type, parts[-1]) for other in stack.others.values())
    return parts[-1] if own else f"{parts[-1]} in {parts[parts.index('projects') + 1]}"


def _external(item: View, _: Stack) -> Iterator[WayIn]:
    for interface in item.blocks("network_interface"):
        if interface.presence("access_config").known:
            yield _way(EXTERNAL, INTERNET, item)


def _frontend(item: View, stack: Stack) -> Iterator[WayIn]:
    """The port that a load balancer answers on: callers have it in their URLs."""
    if item.get("load_balancing_scheme").equals("INTERNAL_MANAGED", "INTERNAL"):
        ports = item.list("port_range") or item.list("ports")
        measure = ", ".join("-".join(dict.fromkeys(port.readable.split("-"))) for port in ports)
        what = _published(stack).get(item.address) or item.name
        yield WayIn(by=PORT, who="", what=what, measure=measure, address=item.address, thing=item.address)


@lru_cache(maxsize=8)
def _published(stack: Stack) -> dict[str, str]:
    """The name of the attachment that publishes a load balancer's rule, by the rule's address."""
    names: dict[str, str] = {}
    for attachment in views(stack):
        rule = attachment.get("target_service").target if attachment.type == SERVICE_ATTACHMENT.type else None
        if rule is not None:
            names.setdefault(rule.address, attachment.name)
    return names


OPENED_BY: Mapping[str, Callable[[View, Stack], Iterator[WayIn]]] = {
    ACCEPT: _accepted,
    CALL: _callers,
    ENDPOINT: _endpoint,
    EXTERNAL: _external,
    FIREWALL: _firewall,
    INGRESS: _ingress,
    PORT: _frontend,
}
