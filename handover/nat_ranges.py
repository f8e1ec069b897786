"""The ranges of PSC's NAT as a variable: one resource with `for_each`, whose names follow from the ranges.

The stacks have a resource for each range, with the range in its address and in its name, so that ranges come and go
without touching others. Here the range is the key of an instance, and `moved` blocks keep what is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.content_names import range_name
from cloudrun_psc.rules.ranges import PROHIBITED, SUBNET_PREFIX, WIDEST_PREFIX
from deployment.kinds.network import SUBNETWORK
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.values import Json, with_strings
from handover.callers import Move
from handover.service_variables import HandedService
from handover.templates import literal
from handover.variables import Validation, Variable

NAMES, RANGES, EXISTING, OVERLAPS = "nat_subnet_names", "nat_ranges", "existing_ranges", "nat_overlaps"
_REFERENCE = re.compile(rf"\$\{{{SUBNETWORK.type}\.(\w+)\.id\}}")
# A name that somebody chose, which the subnet has unless another one of the network has it.
_CHOSEN = re.compile(r'\$\{(.* \? )"([^"]+)" : "([^"]+)"\}')
# Whether two ranges share addresses: they are the same at the shorter prefix of the two.
_START = 'cidrhost("${{split("/", {})[0]}}/${{min(split("/", range)[1], split("/", other)[1])}}", 0)'.format
_SHARED = f"{_START('range')} == {_START('other')}"


@dataclass(frozen=True, kw_only=True)
class _Names:
    """How subnets are called: `base` with the range at its end, and those ranges whose name is another expression."""

    base: str
    others: Mapping[str, str]

    def expression(self) -> str:
        """The name of `range`."""
        name = f'"{self.base}-${{replace(range, "/[./]/", "-")}}"'
        for range_, other in self.others.items():
            name = f'range == "{range_}" ? {other} : {name}'
        return f"({name})" if self.others else name


def lift(stack: Json, services: list[HandedService]) -> list[Move]:
    """Put a variable in place of the NAT subnets of each attachment, where the stack makes them."""
    subnets = stack.get("resource", {}).get(SUBNETWORK.type, {})
    attachments = stack.get("resource", {}).get(SERVICE_ATTACHMENT.type, {})
    made = {service.address: _made(attachments[service.address], subnets) for service in services}
    made = {address: names for address, names in made.items() if names}
    called = _names([subnets[name] for names in made.values() for name in names])
    if called is None:
        return []
    moves = []
    for service in (service for service in services if service.address in made):
        own = {name: subnets.pop(name) for name in made[service.address]}
        moves += list(_lift(stack, service, own, [f"{address}_{RANGES}" for address in made]))
    every = [f"var.{address}_{RANGES}" for address in made]
    ranges = f"local.{RANGES}" if len(every) > 1 else every[0]
    stack.setdefault("locals", {}).update(
        {RANGES: f"${{concat({', '.join(every)})}}"} if len(every) > 1 else {},
        **{
            NAMES: f"${{{{ for range in toset({ranges}) : range => {called.expression()} }}}}",
            OVERLAPS: f"${{{_overlaps(ranges)}}}",
        },
    )
    return moves


def _made(attachment: Json, subnets: Mapping[str, Json]) -> list[str]:
    """The names of an attachment's NAT subnets that this stack makes; none where one is of others."""
    found = [_REFERENCE.fullmatch(link) for link in attachment["nat_subnets"]]
    names = [match[1] for match in found if match and match[1] in subnets]
    return names if len(names) == len(found) else []


def _names(subnets: list[Json]) -> _Names | None:
    """How all of them are called; None where that is not one rule."""
    bases, others, chosen = set(), dict[str, str](), False
    for subnet in subnets:
        range_, name = subnet["ip_cidr_range"], subnet["name"]
        found = _CHOSEN.fullmatch(name)
        chosen |= "ignore_changes" in subnet["lifecycle"]
        if found:
            others[range_] = f'({found[1]}"{found[2]}" : "{found[3]}")'
            name = found[2]
        base = name.removesuffix(range_name("", range_, ""))
        bases.add(base)
        if base == name:
            others[range_] = f'"{name}"'
    if len(bases) != 1:
        return None
    (base,) = bases
    if not chosen:  # whoever adds this range gets the name that the checkout would give it
        others = {defaults.NAT_SUBNET.range: f'"{base}"'}
    return _Names(base=base, others=others)


def _lift(stack: Json, service: HandedService, subnets: Mapping[str, Json], every: Sequence[str]) -> Iterator[Move]:
    address = f"{service.address}_nat"
    variable = _variable(service, [subnet["ip_cidr_range"] for subnet in subnets.values()])
    service.nat_ranges = variable
    first = next(iter(subnets.values()))
    stack["resource"][SUBNETWORK.type][address] = {
        **first,
        "for_each": f"${{toset(var.{variable.name})}}",
        "name": f"${{local.{NAMES}[each.value]}}",
        "ip_cidr_range": "${each.value}",
        "lifecycle": _lifecycle(service.address, first, every),
    }
    attachment = stack["resource"][SERVICE_ATTACHMENT.type][service.address]
    attachment["nat_subnets"] = f"${{[for range in var.{variable.name} : {SUBNETWORK.type}.{address}[range].id]}}"
    for name, subnet in sorted(subnets.items()):
        former, range_ = f"{SUBNETWORK.type}.{name}", subnet["ip_cidr_range"]
        yield Move(former=former, present=f"{SUBNETWORK.type}.{address}[{literal(range_)}]")


def _lifecycle(service: str, first: Json, every: Sequence[str]) -> Json:
    """As each of them has it, with the range of the instance; what a range overlaps is looked for once for all."""
    ignored = with_strings(first["lifecycle"], lambda text: text.replace(first["ip_cidr_range"], "${each.value}"))
    refusals = [
        {
            "condition": f"${{length(local.{OVERLAPS}[each.value]) == 0}}",
            "error_message": f"The NAT range ${{each.value}} of {service} overlaps "
            f'${{join(", ", local.{OVERLAPS}[each.value])}} in this network. Take a range that overlaps none.',
        }
    ]
    if len(every) > 1:
        same = f"[for range in local.{RANGES} : range if range == each.value]"
        refusals.append(
            {
                "condition": f"${{length({same}) == 1}}",
                "error_message": "Two services have the NAT range ${each.value}, and each takes its own: "
                f"{', '.join(every)}.",
            }
        )
    return dict(ignored) | {"precondition": refusals}


def _overlaps(ranges: str) -> str:
    return (
        f"{{ for range in toset({ranges}) : range => [for other in toset(concat(local.{EXISTING}, {ranges})) : other "
        f"if other != range && {_SHARED}] }}"
    )


def _variable(service: HandedService, present: list[Any]) -> Variable:
    name = f"{service.address}_{RANGES}"
    each = f"for range in var.{name} :"
    return Variable(
        name=name,
        type="list(string)",
        description=f"The ranges that consumers' addresses are translated into on their way to {service.name}, each a "
        "subnet of its own. One may be added, taken out or exchanged at any time; connections are kept.",
        value=present,
        refused=["10.0.0.1/24"],
        validations=(
            Validation(
                condition=f"length(var.{name}) >= 1 && length(distinct(var.{name})) == length(var.{name})",
                error_message="There is one range at least, and none stands here twice.",
            ),
            Validation(
                condition=f'alltrue([{each} try("${{cidrhost(range, 0)}}/${{tonumber(split("/", range)[1])}}" == '
                'range, false) && !strcontains(range, ":")])',
                error_message="A range is an IPv4 network without host bits, such as 10.0.4.0/24.",
            ),
            Validation(
                condition=f'alltrue([{each} try(tonumber(split("/", range)[1]) >= {WIDEST_PREFIX} && '
                f'tonumber(split("/", range)[1]) <= {SUBNET_PREFIX} && '
                f"length([for other in [{', '.join(map(literal, PROHIBITED))}] : other if {_SHARED}]) == 0, true)])",
                error_message=f"A range is /{WIDEST_PREFIX} to /{SUBNET_PREFIX}, of addresses that Google Cloud takes "
                "for subnets.",
            ),
        ),
    )
