"""A service's host in DNS: the record leads to the endpoint, its network sees it, and nothing nearer hides it.

How a name is looked up in a network: https://cloud.google.com/dns/docs/vpc-name-res-order (name servers of a policy,
then private zones, of which the longest name that fits answers alone). Response policies are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from deployment.values import Json
from live.fact import Outcome, fails, holds
from live.names import plain, same
from live.reader import Reader
from live.subjects import Named


def found(named: Named, reader: Reader) -> Iterator[Outcome]:
    """The zone is there and seen by the endpoint's network, and the record has the endpoint's address."""
    zone = reader.get("dns.managedZones.get", project=named.project, managedZone=named.zone)
    if zone is None:
        whose = named.deploy if named.made else f"its owner makes it again, or another one: dns.zone of {named.label}"
        yield fails(f"there is no DNS zone {named.zone} for {named.host}", whose)
        return
    if zone.get("visibility") != "private" or not _sees(_networks(zone), named):
        sees = "is public" if zone.get("visibility") != "private" else f"is not seen by {named.network_name}"
        yield fails(f"the DNS zone {named.zone} {sees}: clients do not find {named.host}", _whose(named, zone))
        return
    has = _addresses(named, named.project, named.zone, reader)
    if has != [named.address]:
        is_ = f"leads to {', '.join(has)}, not to {named.address}" if has else "has no record"
        yield fails(f"{named.host} {is_} in the DNS zone {named.zone}", named.deploy)
        return
    yield holds(f"{named.host} leads to {named.address} in {named.network_name} (DNS zone {named.zone})")


def seen(named: Named, reader: Reader) -> Iterator[Outcome]:
    """No zone of a longer name, and no policy, answers the network instead.

    Only the zone's and the network's projects are asked: nobody can list the zones of all that name the network.
    """
    ours = reader.get("dns.managedZones.get", project=named.project, managedZone=named.zone)
    if ours is None:
        return  # told already
    hiding = [
        outcome
        for project in dict.fromkeys((named.project, named.network.split("/")[1]))
        for outcome in (*_zones(named, ours, project, reader), *_policies(named, project, reader))
    ]
    answers = f"nothing nearer than the DNS zone {named.zone} answers for {named.host} in {named.network_name}"
    yield from hiding or [holds(answers)]


def _zones(named: Named, ours: Json, project: str, reader: Reader) -> Iterator[Outcome]:
    for zone in reader.pages("dns.managedZones.list", "managedZones", project=project):
        if not _is_nearer(zone, ours, named):
            continue
        name, asks_others = zone["name"], zone.get("forwardingConfig") or zone.get("peeringConfig")
        if not asks_others and _addresses(named, project, name, reader) == [named.address]:
            continue
        command = f"gcloud dns record-sets create {named.host}. --type=A --rrdatas={named.address} --zone={name}"
        yield fails(
            f"the DNS zone {name} ({zone['dnsName']}) of {project} is nearer to {named.host}, and hides its record "
            f"from {named.network_name}",
            f"make the name servers that it asks answer {named.host} with {named.address}"
            if asks_others
            else f"add the record to it: {command} --project={project}",
        )


def _policies(named: Named, project: str, reader: Reader) -> Iterator[Outcome]:
    for policy in reader.pages("dns.policies.list", "policies", project=project):
        servers = policy.get("alternativeNameServerConfig", {}).get("targetNameServers", [])
        if servers and _sees([plain(one.get("networkUrl")) for one in policy.get("networks", [])], named):
            yield fails(
                f"the DNS policy {policy['name']} of {project} makes {named.network_name} ask other name servers "
                "instead of private zones",
                f"make those name servers answer {named.host} with {named.address}, or take the policy off the network",
            )


def _is_nearer(zone: Json, ours: Json, named: Named) -> bool:
    name = str(zone.get("dnsName", ""))
    nearer = len(name) > len(str(ours.get("dnsName", ""))) and f".{named.host}.".endswith(f".{name}")
    return nearer and zone.get("visibility") == "private" and _sees(_networks(zone), named)


def _addresses(named: Named, project: str, zone: str, reader: Reader) -> list[str]:
    """What the host's record in a zone leads to."""
    wanted = {"project": project, "managedZone": zone, "name": f"{named.host}.", "type": "A"}
    sets = reader.pages("dns.resourceRecordSets.list", "rrsets", **wanted)
    return sorted(str(one) for each in sets for one in each.get("rrdatas", []))


def _sees(networks: list[str], named: Named) -> bool:
    return any(same(one, named.network) for one in networks)


def _networks(zone: Json) -> list[str]:
    return [plain(one.get("networkUrl")) for one in zone.get("privateVisibilityConfig", {}).get("networks", [])]


def _whose(named: Named, zone: Json) -> str:
    if named.made:
        return named.deploy
    if zone.get("visibility") != "private":
        return f"take a private zone: dns.zone of {named.label}"
    networks = ",".join([*_networks(zone), named.network])  # the command replaces the list
    return (
        f"whoever owns it lets the network see it: gcloud dns managed-zones update {named.zone} --networks={networks} "
        f"--project={named.project}"
    )
