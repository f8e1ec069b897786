"""Rules about HTTPS: whether it is spoken, which TLS, by a certificate of the host, and what is open beside it."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules.certificates import wildcard
from deployment.kinds.certificates import CERTIFICATE
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.load_balancer import HTTP_PROXY, HTTPS_PROXY, SSL_POLICY
from review.known import Value, View
from review.rules.attribute import other_value
from review.rules.rule import NOTE, WARNING, Answer, Subject, finding, fine, rule, undecided


@rule(
    id="plain-http",
    severity=NOTE,
    kinds=(HTTP_PROXY.type, "google_compute_target_http_proxy"),
    what="The load balancer speaks plain HTTP.",
    why="Callers' ID tokens cross the consumer's network readable. Google encrypts between its own facilities, but "
    "anyone who can capture packets on a calling VM gets a token that is valid for an hour.",
    remedy="Give the service https with a host and a certificate; or accept the finding if accepted networks are "
    "trusted and no policy demands TLS end to end.",
    setting=("https",),
)
def plain_http(subject: Subject) -> Answer:
    """The kind itself, unless its URL map does nothing but redirect to HTTPS."""
    url_map = subject.item.get("url_map").target
    redirects = url_map.blocks("default_url_redirect") if url_map else ()
    for redirect in (one.get("https_redirect") for one in redirects):
        if redirect.equals(True) is not False:
            return fine() if redirect.equals(True) else undecided("https_redirect is {value}", value=redirect)
    return finding("an HTTP proxy, not an HTTPS one")


@rule(
    id="old-tls",
    severity=WARNING,
    kinds=(SSL_POLICY.type, "google_compute_ssl_policy"),
    what="Clients may use TLS 1.0 or 1.1.",
    why="Both are out of date since RFC 8996; the provider offers TLS 1.0 where nothing is said.",
    remedy="Set min_tls_version = TLS_1_2, or newer.",
)
def old_tls(subject: Subject) -> Answer:
    """Left out, it is TLS 1.0."""
    version = subject.item.get("min_tls_version")
    if version.equals("TLS_1_2", "TLS_1_3"):
        return fine()
    return other_value("min_tls_version", version, "TLS_1_2")


@rule(
    id="certificate-of-another-host",
    severity=WARNING,
    kinds=(HTTPS_PROXY.type,),
    what="The certificate of a load balancer is of another host than its service takes tokens for.",
    why="A client either calls a name that the certificate does not cover, and its handshake fails, or one that is no "
    "audience of the service, and a token for it is answered 401.",
    remedy="Make the certificate for the host, or give the service the certificate's host as an audience.",
    setting=("https",),
)
def certificate_of_another_host(subject: Subject) -> Answer:
    """Where the stack tells the names of the certificate and the hosts among the service's audiences."""
    names = [name for link in subject.item.list("certificate_manager_certificates") for name in _names(link)]
    audiences = [one for run in _services(subject) for one in run.list("custom_audiences")]
    hosts = [one.text.split("/")[2] for one in audiences if one.text.startswith("https://")]
    known = {name.text for name in names}
    if not names or not audiences or any({host, wildcard(host)} & known for host in hosts):
        return fine()
    for value in (*names, *audiences):
        if value.unknown:
            return undecided("which host it is, is {value}", value=value)
    return finding("it is of {names}, and the hosts are {hosts}", names=", ".join(sorted(known)),
                   hosts=", ".join(hosts)) if hosts else fine()  # fmt: skip


def _names(link: Value) -> Iterator[Value]:
    """What a certificate of the stack is of: as it is ordered, or as a plan knows it of one that was uploaded."""
    certificate = link.target
    if certificate is not None and certificate.type == CERTIFICATE.type:
        for managed in certificate.blocks("managed"):
            yield from managed.list("domains")
        yield from certificate.list("san_dnsnames")


def _services(subject: Subject) -> Iterator[View]:
    """The Cloud Run services of the stack that a proxy leads to."""
    url_map = subject.item.get("url_map").target
    backend_service = url_map.get("default_service").target if url_map else None
    for backend in backend_service.blocks("backend") if backend_service else ():
        group = backend.get("group").target
        for run in group.blocks("cloud_run") if group else ():
            name = run.get("service")
            for service in subject.stack.of(SERVICE.type):
                if service.get("name").text == name.text or (name.target and name.target.address == service.address):
                    yield service


@rule(
    id="default-url-open",
    severity=NOTE,
    kinds=(SERVICE.type,),
    what="The run.app address of a service with other audiences is open.",
    why="Whoever is in one of the project's own networks reaches the service by it, past the load balancer with its "
    "TLS policy and the accept list, and a token for the URL is taken as well.",
    remedy="Set default_url: false (provider 7.7 or newer) once no caller asks for a token for the URL.",
    setting=("default_url",),
)
def default_url_open(subject: Subject) -> Answer:
    """Only where callers have another audience to change over to, and ingress lets anybody in."""
    disabled = subject.item.get("default_uri_disabled")
    closed = subject.item.get("ingress").equals("INGRESS_TRAFFIC_NONE", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER")
    audiences = subject.item.list("custom_audiences")
    if not audiences or closed or disabled.equals(True):
        return fine()
    if all(one.unknown for one in audiences):
        return undecided("custom_audiences are {value}", value=audiences[0])
    if closed is None:
        return undecided("ingress is {value}", value=subject.item.get("ingress"))
    if disabled.equals(True) is None:
        return undecided("default_uri_disabled is {value}", value=disabled)
    return finding("default_uri_disabled is {value}", value=disabled)
