"""Who can reach what in a stack: accept lists, callers, ingress, firewall, endpoints, external addresses.

A grant is one way in. What a change opens and closes is the difference of two sets of grants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from deployment.references import is_open, name_of, readable, resolved, target_of
from deployment.stack import Item, Stack, blocks, single, texts
from review.replacement import is_endpoint

_V2, _V1 = "google_cloud_run_v2_service", "google_cloud_run_service"
# Roles with run.routes.invoke, from https://cloud.google.com/run/docs/reference/iam/roles
INVOKING = frozenset(
    {"roles/run.invoker", "roles/run.admin", "roles/run.developer", "roles/run.servicesInvoker", "roles/owner",
     "roles/editor"}
)  # fmt: skip
INTERNET, ANY_BALANCER = "the internet", "load balancers, external ones too"
EVERY_PROJECT, NO_LIMIT, PICKED = "every project", "no limit", "an address that Google picks"
EVERYONE = {"allUsers": "everyone on the internet", "allAuthenticatedUsers": "everyone with a Google account"}
# What a report may write as its own words; everything else in a grant is text of others.
OWN_WORDS = frozenset({INTERNET, ANY_BALANCER, EVERY_PROJECT, NO_LIMIT, PICKED, *EVERYONE.values()})


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One way in: `who` reaches `what` by `way`, perhaps `via` something.

    `measure` is how far: a limit, ports, an address. `thing` is the address of `what` in its stack, where it has
    one: a rename does not make another thing of it.
    """

    way: str
    who: str
    what: str
    measure: str = ""
    address: str = ""
    via: str = ""
    thing: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two grants the same one, with perhaps another measure."""
        return self.way, self.who, self.via, self.thing or self.what


def grants(stack: Stack) -> list[Grant]:
    """Every way in that a stack opens."""
    found: list[Grant] = []
    for item in stack.items.values():
        found += _of(item, stack)
    return found


def _of(item: Item, stack: Stack) -> Iterator[Grant]:
    if item.kind == "google_compute_service_attachment":
        yield from _accepted(item, stack)
    elif item.kind in {_V2, _V1}:
        yield from _ingress(item, stack)
    elif "_iam_" in item.kind:
        yield from _callers(item, stack)
    elif item.kind == "google_compute_firewall":
        yield from _firewall(item, stack)
    elif is_endpoint(item):
        yield from _endpoint(item, stack)
    elif item.kind == "google_compute_instance":
        yield from _external(item, stack)
    elif item.kind == "google_compute_forwarding_rule":
        yield from _frontend(item, stack)


def _accepted(item: Item, stack: Stack) -> Iterator[Grant]:
    name = name_of(item, stack)
    if item.values.get("connection_preference") == "ACCEPT_AUTOMATIC":
        yield Grant(
            way="accept", who=EVERY_PROJECT, what=name, measure="any number", address=item.address, thing=item.address
        )
    for entry in blocks(item.values, "consumer_accept_lists"):
        who = entry.get("project_id_or_num") or entry.get("network_url") or entry.get("endpoint_url")
        limit = entry.get("connection_limit")
        measure = NO_LIMIT if limit is None else str(readable(limit, stack))
        yield Grant(
            way="accept", who=_text(who, stack), what=name, measure=measure, address=item.address, thing=item.address
        )
    for entry in texts(item.values, "consumer_reject_lists"):
        yield Grant(way="reject", who=_text(entry, stack), what=name, address=item.address, thing=item.address)


def _ingress(item: Item, stack: Stack) -> Iterator[Grant]:
    ingress = ingress_of(item)
    who = INTERNET if ingress in {"INGRESS_TRAFFIC_ALL", "all"} else ""
    if ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER":
        who = ANY_BALANCER
    if who:
        yield Grant(way="ingress", who=who, what=name_of(item, stack), address=item.address, thing=item.address)
    if item.values.get("invoker_iam_disabled") is True:
        yield Grant(
            way="call", who=EVERYONE["allUsers"], what=name_of(item, stack), address=item.address, thing=item.address
        )


def ingress_of(item: Item) -> Any:
    """Where a Cloud Run service takes requests from; unset means everywhere."""
    if item.kind == _V2:
        return single(item.values, "ingress") or "INGRESS_TRAFFIC_ALL"
    for metadata in blocks(item.values, "metadata"):
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict):
            return single({"run.googleapis.com/ingress": "all", **annotations}, "run.googleapis.com/ingress")
    return "all"


def _callers(item: Item, stack: Stack) -> Iterator[Grant]:
    of_service = item.kind.startswith(("google_cloud_run_v2_service_iam", "google_cloud_run_service_iam"))
    if single(item.values, "role") not in INVOKING or not (of_service or item.kind.startswith("google_project_iam")):
        return
    what = item.values.get("name") or item.values.get("service")
    name = _text(what, stack) if of_service else f"every service of {_text(item.values.get('project'), stack)}"
    for member in [*texts(item.values, "member"), *texts(item.values, "members")]:
        who = EVERYONE.get(str(member)) or _text(member, stack)
        yield Grant(way="call", who=who, what=name, address=item.address, thing=_service(what, stack))


def _service(what: Any, stack: Stack) -> str:
    """The address of the Cloud Run service that a permission is for, if it stands here."""
    named = target_of(what, stack)
    found = named or stack.called(_V2, str(what)) or stack.called(_V1, str(what))
    return found.address if found else ""


def _firewall(item: Item, stack: Stack) -> Iterator[Grant]:
    values = item.values
    if values.get("direction", "INGRESS") != "INGRESS" or values.get("disabled") is True or not values.get("allow"):
        return
    ports = ", ".join(sorted(_allowed(values)))
    network = target_of(values.get("network"), stack)
    where = name_of(network, stack) if network else _text(values.get("network"), stack)
    for source in sources(values):
        yield Grant(way="firewall", who=_text(source, stack), what=where, measure=ports, address=item.address)


def _allowed(values: dict[str, Any]) -> Iterator[str]:
    for one in blocks(values, "allow"):
        for port in texts(one, "ports") or ["every port"]:
            yield f"{one.get('protocol')}:{port}"


def sources(values: dict[str, Any]) -> list[Any]:
    """Where a firewall rule lets traffic in from; the API takes every address when nothing is given."""
    ranges = texts(values, "source_ranges")
    other = [*texts(values, "source_tags"), *texts(values, "source_service_accounts")]
    return ranges or other or ["0.0.0.0/0"]


def _endpoint(item: Item, stack: Stack) -> Iterator[Grant]:
    address = target_of(item.values.get("ip_address"), stack)
    given = address.values.get("address") if address else item.values.get("ip_address")
    network = target_of(item.values.get("network"), stack)
    where = name_of(network, stack) if network else _text(item.values.get("network"), stack)
    what = _link(_text(item.values.get("target"), stack), stack)
    yield Grant(
        way="endpoint",
        who=where,
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
    own = any(one.called("google_compute_service_attachment", parts[-1]) for one in stack.others.values())
    return parts[-1] if own else f"{parts[-1]} in {parts[parts.index('projects') + 1]}"


def _external(item: Item, stack: Stack) -> Iterator[Grant]:
    for interface in blocks(item.values, "network_interface"):
        if "access_config" in interface and interface["access_config"] != []:
            name = name_of(item, stack)
            yield Grant(way="external", who=INTERNET, what=name, address=item.address, thing=item.address)


def _frontend(item: Item, stack: Stack) -> Iterator[Grant]:
    """The port that a load balancer answers on: callers have it in their URLs."""
    if single(item.values, "load_balancing_scheme") in {"INTERNAL_MANAGED", "INTERNAL"}:
        ports = item.values.get("port_range") or item.values.get("ports")
        measure = "-".join(dict.fromkeys(str(ports).split("-"))) if isinstance(ports, str) else _text(ports, stack)
        what = _published(stack).get(item.address) or name_of(item, stack)
        yield Grant(way="port", who="", what=what, measure=measure, address=item.address, thing=item.address)


@lru_cache(maxsize=8)
def _published(stack: Stack) -> dict[str, str]:
    """The name of the attachment that publishes a load balancer's rule, by the rule's address."""
    found: dict[str, str] = {}
    for attachment in stack.of("google_compute_service_attachment"):
        rule = target_of(attachment.values.get("target_service"), stack)
        if rule is not None:
            found.setdefault(rule.address, name_of(attachment, stack))
    return found


def _text(value: Any, stack: Stack) -> str:
    found = readable(resolved(value, stack), stack)
    return found if isinstance(found, str) else repr(found) if is_open(found) else str(found)
