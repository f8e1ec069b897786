"""Rules about the internal load balancer between attachment and Cloud Run."""

from __future__ import annotations

import re
from typing import Any

from deployment.kinds.forwarding_rule import FRONTEND
from deployment.kinds.load_balancer import BACKEND_SERVICE, HTTP_PROXY
from deployment.kinds.network import SUBNETWORK
from deployment.references import is_open, referred, target_of
from deployment.stack import Item, Stack, blocks, single
from review.rules.attribute import other_value
from review.rules.rule import ERROR, NOTE, WARNING, Answer, Subject, finding, fine, rule

_BACKENDS = (BACKEND_SERVICE.type, "google_compute_backend_service")
_MANAGED = ("INTERNAL_MANAGED", "EXTERNAL_MANAGED", "INTERNAL_SELF_MANAGED")


@rule(
    id="drained-backend",
    severity=ERROR,
    kinds=_BACKENDS,
    what="A backend is drained.",
    why="Left out, the provider sends 0, which offers nothing of the group's capacity: every apply succeeds, and every "
    "request is answered 503. Whether that holds for a serverless NEG, where Google says that the field is not "
    "available, is not known.",
    remedy="Set capacity_scaler = 1.0.",
)
def drained_backend(subject: Subject) -> Answer:
    """Missing or 0, for managed schemes; nothing is claimed about serverless NEGs."""
    values = subject.item.values
    if values.get("load_balancing_scheme") not in _MANAGED:
        return fine()
    for backend in blocks(values, "backend"):
        capacity = backend.get("capacity_scaler")
        if _serverless(backend, subject.stack):
            continue
        if is_open(capacity) or not capacity:
            return other_value("capacity_scaler", capacity)
    return fine()


def _serverless(backend: dict[str, Any], stack: Stack) -> bool:
    """Whether a backend is known to be a serverless NEG."""
    group = target_of(backend.get("group"), stack)
    return group is not None and group.values.get("network_endpoint_type") == "SERVERLESS"


@rule(
    id="serverless-backend-settings",
    severity=ERROR,
    kinds=_BACKENDS,
    what="A backend service with a serverless NEG has settings that the API refuses.",
    why="With a serverless NEG there is no health check, no time-out of the load balancer and no rate or utilization "
    "target; the provider checks none of it at plan time, so the apply stops half-way with 400.",
    remedy="Remove the setting; how long a request may take is Cloud Run's own timeout.",
)
def serverless_backend_settings(subject: Subject) -> Answer:
    """Only where the NEG is known to be serverless. State has a time-out of 30 whatever was asked."""
    serverless = False
    for backend in blocks(subject.item.values, "backend"):
        serverless |= _serverless(backend, subject.stack)
        if serverless and any(backend.get(key) for key in ("max_utilization", "max_rate", "max_rate_per_endpoint")):
            return finding("the backend has a rate or utilization target")
    if not serverless or not subject.stack.written:
        return fine()
    for key in ("health_checks", "timeout_sec"):
        if subject.item.values.get(key):
            return finding("{key} is set", key=key)
    return fine()


@rule(
    id="plain-http",
    severity=NOTE,
    kinds=(HTTP_PROXY.type, "google_compute_target_http_proxy"),
    what="The load balancer speaks plain HTTP.",
    why="Callers' ID tokens cross the consumer's network readable. Google encrypts between its own facilities, but who "
    "can capture packets on a calling VM has a token that is good for an hour.",
    remedy="Accept it where accepted networks are trusted; where a policy demands TLS end to end this is not enough.",
)
def plain_http(subject: Subject) -> Answer:
    """The kind itself, unless its URL map does nothing but redirect to HTTPS."""
    url_map = target_of(subject.item.values.get("url_map"), subject.stack)
    redirects = blocks(url_map.values, "default_url_redirect") if url_map else []
    if any(redirect.get("https_redirect") is True for redirect in redirects):
        return fine()
    return finding("an HTTP proxy, not an HTTPS one")


@rule(
    id="proxy-subnet-order",
    severity=WARNING,
    kinds=(FRONTEND.type,),
    what="The load balancer does not wait for the proxy-only subnet.",
    why=FRONTEND.noteworthy["depends_on"].why,
    remedy="Add depends_on with the proxy-only subnet to the forwarding rule.",
    code_only=True,
)
def proxy_subnet_order(subject: Subject) -> Answer:
    """Where both stand in one stack."""
    if single(subject.item.values, "load_balancing_scheme") not in {"INTERNAL_MANAGED", "EXTERNAL_MANAGED"}:
        return fine()
    proxies = [
        subnet.address
        for subnet in subject.stack.of(SUBNETWORK.type)
        if single(subnet.values, "purpose") in {"REGIONAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER"}
    ]
    if not proxies or _reaches(subject.item, set(proxies), subject.stack):
        return fine()
    return finding("it does not depend on {subnet}", subnet=proxies[0])


def _reaches(item: Item, wanted: set[str], stack: Stack) -> bool:
    seen: set[str] = set()
    waiting = [item]
    while waiting:
        needing = waiting.pop()
        for address in _needs(needing.values):
            if address in wanted:
                return True
            if address in stack.items and address not in seen:
                seen.add(address)
                waiting.append(stack.items[address])
    return False


def _needs(values: dict[str, Any]) -> set[str]:
    named = values.get("depends_on")
    listed = {str(dependency) for dependency in named} if isinstance(named, list) else set()
    plain = {re.sub(r"^\$\{(.*)\}$", r"\1", dependency) for dependency in listed}
    return plain | {address for address, _ in referred({**values, "depends_on": None, "lifecycle": None})}
