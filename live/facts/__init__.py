"""The facts that `./psc verify` asks, in the order in which they are told. A new fact is a line here."""

from __future__ import annotations

from live.fact import Fact
from live.facts.apis import enabled
from live.facts.attachment import as_configured
from live.facts.certificates import usable, used
from live.facts.connections import both_sides, connected, pointed
from live.facts.dns import found, seen
from live.facts.invokers import may_call
from live.facts.load_balancer import leads, proxies
from live.facts.nat import left
from live.facts.service import ingress, ready, serving
from live.subjects import Expected, Published


def _of_cloud_run(expected: Expected) -> list[Published]:
    """What is published and is a service of Cloud Run, not a load balancer of others."""
    return [one for one in expected.published if one.services]


def _of_https(expected: Expected) -> list[Published]:
    """What has HTTPS with a certificate that this configuration gives it."""
    return [one for one in expected.published if one.https]


FACTS: tuple[Fact, ...] = (
    Fact(name="apis", says="the APIs are enabled", subjects=lambda one: one.apis, judge=enabled),
    Fact(
        name="proxy-only-subnet",
        says="the network has an ACTIVE proxy-only subnet in the region",
        subjects=lambda one: one.proxies,
        judge=proxies,
    ),
    Fact(name="service", says="the service is ready", subjects=_of_cloud_run, judge=ready),
    Fact(name="ingress", says="its ingress is as configured", subjects=_of_cloud_run, judge=ingress),
    Fact(
        name="revision", says="its latest revision is the one serving", subjects=_of_cloud_run,
        judge=serving,
    ),
    Fact(
        name="invokers", says="each configured invoker holds the role", subjects=_of_cloud_run,
        judge=may_call,
    ),
    Fact(
        name="load-balancer", says="the attachment leads to the service", subjects=lambda one: one.published,
        judge=leads,
    ),
    Fact(
        name="certificate", says="the certificate is ACTIVE, not expired, and for the service's host",
        subjects=_of_https, judge=usable,
    ),
    Fact(name="https-proxy", says="the load balancer has the certificate", subjects=_of_https, judge=used),
    Fact(
        name="attachment", says="the attachment accepts whom the configuration says",
        subjects=lambda one: one.published, judge=as_configured,
    ),
    Fact(name="nat", says="addresses are left for NAT", subjects=lambda one: one.published, judge=left),
    Fact(
        name="connections", says="who is connected is who is configured", subjects=lambda one: one.published,
        judge=connected,
    ),
    Fact(name="endpoint", says="the endpoint is ACCEPTED", subjects=lambda one: one.endpoints, judge=pointed),
    Fact(name="dns", says="the host leads to the endpoint in its network", subjects=lambda one: one.names, judge=found),
    Fact(
        name="dns-hidden", says="no nearer zone and no policy hides the host's record",
        subjects=lambda one: one.names, judge=seen,
    ),
    Fact(
        name="both-sides", says="both sides show the same connection", subjects=lambda one: one.connections,
        judge=both_sides,
    ),
)  # fmt: skip
