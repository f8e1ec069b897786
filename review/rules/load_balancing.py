"""Rules about the internal load balancer between attachment and Cloud Run."""

from __future__ import annotations

from deployment.kinds.forwarding_rule import FRONTEND
from deployment.kinds.load_balancer import BACKEND_SERVICE
from deployment.kinds.network import SUBNETWORK
from review.known import Block, View
from review.rules.attribute import other_value
from review.rules.rule import ERROR, WARNING, Answer, Subject, finding, fine, rule, undecided

_BACKENDS = (BACKEND_SERVICE.type, "google_compute_backend_service")
_MANAGED = ("INTERNAL_MANAGED", "EXTERNAL_MANAGED", "INTERNAL_SELF_MANAGED")


@rule(
    id="drained-backend",
    severity=ERROR,
    kinds=_BACKENDS,
    what="A backend is drained.",
    why="If it is left out, the provider sends 0, which offers none of the group's capacity: every apply succeeds, and "
    "every request is answered 503. Whether that holds for a serverless NEG, where Google says that the field is not "
    "available, is not known.",
    remedy="Set capacity_scaler = 1.0.",
)
def drained_backend(subject: Subject) -> Answer:
    """Missing or 0, for managed schemes; nothing is claimed about NEGs that are serverless or for PSC."""
    scheme = subject.item.get("load_balancing_scheme")
    managed = scheme.equals(*_MANAGED)
    if managed is False:
        return fine()
    # Of a global backend service the provider has 1.0 where nothing is given.
    missing = managed and subject.item.type == BACKEND_SERVICE.type
    open_ = fine()
    for backend in subject.item.blocks("backend"):
        capacity, group = backend.get("capacity_scaler"), backend.get("group")
        if _is(backend, "SERVERLESS", "PRIVATE_SERVICE_CONNECT"):
            continue
        if (missing and capacity.absent) or capacity.equals(0):
            if managed and not group.later:
                return other_value("capacity_scaler", capacity, 1)
            what, value = ("group", group) if managed else ("scheme", scheme)
            open_ = undecided(f"it may be drained: the {what} is {{value}}", value=value)
        elif capacity.equals(0) is None:
            open_ = other_value("capacity_scaler", capacity, 0)
    return open_


def _is(backend: Block, *types: str) -> bool:
    """Whether a backend is known to be a NEG of some types."""
    group = backend.get("group").target
    return group is not None and group.get("network_endpoint_type").equals(*types) is True


@rule(
    id="serverless-backend-settings",
    severity=ERROR,
    kinds=_BACKENDS,
    what="A backend service with a serverless NEG has settings that the API refuses.",
    why="With a serverless NEG there is no health check, no time-out of the load balancer and no rate or utilization "
    "target; the provider checks none of it at plan time, so the apply stops half-way with 400.",
    remedy="Remove the setting; Cloud Run's own timeout limits how long a request may take.",
)
def serverless_backend_settings(subject: Subject) -> Answer:
    """Only where the NEG is known to be serverless. State has a time-out of 30 whatever was asked."""
    serverless = [backend for backend in subject.item.blocks("backend") if _is(backend, "SERVERLESS")]
    for backend in serverless:
        for key in ("max_utilization", "max_rate", "max_rate_per_endpoint"):
            if backend.get(key).known and not backend.get(key).equals(0):
                return finding("the backend has a rate or utilization target")
            # A plan has what the provider computes there as well.
            if subject.stack.written and backend.get(key).unknown:
                return undecided("{key} is {value}", key=key, value=backend.get(key))
    if not serverless or not subject.stack.written:
        return fine()
    for key in ("health_checks", "timeout_sec"):
        given = subject.item.list(key)
        if given and given[0].unknown:
            return undecided("{key} is {value}", key=key, value=given[0])
        if given:
            return finding("{key} is set", key=key)
    return fine()


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
    if not subject.item.get("load_balancing_scheme").equals("INTERNAL_MANAGED", "EXTERNAL_MANAGED"):
        return fine()
    proxies = [
        subnet.address
        for subnet in subject.stack.of(SUBNETWORK.type)
        if subnet.get("purpose").equals("REGIONAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER")
    ]
    if not proxies or _reaches(subject, set(proxies)):
        return fine()
    return finding("it does not depend on {subnet}", subnet=proxies[0])


def _reaches(subject: Subject, wanted: set[str]) -> bool:
    seen: set[str] = set()
    waiting: list[View] = [subject.item]
    while waiting:
        for address in waiting.pop().needs - seen:
            if address in wanted:
                return True
            seen.add(address)
            needed = subject.stack.get(address)
            waiting += [needed] if needed else []
    return False
