"""HTTPS: where its certificate comes from, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules import certificates, connections, default_names, dns
from cloudrun_psc.rules.content_names import base_name
from cloudrun_psc.rules.faults import Fault
from cloudrun_psc.rules.provider_versions import DEFAULT_URI_DISABLED, WRITE_ONLY_KEY
from config.problems import KeyPath
from config.rules.finding import Finding, endpoints_of, needs_newer, refused, services_of
from config.settings import ServiceSettings, Settings
from config.settings.https import HttpsSettings, PemSettings
from config.settings.section import is_given

_WAYS = ("certificate", "managed", "authority", "pem")


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with each service's HTTPS."""
    for path, _, service in services_of(settings):
        yield from _default_url(settings, path, service)
        if service.https is not None:
            yield from _certificate(settings, (*path, "https"), service, service.https)
        for part in ("https_proxy", "ssl_policy", "certificate") if service.https is None else ():
            if is_given(service.names, part):
                fault = Fault(
                    wrong="is given, but the service has no https",
                    allowed="a name of what is made",
                    remedy="remove it, or give https",
                )
                yield Finding((*path, "names", part), fault, ((*path, "https"),))
    yield from _dns(settings)
    yield from _authorized_once(settings)


def _default_url(settings: Settings, path: KeyPath, service: ServiceSettings) -> Iterator[Finding]:
    if service.default_url or service.run_service or service.forwarding_rule:
        return
    here: KeyPath = (*path, "default_url")
    yield from needs_newer(settings, here, DEFAULT_URI_DISABLED, "is false", "leave it out")
    if not service.every_audience:
        fault = Fault(
            wrong="is false, and no audience is left for ID tokens",
            allowed="false with https or audiences",
            remedy="give audiences",
        )
        yield Finding(here, fault, ((*path, "audiences"), (*path, "https")))


def _dns(settings: Settings) -> Iterator[Finding]:
    """A name that leads to an endpoint: of a service that has one, and once in a network."""
    taken: dict[tuple[str, str, str], KeyPath] = {}
    for path, key, consumer, endpoint in endpoints_of(settings):
        if endpoint.dns is None:
            continue
        here, host = (*path, "dns"), settings.host_of(endpoint)
        if not host:
            fault = Fault(
                wrong="is given for a service without a host name",
                allowed="dns where the service has https",
                remedy="give the service https, or the endpoint the host of its service_attachment; else leave it out",
            )
            yield Finding(here, fault)
            continue
        name = default_names.zone(endpoint.name)
        yield from refused(here, None if endpoint.dns.zone else dns.zone_base_name(name), (*path, "name"))
        network = ("network", connections.plain(consumer.network.existing or key), host)
        zone = ("zone", endpoint.dns.zone or "", host)
        first = taken.setdefault(network, here)
        first = taken.setdefault(zone, here) if endpoint.dns.zone and first == here else first
        if first != here:
            fault = Fault(
                wrong=f"{host} leads to the endpoint {first[3]!r}{_of_another(first, here)} already",
                allowed="each host once in a network, and in a zone",
                remedy="leave it out for one of the two",
            )
            yield Finding(here, fault, (first,))


def _of_another(first: KeyPath, here: KeyPath) -> str:
    return f" of the consumer {first[1]!r}" if first[1] != here[1] else ""


def _authorized_once(settings: Settings) -> Iterator[Finding]:
    """Two certificates that Google manages would share the one record that proves their host's domain."""
    taken: dict[str, KeyPath] = {}
    for path, _, service in services_of(settings):
        if service.https is None or service.https.managed is None:
            continue
        here: KeyPath = (*path, "https", "managed")
        first = taken.setdefault(service.https.host, here)
        if first != here:
            fault = Fault(
                wrong=f"{service.https.host} has a managed certificate of the service {first[2]!r} already, and both "
                "would write the record that proves the domain",
                allowed="each host once",
                remedy="give the certificate that is made by its link, as certificate",
            )
            yield Finding(here, fault, (first,))


def _certificate(
    settings: Settings, path: KeyPath, service: ServiceSettings, https: HttpsSettings
) -> Iterator[Finding]:
    assert settings.producer is not None
    here: KeyPath = (*path, "certificate")
    given = [way for way in _WAYS if getattr(https, way) is not None]
    if service.forwarding_rule is not None:
        for way in given:
            fault = Fault(
                wrong="is given together with forwarding_rule, whose load balancer has its certificate",
                allowed="host alone",
                remedy="remove it",
            )
            yield Finding((*path, way), fault, ((*path[:-1], "forwarding_rule"),))
        return
    for way in given[1:]:
        fault = Fault(
            wrong=f"is given together with {given[0]}",
            allowed=f"one of {', '.join(_WAYS)}",
            remedy="remove one of them",
        )
        yield Finding((*path, way), fault, ((*path, given[0]),))
    if not given:
        fault = Fault(
            wrong="is missing: HTTPS needs a certificate that covers the host",
            allowed="projects/PROJECT/locations/REGION/certificates/NAME, or "
            "projects/PROJECT/regions/REGION/sslCertificates/NAME; or managed, authority or pem",
            remedy="give its link",
        )
        yield Finding(here, fault, tuple((*path, way) for way in _WAYS))
    if https.pem is not None:
        yield from _pem(settings, (*path, "pem"), https.pem)
    if "certificate" not in given:
        yield from refused((*path[:-1], "names", "certificate"), base_name(service.names.certificate))
        return
    assert https.certificate is not None
    misplaced = certificates.certificate(https.certificate, within=settings.region)
    project = certificates.plain_certificate(https.certificate).split("/")[1]
    if misplaced is None and project != settings.producer.project:
        # Google documents none of another project for a regional proxy; the provider reads those of its own alone.
        misplaced = Fault(
            wrong=f"is in the project {project}",
            allowed=f"a certificate of {settings.producer.project}, where the load balancer is",
            remedy="make it there",
        )
    yield from refused(here, misplaced, ("region",), ("producer", "project"))


def _pem(settings: Settings, path: KeyPath, pem: PemSettings) -> Iterator[Finding]:
    yield from needs_newer(settings, path, WRITE_ONLY_KEY, "has a key that no state holds", "give a certificate")
    assert settings.producer is not None
    own = f"projects/{settings.producer.project}/secrets/"
    places = [f"{each.secret.removeprefix(own)} {each.version}" for each in (pem.certificate, pem.key)]
    yield from refused((*path, "key"), certificates.apart(*places), (*path, "certificate"))
