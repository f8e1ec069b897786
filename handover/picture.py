"""A picture of what the stacks of a bundle deploy, as Mermaid: it renders where the runbook is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handover.handed_stack import HandedStack
from stacks.contract import SELF_LINK


def picture(stacks: Sequence[HandedStack]) -> str:
    """The flowchart, consumers on the left as their requests go."""
    lines = ["flowchart LR"]
    for stack in stacks:
        content = stack.content
        boxes = [*_vms(stack.name, content), *_endpoints(stack), *_services(stack)]
        if boxes:
            project = content["provider"]["google"][0]["project"]
            lines += [f'  subgraph {_id(stack.name)}["{stack.name}: {project}"]', *boxes, "  end"]
    return "\n".join([*lines, *_connections(stacks)])


def _id(*parts: str) -> str:
    return "_".join(parts).replace("-", "_")


def _vms(stack: str, content: Any) -> Iterator[str]:
    for address, vm in sorted(content["resource"].get("google_compute_instance", {}).items()):
        yield f'    {_id(stack, "vm", address)}["{vm["name"]}"]'


def _endpoints(stack: HandedStack) -> Iterator[str]:
    for one in stack.endpoints:
        yield f'    {_id(stack.name, one.address)}["{one.name}<br>{one.ip.value}"]'


def _services(stack: HandedStack) -> Iterator[str]:
    resources = stack.content["resource"]
    for service in stack.services:
        key = service.address
        rule = resources["google_compute_forwarding_rule"][key]
        attachment = resources["google_compute_service_attachment"][key]["name"]
        here = [_id(stack.name, part, key) for part in ("attachment", "rule", "run")]
        yield f'    {here[0]}["{attachment}"] --> {here[1]}["{rule["name"]}<br>port {rule["port_range"]}"]'
        yield f'    {here[1]} --> {here[2]}["{service.name}<br>Cloud Run"]'


def _connections(stacks: Sequence[HandedStack]) -> Iterator[str]:
    attachments = {
        service.address: _id(stack.name, "attachment", service.address)
        for stack in stacks
        for service in stack.services
    }
    for stack in stacks:
        content = stack.content
        for one in stack.endpoints:
            endpoint, target = _id(stack.name, one.address), _target(content, one.address, attachments)
            for vm in sorted(content["resource"].get("google_compute_instance", {})):
                yield f"  {_id(stack.name, 'vm', vm)} -->|HTTP, ID token| {endpoint}"
            yield f"  {endpoint} ==>|Private Service Connect| {target}"


def _target(content: Any, endpoint: str, attachments: dict[str, str]) -> str:
    """The attachment's box, or a box of its own for one that is not in this bundle."""
    link = content["resource"]["google_compute_forwarding_rule"][endpoint]["target"]
    inside = next((box for key, box in attachments.items() if f".outputs.{key}_{SELF_LINK}" in link), "")
    return inside or f'elsewhere_{_id(endpoint)}["a service attachment<br>of the producer"]'
