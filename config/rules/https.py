"""HTTPS: where its certificate comes from, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules import certificates
from cloudrun_psc.rules.faults import Fault
from config.problems import KeyPath
from config.rules.finding import Finding, refused, services_of
from config.settings import ServiceSettings, Settings
from config.settings.section import is_given
from config.settings.service import HttpsSettings


def findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with each service's HTTPS."""
    for path, _, service in services_of(settings):
        if service.https is not None:
            yield from _certificate(settings, (*path, "https"), service, service.https)
        for part in ("https_proxy", "ssl_policy") if service.https is None else ():
            if is_given(service.names, part):
                fault = Fault(
                    wrong="is given, but the service has no https",
                    allowed="a name of what is made",
                    remedy="remove it, or give https",
                )
                yield Finding((*path, "names", part), fault, ((*path, "https"),))


def _certificate(
    settings: Settings, path: KeyPath, service: ServiceSettings, https: HttpsSettings
) -> Iterator[Finding]:
    assert settings.producer is not None
    here: KeyPath = (*path, "certificate")
    if service.forwarding_rule is not None:
        if https.certificate is not None:
            fault = Fault(
                wrong="is given together with forwarding_rule, whose load balancer has its certificate",
                allowed="host alone",
                remedy="remove it",
            )
            yield Finding(here, fault, ((*path[:-1], "forwarding_rule"),))
        return
    if https.certificate is None:
        fault = Fault(
            wrong="is missing: HTTPS needs a certificate that covers the host",
            allowed="projects/PROJECT/locations/REGION/certificates/NAME, or "
            "projects/PROJECT/regions/REGION/sslCertificates/NAME",
            remedy="give its link",
        )
        yield Finding(here, fault)
        return
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
