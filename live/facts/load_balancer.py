"""From the attachment to the service: every hop is there, and Envoy has addresses to run on."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.values import Json
from live.fact import Outcome, fails, holds
from live.names import plain
from live.reader import Reader
from live.subjects import Proxies, Published

_PURPOSE = "REGIONAL_MANAGED_PROXY"


def proxies(subject: Proxies, reader: Reader) -> Iterator[Outcome]:
    """An ACTIVE one, which all load balancers of the network and region share.

    Source: https://cloud.google.com/load-balancing/docs/proxy-only-subnets.
    """
    project, network, subnets = subject.network.split("/")[1], subject.label, proxy_subnets(subject, reader)
    active = [one for one in subnets if one.get("role") == "ACTIVE"]
    if active:
        one = active[0]
        yield holds(f"proxy-only subnet {one['name']} ({one.get('ipCidrRange')}) is ACTIVE")
        return
    others = ", ".join(f"{one['name']} is {one.get('role')}" for one in subnets)
    yield fails(
        f"no proxy-only subnet of {network} in {subject.region} is ACTIVE"
        f"{f' ({others})' if others else ''}: every request is answered 503",
        subject.deploy
        if subject.own
        else f"gcloud compute networks subnets create NAME --purpose={_PURPOSE} --role=ACTIVE --network={network} "
        f"--range=RANGE --region={subject.region} --project={project} (by the network's team)",
    )


def proxy_subnets(subject: Proxies, reader: Reader) -> list[Json]:
    """The proxy-only subnets of the network in the region, whatever their role."""
    project = subject.network.split("/")[1]
    return [
        one
        for one in reader.pages("compute.subnetworks.list", "items", project=project, region=subject.region)
        if one.get("purpose") == _PURPOSE and plain(one.get("network")) == subject.network
    ]


def leads(published: Published, reader: Reader) -> Iterator[Outcome]:
    """The live chain, hop by hop; what is told is where it ends."""
    attachment = at_any(published.attachments, reader)
    there = (id_ for id_ in published.rules if not attachment and reader.at(id_))
    hop = plain(attachment.get("targetService")) if attachment else next(there, next(iter(published.rules), ""))
    way = [hop.rpartition("/")[2]]
    if not published.services:
        yield _ends_at_others(published, way[0], reader.at(hop) if hop else None)
        return
    for what, following in _HOPS:
        resource = reader.at(hop) if hop else None
        if resource is None:
            yield fails(f"the {what} {way[-1] or 'that is expected'} is not there", published.deploy)
            return
        hop = plain(following(resource))
        way.append(hop.rpartition("/")[2])
    group = reader.at(hop) if hop else None
    if group is None:
        yield fails(f"the endpoint group {way[-1] or 'that is expected'} is not there", published.deploy)
        return
    yield _ends(published, group, hop, way, reader)


def _ends(published: Published, group: Json, link: str, way: list[str], reader: Reader) -> Outcome:
    named = str(group.get("cloudRun", {}).get("service", ""))
    _, project, _, region, *_ = link.split("/")
    wanted = {id_.rpartition("/")[2] for id_ in published.services}
    if wanted and named not in wanted:
        other = f"{named or 'no Cloud Run service'}, not to {' or '.join(sorted(wanted))}"
        return fails(f"the endpoint group {way[-1]} leads to {other}", published.deploy)
    place = f"projects/{project}/locations/{region}/services/{named}"
    if reader.get("run.projects.locations.services.get", name=place) is None:
        return fails(f"the endpoint group {way[-1]} leads to {named}, which is not there", published.deploy)
    return holds(f"{way[0]} leads through {way[-1]} to {named}")


def _ends_at_others(published: Published, name: str, rule: Json | None) -> Outcome:
    """A load balancer that exists: what is behind it is not ours to know."""
    if rule is None:
        return fails(
            f"the load balancer {name} is not there", f"the team that owns it: {published.where}.forwarding_rule"
        )
    wanted = {link.rpartition("/")[2] for link in published.rules}
    if name not in wanted:
        return fails(f"the attachment leads to {name}, not to {' or '.join(sorted(wanted))}", published.deploy)
    return holds(f"the attachment leads to {name}, a load balancer of others")


def at_any(candidates: tuple[str, ...], reader: Reader, **query: object) -> Json | None:
    """The first of some resources that is there."""
    return next(filter(None, (reader.at(id_, **query) for id_ in candidates)), None)


def _group(backend: Json) -> str:
    backends: list[Json] = backend.get("backends", [])
    return str(backends[0].get("group", "")) if backends else ""


_HOPS = (
    ("forwarding rule", lambda rule: rule.get("target", "")),
    ("proxy", lambda proxy: proxy.get("urlMap", "")),
    ("URL map", lambda url_map: url_map.get("defaultService", "")),
    ("backend service", _group),
)
