"""Rules about networks: flow logs, addresses, DNS."""

from __future__ import annotations

from functools import lru_cache

from deployment.kinds.address import ADDRESS
from deployment.kinds.forwarding_rule import FRONTEND
from deployment.kinds.load_balancer import NETWORK_ENDPOINT_GROUP
from deployment.kinds.network import NETWORK, SUBNETWORK
from deployment.stack import Stack
from review.known import View, views
from review.rules.attribute import must_be
from review.rules.rule import ERROR, WARNING, Answer, Rule, Subject, finding, fine, rule, undecided


@rule(
    id="no-flow-logs",
    severity=WARNING,
    kinds=(SUBNETWORK.type,),
    what="A subnet with callers in it logs no flows.",
    why="The service sees an address of Google's fabric; only the flow log together with the request log tells which "
    "VM called. Removing log_config does not even switch off logging that is deployed.",
    remedy="Leave flow_logs on for consumers, or acknowledge the finding. What is deployed is switched off by "
    "flow_sampling = 0 in log_config, not by taking it out.",
    setting=("flow_logs",),
)
def no_flow_logs(subject: Subject) -> Answer:
    """Only subnets with senders: proxies, NAT and load balancers' addresses make no flow log of their own."""
    purpose = subject.item.get("purpose")
    sends = purpose.absent or purpose.equals("PRIVATE", "PRIVATE_RFC_1918")
    if sends is None:
        return undecided("the purpose is {value}", value=purpose)
    if not sends or _only_frontends(subject):
        return fine()
    there = subject.item.presence("log_config")
    if there.absent:
        return finding("it has no log_config")
    if there.unknown:
        return undecided("log_config is {value}", value=there)
    sampling = subject.item.blocks("log_config")[0].get("flow_sampling")
    if sampling.equals(0) is None:
        return undecided("flow_sampling is {value}", value=sampling)
    return finding("flow_sampling is 0") if sampling.equals(0) else fine()


def _only_frontends(subject: Subject) -> bool:
    """Whether load balancers' rules stand in a subnet, and nothing that sends of its own."""
    inside = subject.stack.cached(_occupants).get(subject.item.address, [])
    rules = [item for item in inside if item.kind is FRONTEND]
    return bool(rules) and all(item in rules or item.kind in {ADDRESS, NETWORK_ENDPOINT_GROUP} for item in inside)


@lru_cache(maxsize=8)
def _occupants(stack: Stack) -> dict[str, list[View]]:
    """What stands in each subnet, by the subnet's address."""
    occupants: dict[str, list[View]] = {}
    for item in views(stack):
        for holder in (item, *item.blocks("network_interface")) if item.is_resource else ():
            named = holder.get("subnetwork")
            subnet = named.target or stack.called(SUBNETWORK.type, named.text)
            if subnet is not None:
                occupants.setdefault(subnet.address, []).append(item)
    return occupants


automatic_subnets = Rule(
    id="automatic-subnets",
    severity=WARNING,
    kinds=(NETWORK.type,),
    what="A network makes a subnet in every region.",
    why=NETWORK.noteworthy["auto_create_subnetworks"].why,
    remedy="Set auto_create_subnetworks = false.",
    judge=must_be("auto_create_subnetworks", False, otherwise="on"),
)


external_address = Rule(
    id="external-address",
    severity=ERROR,
    kinds=(ADDRESS.type, "google_compute_global_address"),
    what="An address is external.",
    why="address_type is EXTERNAL when unset: the address is on the internet, and no endpoint can use it.",
    remedy='Set address_type = "INTERNAL".',
    judge=must_be("address_type", "INTERNAL"),
)


public_dns_zone = Rule(
    id="public-dns-zone",
    severity=WARNING,
    kinds=("google_dns_managed_zone",),
    what="A DNS zone is public.",
    why="visibility is public when unset: everybody can then read names and addresses of private services.",
    remedy='Set visibility = "private".',
    judge=must_be("visibility", "private"),
)
