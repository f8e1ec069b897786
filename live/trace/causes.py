"""Why a request failed, as far as its answer tells: curl's exit codes and HTTP's status codes, with what to do.

Sources: curl(1), "EXIT CODES"; https://cloud.google.com/run/docs/troubleshooting;
https://cloud.google.com/load-balancing/docs/l7-internal/monitoring (statusDetails).
"""

from __future__ import annotations

from dataclasses import dataclass

from live.subjects import Endpoint
from live.trace.answers import Answer


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What is likely wrong, and what to do about it."""

    text: str
    repair: str


_VERIFY = "./psc verify tells what is wrong, on both sides"
_NOBODY = {
    6: ("{host} is not found in DNS", "{endpoint.deploy} writes its record, and ./psc verify tells who sees it"),
    7: (
        "nothing answers on port {endpoint.port}",
        "is it the port that the producer publishes? ./psc verify --stack producer",
    ),
    28: (
        "no answer in time: the connection is not ACCEPTED, or a firewall rule stops what leaves the VM",
        "./psc verify shows its status, and ./psc verify --connectivity where packets end",
    ),
    35: ("there was no TLS handshake: the certificate is not there yet, or the port does not speak TLS", _VERIFY),
    52: ("the connection was closed without an answer: the port may not speak HTTP", _VERIFY),
    56: ("the connection was cut: the port may not speak HTTP", _VERIFY),
    60: (
        "the certificate is for another host or has expired, or the VM does not know its authority",
        "./psc verify shows its names and when it expires; add a private authority's root to those that the VM trusts "
        "(update-ca-certificates)",
    ),
}  # fmt: skip
_NOT_HTTP = {1, 8}  # an answer that is not HTTP, or of a version that curl does not take
_STATUS = {
    401: (
        "the ID token is for an audience that the service does not take",
        "its audience was {audience}: give another with --audience, or add this one to the service's audiences",
    ),
    403: (
        "the VM's account may not call the service",
        "./psc verify --stack producer shows who lacks roles/run.invoker; a new grant takes some minutes",
    ),
    404: (
        "the service does not take requests that come this way (ingress), or has no such page",
        "./psc verify --stack producer shows its ingress; give another page with --path",
    ),
    429: ("the service has as many requests as it can take", "raise max_instances or concurrency of the service"),
    500: ("the service failed, or could not start", "its own log says why: gcloud run services logs read"),
    502: ("the load balancer got no HTTP answer from the service", _VERIFY),
    503: (
        "the load balancer has nothing to send it to: no ACTIVE proxy-only subnet, or no service behind it",
        _VERIFY,
    ),
    504: ("the service did not answer in time", "raise timeout_seconds of the service"),
}  # fmt: skip
# Those of which the proxies, or Cloud Run's front, may know alone: nothing comes into the request log then.
REFUSALS = frozenset({404, 429, 502, 503, 504})


def cause(answer: Answer, endpoint: Endpoint, audience: str, *, logged: bool = False) -> Cause | None:
    """Why a request failed; None for one that did not. `logged` says that the service's request log has it."""
    if answer.status == 0:
        odd = (f"curl ended with exit code {answer.exit}", "`man curl` tells what it means (EXIT CODES)")
        text, repair = _NOBODY[56] if answer.exit in _NOT_HTTP else _NOBODY.get(answer.exit, odd)
    elif answer.status >= 400:
        own = ("that is the service's own answer", "give another page by --path, if there is one")
        text, repair = own if logged and answer.status == 404 else _STATUS.get(answer.status, own)
    else:
        return None
    known = {"endpoint": endpoint, "host": endpoint.host or endpoint.address, "audience": audience or "none"}
    return Cause(text=text.format(**known), repair=repair.format(**known))
