"""HTTPS of a load balancer as keys of the configuration, and the names that lead to an endpoint."""

from __future__ import annotations

import re
from typing import get_args

from cloudrun_psc.rules import certificates
from deployment.values import Json
from live.facts.certificates import covered, read
from live.failures import AnswerError, ApiOffError
from live.names import plain
from live.reader import Reader

_OF_HOST = re.compile(r"https://([^/:]+)")


def https(proxy: Json, policy: Json, service: Json, reader: Reader) -> tuple[Json, str]:
    """The keys of an HTTPS proxy in front of a Cloud Run service; or why there are none, "" else.

    The host is the one that both the certificate and an audience of the service have.

    Raises:
        AnswerError: for a certificate that may not be read.
    """
    name = proxy.get("name")
    links = [plain(one) for one in proxy.get("sslCertificates", [])]
    if len(links) != 1 or not re.fullmatch(certificates.CERTIFICATE, links[0]):
        return {}, f"its HTTPS proxy {name} has {len(links)} certificates, or one that is not regional"
    if proxy.get("serverTlsPolicy"):
        return {}, f"its HTTPS proxy {name} has serverTlsPolicy"
    profile, least = policy.get("profile"), policy.get("minTlsVersion")
    if profile not in get_args(certificates.TlsProfile) or least != certificates.MIN_TLS_VERSION:
        told = f"{profile} from {least}" if policy else "none"
        return {}, f"the SSL policy of its HTTPS proxy {name} is {told}, which no key says"
    names = covered(read(links[0], reader) or {})
    audiences = (_OF_HOST.fullmatch(one) for one in service.get("customAudiences", []))
    hosts = [one[1] for one in audiences if one and {one[1], certificates.wildcard(one[1])} & set(names)]
    if len(hosts) != 1:
        return {}, (
            f"its certificate is of {', '.join(names) or 'no name'}, of which not one is an audience of the service "
            "(https://HOST)"
        )
    return {"host": hosts[0], "certificate": links[0], "tls": profile}, ""


def zone_of(host: str, address: str, network: str, project: str, reader: Reader) -> tuple[str, str]:
    """The private zone of a project by which a host leads to an address in a network, "" for none; and a remark."""
    try:
        for zone in reader.pages("dns.managedZones.list", "managedZones", project=project):
            seen = zone.get("privateVisibilityConfig", {}).get("networks", [])
            if f".{host}.".endswith(f".{zone.get('dnsName')}") and network in [
                plain(one["networkUrl"]) for one in seen
            ]:
                record = reader.get(
                    "dns.resourceRecordSets.get", project=project, managedZone=zone["name"], name=f"{host}.", type="A"
                )
                if record and record.get("rrdatas") == [address]:
                    return f"projects/{project}/managedZones/{zone['name']}", ""
    except ApiOffError:
        return "", ""
    except AnswerError as error:
        return "", f"whether a zone of {project} has {host} is not known ({error}); if so, set dns of its endpoint"
    return "", ""
