"""What stands behind load balancers: Cloud Run services, and attachments that a network endpoint group names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.forwarding_rule import FRONTEND, GLOBAL_ENDPOINT, is_link_of_attachment
from deployment.kinds.kind import BALANCER
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.stack import Stack
from review.callers import service_of
from review.firewall_rules import network_of
from review.known import Value, View, views
from review.way import IAP, INTERNET, PERHAPS, PUBLISHED, WayIn

# From a rule to what is behind it: https://cloud.google.com/load-balancing/docs/https#architecture
_ON_THE_WAY, _GROUP = ("_proxy", "url_map", "backend_service"), "network_endpoint_group"
_NOBODY_KNOWS = ""
_INTERNAL = ("INTERNAL", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED", "")


class _Front(NamedTuple):
    """A load balancer's rule in front of an endpoint group, and whether Identity-Aware Proxy stands between them.

    `measure` is PERHAPS where nobody can tell what is behind it.
    """

    rule: View
    by_iap: bool
    measure: str

    @property
    def who(self) -> str:
        """Who comes in by it; "" if nobody but whoever is in the networks that it is for."""
        scheme = self.rule.get("load_balancing_scheme")
        return "" if scheme.equals(*_INTERNAL) else IAP if self.by_iap else INTERNET


def behind_balancers(group: View, stack: Stack) -> Iterator[WayIn]:
    """The ways that a network endpoint group opens: to a service from outside, and to an attachment from anywhere."""
    before = _fronts(stack).get(group.address) or _fronts(stack).get(_NOBODY_KNOWS, [])
    for service in group.blocks("cloud_run"):
        yield from _to_service(service.first("service", "url_mask"), group, before)
    given = group.get("psc_target_service")
    if not given.absent and _of_attachment(given):
        what = given.target.name if given.target else link_of(given.readable, stack)
        way = WayIn(by=BALANCER, who="", what=what, via=group.name, address=group.address)
        for front in before:
            who = front.who or network_of(front.rule)
            yield replace(way, who=who, via=front.rule.name, measure=front.measure)
        if not before:
            yield way


def _to_service(name: Value, group: View, before: list[_Front]) -> Iterator[WayIn]:
    """From outside, unless the service's ingress takes nothing from there; and that an attachment publishes it."""
    stack = group.stack
    thing = service_of(name, stack)
    service = View(stack.items[thing], stack) if thing in stack.items else None
    what = service.name if service else name.readable
    inside = service is not None and ingress_of(service).equals(*INTERNAL_INGRESS) is True
    for front in before:
        way = WayIn(by=BALANCER, who=front.who, what=what, via=front.rule.name, address=group.address, thing=thing,
                    measure=front.measure)  # fmt: skip
        if front.who and not inside:
            yield way
        if front.rule.address in publishers(stack):
            yield replace(way, by=PUBLISHED, who="")


def _of_attachment(given: Value) -> bool:
    """Whether a target is an attachment, and not one of Google's own APIs."""
    target = given.target
    return target.type == SERVICE_ATTACHMENT.type if target else given.unknown or is_link_of_attachment(given.text)


@lru_cache(maxsize=8)
def _fronts(stack: Stack) -> Mapping[str, list[_Front]]:
    """The load balancers' rules in front of each network endpoint group, by its address."""
    found: dict[str, list[_Front]] = defaultdict(list)
    for item in stack.of(FRONTEND.type, GLOBAL_ENDPOINT.type):
        if not item.is_psc_endpoint:
            for group, by_iap in _behind(View(item, stack)):
                measure = PERHAPS if group == _NOBODY_KNOWS else ""
                found[group].append(_Front(View(item, stack), by_iap, measure))
    return found


def _behind(rule: View) -> Iterator[tuple[str, bool]]:
    """The addresses of the groups behind a rule, each with whether Identity-Aware Proxy is before it."""
    waiting, seen = [(rule, False)], {rule.address}
    while waiting:
        item, by_iap = waiting.pop()
        if any(map(_lost, _links(item))):
            yield _NOBODY_KNOWS, by_iap
        for named in item.named:
            if named.address in seen:
                continue
            seen.add(named.address)
            if named.type.endswith(_GROUP):
                yield named.address, by_iap
            elif named.type.endswith(_ON_THE_WAY):
                waiting.append((named, by_iap or _checked(named)))


def _links(item: View) -> list[Value]:
    """What leads on from a part of a load balancer."""
    links = [item.get(name) for name in ("target", "backend_service", "url_map", "default_service")]
    return [*links, *(backend.get("group") for backend in item.blocks("backend"))]


def _lost(link: Value) -> bool:
    """Whether a link leads nobody knows where: through a local or a dynamic block, which no plan shows."""
    return link.unknown and not link.items


def _checked(backend_service: View) -> bool:
    """Whether Identity-Aware Proxy is known to check who asks."""
    return any(block.get("enabled").equals(True) for block in backend_service.blocks("iap"))


# What takes no requests from external load balancers.
INTERNAL_INGRESS = ("INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_NONE", "internal")


def ingress_of(item: View) -> Value:
    """Where a Cloud Run service takes requests from; absent means everywhere."""
    if item.kind is SERVICE:
        return item.get("ingress")
    ingress = item.get("ingress")
    for metadata in item.blocks("metadata"):
        for notes in metadata.blocks("annotations"):
            ingress = notes.get("run.googleapis.com/ingress")
    return ingress


def link_of(text: str, stack: Stack) -> str:
    """A self link as people say it: the attachment's name, and its project where that is another deployment's."""
    parts = text.split("/")
    if "serviceAttachments" not in parts or "projects" not in parts:
        return text
    own = any(other.called(SERVICE_ATTACHMENT.type, parts[-1]) for other in stack.others.values())
    return parts[-1] if own else f"{parts[-1]} in {parts[parts.index('projects') + 1]}"


@lru_cache(maxsize=8)
def publishers(stack: Stack) -> dict[str, str]:
    """The name of the attachment that publishes a load balancer's rule, by the rule's address."""
    names: dict[str, str] = {}
    for attachment in views(stack):
        rule = attachment.get("target_service").target if attachment.type == SERVICE_ATTACHMENT.type else None
        if rule is not None:
            names.setdefault(rule.address, attachment.name)
    return names
