"""The consumer's variables: each endpoint's address, and, without the producer's state, what it promises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network
from typing import Any

from cloudrun_psc.rules.connections import SERVICE_ATTACHMENT
from config.fields import URL_PATTERN
from deployment.existing import said_range
from deployment.kinds import is_psc_endpoint
from deployment.kinds.address import ADDRESS
from deployment.kinds.dns import RECORD_SET
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.network import EXISTING_SUBNET, SUBNETWORK
from deployment.values import Json, strings, with_strings
from handover.variables import Validation, Variable, matches
from stacks.contract import AUDIENCE, PORT, SELF_LINK, URL, from_variables, outputs_read
from stacks.instructions import UNKNOWN_URL

_LINK = "service_attachment"


@dataclass(frozen=True, kw_only=True)
class HandedEndpoint:
    """What was lifted of one endpoint: its forwarding rule's address and name, and the variable of its IP address.

    `range` is its subnet's; of a subnet of others that nobody said, the /24 around its address.
    """

    address: str
    name: str
    ip: Variable
    range: str


def lift(stack: Json) -> list[HandedEndpoint]:
    """Put a variable in place of each endpoint's IP address, in the commands of the outputs too."""
    resources = stack.get("resource", {})
    endpoints = []
    for address, rule in sorted(resources.get(PSC_ENDPOINT.type, {}).items()):
        reserved = resources.get(ADDRESS.type, {}).get(address)
        if not is_psc_endpoint(PSC_ENDPOINT.type, rule) or not reserved:
            continue
        subnet = reserved["subnetwork"].removeprefix(f"${{{SUBNETWORK.type}.").removesuffix(".id}")
        made = resources.get(SUBNETWORK.type, {}).get(subnet)
        range_ = made["ip_cidr_range"] if made else said_range(stack, subnet)
        variable = _ip(address, rule["name"], reserved["address"], range_)
        _refer(stack, address, reserved["address"], variable.name)
        if record := resources.get(RECORD_SET.type, {}).get(address):
            record["rrdatas"] = [f"${{var.{variable.name}}}"]
        range_ = range_ or str(IPv4Network(f"{reserved['address']}/24", strict=False))
        reserved["address"] = f"${{var.{variable.name}}}"
        endpoints.append(HandedEndpoint(address=address, name=rule["name"], ip=variable, range=range_))
    _refuse_one_for_two(stack, endpoints)
    return endpoints


def _refuse_one_for_two(stack: Json, endpoints: list[HandedEndpoint]) -> None:
    """Two endpoints with one address are refused by the plan, and not by an apply that is half done."""
    for endpoint in endpoints:
        others = [f"var.{one.ip.name}" for one in endpoints if one is not endpoint]
        if others:
            lifecycle = stack["resource"][ADDRESS.type][endpoint.address].setdefault("lifecycle", {})
            lifecycle.setdefault("precondition", []).append(
                {
                    "condition": f"${{!contains([{', '.join(others)}], var.{endpoint.ip.name})}}",
                    "error_message": f"The endpoint {endpoint.name} has the address ${{var.{endpoint.ip.name}}}, which "
                    "another one has, too: each needs its own.",
                }
            )


def _ip(address: str, name: str, present: str, range_: str) -> Variable:
    name_ = f"{address}_address"
    reference = f"var.{name_}"
    if not range_:  # each plan reads the subnet, and refuses what is outside of it
        return Variable(
            name=name_,
            type="string",
            description=f"The address of the endpoint {name}, in its subnet. A new one replaces the endpoint.",
            value=present,
            refused="10.1.0.5/24",
            validations=(
                Validation(
                    condition=f'try(cidrhost("${{{reference}}}/32", 0) == {reference}, false) && '
                    f'!strcontains({reference}, ":")',
                    error_message="An address is one of the endpoint's subnet, such as 10.1.0.5.",
                ),
            ),
        )
    network = IPv4Network(range_)
    reserved = ", ".join(f'"{network[index]}"' for index in (0, 1, -2, -1))
    return Variable(
        name=name_,
        type="string",
        description=f"The address of the endpoint {name}, in {range_}. A new one replaces the endpoint.",
        value=present,
        refused="10.1.0.5/24",
        validations=(
            Validation(
                condition=f'try(cidrhost("${{{reference}}}/32", 0) == {reference} && '
                f'cidrhost("${{{reference}}}/{network.prefixlen}", 0) == "{network[0]}", false)',
                error_message=f"An address is one of {range_}, such as {network[5]}.",
            ),
            Validation(
                condition=f"!contains([{reserved}], {reference})",
                error_message=f"Google reserves the first two and the last two addresses of {range_}.",
            ),
        ),
    )


def _refer(stack: Json, address: str, present: str, variable: str) -> None:
    """The endpoint's commands, and what a plan asks of its subnet, name its address: they follow the variable."""
    pattern = re.compile(rf"(?<![\d.]){re.escape(present)}(?![\d]|\.\d)")
    for name, output in stack.get("output", {}).items():
        if name.startswith(f"{address}_"):
            output["value"] = with_strings(output["value"], lambda text: pattern.sub(f"${{var.{variable}}}", text))
    for data in stack.get("data", {}).get(EXISTING_SUBNET.type.removeprefix("data."), {}).values():
        lifecycle = data.get("lifecycle", {})
        data["lifecycle"] = with_strings(lifecycle, lambda text: pattern.sub(f"${{var.{variable}}}", text))


def given(stack: Json, promised: Mapping[str, Any]) -> list[Variable]:
    """Replace the producer's remote state by variables of its outputs' names, and a literal self link by one.

    `promised` holds what is known of the outputs' values. For a consumer that may not read the producer's state.
    """
    region = stack["provider"]["google"][0]["region"]
    variables = {one.name: one for one in promises(stack, promised)}
    data = stack.get("data", {})
    data.pop("terraform_remote_state", None)
    if not data:
        stack.pop("data", None)
    for address, rule in sorted(stack.get("resource", {}).get(PSC_ENDPOINT.type, {}).items()):
        _without_state_conditions(rule)
        link = rule["target"]
        if "${" not in link:
            name = f"{address}_{_LINK}"
            told = f"The service attachment that the endpoint {rule['name']} points at."
            variables[name] = _link(name, link, told, region)
            pattern = re.compile(rf"{re.escape(link)}(?![a-z0-9-])")
            _change(stack, partial(pattern.sub, f"${{var.{name}}}"))
    _change(stack, from_variables)
    return list(variables.values())


def promises(stack: Json, promised: Mapping[str, Any]) -> list[Variable]:
    """What the stack reads of the producer's outputs, each as a variable of the output's name."""
    names = sorted({name for text in strings(stack) for name in outputs_read(text)})
    region = stack["provider"]["google"][0]["region"]
    return [_promise(name, promised.get(name), region) for name in names]


def _change(stack: Json, change: Callable[[str], str]) -> None:
    changed = with_strings(stack, change)
    stack.clear()
    stack.update(changed)


def _without_state_conditions(rule: Json) -> None:
    """That an output is missing cannot happen any more: a variable has a value."""
    lifecycle = rule.get("lifecycle", {})
    conditions = lifecycle.get("precondition", [])
    kept = [precondition for precondition in conditions if not any(outputs_read(precondition["condition"]))]
    if kept:
        lifecycle["precondition"] = kept
    else:
        lifecycle.pop("precondition", None)


def _link(name: str, known: Any, description: str, region: str) -> Variable:
    return Variable(
        name=name,
        type="string",
        description=description,
        value=known,
        refused="projects/some-project/regions/antarctica-south1/serviceAttachments/some-attachment",
        validations=(
            Validation(
                condition=matches(f"var.{name}", SERVICE_ATTACHMENT),
                error_message="A self link is [https://www.googleapis.com/compute/v1/]projects/PROJECT/regions/REGION/"
                "serviceAttachments/NAME; the producer's output ..._service_attachment_self_link prints it.",
            ),
            Validation(
                condition=f'strcontains(var.{name}, "/regions/{region}/")',
                error_message=f"An endpoint and its attachment are in one region, which is {region} here.",
            ),
        ),
    )


def _promise(name: str, known: Any, region: str) -> Variable:
    reference = f"var.{name}"
    if name.endswith(f"_{SELF_LINK}"):
        told = f"The service attachment that the endpoint points at: the producer's output {name}."
        return _link(name, known, told, region)
    if name.endswith((f"_{URL}", f"_{AUDIENCE}")):
        rule = Validation(
            condition=f'{reference} == "{UNKNOWN_URL}" || {matches(reference, URL_PATTERN)}',
            error_message="The audience of a service's ID tokens is https://HOST[:PORT][/PATH], in lower case.",
        )
        what, known = "The audience of ID tokens, for the commands that try it", known or UNKNOWN_URL
    else:
        rule = Validation(
            condition=f"{reference} >= 1 && {reference} <= 65535 && floor({reference}) == {reference}",
            error_message="A port is a whole number, 1 to 65535.",
        )
        what = "The port that the service answers on"
    return Variable(
        name=name,
        type="number" if name.endswith(f"_{PORT}") else "string",
        description=f"{what}: what the producer's output {name} says.",
        value=known,
        refused=0 if name.endswith(f"_{PORT}") else "http://example.com",
        validations=(rule,),
    )
