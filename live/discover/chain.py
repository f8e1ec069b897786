"""What exists of a published service and of an endpoint, hop by hop, as Google's APIs tell it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deployment.values import Json
from live.discover.https import https
from live.names import plain
from live.reader import Reader

_SECTIONS = ("hostRules", "pathMatchers", "defaultUrlRedirect", "defaultRouteAction", "headerAction", "tests")
# Of a backend service what no key says: a security policy and so on.
_OF_BACKEND = ("cdnPolicy", "customRequestHeaders", "customResponseHeaders", "failoverPolicy", "healthChecks",
               "outlierDetection", "circuitBreakers", "consistentHash", "securityPolicy", "subsetting")  # fmt: skip


# Of any part: modules of others describe what they make.
_FOR_GOOD = ("description", "annotations", "httpKeepAliveTimeoutSec", "proxyBind", "serviceLabel")


@dataclass(frozen=True, kw_only=True)
class Published:
    """An attachment, and what it leads to. `odd` says why the load balancer is none that we would make; "" for one.

    `https` are the keys of HTTPS, {} for HTTP, and `policy` what TLS it offers.
    """

    attachment: Json
    rule: Json
    proxy: Json
    url_map: Json
    backend: Json
    group: Json
    policy: Json
    https: Json
    odd: str = ""

    @property
    def name(self) -> str:
        """The attachment's."""
        return str(self.attachment["name"])

    @property
    def service(self) -> str:
        """The Cloud Run service at its end; "" where there is none."""
        return str(self.group.get("cloudRun", {}).get("service", ""))


def published(reader: Reader, project: str, region: str) -> Iterator[Published]:
    """The attachments of a project in a region, each with its chain.

    Raises:
        AnswerError: for what may not be read.
    """
    for attachment in reader.pages("compute.serviceAttachments.list", "items", project=project, region=region):
        rule = _at(attachment.get("targetService") or attachment.get("producerForwardingRule"), reader)
        proxy = _at(rule.get("target"), reader)
        url_map = _at(proxy.get("urlMap"), reader)
        backend = _at(url_map.get("defaultService"), reader)
        backends: list[Json] = backend.get("backends", [])
        group = _at(backends[0].get("group"), reader) if len(backends) == 1 else {}
        policy = _at(proxy.get("sslPolicy"), reader)
        hops = (
            (attachment.get("targetService") or attachment.get("producerForwardingRule"), rule),
            (rule.get("target"), proxy), (proxy.get("urlMap"), url_map), (url_map.get("defaultService"), backend),
            (backends[0].get("group") if len(backends) == 1 else None, group),
        )  # fmt: skip
        gone = next((f"{plain(link)} is not there" for link, body in hops if link and not body), "")
        odd = gone or _odd(rule, url_map, backend, group) or _immutable(rule, proxy, group, policy)
        secure: Json = {}
        if not odd and "/targetHttpsProxies/" in str(rule.get("target")):
            place = f"projects/{project}/locations/{region}/services/{group['cloudRun']['service']}"
            service = reader.get("run.projects.locations.services.get", name=place) or {}
            secure, odd = https(proxy, policy, service, reader)
        yield Published(
            attachment=attachment, rule=rule, proxy=proxy, url_map=url_map, backend=backend, group=group,
            policy=policy, https=secure, odd=odd,
        )  # fmt: skip


def _at(link: object, reader: Reader) -> Json:
    try:
        return (reader.at(plain(link)) if link else None) or {}
    except (ValueError, KeyError):  # another kind of thing than any that we know
        return {}


def _odd(rule: Json, url_map: Json, backend: Json, group: Json) -> str:
    if rule.get("loadBalancingScheme") != "INTERNAL_MANAGED":
        return f"it is of the scheme {rule.get('loadBalancingScheme') or 'unknown'}, not INTERNAL_MANAGED"
    if not re.search("/targetHttps?Proxies/", str(rule.get("target"))):
        return f"its target is {plain(rule.get('target')) or 'unknown'}, no HTTP proxy"
    if used := [one for one in _SECTIONS if url_map.get(one)]:
        return f"its URL map {url_map.get('name')} has {', '.join(used)}"
    if odd := _odd_backend(backend):
        return f"its backend service {backend.get('name') or 'unknown'} has {odd}"
    if set(group.get("cloudRun", {})) - {"service"} or not group.get("cloudRun", {}).get("service"):
        return f"its backend {group.get('name') or 'unknown'} is not one Cloud Run service"
    return ""


def _odd_backend(backend: Json) -> str:
    if used := [one for one in _OF_BACKEND if backend.get(one)]:
        return ", ".join(used)
    for key, usual in (("protocol", "HTTP"), ("localityLbPolicy", "ROUND_ROBIN")):
        if backend.get(key, usual) != usual:
            return f"the {key} {backend[key]}"
    if backend.get("iap", {}).get("enabled"):
        return "iap"
    log = backend.get("logConfig", {})
    more = [log.get(one) for one in ("optionalMode", "loggingHttpRequestHeaders", "loggingHttpResponseHeaders")]
    if log.get("enable") and any(one not in (None, [], "EXCLUDE_ALL_OPTIONAL") for one in more):
        return "logConfig with more than a sampleRate"
    number = len(backend.get("backends", []))
    return "" if number == 1 else f"{number} backends"


def _immutable(*parts: Json) -> str:
    """What no key says and no update changes: without it, Terraform would make the part anew."""
    for part in parts:
        if used := [one for one in _FOR_GOOD if part.get(one)]:
            return f"{part.get('name')} has {', '.join(used)}, without which Terraform would make it anew"
    return ""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A PSC endpoint for a published service, and its reserved address ({} for none)."""

    rule: Json
    address: Json

    @property
    def name(self) -> str:
        """The rule's."""
        return str(self.rule["name"])

    @property
    def attachment(self) -> str:
        """The link of what it points at."""
        return plain(self.rule.get("target"))

    @property
    def odd(self) -> str:
        """Why it is none that we would make; "" for one."""
        return _immutable(self.rule, self.address)


def endpoints(reader: Reader, project: str, region: str) -> Iterator[Endpoint]:
    """The endpoints of a project in a region.

    Raises:
        AnswerError: for what may not be read.
    """
    addresses = list(reader.pages("compute.addresses.list", "items", project=project, region=region))
    for rule in reader.pages("compute.forwardingRules.list", "items", project=project, region=region):
        if "/serviceAttachments/" in str(rule.get("target")):
            link, given = plain(rule.get("selfLink")), rule.get("IPAddress")
            held = (
                one
                for one in addresses
                if link in map(plain, one.get("users", [])) or given in (one.get("address"), one.get("selfLink"))
            )
            yield Endpoint(rule=rule, address=next(held, {}))


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network of a side, and its subnets in all regions."""

    link: str
    body: Json
    subnets: tuple[Json, ...]

    def only_has(self, links: set[str]) -> bool:
        """Whether it can be one of ours: made for this, and nothing else stands in it."""
        own = {plain(one.get("selfLink")) for one in self.subnets}
        described = any(one.get("description") for one in (self.body, *self.subnets))
        return own == links and not (described or self.body.get("autoCreateSubnetworks") or self.body.get("peerings"))

    def subnet(self, link: str) -> Json:
        """One of its subnets; {} where it is not there."""
        return next((one for one in self.subnets if plain(one.get("selfLink")) == link), {})


def network(reader: Reader, link: str) -> Network:
    """A network by its link.

    Raises:
        AnswerError: for what may not be read.
    """
    body = reader.at(link) or {}
    subnets = tuple(filter(None, (reader.at(plain(one)) for one in body.get("subnetworks", []))))
    return Network(link=link, body=body, subnets=subnets)
