"""What stacks take for granted: networks, subnets and services that they refer to, and that none of them makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from cloudrun_psc.rules import certificates, connections
from deployment import existing_certificates
from deployment.existing_producers import producers
from deployment.stack import blocks, provider_project, texts
from deployment.values import Json
from stacks.contract import HOST

_NETWORK, _SUBNET = re.compile(connections.NETWORK), re.compile(connections.SUBNETWORK)
# The postcondition of a data source where the configuration says the range.
_SAID = re.compile(r'self\.ip_cidr_range == "([0-9./]+)"')
# The postcondition of a data source about the port of a load balancer of others.
_PORT = re.compile(r'self\.port_range == "([0-9]+)-')
# Where nothing tells a subnet's range: outside the ranges of the reference deployment and of most examples.
_UNTOLD = IPv4Network("172.16.0.0/12")
_PROXIES = "REGIONAL_MANAGED_PROXY"


@dataclass
class Granted:
    """What is there before a first deployment, by its path in Google's links and with what its API says of it.

    `services` are those of Cloud Run; `shared` are the pairs of a Shared VPC host project and a project that uses its
    subnets. `certificates` are those of Certificate Manager; those of Compute Engine are resources.
    `zones` are those of Cloud DNS, `secrets` what is in versions of secrets.
    """

    resources: dict[str, Json] = field(default_factory=dict)
    services: dict[str, Json] = field(default_factory=dict)
    shared: set[tuple[str, str]] = field(default_factory=set)
    certificates: dict[str, Json] = field(default_factory=dict)
    zones: dict[str, Json] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass
class _Subnet:
    network: str
    purpose: str = "PRIVATE"
    range: str = ""
    addresses: set[str] = field(default_factory=set)


def granted(contents: Iterable[Json], used: Iterable[str] = ()) -> Granted:
    """What these synthesized stacks take for granted together.

    A range is the one that the configuration says, else the smallest with the addresses that are taken of it, else
    any that is not `used`: nobody knows it before the plan.
    """
    contents = list(contents)
    told, subnets, balanced, taken = Granted(), dict[str, _Subnet](), dict[str, str](), set(used)
    rules: dict[str, Json] = {}
    certified: dict[str, Json] = {}
    for content in contents:
        resources, own = content.get("resource", {}), provider_project(content)
        for type_, values in _each(content.get("resource", {})):
            network = _link(values.get("network"), _NETWORK) or _of_interfaces(values)
            if network:
                told.resources[network] = {"name": _name(network), "autoCreateSubnetworks": False}
                _share(told, network, str(values.get("project", own)))
            if type_ == "google_compute_forwarding_rule" and values.get("load_balancing_scheme") == "INTERNAL_MANAGED":
                balanced |= {network: str(values.get("region"))} if network and "region" in values else {}
        told.services |= {path: dict(_CLOSED) for path in _run_services(content, own)}
        rules |= dict(_rules(content))
        certified |= _certify(told, content)
        told.zones |= dict(_zones(content))
        for subnet, purpose, project in _subnets(resources, own):
            home = next((one for one in told.resources if _project(one) == _project(subnet)), "")
            if rules and not home:  # a load balancer of others is in a network that no link names
                home = f"projects/{_project(subnet)}/global/networks/existing-network"
                told.resources[home] = {"name": _name(home), "autoCreateSubnetworks": False}
            known = subnets.setdefault(subnet, _Subnet(network=home))
            known.purpose = purpose or known.purpose
            _share(told, subnet, project)
        _ranges(content, subnets)
        taken |= {str(each["ip_cidr_range"]) for _, each in _each(resources) if "ip_cidr_range" in each}
    for network, region in balanced.items():
        path = f"projects/{_project(network)}/regions/{region}/subnetworks/existing-proxies"
        subnets[path] = _Subnet(network=network, purpose=_PROXIES)
    networks = [path for path in told.resources if _NETWORK.fullmatch(path)]
    for path, rule in rules.items():
        _balance(told, subnets, path, rule, networks[0])
    told.resources |= _bodies({path: subnet for path, subnet in subnets.items() if subnet.network}, taken)
    for path, rule in rules.items():
        backend = {"name": rule["name"], **_INTERNAL, "protocol": "TCP"}
        told.resources |= {rule["backendService"]: backend, path: rule}
    told.resources |= producers(contents) | certified
    return told


def _run_services(content: Json, own: str) -> Iterator[str]:
    for values in content.get("data", {}).get("google_cloud_run_v2_service", {}).values():
        place = f"projects/{values.get('project', own)}/locations/{values.get('location')}"
        path = f"{place}/services/{values.get('name')}"
        if "${" not in path and "None" not in path:
            yield path


_CLOSED = {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}
_INTERNAL = {"loadBalancingScheme": "INTERNAL"}


def _rules(content: Json) -> Iterator[tuple[str, Json]]:
    """The forwarding rules of others: passthrough ones, as nothing follows what is behind them."""
    for values in content.get("data", {}).get("google_compute_forwarding_rule", {}).values():
        place = f"projects/{values['project']}/regions/{values['region']}"
        conditions = str([one["condition"] for one in blocks(values.get("lifecycle", {}), "postcondition")])
        port = _PORT.search(conditions)
        yield (
            f"{place}/forwardingRules/{values['name']}",
            {
                "name": values["name"],
                **_INTERNAL,
                "IPProtocol": "TCP",
                "ports": [port[1] if port else "80"],
                "allowGlobalAccess": "self.allow_global_access" in conditions,
            },
        )


def _certify(told: Granted, content: Json) -> dict[str, Json]:
    """Tell of certificates that exist, and of the PEM that others are made of; gives Compute Engine's."""
    told.secrets |= dict(existing_certificates.in_secrets(content))
    there = dict(existing_certificates.of_proxies(content))
    told.certificates |= {link: body for link, body in there.items() if certificates.of_certificate_manager(link)}
    return {link: body for link, body in there.items() if link not in told.certificates}


def _zones(content: Json) -> Iterator[tuple[str, Json]]:
    """The zones of others: of the domain of the name that stands in each, as nothing tells their own name."""
    for name, values in content.get("data", {}).get("google_dns_managed_zone", {}).items():
        record = content.get("resource", {}).get("google_dns_record_set", {}).get(name, {})
        host = content.get("output", {}).get(f"{name}_{HOST}", {}).get("value", "host.example.com")
        domain = str(record.get("name", f"{host}.")).partition(".")[2]
        visibility = "public" if '"public"' in str(values.get("lifecycle")) else "private"
        body = {"name": values["name"], "dnsName": domain, "description": "of others", "visibility": visibility}
        yield f"projects/{values['project']}/managedZones/{values['name']}", body


def _balance(told: Granted, subnets: dict[str, _Subnet], path: str, rule: Json, network: str) -> None:
    """Give a rule of others a subnet in the network where its NAT subnets are, and a backend service."""
    region, home = path.split("/")[3], _project(network)
    subnet = f"projects/{home}/regions/{region}/subnetworks/existing-load-balancers"
    subnets[subnet] = _Subnet(network=network)
    _share(told, subnet, _project(path))
    place = f"projects/{_project(path)}/regions/{region}"
    rule |= {"network": network, "subnetwork": subnet, "backendService": f"{place}/backendServices/{rule['name']}"}


def _each(resources: Json) -> Iterator[tuple[str, Json]]:
    yield from ((type_, values) for type_, named in resources.items() for values in named.values())


def _link(value: object, pattern: re.Pattern[str]) -> str:
    """A literal link, without the API's address in front."""
    return connections.plain(value) if isinstance(value, str) and pattern.fullmatch(value) else ""


def _of_interfaces(values: Json) -> str:
    found = (_link(one.get("network"), _NETWORK) for one in blocks(values, "network_interface"))
    return next(filter(None, found), "")


def others_subnets(content: Mapping[str, Any]) -> Iterator[str]:
    """The links of the subnets of other projects that a stack uses."""
    own = provider_project(content)
    for link, _, project in _subnets(content.get("resource", {}), own):
        if connections.project_of(link) != project:
            yield link


def others_networks_of_zones(content: Mapping[str, Any]) -> Iterator[str]:
    """The links of the networks of other projects in which a private zone of a stack is known."""
    own = provider_project(content)
    for zone in content.get("resource", {}).get("google_dns_managed_zone", {}).values():
        for seen in blocks(zone, "private_visibility_config"):
            links = (_link(one.get("network_url"), _NETWORK) for one in blocks(seen, "networks"))
            yield from (link for link in links if link and _project(link) != zone.get("project", own))


def _subnets(resources: Json, own: str) -> Iterator[tuple[str, str, str]]:
    """Each subnet that is referred to by link, the purpose that it must have, and the project that uses it."""
    for type_, values in _each(resources):
        project = str(values.get("project", own))
        if type_ == "google_network_management_vpc_flow_logs_config":
            continue  # beside the subnet, in its own project
        for text in [values.get("subnetwork"), *(one.get("subnetwork") for one in blocks(values, "network_interface"))]:
            if link := _link(text, _SUBNET):
                yield link, "", project
        for text in texts(values, "nat_subnets"):
            if link := _link(text, _SUBNET):
                yield link, "PRIVATE_SERVICE_CONNECT", project


def said_range(content: Mapping[str, Any], subnet: str) -> str:
    """The range that the configuration says of a subnet of others, by its link; "" where it says none."""
    for values in content.get("data", {}).get("google_compute_subnetwork", {}).values():
        link = f"projects/{values.get('project')}/regions/{values.get('region')}/subnetworks/{values.get('name')}"
        conditions = str([one["condition"] for one in blocks(values.get("lifecycle", {}), "postcondition")])
        said = _SAID.search(conditions)
        if said and link == connections.plain(subnet):
            return said[1]
    return ""


def _ranges(content: Json, subnets: dict[str, _Subnet]) -> None:
    for link, subnet in subnets.items():
        subnet.range = said_range(content, link) or subnet.range
    for values in content.get("resource", {}).get("google_compute_address", {}).values():
        link, address = _link(values.get("subnetwork"), _SUBNET), values.get("address")
        if link in subnets and isinstance(address, str) and "${" not in address:
            subnets[link].addresses.add(address)


def _bodies(subnets: dict[str, _Subnet], taken: set[str]) -> dict[str, Json]:
    used = [IPv4Network(one) for one in taken if "${" not in one]
    bodies = {}
    for path, subnet in sorted(subnets.items(), key=lambda item: (not item[1].range, not item[1].addresses, item[0])):
        network = IPv4Network(subnet.range) if subnet.range else _around(subnet.addresses) or _free(used)
        used.append(network)
        bodies[path] = {
            "name": _name(path),
            "network": subnet.network,
            "ipCidrRange": str(network),
            "purpose": subnet.purpose,
            **({"role": "ACTIVE"} if subnet.purpose == _PROXIES else {}),
        }
    return bodies


def _around(addresses: set[str]) -> IPv4Network | None:
    """The smallest range, at least a /24, that holds all of these."""
    if not addresses:
        return None
    network = IPv4Network(f"{min(addresses, key=IPv4Network)}/24", strict=False)
    while any(not IPv4Network(one).subnet_of(network) for one in addresses):
        network = network.supernet()
    return network


def _free(used: list[IPv4Network]) -> IPv4Network:
    return next(one for one in _UNTOLD.subnets(new_prefix=24) if not any(one.overlaps(other) for other in used))


def _share(told: Granted, link: str, project: str) -> None:
    if _project(link) != project and "${" not in project:
        told.shared.add((_project(link), project))


def _project(link: str) -> str:
    return connections.project_of(link)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
