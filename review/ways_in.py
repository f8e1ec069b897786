"""Who can reach what in a stack: accept lists, callers, ingress, firewall, endpoints, external addresses.

What a change opens and closes is the difference of two sets of ways in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from deployment.kinds.cloud_run import FIRST_SERVICE, SERVICE
from deployment.kinds.kind import ACCEPT, CALL, ENDPOINT, EXTERNAL, FIREWALL, INGRESS, PORT
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.references import is_open, name_of, readable, resolved, target_of
from deployment.stack import Item, Stack, blocks, single, texts
from deployment.values import Json

# Roles with run.routes.invoke, from https://cloud.google.com/run/docs/reference/iam/roles
INVOKING = frozenset(
    {"roles/run.invoker", "roles/run.admin", "roles/run.developer", "roles/run.servicesInvoker", "roles/owner",
     "roles/editor"}
)  # fmt: skip
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
    opening = [(item, item.kind.way_in) for item in stack.items.values() if item.kind and item.kind.way_in]
    return [way for item, way_in in opening for way in OPENED_BY[way_in](item, stack)]


def _way(by: str, who: str, item: Item, stack: Stack, measure: str = "") -> WayIn:
    """A way to an item itself."""
    return WayIn(by=by, who=who, what=name_of(item, stack), measure=measure, address=item.address, thing=item.address)


def _accepted(item: Item, stack: Stack) -> Iterator[WayIn]:
    if item.values.get("connection_preference") == "ACCEPT_AUTOMATIC":
        yield _way(ACCEPT, EVERY_PROJECT, item, stack, "any number")
    for entry in blocks(item.values, "consumer_accept_lists"):
        limit = entry.get("connection_limit")
        measure = NO_LIMIT if limit is None else str(readable(limit, stack))
        yield _way(ACCEPT, _text(admitted(entry), stack), item, stack, measure)
    for rejected in texts(item.values, "consumer_reject_lists"):
        yield _way("reject", _text(rejected, stack), item, stack)


def admitted(entry: Json) -> Any:
    """Whom an entry of an accept list is for."""
    return entry.get("project_id_or_num") or entry.get("network_url") or entry.get("endpoint_url")


def _ingress(item: Item, stack: Stack) -> Iterator[WayIn]:
    ingress = ingress_of(item)
    if ingress in {"INGRESS_TRAFFIC_ALL", "all"}:
        yield _way(INGRESS, INTERNET, item, stack)
    if ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER":
        yield _way(INGRESS, ANY_BALANCER, item, stack)
    if item.values.get("invoker_iam_disabled") is True:
        yield _way(CALL, EVERYONE["allUsers"], item, stack)


def ingress_of(item: Item) -> Any:
    """Where a Cloud Run service takes requests from; unset means everywhere."""
    if item.kind is SERVICE:
        return single(item.values, "ingress") or "INGRESS_TRAFFIC_ALL"
    for metadata in blocks(item.values, "metadata"):
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict):
            return single({"run.googleapis.com/ingress": "all", **annotations}, "run.googleapis.com/ingress")
    return "all"


def _callers(item: Item, stack: Stack) -> Iterator[WayIn]:
    of_service = item.type.startswith((f"{SERVICE.type}_iam", f"{FIRST_SERVICE.type}_iam"))
    if single(item.values, "role") not in INVOKING or not (of_service or item.type.startswith("google_project_iam")):
        return
    what = item.values.get("name") or item.values.get("service")
    name = _text(what, stack) if of_service else f"every service of {_text(item.values.get('project'), stack)}"
    for member in [*texts(item.values, "member"), *texts(item.values, "members")]:
        who = EVERYONE.get(str(member)) or _text(member, stack)
        yield WayIn(by=CALL, who=who, what=name, address=item.address, thing=_service(what, stack))


def _service(what: Any, stack: Stack) -> str:
    """The address of the Cloud Run service that a permission is for, if it stands here."""
    named = target_of(what, stack)
    service = named or stack.called(SERVICE.type, str(what)) or stack.called(FIRST_SERVICE.type, str(what))
    return service.address if service else ""


def _firewall(item: Item, stack: Stack) -> Iterator[WayIn]:
    ports = ", ".join(sorted(allowed(item.values)))
    where = _network(item, stack)
    for source in sources(item.values):
        yield WayIn(by=FIREWALL, who=_text(source, stack), what=where, measure=ports, address=item.address)


def _network(item: Item, stack: Stack) -> str:
    network = target_of(item.values.get("network"), stack)
    return name_of(network, stack) if network else _text(item.values.get("network"), stack)


def allowed(values: Json) -> list[str]:
    """What a firewall rule lets through, as PROTOCOL:PORTS."""
    return [
        f"{allow.get('protocol')}:{ports}"
        for allow in blocks(values, "allow")
        for ports in texts(allow, "ports") or ["every port"]
    ]


def sources(values: Json) -> list[Any]:
    """Where a firewall rule lets traffic in from; the API takes every address when nothing is given."""
    if values.get("direction", "INGRESS") != "INGRESS" or values.get("disabled") is True or not values.get("allow"):
        return []
    ranges = texts(values, "source_ranges")
    other = [*texts(values, "source_tags"), *texts(values, "source_service_accounts")]
    return ranges or other or ["0.0.0.0/0"]


def _endpoint(item: Item, stack: Stack) -> Iterator[WayIn]:
    address = target_of(item.values.get("ip_address"), stack)
    given = address.values.get("address") if address else item.values.get("ip_address")
    what = _link(_text(item.values.get("target"), stack), stack)
    yield WayIn(
        by=ENDPOINT,
        who=_network(item, stack),
        via=name_of(item, stack),
        what=what,
        measure=_text(given, stack) if given else PICKED,
        address=item.address,
    )


def _link(text: str, stack: Stack) -> str:
    """A self link as people say it: the attachment's name, and its project where that is another deployment's."""
    parts = text.split("/")
    if "serviceAttachments" not in parts or "projects" not in parts:
        return text
    own = any(other.called(SERVICE_ATTACHMENT.type, parts[-1]) for other in stack.others.values())
    return parts[-1] if own else f"{parts[-1]} in {parts[parts.index('projects') + 1]}"


def _external(item: Item, stack: Stack) -> Iterator[WayIn]:
    for interface in blocks(item.values, "network_interface"):
        if "access_config" in interface and interface["access_config"] != []:
            yield _way(EXTERNAL, INTERNET, item, stack)


def _frontend(item: Item, stack: Stack) -> Iterator[WayIn]:
    """The port that a load balancer answers on: callers have it in their URLs."""
    if single(item.values, "load_balancing_scheme") in {"INTERNAL_MANAGED", "INTERNAL"}:
        ports = item.values.get("port_range") or item.values.get("ports")
        measure = "-".join(dict.fromkeys(str(ports).split("-"))) if isinstance(ports, str) else _text(ports, stack)
        what = _published(stack).get(item.address) or name_of(item, stack)
        yield WayIn(by=PORT, who="", what=what, measure=measure, address=item.address, thing=item.address)


@lru_cache(maxsize=8)
def _published(stack: Stack) -> dict[str, str]:
    """The name of the attachment that publishes a load balancer's rule, by the rule's address."""
    names: dict[str, str] = {}
    for attachment in stack.of(SERVICE_ATTACHMENT.type):
        rule = target_of(attachment.values.get("target_service"), stack)
        if rule is not None:
            names.setdefault(rule.address, name_of(attachment, stack))
    return names


def _text(value: Any, stack: Stack) -> str:
    text = readable(resolved(value, stack), stack)
    return text if isinstance(text, str) else repr(text) if is_open(text) else str(text)


OPENED_BY: Mapping[str, Callable[[Item, Stack], Iterator[WayIn]]] = {
    ACCEPT: _accepted,
    CALL: _callers,
    ENDPOINT: _endpoint,
    EXTERNAL: _external,
    FIREWALL: _firewall,
    INGRESS: _ingress,
    PORT: _frontend,
}
