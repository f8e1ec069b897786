"""Whether clients that call a host by its name get to its service: DNS, certificate and audience, as far as seen."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules import certificates
from deployment.values import Json

_MANAGER = "//certificatemanager.googleapis.com/"


def unfound(state: Json) -> Iterator[str]:
    """Names in the private zones of a network that lead to no endpoint there, one sentence each."""
    endpoints = {(network, address) for network, address, _ in _endpoints(state)}
    for host, network, address in _resolved(state):
        if (network, address) not in endpoints:
            yield f"{host} resolves to {address}, where no endpoint of its network is"


def refused(state: Json, proxy: Json, run: Json) -> Iterator[str]:
    """What a client of an HTTPS proxy meets before its request is Cloud Run's: no certificate, or no audience."""
    names: set[str] = set()
    for link in proxy.get("sslCertificates", []):
        path = link.removeprefix(_MANAGER)
        certificate = state["certificates"].get(path) or state["compute"].get(path[path.find("projects/") :], {})
        status = certificate.get("managed", {}).get("state", "ACTIVE")
        if status != "ACTIVE":
            yield f"certificate {path.rpartition('/')[2]} is {status}: no handshake succeeds until it is ACTIVE"
        names |= {*certificate.get("sanDnsnames", []), *certificate.get("subjectAlternativeNames", [])}
    hosts = [audience.removeprefix("https://") for audience in run.get("customAudiences", [])]
    if names and not any(_covered(host, names) for host in hosts):
        yield (
            f"{proxy['name']}: its certificate is of {', '.join(sorted(names))}, and {run['name'].rpartition('/')[2]} "
            "takes no such host as an audience: a token for https://HOST is answered 401; add it to custom_audiences"
        )


def _covered(host: str, names: set[str]) -> bool:
    return bool({host, certificates.wildcard(host)} & names)


def _resolved(state: Json) -> Iterator[tuple[str, str, str]]:
    """Each A record of a private zone: name, network, address; of zones of others the network is not known."""
    for path, record in state.get("dns", {}).items():
        zone = state["dns"].get(path.partition("/rrsets/")[0], {})
        networks = zone.get("privateVisibilityConfig", {}).get("networks", [])
        for network in networks if record.get("type") == "A" else []:
            for address in record.get("rrdatas", []):
                yield record["name"].rstrip("."), _path(network["networkUrl"]), address


def _endpoints(state: Json) -> Iterator[tuple[str, str, str]]:
    for path in state["connections"]:
        rule = state["compute"].get(path, {})
        address = rule.get("IPAddress", "")
        reserved = state["compute"].get(_path(address), {})
        yield _path(rule.get("network", "")), reserved.get("address", address), path


def _path(link: str) -> str:
    return link[link.find("projects/") :] if "projects/" in link else link
